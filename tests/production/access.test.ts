import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { nowhere, report, waitingPush } from "./handing-over.ts";

const database = useDatabase();
const denied = { code: "permission_denied", status: 403 };
const notFound = { code: "process_not_found", status: 404 };

test("staff with processes.write and the secret key report, and nobody else", async () => {
  await database.rolledBack(async (sql) => {
    const { processId, customerId } = await waitingPush(sql);
    const may = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      const refusal = await refusalOf(() => report(sql, processId, { status: "waiting", reporter: null }));
      if (refusal) expect(refusal).toEqual(denied);
      else may.push(role);
    }
    expect(may).toEqual(["admin"]);
    await asService(sql);
    await report(sql, processId, { status: "waiting" });
    await asCustomer(sql, customerId);
    await expectRefusal(() => report(sql, processId, { status: "done" }), denied);
    await asAnon(sql);
    await expectRefusal(() => report(sql, processId, { status: "done" }), { code: "42501", status: 401 });
  });
});

test("a reporter speaks of its own processes only, and hears of others what it hears of none", async () => {
  await database.rolledBack(async (sql) => {
    const { processId } = await waitingPush(sql);
    const [mail] = await sql`
      select private.queue_process('notifications.send-welcome', id, subject_type, subject_id) as id from public.events order by id desc limit 1`;
    await asService(sql);
    await expectRefusal(() => report(sql, mail?.id, { status: "done" }), notFound);
    await expectRefusal(() => report(sql, mail?.id, { status: "done", reporter: null }), notFound);
    await expectRefusal(() => report(sql, processId, { status: "done", reporter: "carrier" }), notFound);
    await expectRefusal(() => report(sql, nowhere, { status: "done" }), notFound);
    await asOwner(sql);
    const [row] = await sql`select status from public.processes where id = ${mail?.id}`;
    expect(row?.status).toBe("queued");
  });
});
