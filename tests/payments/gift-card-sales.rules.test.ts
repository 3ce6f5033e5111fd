import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { newPlan, start } from "../instalments/paying.ts";
import { call } from "../learning/teaching.ts";
import { promotion, tax } from "../pricing/offers.ts";
import { as, payOrder, placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { expectInvariants } from "../support/invariants.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { grant, payWithCredit } from "./credit.ts";
import { deliver } from "./deliver.ts";
import {
  cardOnSale,
  codeOf,
  madeOf,
  openCards,
  orderCards,
  type SoldCards,
  soldCards,
  standing,
  WORTH,
} from "./gift-card-sales.ts";
import { balanceOf, issue, payWithCard, redeem } from "./gift-cards.ts";
import { refund } from "./giving-back.ts";
import { disputeEvent } from "./provider-events.ts";
import { cancel, type OpenOrder, openOrder, type Sale } from "./sale.ts";

const database = useDatabase();

async function books(sql: Sql, { order }: SoldCards): Promise<Record<string, number>> {
  const [row] = await sql`select private.explain_order_money(${order.id}) as money`;
  expect(row?.money).toMatchObject({ unexplained_amount: 0, owed_amount: 0 });
  return row?.money.balances;
}
const asOrder = ({ buyer, order }: SoldCards) => ({ orderId: order.id, customerId: buyer }) as OpenOrder;
/** Somebody spends this much of a bought card. */
async function spend(sql: Sql, purchase: string | undefined, amount: number): Promise<void> {
  await payWithCard(sql, await openOrder(sql, { price: 1000_00 }), await codeOf(sql, purchase), amount);
}

describe("a gift card that is bought", () => {
  test("is nothing until it is paid, then one per unit, worth what it cost, and no revenue", () =>
    database.rolledBack(async (sql) => {
      const open = await openCards(sql, [{}, { recipient_name: "Ayu", message: "For you" }]);
      expect(open.order).toMatchObject({ status: "pending", purpose: "gift_card", total_amount: 2 * WORTH });
      expect(open.order.items).toMatchObject([{ quantity: 2, kind: "gift_card" }]);
      expect(await standing(sql, open)).toEqual(["unpaid 0", "unpaid 0"]);
      expect(await sql`select from public.gift_cards where order_item_id = ${open.item}`).toHaveLength(0);
      await payOrder(sql, open.buyer, open.order.id);
      expect(await standing(sql, open)).toEqual([`issued ${WORTH}`, `issued ${WORTH}`]);
      expect(await books(sql, open)).toEqual({ cash_in_transit: 2 * WORTH, gift_cards: -2 * WORTH });
      const { purchases } = await madeOf(sql, open.order.id);
      const told = await sql`select subject_id from public.events where name = 'gift_card.due' order by subject_id`;
      expect(told.map(({ subject_id }) => subject_id)).toEqual(purchases);
      // its code is in its mail alone, spends it, and the shop owes that much less
      const code = await codeOf(sql, purchases[0]);
      expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
      const goods = await openOrder(sql, { price: 100_00 });
      expect(await payWithCard(sql, goods, code)).toMatchObject({ order: { status: "paid" }, balance_amount: 150_00 });
      // a mail that is tried again carries another code, and the one before may have arrived: both open the one card
      for (const good of [code, await codeOf(sql, purchases[0])])
        expect(await balanceOf(sql, open.buyer, good)).toMatchObject({ balance_amount: 150_00 });
    }));

  test("has no tax, no promotion and no list price, and is invoiced as it is", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100, inclusive: true });
      await tax(sql, { points: 500, inclusive: false, name: "Top" });
      await promotion(sql, { kind: "percent", basis_points: 5000, automatic: true });
      const variant = await cardOnSale(sql);
      const [list] = await sql`insert into public.price_lists (name, status) values ('Sale', 'active') returning id`;
      await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount)
        values (${list?.id}, ${variant}, 'IDR', 1, 100)`;
      const buyer = await newCustomer(sql);
      const order = await orderCards(sql, buyer, [
        { variant_id: variant, gift: { recipient_email: "a@example.test" } },
      ]);
      expect(order).toMatchObject({ total_amount: WORTH, discount_amount: 0, tax_amount: 0, tax_included_amount: 0 });
      await payOrder(sql, buyer, order.id);
      const [issued] = await sql`select private.issue_invoice(${order.id}) as id`;
      const [invoice] = await sql`select private.invoice_document(${issued?.id}) as document`;
      expect(invoice?.document).toMatchObject({ total_amount: WORTH, taxes: [], lines: [{ quantity: 1 }] });
    }));

  test("is delivered at its time, and expires by the setting from then", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '365' where key = 'gift_card_days'`;
      const deliver_at = new Date(Date.now() + 30 * 86_400_000).toISOString();
      const sold = await soldCards(sql, [{ deliver_at }]);
      expect(await codeOf(sql, sold.purchases[0])).toBeNull();
      const [card] =
        await sql`select (expires_at::date - now()::date) as days from public.gift_cards where id = ${sold.cards[0] ?? ""}`;
      expect(card?.days).toBe(395);
      await sql`update public.gift_card_purchases set deliver_at = now() where id = ${sold.purchases[0] ?? ""}`;
      expect((await sql`select private.announce_due_gift_cards() as sent`)[0]?.sent).toBe(1);
      expect((await sql`select private.announce_due_gift_cards() as sent`)[0]?.sent).toBe(0);
      expect(await codeOf(sql, sold.purchases[0])).not.toBeNull();
    }));

  test("is corrected by its buyer alone, and the mail before is worth nothing then", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql);
      const [purchase_id] = sold.purchases;
      const code = await codeOf(sql, purchase_id);
      const change = (who: string, wish: object) =>
        call(sql, who, "change_gift_card_purchase", { purchase_id, ...wish });
      const stranger = await newCustomer(sql);
      const gone = { code: "gift_card_not_found", status: 404 };
      await expectRefusal(() => change(stranger, { recipient_name: "Me" }), gone);
      await expectRefusal(() => change(sold.buyer, { recipient_email: "nobody" }), {
        code: "invalid_email",
        status: 422,
      });
      expect(await change(sold.buyer, { recipient_email: "budi@example.test" })).toMatchObject({
        recipient_email: "budi@example.test",
        status: "issued",
      });
      expect(await balanceOf(sql, stranger, code)).toMatchObject({ code: "gift_card_not_found" });
      await spend(sql, purchase_id, 1);
      await expectRefusal(() => change(sold.buyer, { recipient_name: "Me" }), { code: "gift_card_spent", status: 409 });
    }));
});

