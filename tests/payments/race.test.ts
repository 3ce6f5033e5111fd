import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Pool, type TestDatabase, useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { expectInvariants } from "../support/invariants.ts";
import { allOf, replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { startSilentWorker } from "../support/worker.ts";
import { type Mailbox, openMailbox } from "../worker/support/mailbox.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { type Outcome, outcomeOf } from "./outcome.ts";
import {
  again,
  completedUnpaid,
  declined,
  expired,
  type ProviderEvent,
  paid,
  refundEvent,
  succeeded,
} from "./provider-events.ts";
import { attach, cancel, expireDue, openOrder, openSale, PRICE, type Sale, startPayment } from "./sale.ts";
import { settleDown, tell, times, together } from "./together.ts";

const database = useDatabase();
let mailbox: Mailbox;

beforeAll(async () => {
  mailbox = await openMailbox();
});
afterAll(() => mailbox?.close());

describe("25 copies of an event at once", () => {
  const kinds: [string, (sale: Sale) => ProviderEvent, Partial<Outcome>][] = [
    ["paid", paid, { order: "paid", payments: [`success ${PRICE} 0`] }],
    ["succeeded", succeeded, { order: "paid", payments: [`success ${PRICE} 0`] }],
    ["completed but not paid", completedUnpaid, { order: "pending", payments: ["processing 0 0"] }],
    ["expired", expired, { order: "pending", payments: ["expired 0 0"] }],
    ["declined", declined, { order: "pending", payments: ["pending 0 0 insufficient_funds"] }],
    [
      "refunded",
      (sale) => refundEvent("refund.created", sale, { id: `re_${sale.orderId}`, status: "succeeded" }),
      { order: "pending", payments: ["pending 0 0"] },
    ],
  ];

  test.each(kinds)("that says %s are applied once", async (_name, kind, ends) => {
    await copiesAreAppliedOnce(database, kind, ends);
  });

  test("are applied twice when the inbox forgets them: its primary key is the guard", async () => {
    await withSabotage(
      allOf(
        "alter table private.provider_events drop constraint provider_events_pkey",
        replaceInFunction("private.apply_provider_event", "if v_event.processed_at is not null then", "if false then"),
      ),
      (target) => copiesAreAppliedOnce(target, paid, { order: "paid" }),
      { rounds: 2 },
    );
  });
});

async function copiesAreAppliedOnce(
  target: TestDatabase,
  kind: (sale: Sale) => ProviderEvent,
  ends: Partial<Outcome>,
): Promise<void> {
  const sale = await openSale(target.sql);
  const event = kind(sale);
  const outcomes = await together(
    target,
    times(25, () => tell(event)),
  );
  expect(outcomes.filter((outcome) => outcome !== "duplicate")).toHaveLength(1);
  expect(await outcomeOf(target.sql, sale)).toMatchObject(ends);
  await expectInvariants(target.sql);
}

describe("browser, webhook, reconciler and staff on one order", () => {
  test("end in one capture and one seat, or in one refund, and nothing else", async () => {
    for (let round = 0; round < raceRounds(4); round++) await onePathWins(database);
  });

  test("and the buyer gets one mail, which says how it ended", async () => {
    for (let round = 0; round < raceRounds(1); round++) await oneMailSays(database);
  });

  test("is noticed when that mail is lost, although everything else is as it should be", async () => {
    await withSabotage(
      `create function private.lose_mail() returns trigger language plpgsql as 'begin return null; end';
      create trigger lose_mail before insert on public.notifications for each row
      when (new.type in ('order_confirmation', 'refund')) execute function private.lose_mail()`,
      oneMailSays,
      { rounds: 1 },
    );
  });

  test("tear the order apart when the payment's row is not locked behind the order's", async () => {
    await withSabotage(
      allOf(
        replaceInFunction("private.lock_payment", "for update", ""),
        replaceInFunction(
          "private.cancel_order",
          "where orders.id = cancel_order.order_id for update",
          "where orders.id = cancel_order.order_id",
        ),
      ),
      onePathWins,
      { rounds: 8 },
    );
  });

  test("is settled twice when a settled payment is not recognised and nothing unique stands behind it", async () => {
    await withSabotage(
      allOf(
        replaceInFunction(
          "private.settle_payment",
          /if v_payment\.status in \([^)]*\)\s+and [^;]*? then/,
          "if false then",
        ),
        replaceInFunction("private.settle_payment", /elsif v_payment\.status in \([^)]*\) then/, "elsif false then"),
        "insert into private.status_moves values ('payment', 'success', 'success') on conflict do nothing",
        // what is on its way back is asked too, and would stop the second settlement of an order that was cancelled
        replaceInFunction(
          "private.request_refund",
          "private.refundable_amount(request_refund.payment_id)",
          "(select captured_amount - refunded_amount from public.payments where payments.id = request_refund.payment_id)",
        ),
      ),
      onePathWins,
      { rounds: 2 },
    );
  });
});

async function onePathWins(target: TestDatabase): Promise<void> {
  await everyPathAtOnce(target);
}

