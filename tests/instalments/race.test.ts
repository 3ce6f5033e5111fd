import { describe, expect, test } from "vitest";
import { deliver } from "../payments/deliver.ts";
import { succeeded } from "../payments/provider-events.ts";
import { keepCard } from "../payments/saved-methods.ts";
import { together } from "../payments/together.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { charge, days, running } from "./paying.ts";

const database = useDatabase();

describe("workers at the same moment", () => {
  const once = async (target: TestDatabase) => {
    const order = await running(target.sql);
    await keepCard(target.sql, order.customerId);
    await days(target.sql, order, 32);
    await target.sql`update public.instalments set reminded_at = now() where order_id = ${order.orderId}`; // nobody waits for a reminder
    await together(
      target,
      Array.from({ length: 6 }, () => (sql) => sql`select private.run_instalments()`),
    );
    const [asked] =
      await target.sql`select count(*) from public.events join public.payments on payments.id = events.subject_id
      where events.name = 'payment.charge_requested' and payments.order_id = ${order.orderId}`;
    expect(asked?.count).toBe(1);
    await deliver(target.sql, succeeded(await charge(target.sql, order)));
  };

  test("charge a part once", () => once(database));

  test("charge it twice without the order's lock and its one open attempt", () =>
    withSabotage(
      allOf(
        replaceInFunction("private.run_instalments", "for update of orders skip locked", ""),
        replaceInFunction(
          "private.run_instalments",
          /and not exists \(select from public\.payments where payments\.order_id = v_order_id[^)]*\)\)/,
          "",
        ),
        replaceInFunction("private.open_payment", "for update", ""),
        replaceInFunction("private.open_payment", "v_payment.status = 'processing' or", "false or"),
        "drop index public.payments_one_open_per_order",
        "alter table public.payments drop constraint payments_are_numbered_per_order",
        "alter table private.saved_charges drop constraint saved_charges_pkey",
      ),
      once,
    ));
});
