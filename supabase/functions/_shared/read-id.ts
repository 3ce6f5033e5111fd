import { z } from "zod";
import { Problem } from "./problem.ts";

/** Reads the body `{"<name>": "<uuid>"}`, and nothing else, of a POST; refuses every other method and body. */
export async function readId(request: Request, name: string): Promise<string> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "This is asked for with POST.", { headers: { allow: "POST" } });
  }
  const body = z.strictObject({ [name]: z.guid() }).safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data[name] as string;
  throw new Problem("invalid_body", 400, `The body must be JSON of the form {"${name}": "<uuid>"}.`, {
    hint: "Send nothing else with it.",
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
