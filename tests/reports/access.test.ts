import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asStaff, staffRoles } from "../support/people.ts";
import { count, request } from "./reporting.ts";

const database = useDatabase();
const denied = { code: "permission_denied", status: 403 };
const gone = { code: "report_not_found", status: 404 };
const maySee = { sales: ["admin", "auditor", "finance"], events: ["admin", "auditor"] } as const;

test("who has the permission of a kind asks for it and reads it, whoever asked first, and nobody else does", () =>
  database.rolledBack(async (sql) => {
    for (const kind of ["sales", "events"] as const) {
      const id = await request(sql, kind);
      await count(sql, id);
      for (const role of staffRoles) {
        const may = (maySee[kind] as readonly string[]).includes(role);
        const person = await asStaff(sql, role);
        const ask = () => sql`select public.request_report(${kind})`;
        if (may) await ask();
        else await expectRefusal(ask, denied);
        for (const verb of ["get_report", "report_sheet"]) {
          await asStaff(sql, role, person);
          const look = () => sql`select ${sql(`public.${verb}`)}(${id})`;
          if (may) expect(await look(), `${role} ${verb}`).toHaveLength(1);
          else await expectRefusal(look, gone);
        }
        await asStaff(sql, role, person);
        expect(await sql`select id from public.reports where id = ${id}`, role).toHaveLength(may ? 1 : 0);
      }
      await asOwner(sql);
    }
  }));

test("customers ask for nothing and see nothing, and visitors may not even ask", () =>
  database.rolledBack(async (sql) => {
    const id = await request(sql, "sales");
    await count(sql, id);
    await asCustomer(sql);
    await expectRefusal(() => sql`select public.request_report('sales')`, denied);
    await asCustomer(sql);
    await expectRefusal(() => sql`select public.get_report(${id})`, gone);
    await asCustomer(sql);
    expect(await sql`select id from public.reports`).toEqual([]);
    await asAnon(sql);
    await expectRefusal(() => sql`select public.get_report(${id})`, { code: "42501", status: 401 });
  }));