describe("gift cards are refused", () => {
  test("in a cart or an order with other things, and other things in an order of gift cards", () =>
    database.rolledBack(async (sql) => {
      const variant = await cardOnSale(sql);
      const buyer = await newCustomer(sql);
      const alone = { code: "gift_card_ordered_alone", status: 422 };
      await expectRefusal(() => placeOrder(sql, buyer, [{ variant_id: variant, quantity: 1 }]), alone);
      await expectRefusal(() => as(sql, buyer, (tx) => tx`select public.add_to_cart(${variant}, 1)`), alone);
      const other = await openOrder(sql);
      const [item] = await sql`select variant_id from public.order_items where order_id = ${other.orderId}`;
      const gift = { recipient_email: "a@example.test" };
      await expectRefusal(() => orderCards(sql, buyer, [{ variant_id: item?.variant_id, gift }]), {
        code: "invalid_lines",
        status: 422,
      });
      await expectRefusal(() => orderCards(sql, buyer, [{ variant_id: randomUUID(), gift }]), {
        code: "variant_not_found",
        status: 404,
      });
      await expectRefusal(() => orderCards(sql, buyer, [{ variant_id: variant, gift: {} }]), {
        code: "invalid_email",
        status: 422,
      });
      const free = await cardOnSale(sql, 0);
      await expectRefusal(() => orderCards(sql, buyer, [{ variant_id: free, gift }]), {
        code: "price_missing",
        status: 422,
      });
    }));

  test("as parts of a bundle", () =>
    database.rolledBack(async (sql) => {
      const variant = await cardOnSale(sql);
      const [bundle] =
        await sql`insert into public.products (kind, slug, title) values ('bundle', 'with-a-card', 'B') returning id`;
      const [carrier] =
        await sql`insert into public.variants (product_id, sku, title) values (${bundle?.id}, 'WITH-A-CARD', 'B') returning id`;
      await expectRefusal(
        () =>
          sql`insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity) values (${carrier?.id}, ${variant}, 1)`,
        { code: "gift_card_ordered_alone", status: 422 },
      );
    }));

  test("for anything but money: not for a gift card, store credit or in instalments", () =>
    database.rolledBack(async (sql) => {
      const open = await openCards(sql);
      const money = { code: "money_required", status: 409 };
      const card = await issue(sql, WORTH);
      await expectRefusal(() => payWithCard(sql, asOrder(open), card.code), money);
      await grant(sql, open.buyer, WORTH);
      await expectRefusal(() => payWithCredit(sql, asOrder(open)), money);
      await expectRefusal(async () => start(sql, asOrder(open), await newPlan(sql)), {
        code: "instalments_not_offered",
        status: 409,
      });
    }));
});

