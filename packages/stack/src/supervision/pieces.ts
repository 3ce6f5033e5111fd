import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compileCache } from "../compile-cache.ts";
import { denoBinary } from "../functions/deno-binary.ts";
import { type Keys, keySet, keysFile } from "../keys.ts";
import type { Ports } from "../ports.ts";
import { databaseUrl } from "../postgres/database-url.ts";
import { projectFolder, supabaseFolder } from "../postgres/folders.ts";
import { postgrestBinary } from "../rest/postgrest-binary.ts";
import { restConfiguration } from "../rest/rest-configuration.ts";
import type { PieceSpec } from "./run-piece.ts";

/** The processes beside Postgres, in the order in which the table shows them. */
export const pieceNames = ["gateway", "rest", "functions", "worker", "mail", "simulator"] as const;

/** One of the processes beside Postgres. */
export type PieceName = (typeof pieceNames)[number];

/** What the pieces need to know. */
export type PieceContext = {
  home: string;
  ports: Ports;
  keys: Keys;
  /** Whether a standby runs, from which reports are counted. */
  hasStandby: boolean;
  /** Range in milliseconds, as "3000-10000", after which the simulator's own payments succeed or fail. */
  simulatorDelay?: string;
};

/** Settings a developer adds for functions, as with `supabase functions serve`; not committed. */
const ownSettings = join(supabaseFolder, "functions", ".env");

/** Who buys goes first on a machine that everything shares: what happens afterwards can wait a moment. */
const AFTER_BUYERS = 5;

/** How to run a piece; null when its program is not part of this checkout. */
export function pieceSpec(name: PieceName, context: PieceContext): PieceSpec | null {
  const { ports, home } = context;
  const at = (port: number, path = "") => `http://127.0.0.1:${port}${path}`;
  const script = (file: string, env: Record<string, string>, ready: string | number, nice = 0): PieceSpec | null => {
    const path = join(projectFolder, file);
    if (!existsSync(path)) return null;
    return {
      ...common,
      program: process.execPath,
      args: [path],
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, SEATLINE_HOME: home, ...env },
      ready,
      nice,
    };
  };
  const common = { name, cwd: projectFolder, log: join(home, "logs", `${name}.log`) };
  const password = context.keys.dbPassword;
  const smtpUrl = `smtp://127.0.0.1:${ports.smtp}`;
  switch (name) {
    case "gateway":
      return script(
        "packages/stack/src/gateway/main.ts",
        {
          GATEWAY_PORT: String(ports.gateway),
          SEATLINE_KEYS: keysFile(home),
          POSTGREST_URL: at(ports.rest),
          FUNCTIONS_URL: at(ports.functions),
          DATABASE_URL: databaseUrl({ port: ports.postgres, password }),
          SMTP_URL: smtpUrl,
        },
        at(ports.gateway, "/health"),
      );
    case "rest": {
      const file = join(home, "rest.conf");
      const url = databaseUrl({ port: ports.postgres, password, user: "authenticator" });
      writeFileSync(file, restConfiguration(url, ports, context.keys), { mode: 0o600 });
      return {
        ...common,
        program: postgrestBinary(),
        args: [file],
        // PGRST_* and PG* variables of the user's shell would override the file.
        env: { PATH: process.env.PATH },
        ready: at(ports.restAdmin, "/ready"),
      };
    }
    case "functions":
      return {
        ...common,
        program: denoBinary(),
        args: [
          [
            "run",
            "--quiet",
            "--no-prompt",
            "--unstable-no-legacy-abort",
            "--config",
            join(supabaseFolder, "functions", "deno.json"),
          ],
          ["--allow-net", "--allow-env", "--allow-read", "--allow-sys"],
          existsSync(ownSettings) ? [`--env-file=${ownSettings}`] : [],
          [join(projectFolder, "packages/stack/src/functions/serve-functions.ts")],
          [join(supabaseFolder, "functions"), String(ports.functions)],
        ].flat(),
        env: { ...passedOn(), ...functionSecrets(context) },
        ready: at(ports.functions, "/_health"),
        patience: 180,
      };
    case "worker":
      return script(
        "packages/worker/src/main.ts",
        {
          DATABASE_URL: databaseUrl({ port: ports.postgres, password, user: "postgres" }),
          ...(context.hasStandby && {
            REPLICA_DATABASE_URL: databaseUrl({ port: ports.standby, password, user: "postgres" }),
          }),
          SMTP_URL: smtpUrl,
          WORKER_PORT: String(ports.worker),
          SUPABASE_URL: at(ports.gateway),
          SUPABASE_SECRET_KEY: context.keys.secretKey,
          ...production(context),
          ...stripe(context),
          ...ewallet(context),
          ...carrier(context),
          ...failpoints(context),
        },
        at(ports.worker, "/health"),
        AFTER_BUYERS,
      );
    case "mail":
      return script(
        "packages/stack/src/mail/main.ts",
        { MAIL_PORT: String(ports.mail), SMTP_PORT: String(ports.smtp) },
        at(ports.mail, "/api/v1/messages"),
        AFTER_BUYERS,
      );
    case "simulator":
      return script(
        "packages/simulator/src/main.ts",
        {
          SIMULATOR_PORT: String(ports.simulator),
          SIMULATOR_WEBHOOK_URL: at(ports.gateway, "/functions/v1/stripe-webhook"),
          SIMULATOR_WEBHOOK_SECRET: context.keys.webhookSecret,
          SIMULATOR_EWALLET_WEBHOOK_URL: at(ports.gateway, "/functions/v1/ewallet-webhook"),
          SIMULATOR_EWALLET_WEBHOOK_SECRET: context.keys.ewalletSecret,
          SIMULATOR_CARRIER_WEBHOOK_URL: at(ports.gateway, "/functions/v1/carrier-webhook"),
          SIMULATOR_CARRIER_WEBHOOK_SECRET: context.keys.carrierSecret,
          SIMULATOR_API_KEY: context.keys.stripeKey,
          SIMULATOR_PRODUCTION_SECRET: context.keys.productionSecret,
          SIMULATOR_REPORT_URL: at(ports.gateway, "/functions/v1/process-update"),
          SIMULATOR_REPORT_SECRET: context.keys.reportSecret,
          SIMULATOR_STATE: join(home, "simulator.json"),
          ...(context.simulatorDelay && { SIMULATOR_DELAY_MS: context.simulatorDelay }),
        },
        ports.simulator,
      );
  }
}

