import { paymentOf } from "./payments/billing.ts";
import type { Answer } from "./route.ts";
import type { Simulation } from "./simulation.ts";
import { invalidParameter } from "./stripe-errors.ts";

type Fields = { [Name in Answer]?: Record<string, Answer> };

// Which field of which object can be asked for whole, and what it is then.
const EXPANDABLE: Fields = {
  charge: { customer: "customer", payment_intent: "payment_intent", refunds: "refund" },
  "checkout.session": { customer: "customer", line_items: "item", payment_intent: "payment_intent" },
  invoice: { payments: "invoice_payment" },
  subscription: { customer: "customer", default_payment_method: "payment_method", latest_invoice: "invoice" },
  dispute: { charge: "charge", payment_intent: "payment_intent" },
  payment_intent: { customer: "customer", latest_charge: "charge", payment_method: "payment_method" },
  refund: { charge: "charge", payment_intent: "payment_intent" },
};

const DEEPEST = 4;

/** Refuses a path that leads nowhere, before any work is done. */
export function assertExpandable(answers: Answer, isList: boolean, paths: readonly string[]): void {
  for (const [index, path] of paths.entries()) {
    const parts = path.split(".");
    if (parts.length > DEEPEST) throw refuse(`You cannot expand more than ${DEEPEST} levels of a property.`, index);
    if (isList && parts.shift() !== "data") throw refuse(`This property cannot be expanded (${path}).`, index);
    let type: Answer | undefined = answers;
    for (const part of parts) {
      type = type && EXPANDABLE[type]?.[part];
      if (type === undefined) throw refuse(`This property cannot be expanded (${path}).`, index);
    }
  }
}

function refuse(message: string, index: number) {
  return invalidParameter(message, undefined, `expand[${index}]`);
}

/** The answer with the asked fields as whole objects; the stored objects stay as they are. */
export function expandAnswer(
  simulation: Simulation,
  answer: unknown,
  isList: boolean,
  paths: readonly string[],
): unknown {
  if (paths.length === 0) return answer;
  const routes = paths.map((path) => path.split("."));
  if (!isList) return expandObject(simulation, answer as Thing, routes);
  const list = answer as { data: Thing[] };
  const inside = routes.map((parts) => parts.slice(1));
  return { ...list, data: list.data.map((each) => expandObject(simulation, each, inside)) };
}

interface Thing {
  id: string;
  object: Answer;
  [field: string]: unknown;
}

function expandObject(simulation: Simulation, thing: Thing, routes: string[][]): Thing {
  const copy: Thing = { ...thing };
  for (const field of new Set(routes.map(([first]) => first as string))) {
    const below = routes.filter(([first, ...rest]) => first === field && rest.length > 0).map(([, ...rest]) => rest);
    const whole = lookUp(simulation, thing, field);
    if (whole !== undefined) copy[field] = below.length > 0 ? expandObject(simulation, whole, below) : whole;
  }
  return copy;
}

function lookUp({ store }: Simulation, thing: Thing, field: string): Thing | undefined {
  if (field === "line_items") {
    const lines = store.sessions.get(thing.id).lines;
    return list(`/v1/checkout/sessions/${thing.id}/line_items`, lines.slice(0, 10), lines.length > 10);
  }
  if (field === "payments") {
    const invoice = store.invoices.get(thing.id);
    return list(
      `/v1/invoices/${thing.id}/payments`,
      invoice.object.status === "paid" ? [paymentOf(invoice)] : [],
      false,
    );
  }
  if (field === "refunds") {
    const refunds = store.charges.get(thing.id).refunds.toReversed();
    const objects = refunds.slice(0, 10).map((id) => store.refunds.get(id).object);
    return list(`/v1/charges/${thing.id}/refunds`, objects, refunds.length > 10);
  }
  const id = thing[field];
  if (typeof id !== "string") return undefined;
  const { customers: customer, charges: charge, methods: payment_method, invoices: latest_invoice } = store;
  const collection = {
    customer,
    latest_charge: charge,
    charge,
    payment_method,
    latest_invoice,
    default_payment_method: payment_method,
  }[field];
  return (collection ?? store.intents).find(id)?.object as unknown as Thing;
}

function list(url: string, data: readonly unknown[], has_more: boolean): Thing {
  return { object: "list", data, has_more, url } as unknown as Thing;
}
