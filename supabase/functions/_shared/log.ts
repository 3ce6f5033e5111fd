/** Writes one line of JSON; errors keep their name, message and stack, nothing else of them. */
export function log(level: "info" | "warn" | "error", message: string, fields: Record<string, unknown> = {}): void {
  const line = JSON.stringify({ level, time: new Date().toISOString(), message, ...fields }, (_key, value) =>
    value instanceof Error
      ? { name: value.name, message: value.message, stack: value.stack, code: (value as { code?: unknown }).code }
      : value,
  );
  if (level === "error") console.error(line);
  else console.log(line);
}
