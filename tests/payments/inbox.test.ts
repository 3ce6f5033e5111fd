import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { paidSale } from "./paid-sale.ts";
import { again, paid } from "./provider-events.ts";
import { cancel, openOrder, openSale, startPayment } from "./sale.ts";

const database = useDatabase();

describe("the inbox", () => {
  test("applies an event once, however often it comes", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      const event = paid(sale);
      const outcomes = [];
      for (let copy = 0; copy < 25; copy++) outcomes.push(await deliver(sql, event));
      expect(outcomes).toEqual(["applied", ...Array(24).fill("duplicate")]);
      expect(await deliver(sql, again(event))).toBe("ignored");
    });
  });

  test("keeps an event that cannot be applied, changes nothing, and applies it when it can be", async () => {
    await database.rolledBack(async (sql) => {
      const sale = await openSale(sql);
      const broken = paid(sale, { amount_total: "many" });
      expect(await deliver(sql, broken)).toBe("failed");
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "pending", payments: ["pending 0 0"] });
      const [kept] =
        await sql`select outcome, attempts, error from private.provider_events where event_id = ${broken.id}`;
      expect(kept).toMatchObject({ outcome: "failed", attempts: 1, error: expect.stringMatching(/^22P02 /) });
      const repaired = JSON.stringify(paid(sale));
      await sql`update private.provider_events
        set payload = ${repaired}::text::jsonb, received_at = now() - interval '6 seconds' where event_id = ${broken.id}`;
      const [healed] = await sql`select private.apply_pending_provider_events() as applied`;
      expect(healed?.applied).toBe(1);
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "paid", enrollments: ["active"] });
      expect(await deliver(sql, broken)).toBe("duplicate");
    });
  });

  test("gives an event up after twenty tries, and then shows it as a broken promise", async () => {
    await database.rolledBack(async (sql) => {
      const broken = paid(await openSale(sql), { amount_total: "many" });
      await deliver(sql, broken);
      await sql`update private.provider_events set received_at = now() - interval '11 minutes' where event_id = ${broken.id}`;
      for (let run = 0; run < 25; run++) await sql`select private.apply_pending_provider_events()`;
      const [kept] = await sql`select attempts from private.provider_events where event_id = ${broken.id}`;
      expect(kept?.attempts).toBe(20);
      const shown =
        await sql`select invariant from private.invariant_violations where subject = ${`stripe/${broken.id}`}`;
      expect(shown.map((row) => row.invariant)).toEqual(["a provider event ends within minutes"]);
      await sql`delete from private.provider_events where event_id = ${broken.id}`;
    });
  });

  test.each([
    ["no id", { id: "" }],
    ["an id of 300 characters", { id: "e".repeat(300) }],
    ["no type", { type: "" }],
    ["no object", { data: { object: null } }],
    ["a list for an object", { data: { object: [] } }],
  ])("refuses an event with %s", async (_what, changes) => {
    await database.rolledBack(async (sql) => {
      const event = { ...paid(await openSale(sql)), ...(changes as object) };
      await expectRefusal(() => deliver(sql, event), { code: "invalid_provider_event", status: 422 });
    });
  });
});

test("the reconciler is given open attempts and those that ended within the hour", async () => {
  await database.rolledBack(async (sql) => {
    const open = await openSale(sql);
    const closed = await openSale(sql);
    await cancel(sql, closed);
    const done = await paidSale(sql);
    const bare = await startPayment(sql, await openOrder(sql, { intake: await publishedIntake(sql, { price: 500 }) }));
    await sql`update public.payments set created_at = now() - interval '3 minutes'`;
    const asked = async () => {
      const rows = await sql`select id from private.open_payments()`;
      return rows.map((row) => row.id);
    };
    expect(new Set(await asked())).toEqual(new Set([open.paymentId, closed.paymentId]));
    expect(await asked()).not.toContain(done.paymentId);
    expect(await asked()).not.toContain(bare);
  });
});
