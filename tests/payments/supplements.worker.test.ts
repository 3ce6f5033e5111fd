import { expect, test } from "vitest";
import { as, getOrder, payOrder, placeOrder } from "../support/buying.ts";
import { useDatabase } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff } from "../support/people.ts";
import { startSilentWorker } from "../support/worker.ts";
import { deliver } from "./deliver.ts";
import { customerWithAddress } from "./giving-back.ts";
import { disputeEvent } from "./provider-events.ts";
import type { Sale } from "./sale.ts";

const database = useDatabase();

test("the worker puts what lived on a lost payment before a person", async () => {
  const { sql } = database;
  const [had, wanted] = [
    await stockedVariant(sql, 1, { status: "published", price: 100_00 }),
    await stockedVariant(sql, 1, { status: "published", price: 100_00 }),
  ];
  const buyer = await sql.begin((tx) => customerWithAddress(tx));
  const staff = await sql.begin(async (tx) => {
    const id = await asStaff(tx, "admin");
    await asOwner(tx);
    return id;
  });
  const order = await placeOrder(sql, buyer, [{ variant_id: had, quantity: 1 }]);
  expect(await payOrder(sql, buyer, order.id)).toBe("applied");
  const lines = JSON.stringify([{ variant_id: wanted, quantity: 1 }]);
  const supplement = await as(sql, staff, async (tx) => {
    const [row] = await tx`select public.edit_order(${order.id}, ${lines}::text::jsonb, 'they called') as answer`;
    return row?.answer.supplement as { id: string; status: string };
  });
  expect(supplement.status).toBe("paid");
  const [payment] = await sql`select provider_payment_id as intent from public.payments where order_id = ${order.id}`;
  const sale = { orderId: order.id, intentId: payment?.intent, amount: 100_00 } as Sale;
  await deliver(sql, disputeEvent("closed", sale, "lost"));
  const worker = await startSilentWorker(database.url);
  try {
    await worker.untilEmpty();
  } finally {
    await worker.stop();
  }
  expect((await getOrder(sql, buyer, supplement.id)).status).toBe("needs_review");
  const runs = await sql`select status, error from public.processes where task = 'payments.review-supplements'`;
  expect(runs).toEqual([{ status: "done", error: null }]);
});
