import { AuthProblem, invalid } from "./auth-problem.ts";

/** A JSON object whose strings the database can hold. */
export type Body = Record<string, unknown>;

/** Reads a request body that must be a JSON object (an empty one counts as `{}`). Everything else is refused with 400. */
export async function readBody(request: Request): Promise<Body> {
  const text = await request.text();
  if (text.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new AuthProblem(400, "bad_json", "The body is not valid JSON.");
  }
  if (!isObject(value)) throw new AuthProblem(400, "bad_json", "The body must be a JSON object.");
  try {
    checkStrings(value);
  } catch (error) {
    if (error instanceof RangeError) throw invalid("The body is nested too deeply.");
    throw error;
  }
  return value;
}

/** The address in a body, in lower case, or null when there is none. Refused when it is not one. */
export function emailIn(body: Body, name = "email"): string | null {
  const value = body[name];
  if (value === undefined || value === null || value === "") return null;
  if (
    typeof value !== "string" ||
    value.length > 255 ||
    !/^[^\s@<>,;:"\\]+@[^\s@<>,;:"\\]+\.[^\s@<>,;:"\\]+$/.test(value)
  ) {
    throw invalid("Unable to validate email address: invalid format");
  }
  return value.toLowerCase();
}

/** The address in a body; refused when there is none. */
export function requiredEmail(body: Body): string {
  const email = emailIn(body);
  if (!email)
    throw invalid(
      body.phone ? "Phone numbers are not supported here. Send an email address." : "An email address is required.",
    );
  return email;
}

/** A new password in a body, or null when there is none. Refused when it is too short, or longer than bcrypt reads. */
export function newPasswordIn(body: Body, shortest: number): string | null {
  const password = body.password;
  if (password === undefined || password === null) return null;
  if (typeof password !== "string") throw invalid("The password must be a string.");
  if (password.length < shortest) {
    throw new AuthProblem(422, "weak_password", `Password should be at least ${shortest} characters.`, {
      more: { weak_password: { reasons: ["length"] } },
    });
  }
  if (Buffer.byteLength(password) > 72) throw invalid("Password cannot be longer than 72 characters");
  return password;
}

/** An object in a body, or null when there is none. */
export function objectIn(body: Body, name: string): Body | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (!isObject(value)) throw invalid(`${name} must be an object.`);
  return value;
}

/** A string in a body, or null when there is none. */
export function stringIn(body: Body, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string" || value.length > 10_000) throw invalid(`${name} must be a string.`);
  return value;
}

const isObject = (value: unknown): value is Body =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function checkStrings(value: unknown): void {
  if (typeof value === "string") {
    if (value.includes("\0") || !value.isWellFormed())
      throw invalid("The body contains characters that cannot be stored.");
  } else if (Array.isArray(value)) {
    for (const each of value) checkStrings(each);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      checkStrings(name);
      checkStrings(each);
    }
  }
}
