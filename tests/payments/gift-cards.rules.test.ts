import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal, refusalOf } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asAnon, asCustomer, asOwner, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { actingAs } from "./acting-as.ts";
import { creditOf } from "./credit.ts";
import { deliver } from "./deliver.ts";
import { balanceOf, issue, payWithCard, redeem } from "./gift-cards.ts";
import { refund } from "./giving-back.ts";
import { outcomeOf } from "./outcome.ts";
import { moneyOf, openPart } from "./parts.ts";
import { paid } from "./provider-events.ts";
import { cancel, openOrder, PRICE } from "./sale.ts";

const database = useDatabase();
const PART = 4_000_000;

/** Lets a card's time end now. */
async function ends(sql: Sql, id: string): Promise<void> {
  await sql`update public.gift_cards set expires_at = now() - interval '1 second' where id = ${id}`;
}

async function books(sql: Sql): Promise<Record<string, number>> {
  const rows = await sql`select account, balance_amount from public.ledger_balance('IDR') where balance_amount <> 0`;
  return Object.fromEntries(rows.map(({ account, balance_amount }) => [account, balance_amount]));
}

describe("a gift card", () => {
  test("is issued with a code that is shown once and kept by nobody", async () => {
    await database.rolledBack(async (sql) => {
      const key = randomUUID();
      const card = await issue(sql, PART, { key, paidBy: "cash" });
      expect(card).toMatchObject({ amount: PART, balance_amount: PART, expires_at: null });
      expect(card.code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
      expect(card.code?.endsWith(card.hint)).toBe(true);
      expect(await issue(sql, PART, { key, paidBy: "cash" })).toEqual({ ...card, code: null });
      const bare = card.code?.replaceAll("-", "") as string;
      const [kept] = await sql`select
        (select count(*)::int from private.idempotency_keys where answer::text like ${`%${bare.slice(0, 4)}-%`}) as answers,
        (select count(*)::int from private.gift_card_codes where code_hash like ${`%${bare}%`}) as codes`;
      expect(kept).toMatchObject({ answers: 0, codes: 0 });
      expect(await books(sql)).toEqual({ cash: PART, gift_cards: -PART });
      await expectInvariants(sql);
    });
  });

  test("gets another code when its own was lost, and the old one is worth nothing", async () => {
    await database.rolledBack(async (sql) => {
      const [person, card] = [await newCustomer(sql), await issue(sql, PART)];
      const renewed = await actingAs(sql, "service", async (tx) => {
        const [row] = await tx`select public.renew_gift_card_code(${card.id}, 'lost') as card`;
        return row?.card;
      });
      expect(await balanceOf(sql, person, card.code as string)).toMatchObject({ code: "gift_card_not_found" });
      expect(await balanceOf(sql, person, renewed.code)).toMatchObject({ balance_amount: PART, hint: renewed.hint });
    });
  });

  test("pays in parts, whoever has the code, and the card pays the rest of an order with another way", async () => {
    await database.rolledBack(async (sql) => {
      const [one, two] = [await openOrder(sql, { price: PART }), await openOrder(sql)];
      const card = await issue(sql, PART + 500);
      const key = randomUUID();
      const typed = ` ${card.code?.toLowerCase().replaceAll("-", " ")} `;
      const first = await payWithCard(sql, one, typed, null, key);
      expect(first).toMatchObject({
        order: { status: "paid" },
        payment: { method: "gift_card", captured_amount: PART },
        balance_amount: 500,
      });
      expect(await payWithCard(sql, one, typed, null, key)).toEqual(first);
      expect(await payWithCard(sql, two, card.code)).toMatchObject({
        balance_amount: 0,
        order: { due_amount: PRICE - 500 },
      });
      expect(await moneyOf(sql, one)).toMatchObject({ kept_amount: PART, unexplained_amount: 0 });
      await expectRefusal(() => payWithCard(sql, two, card.code), { code: "gift_card_insufficient", status: 409 });
      await deliver(sql, paid(await openPart(sql, two)));
      expect((await outcomeOf(sql, two)).order).toBe("paid");
      await expectInvariants(sql);
    });
  });

  test("gets back what is refunded, also when its order ends unpaid", async () => {
    await database.rolledBack(async (sql) => {
      const [one, two] = [await openOrder(sql, { price: PART }), await openOrder(sql)];
      const card = await issue(sql, PART + 500);
      await payWithCard(sql, one, card.code);
      await payWithCard(sql, two, card.code);
      await cancel(sql, two, "customer");
      expect((await outcomeOf(sql, two)).refunds).toEqual(["order_cancelled success 500"]);
      await refund(sql, one.orderId);
      expect(await balanceOf(sql, one.customerId, card.code as string)).toMatchObject({ balance_amount: PART + 500 });
      await expectInvariants(sql);
    });
  });

  test("becomes store credit of whoever redeems it, once", async () => {
    await database.rolledBack(async (sql) => {
      const [person, card] = [await newCustomer(sql), await issue(sql, PART)];
      const key = randomUUID();
      const answer = await redeem(sql, person, card.code as string, key);
      expect(answer).toMatchObject({ redeemed_amount: PART, balance_amount: PART });
      expect(await redeem(sql, person, card.code as string, key)).toEqual(answer);
      await expectRefusal(() => redeem(sql, person, card.code as string), {
        code: "gift_card_insufficient",
        status: 409,
      });
      expect(await creditOf(sql, person)).toBe(PART);
      expect(await books(sql)).toEqual({ credit_given: PART, store_credit: -PART });
      await expectInvariants(sql);
    });
  });

  test("that expired pays nothing, is booked as income, and opens again for a refund", async () => {
    await database.rolledBack(async (sql) => {
      const [one, two] = [await openOrder(sql, { price: PART }), await openOrder(sql)];
      const card = await issue(sql, PART + 500, { expires: "1 day" });
      const code = card.code as string;
      await payWithCard(sql, one, code);
      await ends(sql, card.id);
      const expired = { code: "gift_card_expired", status: 409 };
      await expectRefusal(() => payWithCard(sql, two, code), expired);
      await expectRefusal(() => redeem(sql, one.customerId, code), expired);
      expect((await balanceOf(sql, one.customerId, code)).balance_amount).toBe(0);
      const [run] = await sql`select private.expire_gift_cards() as first, private.expire_gift_cards() as second`;
      expect(run).toEqual({ first: 1, second: 0 });
      expect(await books(sql)).toMatchObject({ gift_cards_expired: -500 });
      await refund(sql, one.orderId);
      expect(await balanceOf(sql, one.customerId, code)).toMatchObject({ balance_amount: PART });
      await expectInvariants(sql);
    });
  });

  test("is not guessed: wrong codes are counted together with wrong coupons, and then nothing is told any more", async () => {
    await database.rolledBack(async (sql) => {
      const [order, card] = [await openOrder(sql), await issue(sql, PART)];
      const code = card.code as string;
      await sql`update public.settings set value = '3' where key = 'max_coupon_guesses'`;
      expect(await balanceOf(sql, order.customerId, "WRONG")).toMatchObject({ code: "gift_card_not_found" });
      expect(await payWithCard(sql, order, null)).toMatchObject({ code: "gift_card_not_found" });
      const coupon = await actingAs(
        sql,
        order.customerId,
        async (tx) => (await tx`select public.apply_coupon('WRONG') as answer`)[0],
      );
      expect(coupon?.answer.code).toBe("coupon_not_found");
      for (const attempt of [
        balanceOf(sql, order.customerId, code),
        payWithCard(sql, order, code),
        redeem(sql, order.customerId, code),
      ])
        expect(await attempt).toMatchObject({ code: "too_many_coupon_guesses" });
      expect((await outcomeOf(sql, order)).payments).toEqual([]);
      await sql`update private.coupon_guesses set since = now() - interval '1 hour'`;
      expect(await balanceOf(sql, order.customerId, code)).toMatchObject({ balance_amount: PART });
    });
  });

  test("is refused for too much, in another currency, for another's order, and with wrong wishes", async () => {
    await database.rolledBack(async (sql) => {
      const [order, card] = [await openOrder(sql), await issue(sql, PART)];
      const few = { code: "gift_card_insufficient", status: 409 };
      await expectRefusal(() => payWithCard(sql, order, card.code, PART + 1), few);
      await expectRefusal(() => payWithCard(sql, order, card.code, 0), { code: "invalid_payment_amount", status: 422 });
      const stranger = { ...order, customerId: await newCustomer(sql) };
      await expectRefusal(() => payWithCard(sql, stranger, card.code), { code: "order_not_found", status: 404 });
      const dollars = await issue(sql, 100, { currency: "USD" });
      await expectRefusal(() => payWithCard(sql, order, dollars.code), {
        code: "gift_card_wrong_currency",
        status: 409,
      });
      for (const amount of [0, -1, "9223372036854775807"])
        await expectRefusal(() => issue(sql, amount), { code: "invalid_payment_amount", status: 422 });
      await expectRefusal(() => issue(sql, 1, { currency: "XXX" }), { code: "currency_not_supported", status: 422 });
      for (const wish of [{ expires: "-1 day" }, { paidBy: "card" }])
        await expectRefusal(() => issue(sql, 1, wish), { code: "invalid_gift_card", status: 422 });
    });
  });

  test("is issued by finance and admin, seen by staff who see payments, and its code by nobody", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      await issue(sql, 7);
      const ask = async () => [
        (await refusalOf(() => sql`select public.issue_gift_card(0, 'IDR', 'why')`))?.code,
        (await refusalOf(() => sql`select public.renew_gift_card_code(${randomUUID()}, 'why')`))?.code,
        (await refusalOf(() => sql`select from private.gift_card_codes`))?.code,
      ];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        const may = ["finance", "admin"].includes(role);
        expect(await ask()).toEqual([
          ...(may ? ["invalid_payment_amount", "gift_card_not_found"] : Array(2).fill("permission_denied")),
          "42501",
        ]);
        const sees = ["finance", "admin", "support", "auditor"].includes(role) ? 1 : 0;
        expect(await sql`select from public.gift_cards`).toHaveLength(sees);
        expect(await sql`select from public.gift_card_entries`).toHaveLength(sees);
      }
      await asCustomer(sql, person);
      expect(await ask()).toEqual(["permission_denied", "permission_denied", "42501"]);
      expect(await sql`select from public.gift_cards`).toHaveLength(0);
      await asAnon(sql);
      for (const call of [sql`select public.gift_card_balance('x')`, sql`select public.redeem_gift_card('x')`])
        expect((await refusalOf(() => call))?.code).toBe("42501");
      await asOwner(sql);
    });
  });
});