describe("a refund of gift cards", () => {
  test("by line ends cards that nobody has used, and takes them off the books", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql, [{}, {}, {}]);
      const code = await codeOf(sql, sold.purchases[0]);
      await spend(sql, sold.purchases[1], 50_00);
      await refund(sql, sold.order.id, { lines: [{ order_item_id: sold.item, quantity: 2 }] });
      expect(await standing(sql, sold)).toEqual([`issued ${WORTH - 50_00}`, "voided 0", "voided 0"]);
      expect(await balanceOf(sql, sold.buyer, code)).toMatchObject({ code: "gift_card_not_found" });
      await sql`select private.record_refund_result(id, 're_' || id, 'success') from public.refunds where order_id = ${sold.order.id}`;
      expect(await books(sql, sold)).toEqual({ cash_in_transit: WORTH, gift_cards: -WORTH });
    }));

  test("gives back no more than is left on those that end", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql, [{}, {}]);
      await spend(sql, sold.purchases[0], 100_00);
      const spent = { code: "gift_card_spent", status: 409 };
      const lines = [{ order_item_id: sold.item, quantity: 2 }];
      await expectRefusal(() => refund(sql, sold.order.id), spent);
      await expectRefusal(() => refund(sql, sold.order.id, { lines }), spent);
      await expectRefusal(() => refund(sql, sold.order.id, { lines, amount: 2 * WORTH - 100_00 + 1 }), spent);
      await expectRefusal(() => cancel(sql, asOrder(sold)), spent);
      expect(await standing(sql, sold)).toEqual([`issued ${WORTH - 100_00}`, `issued ${WORTH}`]);
      await refund(sql, sold.order.id, { lines, amount: 2 * WORTH - 100_00 });
      expect(await standing(sql, sold)).toEqual(["voided 0", "voided 0"]);
      await sql`select private.record_refund_result(id, 're_' || id, 'success') from public.refunds where order_id = ${sold.order.id}`;
      expect(await books(sql, sold)).toEqual({ cash_in_transit: 100_00, gift_cards: -100_00 });
    }));

  test.each(["another code", "left"])("leaves what comes back to a card that ended before finance: %s", (decided) =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql);
      const card = sold.cards[0] ?? "";
      const goods = await openOrder(sql, { price: 100_00 });
      await payWithCard(sql, goods, await codeOf(sql, sold.purchases[0]));
      await refund(sql, sold.order.id, { lines: [{ order_item_id: sold.item }], amount: WORTH - 100_00 });
      const open = async () =>
        (await sql`select kind from private.find_concerns() where subject_id = ${card}`).map(({ kind }) => kind);
      expect(await open()).toEqual([]);
      await refund(sql, goods.orderId);
      expect([await standing(sql, sold), await open()]).toEqual([["voided 10000"], ["gift_card_returned"]]);
      await sql`select private.raise_alerts()`;
      const finance = await asStaff(sql, "finance");
      await asOwner(sql);
      if (decided === "left") {
        const [alert] = await sql`select id from public.alerts where subject_id = ${card}`;
        await call(sql, finance, "acknowledge_concern", { alert_id: alert?.id, note: "The card was stolen." });
      } else {
        const wish = { gift_card_id: card, reason: "What it bought was given back." };
        const renewed = await call<{ code: string }>(sql, finance, "renew_gift_card_code", wish);
        expect(await redeem(sql, goods.customerId, renewed.code)).toMatchObject({ redeemed_amount: 100_00 });
      }
      expect(await open()).toEqual([]);
      await expectInvariants(sql);
    }),
  );

  test("is what cancelling does, whole; an order that was not paid leaves no card", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql, [{}, {}]);
      await cancel(sql, asOrder(sold));
      expect(await standing(sql, sold)).toEqual(["voided 0", "voided 0"]);
      const open = await openCards(sql);
      await cancel(sql, asOrder(open), "customer");
      expect(await standing(sql, open)).toEqual(["unpaid 0"]);
    }));

  test("made at the provider takes what is left, whatever was spent", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql);
      await spend(sql, sold.purchases[0], 100_00);
      const [payment] = await sql`select id from public.payments where order_id = ${sold.order.id}`;
      await sql`select private.adopt_refund(${payment?.id}, 're_by_hand', ${WORTH}, 'IDR', 'success')`;
      expect(await standing(sql, sold)).toEqual(["voided 0"]);
      // the shop bears what was spent
      expect(await books(sql, sold)).toEqual({ gift_cards: -100_00, refunds: 100_00 });
    }));
});

