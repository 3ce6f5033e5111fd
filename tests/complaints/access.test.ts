import { expect, test } from "vitest";
import type { TestDatabase } from "../support/database.ts";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asStaff, newCustomer } from "../support/people.ts";
import { withSabotage } from "../support/sabotage.ts";
import { call, complain, newStaff, openComplaint, resolve, showEvidence } from "./complaining.ts";

const database = useDatabase();
const notFound = { code: "complaint_not_found", status: 404 };
const denied = { code: "permission_denied", status: 403 };

test("another customer's complaint answers as one that does not exist, to every verb", async () => {
  await database.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql);
    const evidence = await showEvidence(sql, basket.customerId, complaint.id);
    const other = await newCustomer(sql);
    const warehouse = await newStaff(sql, "warehouse");
    for (const who of [other, warehouse]) {
      for (const id of [complaint.id, "5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b3c"]) {
        await expectRefusal(() => call(sql, who, "get_complaint", id), notFound);
        await expectRefusal(() => call(sql, who, "update_complaint", id, "Mine"), notFound);
        await expectRefusal(() => call(sql, who, "withdraw_complaint", id), notFound);
        await expectRefusal(() => call(sql, who, "reopen_complaint", id, "Mine"), notFound);
        await expectRefusal(() => call(sql, who, "add_complaint_message", id, "Mine"), notFound);
        await expectRefusal(() => call(sql, who, "start_evidence", id), notFound);
        for (const verb of ["assign_complaint", "start_complaint_review"])
          await expectRefusal(() => call(sql, who, verb, id, ...(verb === "assign_complaint" ? [who] : [])), denied);
        await expectRefusal(() => resolve(sql, id, { resolution: "rejected" }, who), denied);
      }
      for (const id of [evidence, "5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b3c"])
        for (const verb of ["evidence_document", "remove_evidence"])
          await expectRefusal(() => call(sql, who, verb, id), { code: "evidence_not_found", status: 404 });
    }
    await asAnon(sql);
    for (const verb of ["get_complaint", "withdraw_complaint", "start_evidence"])
      await expectRefusal(() => sql.unsafe(`select public.${verb}('${complaint.id}')`), { code: "42501", status: 403 });
  });
});

test("the tables show a customer what is theirs and for them, and staff everything", async () => {
  await seesOnlyTheirs(database);
});

test("a customer sees what staff write among themselves when the policy forgets to ask", async () => {
  await withSabotage(
    `drop policy select_own_or_staff on public.complaint_messages;
     create policy select_own_or_staff on public.complaint_messages for select to authenticated
       using (exists (select from public.complaints where complaints.id = complaint_messages.complaint_id and complaints.customer_id = (select auth.uid()))
         or (select private.has_permission('complaints.read')))`,
    seesOnlyTheirs,
  );
});

async function seesOnlyTheirs(target: TestDatabase): Promise<void> {
  await target.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql);
    await openComplaint(sql);
    await showEvidence(sql, basket.customerId, complaint.id);
    const support = await newStaff(sql, "support");
    await call(sql, support, "add_complaint_message", complaint.id, "Between us.");
    await call(sql, support, "add_complaint_message", complaint.id, "For you.", true);
    const counts = async () => {
      const [row] =
        await sql`select (select count(*) from public.complaints) as complaints, (select count(*) from public.complaint_messages) as messages,
        (select count(*) from public.complaint_evidence) as evidence`;
      return row;
    };
    await asCustomer(sql, basket.customerId);
    expect(await counts()).toEqual({ complaints: 1, messages: 1, evidence: 1 });
    await asCustomer(sql);
    expect(await counts()).toEqual({ complaints: 0, messages: 0, evidence: 0 });
    for (const role of ["support", "finance", "auditor", "admin"] as const) {
      await asStaff(sql, role);
      expect(await counts()).toEqual({ complaints: 2, messages: 2, evidence: 1 });
    }
    await asStaff(sql, "warehouse");
    expect(await counts()).toEqual({ complaints: 0, messages: 0, evidence: 0 });
  });
}

