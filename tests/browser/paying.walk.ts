import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Buyer, newBuyer } from "../payments/provider.ts";
import { publishedIntake } from "../support/catalog.ts";
import { useStack } from "../support/stack.ts";
import { startChromium } from "./chromium.ts";

const stack = useStack();
// Ends in 50: only the person decides.
const PRICE = 75_000_50;
const SHOP = "http://localhost:3000";
let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await startChromium();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  const context = await browser.newContext({ locale: "en-GB" });
  // The shop's own frontend, which is not part of this project.
  await context.route(`${SHOP}/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Order</title><h1>Your order</h1>" }),
  );
  page = await context.newPage();
});
afterEach(() => page?.context().close());

type Walk = { buyer: Buyer; orderId: string; url: string };

/** Somebody orders a seat and is sent to the page where it is paid. */
async function atThePayPage(method: "checkout" | "ewallet"): Promise<Walk> {
  const buyer = await newBuyer(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 3, price: PRICE });
  const order = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const { payment } = await buyer.seatline.checkout.start({ order_id: order.id, method });
  await page.goto(payment.url);
  return { buyer, orderId: order.id, url: payment.url };
}

/** What the order page shows, by the API. */
async function orderOf({ buyer, orderId }: Walk) {
  const { status, payments, items } = await buyer.seatline.orders.get(orderId);
  return { status, payments: payments.map((payment) => payment.status), seat: items[0]?.enrollment?.status };
}
const becomes = (walk: Walk, wanted: Awaited<ReturnType<typeof orderOf>>) =>
  expect.poll(() => orderOf(walk)).toEqual(wanted);
const backInShop = ({ orderId }: Walk, result = "") =>
  page.waitForURL((url) => url.href.startsWith(`${SHOP}/orders/${orderId}`) && url.href.endsWith(result));

describe("on the card's page a person", () => {
  test("pays, comes back to the shop, and has the seat", async () => {
    const walk = await atThePayPage("checkout");
    expect(await page.getByText("75,000.50").count()).toBeGreaterThan(0);
    await page.getByRole("button", { name: /^Pay/ }).click();
    await backInShop(walk, "checkout=success");
    await becomes(walk, { status: "paid", payments: ["success"], seat: "active" });
    await page.goto(walk.url);
    await page.getByText("Paid. Thank you!").waitFor();
  });

  test("is declined, reads why, and pays with another try", async () => {
    const walk = await atThePayPage("checkout");
    await page.getByRole("button", { name: "Decline card" }).click();
    await page.getByRole("alert").waitFor();
    await becomes(walk, { status: "pending", payments: ["pending"], seat: "reserved" });
    await page.getByRole("button", { name: /^Pay/ }).click();
    await backInShop(walk, "checkout=success");
    await becomes(walk, { status: "paid", payments: ["success"], seat: "active" });
  });

  test("leaves, finds the order unpaid, and the page closed when its time is over", async () => {
    const walk = await atThePayPage("checkout");
    await page.getByRole("link", { name: /Abandon/ }).click();
    await backInShop(walk, "checkout=cancelled");
    expect(await orderOf(walk)).toEqual({ status: "pending", payments: ["pending"], seat: "reserved" });
    const session = new URL(walk.url).pathname.split("/").at(-1);
    await fetch(`${stack.urls.simulator}/simulator/sessions/${session}/expire`, { method: "POST" });
    await becomes(walk, { status: "pending", payments: ["expired"], seat: "reserved" });
    await page.goto(walk.url);
    await page.getByText("This payment page has expired.").waitFor();
  });
});

describe("on the e-wallet's page a person", () => {
  test("approves, comes back to the shop, and has the seat seconds later", async () => {
    const walk = await atThePayPage("ewallet");
    await page.getByRole("button", { name: /^Approve/ }).click();
    await backInShop(walk);
    await becomes(walk, { status: "paid", payments: ["success"], seat: "active" });
    await page.goto(walk.url);
    await page.getByText("Paid. Thank you!").waitFor();
  });

  test("declines, and pays by card instead", async () => {
    const walk = await atThePayPage("ewallet");
    await page.getByRole("button", { name: "Decline" }).click();
    await page.getByText("The payment failed.").waitFor();
    await becomes(walk, { status: "pending", payments: ["failed"], seat: "reserved" });
    const { payment } = await walk.buyer.seatline.checkout.start({ order_id: walk.orderId });
    await page.goto(payment.url);
    await page.getByRole("button", { name: /^Pay/ }).click();
    await backInShop(walk, "checkout=success");
    await becomes(walk, { status: "paid", payments: ["failed", "success"], seat: "active" });
  });

  test("leaves, cancels the order, and finds the page closed", async () => {
    const walk = await atThePayPage("ewallet");
    await page.getByRole("link", { name: "Back to the shop" }).click();
    await backInShop(walk);
    await walk.buyer.seatline.orders.cancel({ order_id: walk.orderId });
    await becomes(walk, { status: "cancelled", payments: ["cancelled"], seat: "cancelled" });
    await expect
      .poll(async () => (await page.goto(walk.url)) && page.content())
      .toContain("The shop closed this payment.");
  });
});
