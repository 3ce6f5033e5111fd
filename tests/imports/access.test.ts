import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff } from "../support/people.ts";

const database = useDatabase();

test("a file is brought and read by staff of its kind only", () =>
  database.rolledBack(async (sql) => {
    const denied = { code: "permission_denied", status: 403 };
    for (const [role, allowed] of [
      ["catalog_manager", ["products", "prices"]],
      ["warehouse", ["stock"]],
      ["support", []],
    ] as const) {
      await asStaff(sql, role);
      for (const kind of ["products", "prices", "stock"] as const) {
        const attempt = () => sql`select public.start_import(${kind}, 'a.csv')`;
        if ((allowed as readonly string[]).includes(kind)) await attempt();
        else await expectRefusal(attempt, denied);
      }
    }
    await asOwner(sql);
    const [{ id }] = (await sql`select id from public.imports where kind = 'stock'`) as unknown as [{ id: string }];
    await asStaff(sql, "catalog_manager");
    expect((await sql`select kind from public.imports`).map(({ kind }) => kind).sort()).toEqual(["prices", "products"]);
    await expectRefusal(() => sql`select public.find_import(${id})`, { code: "import_not_found", status: 404 });
    await asStaff(sql, "catalog_manager");
    await sql`select public.start_export('products')`;
    await expectRefusal(() => sql`select public.start_export('boats')`, { code: "invalid_import", status: 422 });
    await expectRefusal(() => sql`select public.start_import('products', 'a/b.csv')`, {
      code: "invalid_import",
      status: 422,
    });
    const [mine] = await sql`select id from public.exports`;
    await asStaff(sql, "catalog_manager");
    await expectRefusal(() => sql`select public.export_file(${mine?.id})`, { code: "export_not_found", status: 404 });
  }));

test("customers bring and take nothing, and visitors may not even ask", () =>
  database.rolledBack(async (sql) => {
    const attempts = [
      () => sql`select public.start_import('products', 'a.csv')`,
      () => sql`select public.start_export('products')`,
    ];
    for (const attempt of attempts) {
      await asCustomer(sql);
      await expectRefusal(attempt, { code: "permission_denied", status: 403 });
      await asOwner(sql);
      await asAnon(sql);
      await expectRefusal(attempt, { code: "42501", status: 401 });
      await asOwner(sql);
    }
    expect(await sql`select id from public.imports union all select id from public.exports`).toEqual([]);
  }));
