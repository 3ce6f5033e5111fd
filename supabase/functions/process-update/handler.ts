import { z } from "zod";
import { callVerb, type Database } from "../_shared/call-verb.ts";
import { failpoint } from "../_shared/failpoint.ts";
import { Problem } from "../_shared/problem.ts";
import { readBody } from "../_shared/read-body.ts";
import { requestId } from "../_shared/request-id.ts";
import { isSignedBy } from "../_shared/verify-signature.ts";

/** A system that may report, and its secret; while a secret is being changed it has two. */
export type Reporter = { name: string; secret: string };

/** What a report needs from outside. */
export type ProcessUpdateDeps = { asService: Database; reporters: Reporter[]; now: () => number };

const LARGEST_BODY = 16 * 1024;

const Report = z.strictObject({
  process_id: z.guid(),
  status: z.string(),
  message: z.string().nullish(),
  progress: z.number().int().nullish(),
  idempotency_key: z.string().min(1).max(200).nullish(),
});

/**
 * Answers POST { process_id, status, message?, progress?, idempotency_key? }, signed in `seatline-signature`, with how the process stands
 * now. The secret says which system reports; the database decides whose processes those are and where they may go.
 */
export async function handleProcessUpdate(request: Request, deps: ProcessUpdateDeps): Promise<Response> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "Reports are sent with POST.", { headers: { allow: "POST" } });
  }
  const body = await readBody(request, LARGEST_BODY);
  const signature = request.headers.get("seatline-signature");
  const reporter = deps.reporters.find(({ secret }) => isSignedBy(secret, body, signature, deps.now()));
  if (!reporter) {
    throw new Problem(
      "signature_invalid",
      401,
      "The signature does not belong to this body, or is older than five minutes.",
      {
        hint: "Sign <seconds>.<body> with your secret by HMAC-SHA256 and send `seatline-signature: t=<seconds>,v1=<hex>`.",
      },
    );
  }
  const report = { ...parse(body), reporter: reporter.name };
  await failpoint("report.verified", report.process_id);
  const answer = await callVerb(deps.asService, "update_process", report, requestId(request));
  await failpoint("report.recorded", report.process_id);
  return Response.json(answer);
}

function parse(body: string): z.infer<typeof Report> {
  const report = Report.safeParse(asJson(body));
  if (report.success) return report.data;
  throw new Problem(
    "invalid_body",
    400,
    'The body must be JSON of the form {"process_id": "<uuid>", "status": "done"}.',
    {
      hint: "Send the process_id that came with the work.",
      details: report.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
    },
  );
}

function asJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Reads `production:<secret>,carrier:<secret>`: names and secrets of those who may report; a name may come twice. */
export function readReporters(list: string): Reporter[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) => ({ name: entry.slice(0, entry.indexOf(":")), secret: entry.slice(entry.indexOf(":") + 1) }))
    .filter(({ name, secret }) => name !== "" && secret.length >= 16);
}
