import { Hono } from "hono";
import { html } from "hono/html";
import { FAULT_NAMES, type FaultName, type FaultRules, faultsSchema } from "../faults.ts";
import { formatAmount } from "../payments/amounts.ts";
import { expire, pay } from "../payments/checkout.ts";
import { NO_REQUEST, type Simulation } from "../simulation.ts";
import type { DeliveryRow, SessionRow } from "../store.ts";
import { StripeFailure } from "../stripe-errors.ts";
import { counts } from "../truth.ts";
import { layout, PAGE_HEADERS } from "./layout.ts";

const SHOWN = 30;

const EXPLAINED: Record<FaultName, string> = {
  duplicate: "A delivery arrives twice.",
  delay: "A delivery leaves 2 to 5 seconds late.",
  drop: "A delivery never arrives.",
  reorder: "A delivery arrives after a later one.",
  wrong_amount: "The provider takes one unit too little.",
  forged: "A stranger claims that a new session was paid.",
  dispute: "The bank takes a payment back.",
};

const STRENGTHS = { off: null, next: { count: 1 }, half: { probability: 0.5 }, always: { probability: 1 } } as const;

/** The developer's page: what happened lately, what is on its way, and the switches. */
export function indexPage(simulation: Simulation): Hono {
  const app = new Hono();
  app.get("/", (context) => context.html(layout("Payment simulator", board(simulation)), 200, PAGE_HEADERS));
  app.post("/faults", async (context) => {
    const form = await context.req.parseBody();
    const before = simulation.faults.describe();
    const rules = FAULT_NAMES.map((name) => {
      const chosen = String(form[name]);
      const rule = chosen in STRENGTHS ? STRENGTHS[chosen as keyof typeof STRENGTHS] : withoutCounter(before[name]);
      return [name, rule];
    });
    simulation.faults.set(faultsSchema.parse(Object.fromEntries(rules)));
    return context.redirect("/", 303);
  });
  app.post("/sessions/:id/:deed{pay|decline|expire}", (context) => {
    const row = simulation.store.sessions.find(context.req.param("id"));
    if (row !== undefined) tolerate(() => perform(simulation, row, context.req.param("deed")));
    return context.redirect("/", 303);
  });
  app.post("/deliveries/:id/resend", (context) => {
    tolerate(() => simulation.webhooks.resend(context.req.param("id")));
    return context.redirect("/", 303);
  });
  return app;
}

function perform(simulation: Simulation, row: SessionRow, deed: string): void {
  if (deed === "expire") expire(simulation, row, NO_REQUEST);
  else pay(simulation, row, { method: deed === "pay" ? "pm_card_visa" : "pm_card_chargeDeclined", email: null });
}

// A button that is no longer true (somebody else was faster) does nothing; the page then shows why.
function tolerate(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof StripeFailure)) throw error;
  }
}

function withoutCounter(rule: unknown): unknown {
  if (rule === null) return null;
  const { struck: _, ...rest } = rule as Record<string, unknown>;
  if (Array.isArray(rest.ms)) rest.ms = rest.ms.join("-");
  return rest;
}

function board(simulation: Simulation) {
  const { store, settings, random } = simulation;
  const sessions = store.sessions.page({ limit: SHOWN }).rows;
  const deliveries = store.deliveries.page({ limit: SHOWN }).rows;
  const figures = Object.entries(counts(simulation));
  return html`<main class="page board">
<header><div><h1>Payment simulator</h1><p class="hint">Speaks Stripe's API at <code>${simulation.publicUrl}/v1</code> · events go to <code>${settings.webhook_url ?? "nowhere"}</code></p></div>
<p class="hint">Seed <code>${random.seed}</code> · <a href="/simulator/truth">truth as JSON</a> · <a href="/">look again</a></p></header>
<section class="panel"><p class="figures">${figures.map(([name, value]) => html`<span><b>${value}</b>${name.replaceAll("_", " ")}</span>`)}</p></section>
<section class="panel"><h2>Faults</h2>${faultForm(simulation)}</section>
<section class="panel"><h2>Sessions</h2>${sessions.length === 0 ? html`<p class="hint">No session yet. A checkout in the shop makes one.</p>` : sessionTable(simulation, sessions)}</section>
<section class="panel"><h2>Deliveries</h2>${deliveries.length === 0 ? html`<p class="hint">Nothing was sent yet.</p>` : deliveryTable(deliveries)}</section>
</main>`;
}

