import { z } from "zod";

const Environment = z
  .object({
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "must be postgres://user:password@host:port/database" }),
    REPLICA_DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/, error: "must be postgres://user:password@host:port/database" })
      .optional(),
    SMTP_URL: z.url({ protocol: /^smtps?$/, error: "must be smtp://host:port or smtps://user:password@host:port" }),
    MAIL_FROM: z.string().min(3).default("Seatline <no-reply@seatline.localhost>"),
    SUPABASE_URL: z.url({
      protocol: /^https?$/,
      error: "must be the address of the API, https://<project>.supabase.co",
    }),
    SUPABASE_SECRET_KEY: z.string().min(1),
    STRIPE_SECRET_KEY: z.string().min(1),
    STRIPE_API_BASE: z.url().optional(),
    EWALLET_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
    EWALLET_API_KEY: z.string().min(1).optional(),
    CARRIER_API_BASE: z.url({ protocol: /^https?$/ }).optional(),
    CARRIER_API_KEY: z.string().min(1).optional(),
    CARRIER_NAME: z.string().min(1).max(100).optional(),
    STOREFRONT_URL: z.url().default("http://localhost:3000"),
    SHOP_TIME_ZONE: z.string().default("Asia/Jakarta"),
    WORKER_HOST: z.string().default("127.0.0.1"),
    WORKER_PORT: z.coerce.number().int().min(0).max(65535).optional(),
    PRODUCTION_URL: z.url({ protocol: /^https?$/, error: "must be the address that takes paid orders" }).optional(),
    PRODUCTION_SECRET: z.string().min(16, { error: "must have at least 16 characters" }).optional(),
    PRODUCTION_TIMEOUT_MS: z.coerce.number().int().positive().max(60_000).default(10_000),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  })
  .refine((env) => !env.PRODUCTION_URL || env.PRODUCTION_SECRET, {
    path: ["PRODUCTION_SECRET"],
    error: "must be set with PRODUCTION_URL: it signs what is sent there",
  });

/** What the worker is told by its environment. `host` and `port` are where /health and /metrics answer; without a port they do not. */
export type Settings = {
  databaseUrl: string;
  /** Where reports are counted; the database itself when there is no replica. */
  replicaUrl: string;
  smtpUrl: string;
  mailFrom: string;
  supabaseUrl: string;
  supabaseSecretKey: string;
  stripeKey: string;
  stripeApiBase: string | undefined;
  /** The e-wallet; undefined in a shop that has none. */
  ewallet: { base: string; key: string } | undefined;
  /** The carrier that parcels are booked at and that is asked about them, as its environment names it. */
  carrier: Record<string, string | undefined>;
  storefrontUrl: string;
  timeZone: string;
  /** Where paid orders are pushed, and what signs them; undefined pushes none. */
  production: { url: string; secret: string; timeout: number } | undefined;
  host: string;
  port: number | undefined;
  logLevel: string;
};

/** Reads the settings; throws one error that names every variable that is missing or malformed. */
export function readSettings(environment: Record<string, string | undefined>): Settings {
  const filled = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ""));
  const read = Environment.safeParse(filled);
  if (!read.success) {
    const problems = read.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`).join("\n");
    throw new Error(`The worker's environment is incomplete. Set these and start again:\n${problems}`);
  }
  const env = read.data;
  return {
    databaseUrl: env.DATABASE_URL,
    replicaUrl: env.REPLICA_DATABASE_URL ?? env.DATABASE_URL,
    smtpUrl: env.SMTP_URL,
    mailFrom: env.MAIL_FROM,
    supabaseUrl: env.SUPABASE_URL.replace(/\/+$/, ""),
    supabaseSecretKey: env.SUPABASE_SECRET_KEY,
    stripeKey: env.STRIPE_SECRET_KEY,
    stripeApiBase: env.STRIPE_API_BASE,
    ewallet:
      env.EWALLET_API_BASE && env.EWALLET_API_KEY
        ? { base: env.EWALLET_API_BASE, key: env.EWALLET_API_KEY }
        : undefined,
    carrier: {
      CARRIER_API_BASE: env.CARRIER_API_BASE,
      CARRIER_API_KEY: env.CARRIER_API_KEY,
      CARRIER_NAME: env.CARRIER_NAME,
    },
    storefrontUrl: env.STOREFRONT_URL.replace(/\/+$/, ""),
    timeZone: env.SHOP_TIME_ZONE,
    production: env.PRODUCTION_URL
      ? { url: env.PRODUCTION_URL, secret: env.PRODUCTION_SECRET ?? "", timeout: env.PRODUCTION_TIMEOUT_MS }
      : undefined,
    host: env.WORKER_HOST,
    port: env.WORKER_PORT,
    logLevel: env.LOG_LEVEL,
  };
}
