import { expect, test } from "vitest";
import { running } from "../instalments/paying.ts";
import { begun, invoiceEvent } from "../subscriptions/subscribing.ts";
import { type BuiltIntake, publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { openOrder } from "./sale.ts";
import { keepCard, loseCard } from "./saved-methods.ts";

const database = useDatabase();
const needed = { code: "payment_method_needed", status: 409 };

const remove = (sql: Sql, person: string, method: string | null) =>
  actingAs(sql, person, async (tx) => {
    const [row] = await tx`select public.remove_payment_method(${method}) as left_over`;
    return row?.left_over as unknown[];
  });
const keptBy = async (sql: Sql, person: string): Promise<string> => {
  const [row] = await sql`select id from public.payment_methods where person_id = ${person} and removed_at is null`;
  return row?.id ?? (await keepCard(sql, person));
};
const waiting = async (sql: Sql): Promise<string> => {
  const intake: BuiltIntake = await publishedIntake(sql, { seats: 1 });
  await openOrder(sql, { intake });
  const person = await newCustomer(sql);
  await keepCard(sql, person);
  await actingAs(sql, person, (tx) => tx`select public.join_waitlist(${intake.intakeId}, null, true, 100000000)`);
  return person;
};

test.each<[string, (sql: Sql) => Promise<string>, (sql: Sql, person: string) => Promise<unknown>]>([
  [
    "instalments that run",
    async (sql) => (await running(sql)).customerId,
    (sql, person) =>
      actingAs(
        sql,
        "service",
        (tx) =>
          tx`select public.refund_order(id, reason => 'The plan ends.') from public.orders where customer_id = ${person}`,
      ),
  ],
  [
    "a subscription that goes on",
    async (sql) => {
      const it = await begun(sql);
      await deliver(sql, invoiceEvent(it, 1, true));
      return it.personId;
    },
    (sql, person) =>
      actingAs(
        sql,
        person,
        (tx) => tx`select public.cancel_subscription(id) from public.subscriptions where person_id = ${person}`,
      ),
  ],
  [
    "a seat that is waited for",
    waiting,
    (sql, person) => sql`update public.waitlist_entries set status = 'left' where learner_id = ${person}`,
  ],
])("the only card is not taken away while %s is charged to it", (_what, make, end) =>
  database.rolledBack(async (sql) => {
    const person = await make(sql);
    const only = await keptBy(sql, person);
    await expectRefusal(() => remove(sql, person, only), needed);
    const second = await keepCard(sql, person);
    expect(await remove(sql, person, only), "another one is there").toMatchObject([{ id: second }]);
    await expectRefusal(() => remove(sql, person, second), needed);
    await end(sql, person);
    expect(await remove(sql, person, second)).toEqual([]);
  }),
);

test("a card that the provider says is gone is gone, whatever needs it", () =>
  database.rolledBack(async (sql) => {
    const { customerId } = await running(sql);
    await loseCard(sql, await keptBy(sql, customerId));
    expect(
      await sql`select from public.payment_methods where person_id = ${customerId} and removed_at is null`,
    ).toEqual([]);
  }));