function faultForm(simulation: Simulation) {
  const rules = simulation.faults.describe() as Record<FaultName, FaultRules[FaultName] & { struck: number }>;
  const fields = FAULT_NAMES.map((name) => {
    const rule = rules[name];
    const chosen = strengthOf(rule);
    const labels = { off: "off", next: "the next one", half: "half of them", always: "every one" };
    return html`<label><strong>${name.replaceAll("_", " ")}</strong><span>${EXPLAINED[name]}${rule ? ` Struck ${rule.struck} times.` : ""}</span>
<select name="${name}">${Object.entries(labels).map(
      ([value, label]) => html`<option value="${value}"${value === chosen ? html` selected` : ""}>${label}</option>`,
    )}${chosen === "custom" ? html`<option value="custom" selected>as set over HTTP</option>` : ""}</select></label>`;
  });
  return html`<form method="post" action="/faults"><div class="faults">${fields}</div><button class="primary small">Set faults</button></form>`;
}

function strengthOf(rule: { count?: number | undefined; probability?: number | undefined } | null | undefined): string {
  if (!rule || rule.count === 0) return "off";
  if (rule.count === 1) return "next";
  if (rule.probability === 0.5) return "half";
  return rule.probability === 1 ? "always" : "custom";
}

function sessionTable(simulation: Simulation, rows: SessionRow[]) {
  const body = rows.map((row) => {
    const { object } = row;
    const unfinished = object.status === "expired" ? "bad" : "wait";
    const kind = object.payment_status === "paid" ? "good" : object.status === "open" ? "" : unfinished;
    const deeds = ["pay", "decline", "expire"].map(
      (deed) =>
        html`<form method="post" action="/sessions/${row.id}/${deed}"><button class="small">${deed}</button></form>`,
    );
    return html`<tr><td>${clockTime(row.created_ms)}</td><td><a href="/pay/${row.id}"><code>${row.id.slice(0, 20)}…</code></a></td>
<td>${object.customer_email ?? object.customer_details?.email ?? ""}</td><td class="number">${formatAmount(object.amount_total ?? 0, object.currency ?? "usd")}</td>
<td><span class="tag ${kind}">${object.status}, ${object.payment_status?.replaceAll("_", " ")}</span></td>
<td><div class="row">${object.status === "open" ? deeds : ""}</div></td></tr>`;
  });
  return html`<table><thead><tr><th>Made</th><th>Session</th><th>Buyer</th><th>Amount</th><th>State</th><th></th></tr></thead><tbody>${body}</tbody></table>${
    simulation.store.sessions.size > SHOWN ? html`<p class="hint">The newest ${SHOWN} are shown.</p>` : ""
  }`;
}

function deliveryTable(rows: DeliveryRow[]) {
  const body = rows.map((row) => {
    const last = row.attempts.at(-1);
    const kind = { delivered: "good", waiting: "wait", dropped: "bad", gave_up: "bad", refused: "" }[row.state];
    return html`<tr><td>${clockTime(row.created_ms)}</td><td>${row.type}</td><td><code>${row.event.slice(0, 16)}…</code></td>
<td><span class="tag ${kind}">${row.state.replaceAll("_", " ")}</span></td><td>${row.tries}</td><td>${last ? `${last.status ?? last.error}, ${last.ms} ms` : ""}</td>
<td>${row.faults.join(", ")}</td><td><form method="post" action="/deliveries/${row.id}/resend"><button class="small">send again</button></form></td></tr>`;
  });
  return html`<table><thead><tr><th>Made</th><th>Event</th><th>Id</th><th>State</th><th>Tries</th><th>Last answer</th><th>Faults</th><th></th></tr></thead><tbody>${body}</tbody></table>`;
}

function clockTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
}