describe("while the payment of gift cards is disputed", () => {
  test("nothing is taken from them; they work again when it is won, and end when it is lost", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = 'false' where key = 'dispute_suspends_access'`;
      for (const end of ["won", "lost"] as const) {
        const sold = await soldCards(sql);
        const code = await codeOf(sql, sold.purchases[0]);
        const [payment] =
          await sql`select id, provider_payment_id from public.payments where order_id = ${sold.order.id}`;
        const sale = {
          ...asOrder(sold),
          paymentId: payment?.id,
          intentId: payment?.provider_payment_id,
          amount: WORTH,
        } as Sale;
        const id = `dp_${randomUUID()}`;
        await deliver(sql, disputeEvent("created", sale, "needs_response", { id }));
        const frozen = { code: "gift_card_frozen", status: 409 };
        const order = await openOrder(sql);
        await expectRefusal(() => payWithCard(sql, order, code), frozen);
        await expectRefusal(() => redeem(sql, sold.buyer, code), frozen);
        expect(await balanceOf(sql, sold.buyer, code)).toMatchObject({ balance_amount: 0 });
        await deliver(sql, disputeEvent("closed", sale, end, { id }));
        if (end === "won") expect(await payWithCard(sql, order, code)).toMatchObject({ balance_amount: 0 });
        else expect(await standing(sql, sold)).toEqual(["voided 0"]);
      }
    }));
});

describe("what was bought", () => {
  test("is seen by its buyer and by staff of payments, and a card by staff alone", () =>
    database.rolledBack(async (sql) => {
      const sold = await soldCards(sql);
      const seen = async (who: string, table: string) =>
        as(sql, who, async (tx) => (await tx`select from ${tx(`public.${table}`)}`).length);
      const finance = await asStaff(sql, "finance");
      await asOwner(sql);
      const stranger = await newCustomer(sql);
      expect([await seen(sold.buyer, "gift_card_purchases"), await seen(sold.buyer, "gift_cards")]).toEqual([1, 0]);
      expect([await seen(stranger, "gift_card_purchases"), await seen(stranger, "gift_cards")]).toEqual([0, 0]);
      expect(await seen(finance, "gift_card_purchases")).toBeGreaterThan(0);
    }));
});
