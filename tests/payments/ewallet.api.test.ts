import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { useStack } from "../support/stack.ts";
import { outcomeOf } from "./outcome.ts";
import { newBuyer } from "./provider.ts";
import type { Sale } from "./sale.ts";

const stack = useStack();

type Wallet = { id: string; order: string; status: string; amount: number; refunded_amount: number };

async function walletOf(orderId: string): Promise<Wallet[]> {
  const truth = (await (await fetch(`${stack.urls.simulator}/simulator/truth`)).json()) as {
    ewallet_payments: Wallet[];
  };
  return truth.ewallet_payments.filter(({ order }) => order === orderId);
}

async function order(price: number) {
  const buyer = await newBuyer(stack);
  const { variantId } = await publishedIntake(stack.sql, { seats: 2, price });
  const placed = await buyer.seatline.orders.place({ lines: [{ variant_id: variantId, quantity: 1 }] });
  const started = await buyer.seatline.checkout.start({ order_id: placed.id, method: "ewallet" });
  const outcome = () => outcomeOf(stack.sql, { orderId: placed.id, variantId } as Sale);
  return { buyer, placed, started, outcome };
}

describe("an e-wallet", () => {
  test("is paid by an amount that ends in 99: the order, one payment at the wallet, and its refund agree", async () => {
    const { placed, started, outcome } = await order(90_000_99);
    expect(started.payment).toMatchObject({ method: "ewallet", provider: "ewallet", status: "pending" });
    expect((await fetch(started.payment.url)).status).toBe(200);
    await expect.poll(async () => (await outcome()).order).toBe("paid");
    expect(await walletOf(placed.id)).toMatchObject([{ status: "succeeded", amount: 90_000_99 }]);
    await stack.sql`select private.undo_order(${placed.id}, 'a test gives it back')`;
    await expect.poll(async () => (await outcome()).payments).toEqual([`refunded ${90_000_99} ${90_000_99}`]);
    expect(await walletOf(placed.id)).toMatchObject([{ refunded_amount: 90_000_99 }]);
  });

  test("is refused by an amount that ends in 11, and a card can still pay", async () => {
    const { buyer, placed, outcome } = await order(90_000_11);
    await expect.poll(async () => (await outcome()).payments).toEqual(["failed 0 0 payment_failed"]);
    expect((await outcome()).order).toBe("pending");
    const card = await buyer.seatline.checkout.start({ order_id: placed.id });
    expect(card.payment).toMatchObject({ method: "checkout", attempt: 2 });
    expect(await walletOf(placed.id)).toMatchObject([{ status: "failed" }]);
  });
});
