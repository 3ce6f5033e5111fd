import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSimulator } from "../../packages/simulator/src/index.ts";
import { clientOf, sessionParameters, type Truth } from "./provider.ts";
import { openShop, SECRET, type Shop } from "./shop.ts";
import { until } from "./until.ts";

let folder: string;
let shop: Shop;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatline-simulator-"));
  shop = await openShop();
});

afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
  await shop.close();
  await rm(folder, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function run(environment: Record<string, string>) {
  const port = await freePort();
  const child = spawn(process.execPath, ["packages/simulator/src/main.ts"], {
    env: {
      ...process.env,
      SIMULATOR_PORT: String(port),
      SIMULATOR_WEBHOOK_URL: shop.url,
      SIMULATOR_WEBHOOK_SECRET: SECRET,
      SIMULATOR_WEBHOOK_EVENTS: "*",
      SIMULATOR_STATE: join(folder, "state.json"),
      SIMULATOR_DELAY_MS: "0-50",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const url = `http://127.0.0.1:${port}`;
  const ready = () =>
    until("the simulator", async () => (await fetch(`${url}/health`).catch(() => null))?.ok === true, 20_000);
  return { child, url, port, ready, output: () => output };
}

const truthOf = async (url: string): Promise<Truth> => (await fetch(`${url}/simulator/truth`)).json();

describe("a simulator with a state file", () => {
  it("goes on where it was: objects, answers to keys, outcomes and deliveries", async () => {
    const statePath = join(folder, "state.json");
    const settings = {
      webhook_url: shop.url,
      webhook_secret: SECRET,
      delay_ms: [150, 150] as const,
      retry_ms: [10, 20] as const,
    };
    const first = await startSimulator({ statePath, settings: { ...settings, webhook_url: "http://127.0.0.1:1/" } });
    const before = clientOf(first.url);
    const options = { idempotencyKey: "order-1:1" };
    const paid = await before.checkout.sessions.create(sessionParameters(), options);
    await fetch(`${first.url}/simulator/sessions/${paid.id}/pay`, { method: "POST" });
    const open = await before.checkout.sessions.create(sessionParameters());
    const deciding = await before.checkout.sessions.create(sessionParameters(15_000_099));
    await until("a failed delivery", async () => (await truthOf(first.url)).deliveries.some(({ tries }) => tries > 0));
    await first.stop();

    const second = await startSimulator({ statePath, settings });
    const stripe = clientOf(second.url);
    try {
      expect((await stripe.checkout.sessions.retrieve(paid.id)).payment_status).toBe("paid");
      expect((await stripe.checkout.sessions.retrieve(open.id)).url).toBe(`${second.url}/pay/${open.id}`);
      expect((await stripe.checkout.sessions.create(sessionParameters(), options)).id).toBe(paid.id);
      await until("the webhook of before", () =>
        shop.events().some(({ type, data }) => {
          return type === "checkout.session.completed" && (data.object as Stripe.Checkout.Session).id === paid.id;
        }),
      );
      await until("the outcome", async () => {
        return (await stripe.checkout.sessions.retrieve(deciding.id)).payment_status === "paid";
      });
      const ids = (await truthOf(second.url)).sessions.map(({ id }) => id);
      expect(ids).toEqual([paid.id, open.id, deciding.id]);
    } finally {
      await second.stop();
    }
  });

  it("keeps any text that the shop sends, line breaks of every kind among it", async () => {
    const statePath = join(folder, "state.json");
    const metadata = { note: "a\nb\u2028c\u2029d\r\u0000é𝒳" };
    const first = await startSimulator({ statePath });
    const { id } = await clientOf(first.url).checkout.sessions.create({ ...sessionParameters(), metadata });
    await first.stop();
    const second = await startSimulator({ statePath });
    try {
      expect((await clientOf(second.url).checkout.sessions.retrieve(id)).metadata).toEqual(metadata);
    } finally {
      await second.stop();
    }
  });

  it("reads a file whose last line was cut off", async () => {
    const statePath = join(folder, "state.json");
    const first = await startSimulator({ statePath });
    const session = await clientOf(first.url).checkout.sessions.create(sessionParameters());
    await first.stop();
    await appendFile(statePath, '{"kind":"session","row":{"id":"cs_te');
    const second = await startSimulator({ statePath });
    try {
      expect((await clientOf(second.url).checkout.sessions.retrieve(session.id)).id).toBe(session.id);
    } finally {
      await second.stop();
    }
  });
});

describe("the simulator as a process", () => {
  it("prints its address and seed, and ends on SIGTERM with everything saved", async () => {
    const { child, url, ready, output } = await run({ SIMULATOR_SEED: "fish" });
    await ready();
    expect(output()).toContain(url);
    expect(output()).toContain("SIMULATOR_SEED=fish");
    const session = await clientOf(url).checkout.sessions.create(sessionParameters());
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    const again = await run({});
    await again.ready();
    expect((await clientOf(again.url).checkout.sessions.retrieve(session.id)).id).toBe(session.id);
  });

  it("loses nothing older than a moment when it is killed", async () => {
    const { child, url, ready } = await run({});
    await ready();
    const session = await clientOf(url).checkout.sessions.create(sessionParameters());
    await fetch(`${url}/simulator/sessions/${session.id}/pay`, { method: "POST" });
    await until("the webhook", () => shop.events().some(({ type }) => type === "checkout.session.completed"));
    await until("the state file", async () => {
      const lines = (await readFile(join(folder, "state.json"), "utf8")).split("\n");
      return lines.some(
        (line) => line.includes(`"row":{"id":"${session.id}"`) && line.includes('"payment_status":"paid"'),
      );
    });
    child.kill("SIGKILL");
    await once(child, "exit");
    const again = await run({});
    await again.ready();
    expect((await clientOf(again.url).checkout.sessions.retrieve(session.id)).payment_status).toBe("paid");
  });

  it("accepts only its own key when it was given one", async () => {
    const { url, ready } = await run({ SIMULATOR_API_KEY: "sk_test_only_this" });
    await ready();
    expect((await clientOf(url, "sk_test_only_this").events.list()).data).toEqual([]);
    await expect(clientOf(url, "sk_test_another").events.list()).rejects.toMatchObject({ statusCode: 401 });
  });

  it("names a taken port and the way out", async () => {
    const { port, ready } = await run({});
    await ready();
    const { child, output } = await run({ SIMULATOR_PORT: String(port) });
    const [code] = await once(child, "exit");
    expect(code).toBe(1);
    expect(output()).toContain(`Port ${port} is in use`);
  });

  it("refuses an environment that makes no sense", async () => {
    const { child, output } = await run({ SIMULATOR_DELAY_MS: "soon" });
    const [code] = await once(child, "exit");
    expect(code).toBe(2);
    expect(output()).toContain("SIMULATOR_DELAY_MS");
  });
});
