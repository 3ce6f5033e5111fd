import type { z } from "zod";
import { Problem } from "./problem.ts";

/** Reads the body of a POST by a schema; refuses every other method and body. `form` shows what is asked for. */
export async function readJson<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  form: string,
): Promise<z.output<Schema>> {
  if (request.method !== "POST") {
    throw new Problem("method_not_allowed", 405, "This is asked for with POST.", { headers: { allow: "POST" } });
  }
  const body = schema.safeParse(await request.json().catch(() => undefined));
  if (body.success) return body.data;
  throw new Problem("invalid_body", 400, `The body must be JSON of the form ${form}.`, {
    hint: "Correct the field that `details` names.",
    details: body.error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; "),
  });
}