/** What functions get from the user's shell: what Deno needs to load packages, and settings of payment providers. Other secrets are not theirs. */
function passedOn(): NodeJS.ProcessEnv {
  const names =
    /^(path|home|tmpdir|lang|tz|deno_.*|npm_config_.*|(https?|no|all)_proxy|node_extra_ca_certs|ssl_cert_.*|stripe_.*|ewallet_.*|carrier_.*|log_level)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)));
}

/** Stripe itself when STRIPE_SECRET_KEY is in the environment, else the simulator. */
function stripe({ keys, ports }: PieceContext): Record<string, string> {
  if (process.env.STRIPE_SECRET_KEY) return {};
  return { STRIPE_SECRET_KEY: keys.stripeKey, STRIPE_API_BASE: `http://127.0.0.1:${ports.simulator}` };
}

/** An e-wallet of the user's own when EWALLET_API_KEY is in the environment, else the simulator's. */
function ewallet({ keys, ports }: PieceContext): Record<string, string> {
  if (process.env.EWALLET_API_KEY) return {};
  return { EWALLET_API_KEY: keys.stripeKey, EWALLET_API_BASE: `http://127.0.0.1:${ports.simulator}/ewallet/v1` };
}

/** A carrier of the user's own when CARRIER_API_KEY is in the environment, else the simulator's. */
function carrier({ keys, ports }: PieceContext): Record<string, string> {
  if (process.env.CARRIER_API_KEY) return {};
  return { CARRIER_API_KEY: keys.stripeKey, CARRIER_API_BASE: `http://127.0.0.1:${ports.simulator}/carrier/v1` };
}

/** Steps at which a process crashes, for whoever tries out what a crash leaves behind: with SEATLINE_FAILPOINTS=1 the simulator names them. */
function failpoints({ ports }: PieceContext): Record<string, string> {
  const wanted = process.env.SEATLINE_FAILPOINTS === "1" && !process.env.STRIPE_SECRET_KEY;
  return wanted ? { SEATLINE_FAILPOINTS_URL: `http://127.0.0.1:${ports.simulator}` } : {};
}

/** A production system of the user's own when PRODUCTION_URL is in the environment (empty: none), else the simulator's. */
function production({ keys, ports }: PieceContext): Record<string, string> {
  if (process.env.PRODUCTION_URL !== undefined) return {};
  return {
    PRODUCTION_URL: `http://127.0.0.1:${ports.simulator}/production/orders`,
    PRODUCTION_SECRET: keys.productionSecret,
  };
}

function functionSecrets(context: PieceContext): Record<string, string> {
  const { keys, ports } = context;
  return {
    SUPABASE_URL: `http://127.0.0.1:${ports.gateway}`,
    SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: keys.publishableKey }),
    SUPABASE_SECRET_KEYS: JSON.stringify({ default: keys.secretKey }),
    SUPABASE_JWKS: JSON.stringify(keySet(keys)),
    STRIPE_WEBHOOK_SECRETS: process.env.STRIPE_WEBHOOK_SECRETS ?? keys.webhookSecret,
    EWALLET_WEBHOOK_SECRETS: process.env.EWALLET_WEBHOOK_SECRETS ?? keys.ewalletSecret,
    CARRIER_WEBHOOK_SECRETS: process.env.CARRIER_WEBHOOK_SECRETS ?? keys.carrierSecret,
    PROCESS_REPORTERS: process.env.PROCESS_REPORTERS ?? `production:${keys.reportSecret}`,
    STOREFRONT_URL: process.env.STOREFRONT_URL ?? "http://localhost:3000",
    ...stripe(context),
    ...ewallet(context),
    ...carrier(context),
    ...failpoints(context),
  };
}