/** Everything that can happen to an order at the same moment, twice over. */
async function everyPathAtOnce(target: TestDatabase): Promise<Sale & { ended: Outcome }> {
  const sale = await openSale(target.sql, { seats: 2 });
  const webhook = paid(sale);
  const reconciled = { ...again(webhook), type: "checkout.session.reconciled" };
  const staffCancels = (sql: Pool) => cancel(sql, sale, "staff");
  const buyerCancels = (sql: Pool) => cancel(sql, sale, "customer");
  const browser = (sql: Pool) => startPayment(sql, sale);
  await together(target, [
    ...times(3, () => tell(webhook)),
    ...times(2, () => tell(succeeded(sale))),
    ...times(2, () => tell(again(reconciled))),
    tell(completedUnpaid(sale)),
    tell(expired(sale)),
    staffCancels,
    buyerCancels,
    ...times(3, () => browser),
    ...times(2, () => expireDue),
  ]);
  await settleDown(target);
  const outcome = await outcomeOf(target.sql, sale);
  expect(outcome.events["payment.succeeded"]).toBe(1);
  expect(captured(outcome)).toBe(PRICE);
  if (outcome.order === "paid") {
    expect(outcome).toMatchObject({ enrollments: ["active"], refunds: [], stock: { available: 1, reserved: 0 } });
    expect(outcome.events["order.paid"]).toBe(1);
  } else {
    expect(outcome).toMatchObject({
      order: "cancelled",
      enrollments: ["cancelled"],
      stock: { available: 2, reserved: 0 },
    });
    expect(outcome.refunds).toEqual([
      expect.stringMatching(new RegExp(`^(late_payment|order_cancelled) pending ${PRICE}$`)),
    ]);
    expect(outcome.events["refund.requested"]).toBe(1);
  }
  await expectInvariants(target.sql);
  return { ...sale, ended: outcome };
}

/** The same, until the worker has nothing left to do: the buyer's mailbox holds a confirmation, or the notice of the refund. */
async function oneMailSays(target: TestDatabase): Promise<void> {
  const { customerId, orderId, ended } = await everyPathAtOnce(target);
  const worker = await startSilentWorker(target.url, { SMTP_URL: mailbox.url });
  await worker.untilEmpty().finally(() => worker.stop());
  const [order] =
    await target.sql`select email, number from public.orders join public.profiles on profiles.id = customer_id where orders.id = ${orderId}`;
  const about = mailbox.mails.filter(
    ({ recipient, subject }) => recipient === order?.email && subject?.includes(order?.number),
  );
  expect(about.map(({ subject }) => subject)).toHaveLength(1);
  const kept =
    await target.sql`select type from public.notifications where profile_id = ${customerId} and type <> 'welcome' and status = 'sent'`;
  expect(kept).toEqual([{ type: ended.order === "paid" ? "order_confirmation" : "refund" }]);
}

const captured = ({ payments }: Outcome) => payments.reduce((sum, payment) => sum + Number(payment.split(" ")[1]), 0);

describe("fifty clicks on pay", () => {
  test("share one attempt", async () => {
    await clicksShareOneAttempt(database);
  });

  test("are refused or doubled when neither the order is locked nor the index there", async () => {
    await withSabotage(
      allOf(
        "drop index public.payments_one_open_per_order",
        "alter table public.payments drop constraint payments_are_numbered_per_order",
        replaceInFunction("private.open_payment", "for update", ""),
      ),
      clicksShareOneAttempt,
    );
  });
});

async function clicksShareOneAttempt(target: TestDatabase): Promise<void> {
  const order = await openOrder(target.sql);
  const ids = await together(
    target,
    times(50, () => (sql) => startPayment(sql, order)),
  );
  expect(new Set(ids).size).toBe(1);
  expect((await outcomeOf(target.sql, order)).payments).toEqual(["pending 0 0"]);
}

describe("twenty sessions for one attempt", () => {
  test("leave one attached, and everybody else is told so", async () => {
    await oneSession(database);
  });

  test("overwrite each other when an attached one is not respected", async () => {
    await withSabotage(
      replaceInFunction("private.attach_payment_session", "payments.session_id is null or", "true or"),
      oneSession,
    );
  });
});

async function oneSession(target: TestDatabase): Promise<void> {
  const paymentId = await startPayment(target.sql, await openOrder(target.sql));
  const answers = await together(
    target,
    times(
      20,
      (index) => (sql) =>
        actingAs(sql, "service", async (tx) => {
          await attach(tx, paymentId, `cs_${index % 4}_${paymentId}`);
          return index % 4;
        }),
    ),
  );
  const attached = new Set(answers.filter((answer) => answer !== "payment_session_conflict"));
  expect(attached.size).toBe(1);
  const [payment] = await target.sql`select session_id from public.payments where id = ${paymentId}`;
  expect(payment?.session_id).toBe(`cs_${[...attached][0]}_${paymentId}`);
}

describe("an event that meets a busy order", () => {
  test("is kept within three seconds, and applied once the order is free", async () => {
    await keptAndApplied(database);
  });

  test("is lost with its transaction when a failure is not caught", async () => {
    await withSabotage(
      replaceInFunction(
        "private.try_provider_event",
        "exception when others then",
        "exception when division_by_zero then",
      ),
      keptAndApplied,
      { rounds: 1 },
    );
  });
});

async function keptAndApplied(target: TestDatabase): Promise<void> {
  const sale = await openSale(target.sql);
  const busy = await target.sql.reserve();
  try {
    await busy`begin`;
    await busy`select from public.orders where id = ${sale.orderId} for update`;
    expect(await deliver(target.sql, paid(sale)).catch(String)).toBe("failed");
  } finally {
    await busy`rollback`;
    busy.release();
  }
  expect((await outcomeOf(target.sql, sale)).order).toBe("pending");
  await settleDown(target);
  expect(await outcomeOf(target.sql, sale)).toMatchObject({ order: "paid", enrollments: ["active"] });
}
