import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { layout, PAGE_HEADERS } from "../pages/layout.ts";
import { formatAmount } from "../payments/amounts.ts";
import type { Simulation } from "../simulation.ts";
import type { WalletPaymentRow } from "../store.ts";
import { approve, decline, expireIfDue, WalletRefusal } from "./moves.ts";

/** The e-wallet's page: the buyer approves, declines, or goes back to the shop. It works without scripts. */
export function ewalletPage(simulation: Simulation): Hono {
  const app = new Hono();
  app.get("/ewallet/pay/:id", (context) => {
    const row = find(simulation, context);
    if (row === undefined) return context.html(layout("Unknown payment", unknown()), 404, PAGE_HEADERS);
    const waits = row.object.status === "processing" ? 2 : undefined;
    const title = `E-wallet – ${simulation.settings.shop_name}`;
    return context.html(layout(title, board(simulation, row), waits), 200, PAGE_HEADERS);
  });
  app.post("/ewallet/pay/:id", async (context) => {
    const row = find(simulation, context);
    if (row === undefined) return context.html(layout("Unknown payment", unknown()), 404, PAGE_HEADERS);
    const { action } = await context.req.parseBody();
    try {
      if (action === "decline") decline(simulation, row);
      else approve(simulation, row);
    } catch (error) {
      // Somebody else was faster; the page shows how it ended.
      if (!(error instanceof WalletRefusal)) throw error;
      return context.redirect(`/ewallet/pay/${row.id}`, 303);
    }
    return context.redirect(action === "decline" ? `/ewallet/pay/${row.id}` : row.object.return_url, 303);
  });
  return app;
}

function find(simulation: Simulation, context: Context): WalletPaymentRow | undefined {
  const row = simulation.store.walletPayments.find(context.req.param("id") ?? "");
  if (row !== undefined) expireIfDue(simulation, row);
  return row;
}

const ENDED = {
  processing: ["wait", "Your wallet is collecting the money.", "This page looks again by itself."],
  succeeded: ["good", "Paid. Thank you!", "The shop has been told."],
  failed: ["bad", "The payment failed.", "Nothing was taken. Try another way in the shop."],
  expired: ["bad", "This payment has expired.", "Nothing was taken. Order again in the shop."],
  cancelled: ["bad", "The shop closed this payment.", "Nothing was taken."],
} as const;

function board(simulation: Simulation, { object }: WalletPaymentRow) {
  const total = formatAmount(object.amount, object.currency.toLowerCase());
  const back = html`<div class="stack"><a class="button quiet" href="${object.return_url}">Back to the shop</a></div>`;
  if (object.status !== "pending") {
    const [kind, headline, sentence] = ENDED[object.status];
    return html`<main class="page"><div class="panel"><h1>E-wallet</h1>
<p class="notice ${kind}" role="status"><strong>${headline}</strong>${sentence}</p>${back}</div></main>`;
  }
  return html`<p class="test-note">Test payment: the simulator stands in for an e-wallet, no money moves.</p>
<main class="page"><div class="panel"><h1>E-wallet</h1>
<p>${simulation.settings.shop_name} asks for <strong>${total}</strong>. ${object.description}</p>
<form method="post" action="/ewallet/pay/${object.id}">
<button class="primary" name="action" value="approve">Approve ${total}</button>
<button name="action" value="decline">Decline</button>
</form>${back}</div></main>`;
}

function unknown() {
  return html`<main class="page"><div class="panel"><h1>This payment does not exist.</h1></div></main>`;
}
