import { describe, expect, inject, test } from "vitest";
import { type Crowd, gatherCrowd, tally } from "../support/crowd.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { effort, reportProgress } from "../support/effort.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { expectInvariants } from "../support/invariants.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { seededRandom } from "../support/seeded-random.ts";
import { deduct, levelOf, reserve } from "../support/stock-keeping.ts";

/** Attempts at the edge of stock. */
const attempts = effort(2_000);

// A million attempts leave as many rows, so no other test shares this database.
const database = useDatabase();

// What a shop loses when stock is read first and written later, without a lock or a constraint.
const checkThenAct = `
  alter table public.stock_slots drop constraint stock_slots_never_sell_what_is_not_there;
  create or replace function private.draw_units(variant_id uuid, quantity integer, reserve boolean)
  returns setof private.drawn_slot language plpgsql volatile set search_path = '' as $$
  declare v_slot integer; v_location uuid; v_available integer;
  begin
    select stock_slots.slot, stock_slots.location_id, stock_slots.available into v_slot, v_location, v_available
    from public.stock_slots where stock_slots.variant_id = draw_units.variant_id
    order by stock_slots.available desc, stock_slots.slot limit 1;
    if v_available < draw_units.quantity then return; end if;
    update public.stock_slots set available = available - draw_units.quantity,
      reserved = reserved + case when draw_units.reserve then draw_units.quantity else 0 end
    where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = v_slot and stock_slots.location_id = v_location;
    return next (v_slot, v_location, draw_units.quantity)::private.drawn_slot;
  end $$`;

const neverWalk = replaceInFunction(
  "private.draw_units",
  /return query select \* from private\.draw_units_in_order\([^;]*;/,
  "return;",
);

describe("at the edge of stock", () => {
  test(
    "not one unit is oversold, and none stays unsold while somebody wants it",
    async () => edgeOfStock(database, attempts, 100),
    60_000 + attempts * 20,
  );

  test("that test notices stock that is read first and written later", () =>
    withSabotage(checkThenAct, (shop) => edgeOfStock(shop, 100, 40)));

  test("that test notices buyers who are sent away while units are free in slots that are only locked", () =>
    withSabotage(neverWalk, (shop) => edgeOfStock(shop, 150, 60)));
});

/**
 * Rounds of up to `most` buyers who want 1 to 10 units each, together about as much as there is, until `count` attempts were made. Exact means:
 * units only move from the shelf to buyers, and whoever was refused wanted more than was left.
 */
async function edgeOfStock(shop: TestDatabase, count: number, most: number): Promise<void> {
  const random = seededRandom();
  const crowd = await gatherCrowd(shop, most);
  const progress = reportProgress(count, "attempts at the edge of stock");
  for (let round = 1, made = 0; made < count; round++) {
    const buyers = random(2, most);
    made += buyers;
    const wishes = Array.from({ length: buyers }, () => random(1, 10));
    const wanted = wishes.reduce((sum, wish) => sum + wish, 0);
    const units = Math.ceil((wanted * random(5, 14)) / 10);
    await edgeRound(shop.sql, crowd, wishes, units, `round ${round} of seed ${inject("seed")}`);
    progress(made);
    // A long run is one in which holds of its first rounds end. Without the worker each buyer would end all of their own at their next try.
    if (round % 5 === 0) await shop.sql`select private.expire_due_orders()`;
  }
  await expectInvariants(shop.sql);
}

/** How units leave a shelf: mostly orders, paid at once or held for their payment; of each ten, an integration holds one wish and delivers one at once. */
function take(sql: Sql, customer: string, variant: string, quantity: number, index: number): Promise<unknown> {
  if (index % 10 === 8) return reserve(sql, [{ variant_id: variant, quantity }]);
  if (index % 10 === 9) return deduct(sql, { lines: [{ variant_id: variant, quantity }] });
  return buyUnits(sql, customer, [{ variant, quantity }], index % 2 === 0 ? 0 : 1_000);
}

async function edgeRound(sql: Sql, crowd: Crowd, wishes: number[], units: number, name: string): Promise<void> {
  const variant = await stockedVariant(sql, units);
  const attempts = await crowd.rush(wishes.length, (lane, id, index) =>
    take(lane, id, variant, wishes[index] as number, index),
  );
  const { available: left } = await levelOf(sql, variant);
  const bought = attempts.reduce((sum, { code }, index) => sum + (code === null ? (wishes[index] as number) : 0), 0);
  expect(Object.keys(tally(attempts)).sort().join(), name).toMatch(/^(accepted)?,?(out_of_stock)?$/);
  expect({ bought, left }, name).toEqual({ bought: units - left, left: Math.max(left, 0) });
  const smallestRefused = Math.min(...wishes.filter((_, index) => attempts[index]?.code === "out_of_stock"));
  expect(smallestRefused, `${name}: the smallest wish that was refused, with ${left} left`).toBeGreaterThan(left);
}
