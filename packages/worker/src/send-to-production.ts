import { PermanentFailure } from "./permanent-failure.ts";
import type { Settings } from "./settings.ts";
import { SIGNATURE_HEADER, sign } from "./signature.ts";

const LONGEST_ANSWER = 64 * 1024;
/** These say that this very order cannot be taken; every other refusal may be a mistake in the set-up that is mended meanwhile. */
const FINAL = new Set([400, 409, 410, 413, 415, 422]);

/** What production said: the HTTP status, and its own words if it had some. */
export type ProductionAnswer = { status: number; message: string | null };

/** What a call to production needs of a run. */
export type ProductionCall = {
  production: NonNullable<Settings["production"]>;
  signal: AbortSignal;
  correlationId: string;
  /** Statuses that are no failure although they are no 2xx. */
  accepted?: ReadonlySet<number>;
};

/**
 * Posts a document to the production system, signed, under its effect key as idempotency key. Throws to be tried again, or PermanentFailure
 * when this very document will never be taken.
 */
export async function sendToProduction(
  effectKey: string,
  document: object,
  { production, signal, correlationId, accepted }: ProductionCall,
): Promise<ProductionAnswer> {
  const { url, secret, timeout } = production;
  const body = JSON.stringify(document);
  const response = await fetch(url, {
    method: "POST",
    body,
    // Another host would get the customer's name and address: the endpoint is only ever the one that was configured.
    redirect: "manual",
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
    headers: {
      "content-type": "application/json",
      "idempotency-key": effectKey,
      "x-request-id": correlationId,
      [SIGNATURE_HEADER]: sign(body, secret),
    },
  }).catch((error: Error) => {
    throw new Error(`The production system could not be reached: ${reasonOf(error)}`, { cause: error });
  });
  const answer: ProductionAnswer = { status: response.status, message: messageIn(await readStart(response)) };
  if (response.ok || accepted?.has(response.status)) return answer;
  const told = `The production system answered ${response.status}${answer.message ? `: ${answer.message}` : "."}`;
  if (response.status >= 300 && response.status < 400)
    throw new PermanentFailure(`${told} Redirects are not followed: set PRODUCTION_URL to the final address.`);
  if (FINAL.has(response.status)) throw new PermanentFailure(told);
  throw new Error(told);
}

/** What came of an answer's first 64 kB; the order is handed over by the status, whatever happens to the rest. */
async function readStart(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.length > LONGEST_ANSWER) break;
    }
  } catch {
    // The status has arrived, and it is what counts.
  }
  return text;
}

function messageIn(text: string): string | null {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === "string" ? message.slice(0, 500) : null;
  } catch {
    return null;
  }
}

function reasonOf(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? (error.name === "TimeoutError" ? "no answer in time" : error.message);
}
