import { type Context, Hono } from "hono";
import { z } from "zod";
import { faultsSchema } from "./faults.ts";
import { DEFAULT_EMAIL, expire, expireIfDue, pay } from "./payments/checkout.ts";
import { testMethod } from "./payments/test-methods.ts";
import { decideDispute, escalateDispute, openDispute } from "./resources/disputes.ts";
import { confirmSetup } from "./resources/setup-intents.ts";
import { changeSettings, settingsChange } from "./settings.ts";
import { NO_REQUEST, type Simulation } from "./simulation.ts";
import type { SessionRow } from "./store.ts";
import { cardError, invalidRequest, StripeFailure } from "./stripe-errors.ts";
import { counts, truth } from "./truth.ts";

const payment = z.strictObject({
  payment_method: z.string().default("pm_card_visa"),
  email: z.email().default(DEFAULT_EMAIL),
});
const refusal = z.strictObject({ payment_method: z.string().default("pm_card_chargeDeclined") });
const behaviour = z.strictObject({ behaves_as: z.string() });
const advance = z.strictObject({ seconds: z.number().positive() });
const dispute = z.strictObject({ reason: z.string().default("fraudulent"), inquiry: z.boolean().default(false) });

/** What tests, benchmarks and the index page use: faults, settings, the truth, and the buyer's deeds without a browser. */
export function controlApi(simulation: Simulation, reset: () => Promise<void>): Hono {
  const app = new Hono();
  app.onError((error, context) => refuse(simulation, error, context));
  const session = (context: Context): SessionRow => {
    const row = simulation.store.sessions.get(context.req.param("id") ?? "", "session");
    expireIfDue(simulation, row);
    return row;
  };

  app.get("/health", (context) => context.json({ status: "ok" }));
  app.get("/simulator/status", (context) => context.json({ seed: simulation.random.seed, ...counts(simulation) }));
  app.get("/simulator/truth", (context) => context.json(truth(simulation)));

  app.get("/simulator/faults", (context) => context.json(simulation.faults.describe()));
  app.put("/simulator/faults", async (context) => {
    simulation.faults.set(await readBody(context, faultsSchema));
    return context.json(simulation.faults.describe());
  });

  app.get("/simulator/settings", (context) => context.json(simulation.settings));
  app.put("/simulator/settings", async (context) => {
    simulation.settings = changeSettings(simulation.settings, await readBody(context, settingsChange));
    return context.json(simulation.settings);
  });

  app.post("/simulator/reset", async (context) => {
    await reset();
    return context.json(counts(simulation));
  });
  app.post("/simulator/advance", async (context) => {
    const { seconds } = await readBody(context, advance);
    simulation.clock.advance(seconds * 1000);
    simulation.scheduler.wake();
    return context.json({ now: simulation.clock.seconds() });
  });

  app.post("/simulator/sessions/:id/pay", async (context) => {
    const row = session(context);
    const { payment_method, email } = await readBody(context, payment);
    const declined = pay(simulation, row, { method: payment_method, email });
    if (declined !== null) throw cardError(declined, null, row.object.payment_intent);
    return context.json(row.object);
  });
  app.post("/simulator/sessions/:id/decline", async (context) => {
    const row = session(context);
    const { payment_method } = await readBody(context, refusal);
    const declined = pay(simulation, row, { method: payment_method, email: DEFAULT_EMAIL });
    if (declined === null)
      throw invalidRequest(`${payment_method} is not a card that is declined; the session was paid.`);
    return context.json(row.object);
  });
  app.post("/simulator/sessions/:id/expire", (context) => {
    const row = session(context);
    expire(simulation, row, NO_REQUEST);
    return context.json(row.object);
  });
  app.post("/simulator/sessions/:id/dispute", async (context) => {
    const wish = await readBody(context, dispute);
    const intent = simulation.store.intents.find((session(context).object.payment_intent as string | null) ?? "");
    const charge = simulation.store.charges.find((intent?.object.latest_charge as string | null) ?? "");
    if (!charge?.object.captured || charge.object.disputed) {
      throw invalidRequest("Only a session that was paid and is not disputed yet can be disputed.");
    }
    return context.json(openDispute(simulation, charge, wish).object);
  });
  app.post("/simulator/disputes/:id/:deed{win|lose|close|escalate}", (context) => {
    const row = simulation.store.disputes.get(context.req.param("id"));
    const deed = context.req.param("deed");
    if (deed === "escalate") escalateDispute(simulation, row);
    else
      decideDispute(simulation, row, deed === "win" ? "won" : deed === "lose" ? "lost" : "warning_closed", NO_REQUEST);
    return context.json(row.object);
  });
  // What the buyer does in the shop's own page with the provider's fields, the bank's question answered.
  app.post("/simulator/setup_intents/:id/confirm", async (context) => {
    const row = simulation.store.setups.get(context.req.param("id"), "intent");
    const { payment_method } = await readBody(context, payment);
    confirmSetup(simulation, row, payment_method, true, NO_REQUEST);
    return context.json(row.object);
  });
  // The bank of a kept card changes its mind.
  app.post("/simulator/payment_methods/:id", async (context) => {
    const row = simulation.store.methods.get(context.req.param("id"));
    const { behaves_as } = await readBody(context, behaviour);
    testMethod(behaves_as);
    row.method = behaves_as;
    simulation.store.onChange("method", row);
    return context.json(row.object);
  });
  app.post("/simulator/deliveries/:id/resend", (context) => {
    const { json: _, ...delivery } = simulation.webhooks.resend(context.req.param("id"));
    return context.json(delivery);
  });
  return app;
}

async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await context.req.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch {
    throw invalidRequest("The body is not JSON.");
  }
  const result = schema.safeParse(body);
  if (!result.success) throw invalidRequest(z.prettifyError(result.error));
  return result.data;
}

function refuse(simulation: Simulation, error: unknown, context: Context): Response {
  if (error instanceof StripeFailure) return context.json({ error: error.body }, error.status as 400);
  simulation.log(`error: ${error instanceof Error ? error.stack : String(error)}`);
  return context.json({ error: { type: "api_error", message: "The simulator failed; its log says why." } }, 500);
}
