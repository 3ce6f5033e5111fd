import { expect, test } from "vitest";
import { paidSale } from "../payments/paid-sale.ts";
import { PRICE } from "../payments/sale.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { anonymousClient, signUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();

test("finance reads an order's books over HTTP, with their entries embedded", async () => {
  const { orderId } = await paidSale(stack.sql);
  const finance = await signUpStaff(stack, "finance");
  const { data } = await finance.client
    .from("ledger_transactions")
    .select("effect_key, ledger_entries(account, currency, amount)")
    .eq("order_id", orderId);
  const entries = (data ?? []).flatMap(({ ledger_entries }) => ledger_entries);
  expect(data).toHaveLength(2);
  expect(entries.reduce((sum, { amount }) => sum + amount, 0)).toBe(0);
  expect(entries).toContainEqual({ account: "cash_in_transit", currency: "IDR", amount: PRICE });
});

test("customers and visitors read no books, and nobody writes them over HTTP", async () => {
  const { orderId } = await paidSale(stack.sql);
  const { client } = await signUp(stack);
  expect((await client.from("ledger_entries").select("id")).data).toEqual([]);
  await expectRefusal(anonymousClient(stack).from("ledger_entries").select("id"), { code: "42501", status: 401 });
  for (const writer of [
    client,
    (await signUpStaff(stack, "finance")).client,
    anonymousClient(stack, stack.keys.secretKey),
  ]) {
    const entry = { effect_key: "mine", order_id: orderId };
    await expectRefusal(writer.from("ledger_transactions").insert(entry), { code: "42501", status: 403 });
    await expectRefusal(writer.from("ledger_entries").update({ amount: 1 }).eq("account", "revenue"), {
      code: "42501",
      status: 403,
    });
  }
});
