import { type DestinationStream, type Logger, pino } from "pino";

/** The worker's logger. */
export type Log = Logger;

const SECRETS = [
  "password",
  "token",
  "secret",
  "authorization",
  "apikey",
  "api_key",
  "stripe_key",
  "url",
  "email",
  "to",
];

/** A logger that writes lines of JSON to standard output and never a secret or an address. */
export function createLog(level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service: "worker" },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    serializers: { err: withoutSecrets },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Errors of drivers and of Stripe carry whole requests; the log keeps what helps and leaves the rest. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as Error & { code?: unknown };
  return {
    type: error.name,
    message: error.message.replaceAll(/\/\/[^/\s:@]+:[^/\s@]+@/g, "//[redacted]@"),
    ...(typeof code === "string" ? { code } : {}),
    stack: error.stack?.replaceAll(/\/\/[^/\s:@]+:[^/\s@]+@/g, "//[redacted]@"),
    ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
  };
}
