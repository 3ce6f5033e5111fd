import { expect, test } from "vitest";
import { sell } from "../catalog/searching.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { bought, popular, refresh, similar } from "./recommending.ts";

const database = useDatabase();

test("visitors see what is popular and similar, and only who is signed in what is recommended", () =>
  database.rolledBack(async (sql) => {
    const [one, other] = [await sell(sql, { units: 9 }), await sell(sql, { units: 9 })];
    for (let people = 0; people < 2; people++) await bought(sql, [one, other]);
    await refresh(sql);
    const mine = () => sql`select public.recommended_products()`;
    await asAnon(sql);
    expect(new Set(await popular(sql, { maxRows: 2 }))).toEqual(new Set([one.slug, other.slug]));
    expect((await similar(sql, one.id))[0]).toBe(other.slug);
    await expectRefusal(mine, { code: "42501", status: 401 });
    await asOwner(sql);
    await asService(sql);
    expect(await popular(sql, { maxRows: 1 })).toHaveLength(1);
    await expectRefusal(mine, { code: "sign_in_required", status: 401 });
    await asOwner(sql);
    await asCustomer(sql);
    expect(await mine()).toHaveLength(1);
    await asOwner(sql);
  }));

test("what is not on sale is a start for staff who read the catalogue, and is recommended to nobody", () =>
  database.rolledBack(async (sql) => {
    const [draft, other] = [await sell(sql, { units: 9 }), await sell(sql, { units: 9 })];
    for (let people = 0; people < 2; people++) await bought(sql, [draft, other]);
    await refresh(sql);
    await sql`update public.products set status = 'archived' where id = ${draft.id}`;
    await asStaff(sql, "catalog_manager");
    expect((await similar(sql, draft.id))[0]).toBe(other.slug);
    expect(await similar(sql, other.id)).not.toContain(draft.slug);
    expect(await popular(sql, { maxRows: 50 })).not.toContain(draft.slug);
    await asOwner(sql);
    for (const act of [asAnon, asCustomer]) {
      await act(sql);
      await expectRefusal(() => similar(sql, draft.id), { code: "product_not_found", status: 404 });
      await asOwner(sql);
    }
  }));

test("nobody reads what is counted, who bought what, or runs the job, whatever their role", () =>
  database.rolledBack(async (sql) => {
    const attempts = [
      () => sql`select from private.product_popularity`,
      () => sql`select from private.product_pairs`,
      () => sql`select private.recent_purchases()`,
      () => sql`select private.owned_products(gen_random_uuid())`,
      () => sql`select private.refresh_recommendations()`,
      () => sql`delete from private.product_pairs`,
    ];
    const staff = staffRoles.map((role) => (tx: Sql) => asStaff(tx, role));
    for (const act of [asAnon, asCustomer, ...staff]) {
      await act(sql);
      const status = act === asAnon ? 401 : 403;
      for (const attempt of attempts) await expectRefusal(attempt, { code: "42501", status });
      await asOwner(sql);
    }
  }));
