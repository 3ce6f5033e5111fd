import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { Hono } from "hono";
import Stripe from "stripe";
import { carrierApi, carrierControl } from "./carrier.ts";
import { Clock } from "./clock.ts";
import { controlApi } from "./control-api.ts";
import { ewalletApi, ewalletControl } from "./ewallet/api.ts";
import { ewalletPage } from "./ewallet/page.ts";
import { failpointControl } from "./failpoints.ts";
import { Faults } from "./faults.ts";
import { IdempotencyKeys } from "./idempotency.ts";
import { newId } from "./identifiers.ts";
import { indexPage } from "./pages/index-page.ts";
import { payPage } from "./pages/pay-page.ts";
import { type ProductionOptions, productionSystem } from "./production.ts";
import { SeededRandom } from "./random.ts";
import { restore } from "./restore.ts";
import { Scheduler } from "./scheduler.ts";
import { DEFAULT_SETTINGS, type Settings } from "./settings.ts";
import type { Simulation } from "./simulation.ts";
import { StateFile } from "./state-file.ts";
import { Store } from "./store.ts";
import { stripeApi } from "./stripe-api.ts";
import { Webhooks } from "./webhooks.ts";

/** How to start a simulator; everything has a default. */
export interface SimulatorOptions {
  /** 0 takes a free port. */
  port?: number;
  host?: string;
  /** The only secret key to accept; without it every test key is accepted. */
  apiKey?: string;
  /** Where people reach the pay pages, when it is not the address the simulator listens on. */
  publicUrl?: string;
  /** Faults and delays follow from it; without it a new one is made. */
  seed?: string;
  settings?: Partial<Settings>;
  /** A file that keeps everything over a restart, but not what the production system was given. */
  statePath?: string;
  production?: ProductionOptions;
  log?: (line: string) => void;
}

/** A running simulator. */
export interface Simulator {
  url: string;
  port: number;
  seed: string;
  /** Answers what is under way, writes the state file and ends. */
  stop(): Promise<void>;
}

const PATIENCE_MS = 3_000;

/** Starts the payment provider's stand-in and resolves when it listens. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const initial: Settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const log = options.log ?? (() => {});
  const clock = new Clock();
  const logError = (error: unknown) => log(`error: ${error instanceof Error ? error.stack : String(error)}`);
  const scheduler = new Scheduler(clock, logError);
  const random = new SeededRandom(options.seed ?? newId("wd_").slice(3));
  const parts: Omit<Simulation, "webhooks"> = {
    clock,
    scheduler,
    random,
    store: new Store(),
    keys: new IdempotencyKeys(clock),
    faults: new Faults(random),
    settings: initial,
    publicUrl: "",
    apiVersion: Stripe.API_VERSION,
    apiKey: options.apiKey ?? null,
    log,
  };
  const simulation: Simulation = Object.assign(parts, { webhooks: new Webhooks(parts) });

  const stateFile = options.statePath === undefined ? null : new StateFile(options.statePath, logError);
  const saved = (await stateFile?.load()) ?? [];
  if (stateFile !== null) simulation.store.onChange = (kind, row) => stateFile.put(kind, row);

  const reset = async () => {
    scheduler.clear();
    simulation.webhooks.reset();
    simulation.store.clear();
    simulation.keys.clear();
    simulation.faults.set({});
    simulation.settings = initial;
    random.restart();
    clock.reset();
    await stateFile?.clear();
  };

  const app = new Hono();
  app.route("/", stripeApi(simulation));
  app.route("/", controlApi(simulation, reset));
  app.route("/", productionSystem(options.production ?? { secret: null, reportUrl: null, reportSecret: "" }, log));
  app.route("/", failpointControl());
  app.route("/", ewalletApi(simulation));
  app.route("/", ewalletControl(simulation));
  app.route("/", ewalletPage(simulation));
  app.route("/", carrierApi(simulation));
  app.route("/", carrierControl(simulation));
  app.route("/", payPage(simulation));
  app.route("/", indexPage(simulation));

  const host = options.host ?? "127.0.0.1";
  const { server, port } = await listen(app, host, options.port ?? 0);
  const url = `http://${host}:${port}`;
  simulation.publicUrl = (options.publicUrl ?? url).replace(/\/$/, "");
  restore(simulation, saved);

  return {
    url,
    port,
    seed: random.seed,
    stop: async () => {
      scheduler.clear();
      await closeServer(server);
      await Promise.race([simulation.webhooks.close(), patience()]);
      await stateFile?.flush();
    },
  };
}

type Server = ReturnType<typeof serve>;

function listen(app: Hono, hostname: string, port: number): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname, port }, (address: AddressInfo) =>
      resolve({ server, port: address.port }),
    );
    server.once("error", reject);
    // Longer than clients keep an idle connection, so that none is closed just as it is used again.
    if ("keepAliveTimeout" in server) server.keepAliveTimeout = 65_000;
  });
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  if ("closeIdleConnections" in server) server.closeIdleConnections();
  await Promise.race([closed, patience()]);
  if ("closeAllConnections" in server) server.closeAllConnections();
}

function patience(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, PATIENCE_MS).unref());
}
