import { expect, test } from "vitest";
import { actingAs } from "../payments/acting-as.ts";
import { keepCard } from "../payments/saved-methods.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { act, FEE, newPlan, open } from "./subscribing.ts";

const database = useDatabase();

test("a subscription is one's own affair: another's and none are one answer, and nobody writes rows", async () => {
  await database.rolledBack(async (sql) => {
    const it = await open(sql);
    const stranger = await newCustomer(sql);
    const missing = { code: "subscription_not_found", status: 404 };
    await expectRefusal(() => act(sql, { ...it, personId: stranger }, "cancel_subscription"), missing);
    await expectRefusal(() => act(sql, { ...it, subscriptionId: crypto.randomUUID() }, "resume_subscription"), missing);
    const card = await keepCard(sql, stranger);
    const choose = (who: string) =>
      actingAs(sql, who, (tx) => tx`select public.set_subscription_method(${it.subscriptionId}, ${card})`);
    await expectRefusal(() => choose(stranger), missing);
    await expectRefusal(() => choose(it.personId), { code: "payment_method_not_found", status: 404 });
    await asCustomer(sql, stranger);
    expect(await sql`select from public.subscriptions where id = ${it.subscriptionId}`).toEqual([]);
    expect(await sql`select public.my_subscriptions()`).toEqual([]);
    await asOwner(sql);
    await asCustomer(sql, it.personId);
    expect((await sql`select public.my_subscriptions() as mine`)[0]?.mine).toMatchObject({
      title: "All of it",
      status: "active",
      amount: FEE,
    });
    await expectRefusal(() => sql`update public.subscriptions set status = 'active'`, { code: "42501", status: 403 });
    await expectRefusal(() => sql`select public.attach_subscription(${it.subscriptionId})`, {
      code: "42501",
      status: 403,
    });
    await asOwner(sql);
  });
});

test("plans are read by everybody while they are active, and written by who writes the catalogue", async () => {
  await database.rolledBack(async (sql) => {
    const { planId } = await newPlan(sql);
    await sql`insert into public.subscription_plans (title, period) values ('Not yet', 'month')`;
    const seen = async () => (await sql`select from public.subscription_plans`).length;
    const all = await seen();
    await asAnon(sql);
    expect([
      await seen(),
      (await sql`select from public.subscription_plan_scopes where plan_id = ${planId}`).length,
    ]).toEqual([all - 1, 1]);
    await asOwner(sql);
    const writers: string[] = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if (await renames(sql, planId)) writers.push(role);
      await asOwner(sql);
    }
    expect(writers.toSorted()).toEqual(["admin", "catalog_manager"]);
    await asCustomer(sql);
    expect(await renames(sql, planId)).toBe(false);
    await asOwner(sql);
  });
});

test("subscriptions are seen by their person and by staff who may read payments", async () => {
  await database.rolledBack(async (sql) => {
    await open(sql);
    const seers: string[] = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await sql`select from public.subscriptions`).length > 0) seers.push(role);
      await asOwner(sql);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
    await asAnon(sql);
    await expectRefusal(() => sql`select from public.subscriptions`, { code: "42501", status: 401 });
    await expectRefusal(() => sql`select public.my_subscriptions()`, { code: "42501", status: 401 });
    await asOwner(sql);
  });
});

const renames = async (sql: Sql, planId: string) =>
  (await sql`update public.subscription_plans set summary = 'Mine' where id = ${planId} returning id`).length > 0;
