import { randomUUID } from "node:crypto";

/** Keeps a request id that is safe to log and to put in a mail header, else makes a new one. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === "string" && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(given) ? given : randomUUID();
}
