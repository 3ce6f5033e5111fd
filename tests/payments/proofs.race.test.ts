import { describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { outcomeOf } from "./outcome.ts";
import { paid } from "./provider-events.ts";
import { cancel, expireDue, holdEnds, openOrder, openSale, PRICE } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";
import { offerTransfers, openTransfer, review, sendProof, startProof, startTransfer, submit } from "./transfer.ts";

const database = useDatabase();

describe("approval, expiry, cancellation, and a card that paid the same order", () => {
  test("end in one outcome: one payment stands or none, everything else goes back", async () => {
    for (let round = 0; round < raceRounds(3); round++) await everythingAtOnce(database);
  });

  test("deliver twice when the order is not locked first", async () => {
    await withSabotage(
      replaceInFunction("private.lock_payment", /perform from public\.orders where .* for update;/, ""),
      everythingAtOnce,
      { rounds: 8 },
    );
  });
});

async function everythingAtOnce(target: TestDatabase): Promise<void> {
  await offerTransfers(target.sql);
  const sale = await openSale(target.sql, { seats: 1 });
  const { payment } = await startTransfer(target.sql, sale);
  const proofId = await sendProof(target.sql, { ...sale, paymentId: payment.id });
  await holdEnds(target.sql, sale);
  const approve = (sql: Pool) => review(sql, proofId, { approve: true });
  await together(target, [
    approve,
    approve,
    tell(paid(sale)),
    expireDue,
    (sql) => cancel(sql, sale, "customer"),
    (sql) => openOrder(sql, { intake: sale }),
  ]);
  await settleDown(target);
  const outcome = await outcomeOf(target.sql, sale);
  // card and transfer both took the money; what does not pay for the seat is on its way back
  expect(outcome.payments.toSorted()).toEqual(
    outcome.order === "paid"
      ? [`refunding ${PRICE} 0`, `success ${PRICE} 0`]
      : [`refunding ${PRICE} 0`, `refunding ${PRICE} 0`],
  );
  expect(outcome.refunds).toHaveLength(outcome.order === "paid" ? 1 : 2);
  // the customer may also have cancelled what was just paid
  expect(outcome.order === "paid" ? [1] : [0, 1]).toContain(outcome.events["order.paid"] ?? 0);
  await expectInvariants(target.sql);
}

describe("approval and rejection at once", () => {
  test("are one verdict", async () => {
    await oneVerdict(database);
  });

  test("are two when the proof's status is not asked again", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.review_payment_proof", "if v_proof.status <> 'submitted' then", "if false then"),
        "insert into private.status_moves values ('payment_proof', 'approved', 'rejected'), ('payment_proof', 'rejected', 'approved')",
      ),
      oneVerdict,
    );
  });
});

async function oneVerdict(target: TestDatabase): Promise<void> {
  const transfer = await openTransfer(target.sql);
  const proofId = await sendProof(target.sql, transfer);
  await together(
    target,
    times(6, (index) => (sql: Pool) => review(sql, proofId, { approve: index % 2 === 0, reason: "no" })),
  );
  const moves = await target.sql`
    select to_status from public.status_changes where subject_id = ${proofId} and to_status in ('approved', 'rejected')`;
  expect(moves).toHaveLength(1);
  const paidFor = moves[0]?.to_status === "approved";
  expect((await outcomeOf(target.sql, transfer)).order).toBe(paidFor ? "paid" : "pending");
  await expectInvariants(target.sql);
}

test("of many files submitted at once one is put before staff", async () => {
  const transfer = await openTransfer(database.sql);
  const proofs = [];
  while (proofs.length < 6) proofs.push(await startProof(database.sql, transfer));
  await together(
    database,
    proofs.map((proof, index) => (sql: Pool) => submit(sql, proof, String(index).repeat(64))),
  );
  const rows =
    await database.sql`select status from public.payment_proofs where payment_id = ${transfer.paymentId} order by 1`;
  expect(rows.map(({ status }) => status)).toEqual(["submitted", ...times(5, () => "uploading")]);
});
