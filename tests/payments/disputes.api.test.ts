import { describe, expect, test } from "vitest";
import { signUpStaff, useStack } from "../support/stack.ts";
import { outcomeOf } from "./outcome.ts";
import { atProvider, type Checkout, newBuyer, seatlineOf, startCheckout } from "./provider.ts";
import type { Sale } from "./sale.ts";

const stack = useStack();
const PRICE = 150_000_50;
const FEE = 15_00;

const outcome = ({ orderId, variantId }: Checkout) => outcomeOf(stack.sql, { orderId, variantId } as Sale);

async function atBank(path: string): Promise<{ id: string; status: string }> {
  const response = await fetch(`${stack.urls.simulator}/simulator/${path}`, { method: "POST" });
  expect(response.status).toBe(200);
  return (await response.json()) as { id: string; status: string };
}

/** What the provider says that the bank holds of a dispute, and what it cost. */
async function truthOf(disputeId: string): Promise<{ withdrawn: number; fees: number }> {
  const all = (await (await fetch(`${stack.urls.simulator}/simulator/truth`)).json()) as {
    disputes: { id: string; withdrawn: number; fees: number }[];
  };
  return all.disputes.find(({ id }) => id === disputeId) as { withdrawn: number; fees: number };
}

async function mailsTo(email: string): Promise<string[]> {
  const response = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
  const { messages } = (await response.json()) as { messages: { Subject: string }[] };
  return messages.map(({ Subject }) => Subject);
}

describe("a dispute at the provider", () => {
  test("is told to staff and to nobody else, and both sides agree where the money is until it is won", async () => {
    const finance = await signUpStaff(stack, "finance");
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    await atProvider(stack, sale.sessionId, "pay");
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    const dispute = await atBank(`sessions/${sale.sessionId}/dispute`);
    await expect.poll(async () => (await outcome(sale)).order).toBe("needs_review");
    expect(await truthOf(dispute.id)).toMatchObject({ withdrawn: PRICE, fees: FEE });
    expect(await outcome(sale)).toMatchObject({ enrollments: ["suspended"], ledger: { disputed: PRICE, fees: FEE } });
    const staff = seatlineOf(stack, finance);
    expect((await staff.disputes.list({ order_id: sale.orderId })).data).toMatchObject([
      { status: "open", provider_dispute_id: dispute.id, amount: PRICE, fee_amount: FEE, reason: "fraudulent" },
    ]);
    expect((await buyer.seatline.disputes.list()).data).toEqual([]);
    await expect.poll(() => mailsTo(finance.email)).toHaveLength(1 + 1); // welcome, and the dispute

    await atBank(`disputes/${dispute.id}/win`);
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    expect(await truthOf(dispute.id)).toMatchObject({ withdrawn: 0, fees: FEE });
    expect(await outcome(sale)).toMatchObject({
      enrollments: ["active"],
      ledger: { cash_in_transit: PRICE - FEE, fees: FEE },
    });
    await stack.sql`delete from public.role_members where profile_id = ${finance.id}`;
  });

  test("that is lost ends the order, also when only its decision is told", async () => {
    const buyer = await newBuyer(stack);
    const sale = await startCheckout(stack, buyer);
    await atProvider(stack, sale.sessionId, "pay");
    await expect.poll(async () => (await outcome(sale)).order).toBe("paid");
    const dispute = await atBank(`sessions/${sale.sessionId}/dispute`);
    await atBank(`disputes/${dispute.id}/lose`);
    await expect.poll(async () => (await outcome(sale)).order).toBe("refunded");
    expect(await truthOf(dispute.id)).toMatchObject({ withdrawn: PRICE });
    expect(await outcome(sale)).toMatchObject({
      enrollments: ["cancelled"],
      refunds: [`dispute_lost success ${PRICE}`],
      ledger: { cash_in_transit: -FEE, dispute_losses: PRICE, fees: FEE },
    });
    expect((await buyer.seatline.orders.get(sale.orderId)).status).toBe("refunded");
  });
});