test("a customer's page never has the names of staff, their notes, or why a provider refused", async () => {
  await database.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql);
    const support = await newStaff(sql, "support");
    await sql`update public.profiles set first_name = 'Wulandari' where id = ${support}`;
    await call(sql, support, "start_complaint_review", complaint.id);
    await call(sql, support, "add_complaint_message", complaint.id, "Between us.");
    await call(sql, support, "add_complaint_message", complaint.id, "For you.", true);
    const own = JSON.stringify(await call(sql, basket.customerId, "get_complaint", complaint.id));
    expect(own).toContain("For you.");
    for (const hidden of ["Wulandari", "Between us.", support]) expect(own).not.toContain(hidden);
    expect(JSON.stringify(await call(sql, support, "get_complaint", complaint.id))).toContain("Wulandari");
  });
});

test("each role may do what it is for: look, handle, give money, send again", async () => {
  await database.rolledBack(async (sql) => {
    const { complaint } = await openComplaint(sql);
    const [support, finance, auditor] = [
      await newStaff(sql, "support"),
      await newStaff(sql, "finance"),
      await newStaff(sql, "auditor"),
    ];
    expect((await call(sql, auditor, "get_complaint", complaint.id)).actions).toEqual([]);
    await expectRefusal(() => call(sql, auditor, "start_complaint_review", complaint.id), denied);
    await expectRefusal(() => call(sql, auditor, "add_complaint_message", complaint.id, "Hm"), notFound);
    await expectRefusal(() => resolve(sql, complaint.id, { resolution: "refund" }, support), denied);
    await expectRefusal(() => resolve(sql, complaint.id, { resolution: "store_credit" }, support), denied);
    await expectRefusal(() => resolve(sql, complaint.id, { resolution: "replacement" }, finance), denied);
    await call(sql, support, "assign_complaint", complaint.id, finance);
    await expectRefusal(() => call(sql, support, "assign_complaint", complaint.id, auditor), {
      code: "profile_not_found",
      status: 404,
    });
    expect((await call(sql, finance, "start_complaint_review", complaint.id)).assignee).toMatchObject({ id: finance });
    expect((await resolve(sql, complaint.id, { resolution: "refund" }, finance)).status).toBe("resolved");
  });
});

test("nobody decides about their own complaint, whatever their role", async () => {
  await database.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql);
    await sql`insert into public.role_members (profile_id, role) values (${basket.customerId}, 'admin')`;
    expect((await call(sql, basket.customerId, "get_complaint", complaint.id)).choices).toEqual([]);
    await expectRefusal(() => resolve(sql, complaint.id, {}, basket.customerId), denied);
  });
});

test("what staff do leaves an audit row, without the customer's words", async () => {
  await database.rolledBack(async (sql) => {
    const { basket, complaint } = await openComplaint(sql, { description: "Secret words" });
    const admin = await newStaff(sql, "admin");
    await call(sql, basket.customerId, "update_complaint", complaint.id, "Secret words again");
    await call(sql, admin, "assign_complaint", complaint.id, admin);
    await call(sql, admin, "add_complaint_message", complaint.id, "For you.", true);
    await resolve(sql, complaint.id, { amount: 1_00 }, admin);
    const rows =
      await sql`select table_name, action, actor_id, coalesce(before::text, '') || coalesce(after::text, '') as row from public.audit_log
      where table_name like 'complaint%' order by id`;
    expect(rows.map(({ table_name, action }) => `${action} ${table_name}`)).toEqual([
      "update complaints",
      "insert complaint_messages",
      "insert complaint_resolutions",
      "update complaints",
    ]);
    for (const { actor_id, row } of rows) {
      expect(actor_id).toBe(admin);
      expect(row).not.toContain("Secret words");
    }
    expect((await complain(sql, basket.customerId, basket.orderId)).status).toBe("open");
  });
});
