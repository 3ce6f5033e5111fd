import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { paidSale } from "./paid-sale.ts";

const database = useDatabase();

test("money is moved by finance, admin and the secret key; to everybody else the verbs say nothing of the order", async () => {
  await database.rolledBack(async (sql) => {
    const sale = await paidSale(sql);
    const ask = async () => {
      const answers = [];
      for (const id of [sale.orderId, randomUUID()])
        answers.push(
          (await refusalOf(() => sql`select public.refund_order(${id}, null, 0, 'why')`))?.code,
          (await refusalOf(() => sql`select public.resolve_order_review(${id}, 'close', 'why')`))?.code,
          (await refusalOf(() => sql`select public.retry_refund(${id})`))?.code,
        );
      return answers;
    };
    const may = [
      "nothing_to_refund",
      "order_not_in_review",
      "refund_not_found",
      "order_not_found",
      "order_not_found",
      "refund_not_found",
    ];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      expect(await ask()).toEqual(["finance", "admin"].includes(role) ? may : Array(6).fill("permission_denied"));
    }
    await asService(sql);
    expect(await ask()).toEqual(may);
    await asOwner(sql);
    await asCustomer(sql, sale.customerId);
    expect(await ask()).toEqual(Array(6).fill("permission_denied"));
    await asAnon(sql);
    expect(await ask()).toEqual(Array(6).fill("42501"));
  });
});
