import { Problem } from "./problem.ts";
import { isSignedBy } from "./verify-signature.ts";

/** Refuses a delivery that none of these secrets signed within five minutes of now; `variable` is where the secrets come from, for whoever reads the refusal. */
export function requireSignature(body: string, signature: string | null, secrets: string[], variable: string): void {
  if (secrets.length === 0) {
    throw new Problem("internal_error", 500, "The webhook has no signing secret.", {
      hint: `Set ${variable} to the endpoint's secret; several are separated by commas.`,
    });
  }
  if (!secrets.some((secret) => isSignedBy(secret, body, signature, Date.now()))) {
    throw new Problem("webhook_signature_invalid", 400, "The signature does not belong to this body, or is too old.", {
      hint: `Check that ${variable} holds this endpoint's secret and that the clock is right.`,
    });
  }
}
