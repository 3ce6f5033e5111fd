import { describe, expect, test } from "vitest";
import { issueCreditNote, issueInvoice } from "../invoices/issuing.ts";
import { confirmPayment, openPayment, placeOrder } from "../support/buying.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asStaff, newCustomer } from "../support/people.ts";
import { buyWith, coupon, linesOf, promotion, type QuoteWish, quote, type Thing, tax, thing } from "./offers.ts";

const database = useDatabase();

/** Tax on top, tax in the price and total, then every tax by name. */
async function taxed(sql: Sql, item: Thing, wish: QuoteWish = {}, quantity = 1) {
  const answer = await quote(sql, null, linesOf([item, quantity]), wish);
  return [
    answer.tax_amount,
    answer.tax_included_amount,
    answer.total_amount,
    Object.fromEntries(answer.taxes.map(({ name, amount }) => [name, amount])),
  ];
}

describe("a tax", () => {
  test("in the price changes no total; on top it does; both are rounded half away from zero, per line and rate", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100 });
      await tax(sql, { country: "DE", name: "USt", points: 1900, inclusive: false });
      const [large, half] = [await thing(sql, 111_00), await thing(sql, 50)];
      expect(await taxed(sql, large)).toEqual([0, 11_00, 111_00, { PPN: 11_00 }]);
      expect(await taxed(sql, half)).toEqual([0, 5, 50, { PPN: 5 }]); // 4.95
      expect(await taxed(sql, half, { country: "DE" })).toEqual([10, 0, 60, { USt: 10 }]); // 9.5
      const both = await quote(sql, null, linesOf([large, 1], [half, 3]), { country: "DE" });
      expect(both).toMatchObject({ tax_amount: 21_09 + 29, total_amount: 111_00 + 1_50 + 21_38 });
    }));

  test("of several in one price is split by largest remainder; one on top counts from the net price", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { name: "A", points: 500 });
      await tax(sql, { name: "B", points: 500 });
      await tax(sql, { name: "C", points: 1000, inclusive: false });
      const item = await thing(sql, 100);
      // 100 = 91 + 9 in the price: 9 is split 5 and 4; 10 % of 91 come on top
      expect(await taxed(sql, item)).toEqual([9, 9, 109, { A: 5, B: 4, C: 9 }]);
    }));

  test("is that of the province and its country, of the thing's category, of this moment", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { country: "CA", name: "GST", points: 500, inclusive: false });
      await tax(sql, { country: "CA", province: "Québec", name: "QST", points: 997, inclusive: false });
      await tax(sql, { country: "CA", category: "exempt", name: "none", points: 0, inclusive: false });
      await tax(sql, { country: "CA", name: "old", points: 900, until: "0 seconds" });
      await tax(sql, { country: "CA", name: "next", points: 900, from: "1 hour" });
      const [item, exempt] = [await thing(sql, 100_00), await thing(sql, 100_00, { tax: "exempt" })];
      expect(await taxed(sql, item, { country: "CA" })).toEqual([5_00, 0, 105_00, { GST: 5_00 }]);
      expect(await taxed(sql, item, { country: "CA", province: " québec " })).toEqual([
        14_97,
        0,
        114_97,
        { GST: 5_00, QST: 9_97 },
      ]);
      expect(await taxed(sql, exempt, { country: "CA", province: "Québec" })).toEqual([0, 0, 100_00, { none: 0 }]);
      expect(await taxed(sql, item)).toEqual([0, 0, 100_00, {}]);
      await sql`update public.settings set value = '"CA"' where key = 'default_tax_country'`;
      expect((await taxed(sql, item))[0]).toBe(5_00);
      for (const wish of [{ country: "ca" }, { country: "CAN" }, { province: "Québec" }])
        await expectRefusal(() => quote(sql, null, linesOf([item, 1]), wish), { code: "invalid_place", status: 422 });
    }));

  test("counts from what discounts left, and the order keeps what the quote said", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100 });
      await tax(sql, { name: "City", points: 100, inclusive: false });
      await promotion(sql, { basis_points: 5000 });
      const person = await newCustomer(sql);
      const item = await thing(sql, 222_00);
      const answer = await quote(sql, person, linesOf([item, 1]));
      expect(answer).toMatchObject({ discount_amount: 111_00, tax_included_amount: 11_00, tax_amount: 1_00 });
      const order = await placeOrder(sql, person, linesOf([item, 1]));
      expect(order).toMatchObject({
        discount_amount: 111_00,
        tax_included_amount: 11_00,
        tax_amount: 1_00,
        total_amount: 112_00,
      });
      expect(order.items[0]?.pricing).toMatchObject({
        taxes: answer.lines[0]?.taxes,
        discounts: answer.lines[0]?.discounts,
      });
    }));

  test("is written by whoever keeps the books, once per name, place and time", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100, until: "1 day" });
      await tax(sql, { points: 1200, from: "1 day" });
      await expectRefusal(() => tax(sql, { points: 1000 }), { code: "23P01", status: 400 });
      await asStaff(sql, "finance");
      await sql`update public.tax_rates set valid_until = now() where basis_points = 1100`;
      await asStaff(sql, "catalog_manager");
      expect(await sql`update public.tax_rates set basis_points = 0 returning id`).toEqual([]);
    }));
});

