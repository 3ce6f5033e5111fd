import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, staffRoles } from "../support/people.ts";
import { cancel } from "./sale.ts";
import { openTransfer, review, sendProof, startProof } from "./transfer.ts";

const database = useDatabase();
const notFound = { code: "proof_not_found", status: 404 };
const withheld = { code: "permission_denied", status: 403 };

test("a proof is seen by its buyer, by staff with payments.read and the secret key, and by nobody else", async () => {
  await database.rolledBack(async (sql) => {
    const transfer = await openTransfer(sql);
    const proofId = await sendProof(sql, transfer);
    const seen = async () => ({
      row: (await sql`select from public.payment_proofs where id = ${proofId}`).length,
      document: await refusalOf(() => sql`select public.proof_document(${proofId})`),
      history: (await sql`select from public.status_changes where subject_id = ${proofId}`).length,
    });
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      const found = await seen();
      if (found.row) seers.push(role);
      expect(found).toEqual(
        found.row ? { row: 1, document: null, history: 1 } : { row: 0, document: notFound, history: 0 },
      );
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
    // for what only the buyer may do, staff are strangers
    await expectRefusal(() => sql`select public.proof_document(${proofId}, true)`, notFound);
    await asCustomer(sql, transfer.customerId);
    expect(await seen()).toEqual({ row: 1, document: null, history: 1 });
    await sql`select public.proof_document(${proofId}, true)`;
    await asOwner(sql);
    await asCustomer(sql);
    expect(await seen()).toEqual({ row: 0, document: notFound, history: 0 });
    await asAnon(sql);
    await expectRefusal(() => sql`select public.proof_document(${proofId})`, { code: "42501", status: 401 });
  });
});

test("proofs are reviewed by finance, admin and the secret key, and refunds by hand recorded by them", async () => {
  await database.rolledBack(async (sql) => {
    const transfer = await openTransfer(sql);
    const proofId = await sendProof(sql, transfer);
    await cancel(sql, transfer);
    const verdict = { approve: false, reason: "no" };
    const may = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      await sql`savepoint before_review`;
      const refusal = await refusalOf(() => sql`select public.review_payment_proof(${proofId}, false, 'no')`);
      const refund = await refusalOf(() => sql`select public.record_transfer_refund(${randomUUID()}, 'BANK-1')`);
      await sql`rollback to savepoint before_review`;
      if (refusal) expect([refusal, refund]).toEqual([withheld, withheld]);
      else may.push(role);
    }
    expect(may).toEqual(["finance", "admin"]);
    await asCustomer(sql, transfer.customerId);
    await expectRefusal(() => sql`select public.review_payment_proof(${proofId}, true)`, withheld);
    await asOwner(sql);
    expect((await review(sql, proofId, verdict)).proof.status).toBe("rejected");
  });
});

test("nobody chooses, sends or submits for somebody else, and nobody writes a row", async () => {
  await database.rolledBack(async (sql) => {
    const transfer = await openTransfer(sql);
    const proofId = await startProof(sql, transfer);
    await asOwner(sql);
    for (const become of [asCustomer, (tx: Sql) => asStaff(tx, "admin")]) {
      await asOwner(sql);
      await become(sql);
      await expectRefusal(() => sql`select public.start_transfer(${transfer.orderId})`, {
        code: "order_not_found",
        status: 404,
      });
      await expectRefusal(() => sql`select public.start_proof(${transfer.paymentId})`, {
        code: "payment_not_found",
        status: 404,
      });
      await expectRefusal(() => sql`select public.start_proof(${randomUUID()})`, {
        code: "payment_not_found",
        status: 404,
      });
    }
    const denied = { code: "42501", status: 403 };
    await asOwner(sql);
    await asCustomer(sql, transfer.customerId);
    await expectRefusal(() => sql`select public.submit_proof(${proofId}, 'image/png', 1, ${"a".repeat(64)})`, denied);
    await expectRefusal(
      () => sql`insert into public.payment_proofs (payment_id) values (${transfer.paymentId})`,
      denied,
    );
    await expectRefusal(() => sql`update public.payment_proofs set status = 'approved'`, denied);
    await asService(sql);
    await expectRefusal(() => sql`update public.payment_proofs set status = 'approved'`, denied);
  });
});
