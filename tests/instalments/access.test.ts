import { expect, test } from "vitest";
import { openOrder } from "../payments/sale.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { newPlan, running } from "./paying.ts";

const database = useDatabase();
const denied = { code: "42501", status: 403 };

test("an order in parts is seen by its buyer and staff with payments.read, and written by nobody", async () => {
  await database.rolledBack(async (sql) => {
    const order = await running(sql);
    const seen = async () => (await sql`select from public.instalments where order_id = ${order.orderId}`).length;
    await asCustomer(sql, order.customerId);
    expect(await seen()).toBe(3);
    expect((await sql`select public.get_instalments(${order.orderId}) as schedule`)[0]?.schedule).toMatchObject({
      status: "running",
    });
    await expectRefusal(() => sql`update public.instalments set status = 'paid'`, { code: "42501", status: 403 });
    await asOwner(sql);
    await asCustomer(sql);
    expect(await seen()).toBe(0);
    await expectRefusal(() => sql`select public.get_instalments(${order.orderId})`, {
      code: "order_not_found",
      status: 404,
    });
    await asOwner(sql);
    await asStaff(sql, "finance");
    expect(await seen()).toBe(3);
    await asAnon(sql);
    await expectRefusal(seen, { code: "42501", status: 401 });
    await asOwner(sql);
    const plain = await openOrder(sql);
    await asCustomer(sql, plain.customerId);
    await expectRefusal(() => sql`select public.get_instalments(${plain.orderId})`, {
      code: "instalments_not_found",
      status: 404,
    });
    await asOwner(sql);
  });
});

test("the verbs are for the order's buyer: another's and none are one answer, and giving a debt up is finance's", async () => {
  await database.rolledBack(async (sql) => {
    const order = await running(sql);
    const other = await openOrder(sql);
    const plan = await newPlan(sql);
    const hidden = { code: "order_not_found", status: 404 };
    for (const orderId of [order.orderId, crypto.randomUUID()]) {
      await asCustomer(sql, await newCustomer(sql));
      await expectRefusal(() => sql`select public.start_instalments(${orderId}, ${plan})`, hidden);
      await expectRefusal(() => sql`select public.set_instalment_method(${orderId})`, hidden);
      await expectRefusal(() => sql`select public.get_instalments(${orderId})`, hidden);
      await asOwner(sql);
    }
    await asStaff(sql, "admin");
    await expectRefusal(() => sql`select public.start_instalments(${other.orderId}, ${plan})`, hidden);
    await asOwner(sql);
    const may = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      const give = () => sql`select public.write_off_instalments(${other.orderId}, 'cannot be reached')`;
      const missing = { code: "instalments_not_found", status: 404 };
      const wanted = ["admin", "finance"].includes(role) ? missing : { code: "permission_denied", status: 403 };
      await expectRefusal(give, wanted);
      if (wanted === missing) may.push(role);
      await asOwner(sql);
    }
    expect(may.toSorted()).toEqual(["admin", "finance"]);
  });
});

test("plans are read by everybody while they are active, and written by who writes prices; nobody writes schedules and parts", async () => {
  await database.rolledBack(async (sql) => {
    const order = await running(sql);
    await sql`insert into public.instalment_plans (title, count) values ('Not yet', 2)`;
    const plans = async () => (await sql`select from public.instalment_plans`).length;
    const all = await plans();
    const seers: string[] = [];
    const writers: string[] = [];
    await asAnon(sql);
    expect(await plans()).toBe(all - 1);
    await asOwner(sql);
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await plans()) === all) seers.push(role);
      if (await writes(sql)) writers.push(role);
      await asOwner(sql);
    }
    expect(writers.toSorted()).toEqual(["admin", "catalog_manager"]);
    expect(writers.filter((role) => !seers.includes(role))).toEqual([]);
    for (const become of [() => asCustomer(sql, order.customerId), () => asStaff(sql, "admin"), () => asService(sql)]) {
      await become();
      await expectRefusal(() => sql`update public.instalment_schedules set status = 'completed'`, denied);
      await expectRefusal(
        () =>
          sql`insert into public.instalments (order_id, number, amount, due_at) values (${order.orderId}, 4, 1, now())`,
        denied,
      );
      await expectRefusal(() => sql`delete from public.instalments`, denied);
      await asOwner(sql);
    }
  });
});

async function writes(sql: Sql): Promise<boolean> {
  await sql`savepoint before_writing`;
  try {
    await sql`insert into public.instalment_plans (title, count) values ('Mine', 2)`;
    return true;
  } catch {
    return false;
  } finally {
    await sql`rollback to savepoint before_writing`;
  }
}
