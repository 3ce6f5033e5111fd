import { expect, test } from "vitest";
import { newPlan } from "../subscriptions/subscribing.ts";
import { orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { stockedVariant } from "../support/goods.ts";
import { asCustomer, newCustomer, staffRoles } from "../support/people.ts";
import { publishedProduct } from "../support/products.ts";
import { race } from "../support/race.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

// Verbs of every domain with input that is right, many times at once with one key. keys.rules.test.ts asks all verbs, one after another.

const database = useDatabase();

test(
  "verbs of every domain, called by twelve at once with one key, have one effect and one answer",
  () => once(database, 12),
  60_000,
);

test("the check notices twins that do not wait for each other", () =>
  withSabotage(replaceInFunction("private.recall_answer", /perform pg_advisory_xact_lock\([^;]*;/, ""), (target) =>
    once(target, 12),
  ));

async function once(target: TestDatabase, copies: number): Promise<void> {
  const person = await newCustomer(target.sql);
  for (const role of staffRoles) {
    await target.sql`insert into public.role_members (profile_id, role) values (${person}, ${role})`;
  }
  for (const call of await calls(target.sql, person)) {
    const key = `the key of ${call}`.slice(0, 255);
    const attempt = (sql: Pool) =>
      sql.begin(async (tx) => {
        await asCustomer(tx, person);
        return JSON.stringify(
          await tx.unsafe(
            `select to_jsonb(answer) as answer from public.${call.replace("KEY", `'${key.replaceAll("'", "''")}'`)} as answer`,
          ),
        );
      });
    const { values, errors } = await race(target, copies, attempt);
    expect({ call, errors: errors.map(String) }).toEqual({ call, errors: [] });
    expect({ call, answers: new Set(values).size }).toEqual({ call, answers: 1 });
    const before = await traces(target.sql, person);
    expect(await attempt(target.sql), call).toBe(values[0]);
    expect({ call, ...(await traces(target.sql, person)) }).toEqual({ call, ...before });
  }
}

/** What this person left behind: an effect leaves at least one of these. */
async function traces(sql: Pool, person: string) {
  const [row] = await sql`select
    (select count(*) from public.events where actor_id = ${person}) as events,
    (select count(*) from public.audit_log where actor_id = ${person}) as audits,
    (select count(*) from private.idempotency_keys where person_id = ${person}) as keys`;
  return row;
}

async function calls(sql: Pool, person: string): Promise<string[]> {
  const intake = await publishedIntake(sql, { seats: 50, price: 100_00 });
  const [free, taught] = [await publishedIntake(sql, { seats: 50 }), await publishedIntake(sql, { seats: 50 })];
  const variant = await stockedVariant(sql, 100, { status: "published", price: 10_00 });
  const order = await orderOne(sql, person, intake.variantId);
  const { productId } = await publishedProduct(sql);
  const { planId } = await newPlan(sql);
  const other = await newCustomer(sql);
  return [
    "add_address('Sari', '+62 811 222 333', 'Jl. Dago 12', 'Bandung', 'Jawa Barat', '40135', idempotency_key => KEY)",
    `start_payment('${order.id}', idempotency_key => KEY)`,
    `add_order_note('${order.id}', 'By hand, please.', idempotency_key => KEY)`,
    `cancel_order('${order.id}', 'Changed my mind.', KEY)`,
    `enroll('${free.intakeId}', KEY)`,
    `add_to_cart('${variant}', 2, KEY)`,
    `place_order('[{"variant_id": "${taught.variantId}", "quantity": 1}]', idempotency_key => KEY)`,
    `start_subscription('${planId}', 'IDR', KEY)`,
    "start_saving_method(KEY)",
    `grant_role('${other}', 'support', KEY)`,
    `revoke_role('${other}', 'support', KEY)`,
    `grant_store_credit('${other}', 5000, 'IDR', 'So sorry.', KEY)`,
    "create_organisation('PT Contoh', idempotency_key => KEY)",
    `create_draft_order('${other}', '[{"variant_id": "${intake.variantId}", "quantity": 1}]', idempotency_key => KEY)`,
    `adjust_stock('[{"variant_id": "${variant}", "delta": 3}]', 'found', idempotency_key => KEY)`,
    `reserve_stock('[{"variant_id": "${variant}", "quantity": 1}]', idempotency_key => KEY)`,
    `set_low_stock_threshold('${variant}', 5, KEY)`,
    "create_location('depot-two', 'Depot two', idempotency_key => KEY)",
    "add_currency('NZD', 'New Zealand dollar', KEY)",
    `start_upload('image', '${productId}', idempotency_key => KEY)`,
    "start_import('stock', 'stock.csv', idempotency_key => KEY)",
    "start_export('products', KEY)",
    "request_report('sales', idempotency_key => KEY)",
    `duplicate_intake('${taught.intakeId}', '2031-01-01', idempotency_key => KEY)`,
    `close_intake('${taught.intakeId}', KEY)`,
    "renew_calendar_link('sessions', KEY)",
  ];
}
