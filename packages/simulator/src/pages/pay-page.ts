import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { outcomeOfAmount } from "../auto-outcomes.ts";
import { formatAmount } from "../payments/amounts.ts";
import { expireIfDue, pay, shopUrl } from "../payments/checkout.ts";
import type { Simulation } from "../simulation.ts";
import type { SessionRow } from "../store.ts";
import { layout, PAGE_HEADERS } from "./layout.ts";
import { STYLE } from "./style.ts";

/** The page where a buyer pays: GET shows, POST pays or is declined. It works without scripts. */
export function payPage(simulation: Simulation): Hono {
  const app = new Hono();
  app.get("/simulator/style.css", (context) =>
    context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8", "cache-control": "max-age=60" }),
  );
  app.get("/pay/:id", (context) => {
    const row = find(simulation, context);
    if (row === null) return context.html(notFound(), 404, PAGE_HEADERS);
    const waits = row.object.status === "complete" && intentStatus(simulation, row) === "processing";
    const title = `${statusTitle(simulation, row)} – ${simulation.settings.shop_name}`;
    const page = layout(title, checkoutPage(simulation, row, localeOf(row, context)), waits ? 2 : undefined);
    return context.html(page, 200, PAGE_HEADERS);
  });
  app.post("/pay/:id", async (context) => {
    const row = find(simulation, context);
    if (row === null) return context.html(notFound(), 404, PAGE_HEADERS);
    const form = await context.req.parseBody();
    if (row.object.status !== "open") return context.redirect(`/pay/${row.id}`, 303);
    const email = typeof form.email === "string" && form.email.includes("@") ? form.email.slice(0, 320) : null;
    const method = form.action === "decline" ? "pm_card_chargeDeclined" : "pm_card_visa";
    const declined = pay(simulation, row, { method, email });
    // A refused card leads back to the page, which then says why.
    const target = declined === null ? shopUrl(row.object.success_url as string, row) : `/pay/${row.id}`;
    return context.redirect(target, 303);
  });
  return app;
}

function find(simulation: Simulation, context: Context): SessionRow | null {
  const row = simulation.store.sessions.find(context.req.param("id") ?? "");
  if (row !== undefined) expireIfDue(simulation, row);
  return row ?? null;
}

function intentStatus({ store }: Simulation, { object }: SessionRow): string | undefined {
  return store.intents.find((object.payment_intent as string | null) ?? "")?.object.status;
}

// The language for numbers: the shop's wish, else the browser's first, else English.
function localeOf({ object }: SessionRow, context: Context): string {
  const wished = object.locale === "auto" ? null : object.locale;
  const asked = wished ?? context.req.header("accept-language")?.split(/[,;]/)[0]?.trim() ?? "en";
  try {
    return Intl.getCanonicalLocales(asked)[0] ?? "en";
  } catch {
    return "en";
  }
}

function statusTitle(simulation: Simulation, row: SessionRow): string {
  if (row.object.status === "expired") return "Expired";
  if (row.object.status === "open") return "Pay";
  if (intentStatus(simulation, row) === "processing") return "Waiting";
  return row.object.payment_status === "unpaid" && intentStatus(simulation, row) !== "requires_capture"
    ? "Failed"
    : "Paid";
}

function checkoutPage(simulation: Simulation, row: SessionRow, locale: string) {
  const shop = simulation.settings.shop_name;
  const currency = row.object.currency as string;
  const total = formatAmount(row.object.amount_total ?? 0, currency, locale);
  const lines = row.lines.map((line) => {
    const unit = formatAmount(line.price.unit_amount ?? 0, currency, locale);
    const note = row.products[line.price.product as string]?.description;
    return html`<li><div>${line.description}${note ? html`<small>${note}</small>` : ""}${
      (line.quantity ?? 1) > 1 ? html`<small>${line.quantity} × ${unit}</small>` : ""
    }</div><div class="sum">${formatAmount(line.amount_total, currency, locale)}</div></li>`;
  });
  return html`<p class="test-note">Test payment: the simulator stands in for the payment provider, no money moves.</p>
<main class="page"><div class="checkout">
<section class="order" aria-label="Your order">
<p class="shop"><span aria-hidden="true">${[...shop][0]?.toUpperCase()}</span>${shop}</p>
<p class="amount"><small>${row.object.status === "open" ? "Total to pay" : "Total"}</small>${total}</p>
<ul class="lines">${lines}<li class="total"><div>Total</div><div class="sum">${total}</div></li></ul>
</section>
<section class="pay">${row.object.status === "open" ? openForm(simulation, row, total) : endState(simulation, row)}</section>
</div></main>`;
}

function openForm(simulation: Simulation, row: SessionRow, total: string) {
  const { object } = row;
  const intent = simulation.store.intents.find((object.payment_intent as string | null) ?? "");
  const error = intent?.object.last_payment_error;
  const customer = simulation.store.customers.find((object.customer as string | null) ?? "");
  const email = object.customer_email ?? customer?.object.email ?? null;
  const decidesItself = outcomeOfAmount(object.amount_total ?? 0);
  const ends = new Date(object.expires_at * 1000).toISOString().slice(0, 16).replace("T", " ");
  return html`<h1>Payment</h1>
${error ? html`<p class="notice bad" role="alert"><strong>${error.message}</strong>Nothing was taken. You can try again.</p>` : ""}
${
  decidesItself
    ? html`<p class="notice wait"><strong>This amount decides itself.</strong>It ends in ${decidesItself === "succeeds" ? "99 and succeeds" : "11 and fails"} shortly after the order, unless you act first.</p>`
    : ""
}
<form method="post" action="/pay/${row.id}">
<label>E-mail<input type="email" name="email" autocomplete="email" required ${email === null ? "" : "readonly"} value="${email ?? ""}" placeholder="you@example.com"></label>
<label>Card<span class="card-line"><span>4242 4242 4242 4242</span><em>Test card</em></span></label>
<button class="primary" name="action" value="pay">Pay ${total}</button>
<button name="action" value="decline">Decline card</button>
</form>
<div class="stack">${
    object.cancel_url === null
      ? ""
      : html`<a class="button quiet" href="${shopUrl(object.cancel_url, row)}">Abandon and go back to the shop</a>`
  }
<p class="hint">Open until ${ends} UTC.</p></div>`;
}

function endState(simulation: Simulation, row: SessionRow) {
  const back = row.object.status === "complete" ? row.object.success_url : row.object.cancel_url;
  const link = back === null ? "" : html`<a class="button primary" href="${shopUrl(back, row)}">Back to the shop</a>`;
  const title = statusTitle(simulation, row);
  const [kind, headline, sentence] = {
    Expired: ["bad", "This payment page has expired.", "Nothing was taken. Order again in the shop to get a new page."],
    Waiting: ["wait", "Your wallet is confirming the payment.", "This page looks again by itself."],
    Failed: ["bad", "The payment failed.", "Nothing was taken. Order again in the shop to try another way."],
    Paid: ["good", "Paid. Thank you!", `A receipt goes to ${row.object.customer_details?.email ?? "your address"}.`],
  }[title] as [string, string, string];
  return html`<h1>Payment</h1><p class="notice ${kind}" role="status"><strong>${headline}</strong>${sentence}</p>
<div class="stack">${link}</div>`;
}

function notFound() {
  return layout(
    "Unknown payment page",
    html`<main class="page"><div class="panel"><h1>This payment page does not exist.</h1>
<p class="hint">The address is incomplete, or the simulator was reset since the page was made.</p></div></main>`,
  );
}
