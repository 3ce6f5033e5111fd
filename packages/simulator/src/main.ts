import { z } from "zod";
import { DEFAULT_EVENTS, span } from "./settings.ts";
import { startSimulator } from "./simulator.ts";

const environment = z.object({
  SIMULATOR_PORT: z.coerce.number().int().min(0).max(65_535).default(54_326),
  SIMULATOR_HOST: z.string().default("127.0.0.1"),
  SIMULATOR_PUBLIC_URL: z.url().optional(),
  SIMULATOR_API_KEY: z.string().optional(),
  SIMULATOR_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIMULATOR_WEBHOOK_SECRET: z.string().min(1).default("whsec_simulator"),
  SIMULATOR_EWALLET_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIMULATOR_EWALLET_WEBHOOK_SECRET: z.string().min(1).default("ewallet_simulator"),
  SIMULATOR_CARRIER_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIMULATOR_CARRIER_WEBHOOK_SECRET: z.string().min(1).default("carrier_simulator"),
  SIMULATOR_WEBHOOK_EVENTS: z.string().default(DEFAULT_EVENTS.join(",")),
  SIMULATOR_PRODUCTION_SECRET: z.string().min(1).optional(),
  SIMULATOR_REPORT_URL: z.url({ protocol: /^https?$/ }).optional(),
  SIMULATOR_REPORT_SECRET: z.string().default(""),
  SIMULATOR_DELAY_MS: span.default([3_000, 10_000]),
  SIMULATOR_LATENCY_MS: span.default([0, 0]),
  SIMULATOR_SHOP_NAME: z.string().default("Seatline demo shop"),
  SIMULATOR_SEED: z.string().min(1).optional(),
  SIMULATOR_STATE: z.string().min(1).optional(),
});

const read = environment.safeParse(process.env);
if (!read.success) {
  console.error(`The simulator cannot start with this environment:\n${z.prettifyError(read.error)}`);
  process.exit(2);
}
const env = read.data;
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);

const simulator = await startSimulator({
  port: env.SIMULATOR_PORT,
  host: env.SIMULATOR_HOST,
  ...(env.SIMULATOR_PUBLIC_URL !== undefined && { publicUrl: env.SIMULATOR_PUBLIC_URL }),
  ...(env.SIMULATOR_API_KEY !== undefined && { apiKey: env.SIMULATOR_API_KEY }),
  ...(env.SIMULATOR_SEED !== undefined && { seed: env.SIMULATOR_SEED }),
  ...(env.SIMULATOR_STATE !== undefined && { statePath: env.SIMULATOR_STATE }),
  production: {
    secret: env.SIMULATOR_PRODUCTION_SECRET ?? null,
    reportUrl: env.SIMULATOR_REPORT_URL ?? null,
    reportSecret: env.SIMULATOR_REPORT_SECRET,
  },
  settings: {
    delay_ms: env.SIMULATOR_DELAY_MS,
    latency_ms: env.SIMULATOR_LATENCY_MS,
    shop_name: env.SIMULATOR_SHOP_NAME,
    webhook_url: env.SIMULATOR_WEBHOOK_URL ?? null,
    webhook_secret: env.SIMULATOR_WEBHOOK_SECRET,
    ewallet_webhook_url: env.SIMULATOR_EWALLET_WEBHOOK_URL ?? null,
    ewallet_webhook_secret: env.SIMULATOR_EWALLET_WEBHOOK_SECRET,
    carrier_webhook_url: env.SIMULATOR_CARRIER_WEBHOOK_URL ?? null,
    carrier_webhook_secret: env.SIMULATOR_CARRIER_WEBHOOK_SECRET,
    webhook_events: env.SIMULATOR_WEBHOOK_EVENTS.split(","),
  },
  log,
}).catch((error: NodeJS.ErrnoException) => {
  const taken = error.code === "EADDRINUSE";
  console.error(
    taken
      ? `Port ${env.SIMULATOR_PORT} is in use. Choose another with SIMULATOR_PORT, or end what listens there.`
      : `The simulator cannot start: ${error.stack}`,
  );
  process.exit(1);
});

log(
  `simulator listens on ${simulator.url}, seed ${simulator.seed} (SIMULATOR_SEED=${simulator.seed} repeats its faults)`,
);

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // A second signal means that somebody does not want to wait.
    if (stopping) process.exit(130);
    stopping = true;
    simulator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
