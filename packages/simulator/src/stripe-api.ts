import { type Context, Hono } from "hono";
import qs from "qs";
import { assertExpandable, expandAnswer } from "./expand.ts";
import { canonical, isRemembered } from "./idempotency.ts";
import { newId } from "./identifiers.ts";
import { readParameters } from "./parameters.ts";
import { chargeRoutes } from "./resources/charges.ts";
import { checkoutSessionRoutes } from "./resources/checkout-sessions.ts";
import { customerRoutes } from "./resources/customers.ts";
import { disputeRoutes } from "./resources/disputes.ts";
import { eventRoutes } from "./resources/events.ts";
import { paymentIntentRoutes } from "./resources/payment-intents.ts";
import { paymentMethodRoutes } from "./resources/payment-methods.ts";
import { priceRoutes } from "./resources/prices.ts";
import { refundRoutes } from "./resources/refunds.ts";
import { setupIntentRoutes } from "./resources/setup-intents.ts";
import { invoiceRoutes, subscriptionRoutes } from "./resources/subscriptions.ts";
import type { Route } from "./route.ts";
import type { Simulation } from "./simulation.ts";
import { invalidRequest, StripeFailure, simulatorBroken, unauthenticated, unrecognizedUrl } from "./stripe-errors.ts";

const LARGEST_BODY = 1024 * 1024;

const ROUTES: Route[] = [
  ...checkoutSessionRoutes,
  ...customerRoutes,
  ...paymentIntentRoutes,
  ...paymentMethodRoutes,
  ...setupIntentRoutes,
  ...priceRoutes,
  ...subscriptionRoutes,
  ...invoiceRoutes,
  ...refundRoutes,
  ...chargeRoutes,
  ...disputeRoutes,
  ...eventRoutes,
];

/** Stripe's HTTP API, mounted at /v1. */
export function stripeApi(simulation: Simulation): Hono {
  const app = new Hono();
  for (const route of ROUTES) {
    app.on(route.method, route.path, (context) => serve(simulation, route, context));
  }
  app.all("/v1/*", (context) =>
    answering(simulation, context, () => {
      authenticate(simulation, context);
      throw unrecognizedUrl(context.req.method, context.req.path);
    }),
  );
  return app;
}

interface Answer {
  status: number;
  json: string;
  replayed?: string;
}

function serve(simulation: Simulation, route: Route, context: Context): Promise<Response> {
  return answering(simulation, context, async (request) => {
    const account = authenticate(simulation, context);
    const input = await readInput(context);
    const key = route.method === "POST" ? context.req.header("idempotency-key") : undefined;
    if (key === undefined) {
      await passTime(simulation);
      return work(simulation, route, context, input, { id: request, idempotency_key: null });
    }
    const id = `${account}/${key}`;
    const endpoint = context.req.path;
    const parameters = canonical(input);
    const saved = simulation.keys.begin(id, key, endpoint, parameters);
    if (saved !== null) return { status: saved.status, json: saved.json, replayed: saved.request };
    let answer: Answer | null = null;
    try {
      await passTime(simulation);
      answer = work(simulation, route, context, input, { id: request, idempotency_key: key });
      return answer;
    } catch (error) {
      if (isRemembered(error)) answer = answerOf(simulation, error);
      throw error;
    } finally {
      const kept = simulation.keys.finish(id, answer && { ...answer, endpoint, parameters, request });
      if (kept !== null) simulation.store.onChange("answer", kept);
    }
  });
}

function work(
  simulation: Simulation,
  route: Route,
  context: Context,
  input: unknown,
  origin: { id: string; idempotency_key: string | null },
): Answer {
  const parameters = readParameters(route.parameters, input);
  const paths = (parameters as { expand?: string[] }).expand ?? [];
  const isList = route.method === "GET" && !route.path.endsWith("/:id");
  assertExpandable(route.answers, isList, paths);
  const result = route.run(simulation, { id: context.req.param("id") ?? "", parameters, origin });
  return { status: 200, json: JSON.stringify(expandAnswer(simulation, result, isList, paths)) };
}

async function answering(
  simulation: Simulation,
  context: Context,
  answer: (request: string) => Answer | Promise<Answer>,
): Promise<Response> {
  const request = newId("req_");
  let result: Answer;
  try {
    result = await answer(request);
  } catch (error) {
    result = answerOf(simulation, error);
  }
  const headers: Record<string, string> = {
    "content-type": "application/json",
    "request-id": request,
    "stripe-version": context.req.header("stripe-version") ?? simulation.apiVersion,
  };
  const key = context.req.header("idempotency-key");
  if (key !== undefined) headers["idempotency-key"] = key;
  if (result.replayed !== undefined) {
    headers["idempotent-replayed"] = "true";
    headers["original-request"] = result.replayed;
  }
  return new Response(result.json, { status: result.status, headers });
}

function answerOf(simulation: Simulation, error: unknown): Answer {
  const failure = error instanceof StripeFailure ? error : simulatorBroken();
  if (failure !== error) simulation.log(`error: ${error instanceof Error ? error.stack : String(error)}`);
  return { status: failure.status, json: JSON.stringify({ error: failure.body }) };
}

// A secret key as bearer token, or as the user name of basic authentication, as curl sends it.
function authenticate(simulation: Simulation, context: Context): string {
  const header = context.req.header("authorization") ?? "";
  const [scheme, credentials = ""] = header.split(" ", 2);
  const key =
    scheme?.toLowerCase() === "basic" ? Buffer.from(credentials, "base64").toString().split(":")[0] : credentials;
  if (!key) {
    throw unauthenticated(
      "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
    );
  }
  if (/^[sr]k_live_/.test(key)) {
    throw unauthenticated(
      "A live key was sent to the simulator. Revoke it if this machine is not yours; use a test key.",
    );
  }
  const accepted = simulation.apiKey === null ? /^[sr]k_test_/.test(key) : key === simulation.apiKey;
  if (!accepted) throw unauthenticated(`Invalid API Key provided: ${key.slice(0, 8)}${"*".repeat(8)}${key.slice(-4)}`);
  return key;
}

async function readInput(context: Context): Promise<Record<string, unknown>> {
  const url = context.req.url;
  const query = url.includes("?") ? url.slice(url.indexOf("?") + 1) : "";
  if (context.req.method !== "POST") return decode(query);
  const body = await context.req.text();
  if (body.length > LARGEST_BODY) throw invalidRequest("The request body is too large.");
  const type = context.req.header("content-type") ?? "";
  if (body !== "" && !type.startsWith("application/x-www-form-urlencoded")) {
    throw invalidRequest("Invalid request (check that your POST content type is application/x-www-form-urlencoded).");
  }
  return decode(body);
}

function decode(form: string): Record<string, unknown> {
  return qs.parse(form, { plainObjects: true, depth: 8, arrayLimit: 1000, parameterLimit: 5000 });
}

function passTime(simulation: Simulation): Promise<void> | undefined {
  const [low, high] = simulation.settings.latency_ms;
  if (high === 0) return undefined;
  const wait = simulation.random.between("latency", [low, high]);
  return new Promise((resolve) => setTimeout(resolve, wait));
}
