import { type Context, Hono } from "hono";
import { z } from "zod";
import type { Simulation } from "../simulation.ts";
import type { WalletPaymentRow } from "../store.ts";
import { StripeFailure } from "../stripe-errors.ts";
import { approve, createWalletPayment, decline, end, expireIfDue, refundWallet, WalletRefusal } from "./moves.ts";

const minorUnits = z.int().min(1).max(999_999_999_999);
const paymentWish = z.strictObject({
  amount: minorUnits,
  currency: z.string().regex(/^[A-Z]{3}$/),
  reference: z.string().min(1).max(100),
  order: z.string().min(1).max(100),
  description: z.string().max(200).default(""),
  return_url: z.url({ protocol: /^https?$/ }),
  expires_at: z.int().positive(),
});
const refundWish = z.strictObject({ amount: minorUnits, reference: z.string().min(1).max(200) });

/** The e-wallet's HTTP API under /ewallet/v1: JSON, a bearer key, idempotency keys on everything that makes something. */
export function ewalletApi(simulation: Simulation): Hono {
  const app = new Hono().basePath("/ewallet/v1");
  const { store } = simulation;
  app.onError((error, context) => {
    if (error instanceof StripeFailure) return context.json({ code: "not_found", message: error.message }, 404);
    if (error instanceof WalletRefusal)
      return context.json({ code: error.code, message: error.message }, error.status as 409);
    simulation.log(`error: ${error instanceof Error ? error.stack : String(error)}`);
    return context.json({ code: "wallet_failed", message: "The simulator failed; its log says why." }, 500);
  });
  app.use(async (context, next) => {
    const key = context.req.header("authorization")?.replace(/^Bearer /, "");
    const accepted = simulation.apiKey === null ? Boolean(key) : key === simulation.apiKey;
    if (!accepted) throw new WalletRefusal(401, "key_refused", "This key is not known here.");
    const wait = simulation.random.between("latency", simulation.settings.latency_ms);
    if (wait > 0) await new Promise<void>((resolve) => void simulation.scheduler.after(wait, resolve));
    await next();
  });
  const payment = (context: Context): WalletPaymentRow => {
    const row = store.walletPayments.get(context.req.param("id") ?? "");
    expireIfDue(simulation, row);
    return row;
  };

  app.post("/payments", async (context) => {
    const wish = await readBody(context, paymentWish);
    return once(simulation, context, wish, () => createWalletPayment(simulation, wish).object);
  });
  app.get("/payments/:id", (context) => context.json(payment(context).object));
  app.post("/payments/:id/cancel", (context) => {
    const row = payment(context);
    end(simulation, row, "cancelled");
    return context.json(row.object);
  });
  app.post("/payments/:id/refunds", async (context) => {
    const wish = await readBody(context, refundWish);
    return once(simulation, context, wish, () => refundWallet(simulation, payment(context), wish).object);
  });
  app.get("/payments/:id/refunds", (context) => {
    const { id } = payment(context);
    return context.json({
      data: store.walletRefunds.all().flatMap(({ object }) => (object.payment === id ? object : [])),
    });
  });
  app.get("/refunds/:id", (context) => context.json(store.walletRefunds.get(context.req.param("id")).object));
  app.get("/events", (context) => {
    const since = Number(context.req.query("since") ?? 0);
    const after = context.req.query("after");
    const rows = store.events.all().filter(({ provider, created }) => provider === "ewallet" && created >= since);
    const from = after === undefined ? 0 : rows.findIndex(({ id }) => id === after) + 1;
    const page = rows.slice(from, from + 100);
    return context.json({ data: page.map(({ json }) => JSON.parse(json)), has_more: from + 100 < rows.length });
  });
  return app;
}

/** The buyer's deeds without a browser: POST /simulator/ewallet/:id/approve, decline, expire. */
export function ewalletControl(simulation: Simulation): Hono {
  const app = new Hono();
  app.post("/simulator/ewallet/:id/:deed{approve|decline|expire}", (context) => {
    const row = simulation.store.walletPayments.find(context.req.param("id"));
    if (row === undefined) return context.json({ code: "not_found", message: "There is no such payment." }, 404);
    try {
      const deed = context.req.param("deed");
      if (deed === "approve") approve(simulation, row);
      else if (deed === "decline") decline(simulation, row);
      else end(simulation, row, "expired");
    } catch (error) {
      if (!(error instanceof WalletRefusal)) throw error;
      return context.json({ code: error.code, message: error.message }, error.status as 409);
    }
    return context.json(row.object);
  });
  return app;
}

async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const read = schema.safeParse(await context.req.json().catch(() => null));
  if (!read.success) throw new WalletRefusal(422, "invalid_request", z.prettifyError(read.error));
  return read.data;
}

// The first answer of a key is its answer; other words under the same key are refused.
function once(simulation: Simulation, context: Context, wish: unknown, work: () => unknown): Response {
  const key = context.req.header("idempotency-key");
  if (!key) throw new WalletRefusal(400, "idempotency_key_missing", "Send an Idempotency-Key.");
  const id = `ewallet/${key}`;
  const known = simulation.keys.begin(id, key, context.req.path, JSON.stringify(wish));
  if (known !== null) return context.body(known.json, 200, { "content-type": "application/json" });
  try {
    const json = JSON.stringify(work());
    const answer = { endpoint: context.req.path, parameters: JSON.stringify(wish), request: id, status: 200, json };
    const saved = simulation.keys.finish(id, answer);
    if (saved !== null) simulation.store.onChange("answer", saved);
    return context.body(json, 200, { "content-type": "application/json" });
  } catch (error) {
    simulation.keys.finish(id, null);
    throw error;
  }
}