describe("the books of a taxed and discounted sale", () => {
  const books = async (sql: Sql, orderId: string) => {
    const rows = await sql`select account, sum(amount) as amount from public.ledger_entries
      join public.ledger_transactions on ledger_transactions.id = transaction_id where order_id = ${orderId} group by 1 having sum(amount) <> 0`;
    return Object.fromEntries(rows.map(({ account, amount }) => [account, Number(amount)]));
  };

  test("owe the tax, in the price or on top; the invoice says each; parts given back add up to the unit", () =>
    database.rolledBack(async (sql) => {
      await tax(sql, { points: 1100 });
      await tax(sql, { name: "City", points: 300, inclusive: false });
      const person = await newCustomer(sql);
      const code = await coupon(sql, await promotion(sql, { automatic: false, kind: "fixed", amount: 1_00 }));
      const things = [await thing(sql, 33_33), await thing(sql, 10_01, { tax: "exempt" })] as const;
      const order = await buyWith(sql, person, linesOf([things[0], 1], [things[1], 2]), [code.id]);
      const payment = await openPayment(sql, person, order.id);
      await confirmPayment(sql, payment);
      const {
        subtotal_amount: subtotal,
        tax_amount: onTop,
        tax_included_amount: included,
        total_amount: total,
      } = order;
      expect([subtotal, order.discount_amount, onTop + included > 0]).toEqual([53_35, 1_00, true]);
      expect(await books(sql, order.id)).toEqual({
        cash_in_transit: total,
        revenue: -(subtotal - included),
        discounts: 1_00,
        tax_payable: -(onTop + included),
      });
      const invoiceId = (await issueInvoice(sql, order.id)) as string;
      const document = async (id: string) =>
        (await sql`select private.invoice_document(${id}) as document`)[0]?.document;
      const invoice = await document(invoiceId);
      expect(invoice).toMatchObject({ discount_amount: 1_00, tax_amount: onTop, tax_included_amount: included });
      expect(invoice.taxes).toMatchObject([
        { name: "PPN", basis_points: 1100, inclusive: true, amount: included },
        { name: "City", inclusive: false, amount: onTop },
      ]);
      let given = 0;
      for (const amount of [1, 17_77, total - 17_78]) {
        await sql`select private.adopt_refund(${payment.id}, ${`re_${amount}`}, ${amount}, 'IDR', 'success')`;
        const [refund] = await sql`select id from public.refunds where provider_refund_id = ${`re_${amount}`}`;
        const note = await document((await issueCreditNote(sql, refund?.id)) as string);
        expect(note.total_amount).toBe(amount);
        given += note.tax_amount + note.tax_included_amount;
      }
      expect(given).toBe(onTop + included);
      expect((await books(sql, order.id)).tax_payable).toBeUndefined();
      expect(await sql`select from public.promotion_redemptions where given_back_at is null`).toEqual([]);
    }));
});
