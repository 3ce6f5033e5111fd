import { describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { actingAs } from "./acting-as.ts";
import { deliver } from "./deliver.ts";
import { outcomeOf } from "./outcome.ts";
import { again, intentEvent, succeeded } from "./provider-events.ts";
import { attach, cancel, openOrder, openSale, PRICE, startPayment } from "./sale.ts";
import { customerAtProvider, keepCard, methodEvent } from "./saved-methods.ts";
import { together } from "./together.ts";

const database = useDatabase();

const kept = (sql: Sql, personId: string) => sql`
  select brand, last4, default_since is not null as chosen, removed_at is not null as removed from public.payment_methods
  where person_id = ${personId} order by created_at, id`;
const charge = async (sql: Sql, orderId: string, methodId: string | null = null): Promise<string> => {
  const [row] = await sql`select private.charge_order(${orderId}, ${methodId}, 'a test') as id`;
  return row?.id;
};
const asPerson = (sql: Sql, personId: string, verb: string, id: string) =>
  actingAs(sql, personId, (tx) => tx`select public.${tx(verb)}(${id}) as kept`);

describe("kept methods", () => {
  test("follow the provider's word in whatever order it comes: what was detached never comes back", async () => {
    await database.rolledBack(async (sql) => {
      const orders = [
        [0, 1, 2],
        [1, 0, 2],
        [2, 0, 1],
        [2, 1, 0],
        [1, 2, 0],
        [0, 2, 1],
      ];
      for (const [index, order] of orders.entries()) {
        const person = await newCustomer(sql);
        const customer = await customerAtProvider(sql, person);
        const attached = methodEvent("payment_method.attached", `pm_${index}`, customer);
        const detached = methodEvent("payment_method.detached", `pm_${index}`, null, customer);
        const events = [attached, detached, again(attached)];
        for (const place of order) expect(await deliver(sql, events[place] as never)).toBe("applied");
        expect(await kept(sql, person)).toEqual([{ brand: "visa", last4: "4242", chosen: false, removed: true }]);
      }
    });
  });

  test("of customers that are nobody's here are left alone", async () => {
    await database.rolledBack(async (sql) => {
      expect(await deliver(sql, methodEvent("payment_method.attached", "pm_x", "cus_elsewhere"))).toBe("ignored");
      expect(await deliver(sql, methodEvent("payment_method.detached", "pm_x", null))).toBe("ignored");
    });
  });

  test("have one default: the first, then the chosen one, then the newest of those that are left", async () => {
    await database.rolledBack(async (sql) => {
      const person = await newCustomer(sql);
      const [first, second] = [await keepCard(sql, person, "pm_1"), await keepCard(sql, person, "pm_2")];
      const chosen = async () => {
        const [row] =
          await sql`select id from public.payment_methods where person_id = ${person} and default_since is not null`;
        return row?.id;
      };
      expect(await chosen()).toBe(first);
      const [answer] = await asPerson(sql, person, "set_default_payment_method", second);
      expect(answer?.kept).toMatchObject([{ id: second }, { id: first, default_since: null }]);
      const [left] = await asPerson(sql, person, "remove_payment_method", second);
      expect(left?.kept).toMatchObject([{ id: first, default_since: expect.any(String) }]);
      const [told] =
        await sql`select count(*) from public.events where name = 'payment_method.removed' and subject_id = ${second}`;
      expect(told?.count).toBe(1);
      await expectRefusal(() => asPerson(sql, person, "remove_payment_method", second), {
        code: "payment_method_not_found",
        status: 404,
      });
    });
  });

  test("are seen by their person and by staff with payments.read; another's and none are one answer", async () => {
    await database.rolledBack(async (sql) => {
      const [person, stranger] = [await newCustomer(sql), await newCustomer(sql)];
      const id = await keepCard(sql, person);
      await keepCard(sql, stranger);
      for (const verb of ["set_default_payment_method", "remove_payment_method"]) {
        const answer = { code: "payment_method_not_found", status: 404 };
        await expectRefusal(() => asPerson(sql, stranger, verb, id), answer);
        await expectRefusal(() => asPerson(sql, stranger, verb, crypto.randomUUID()), answer);
      }
      const found = async () => (await sql`select from public.payment_methods where id = ${id}`).length > 0;
      const seers = [];
      for (const role of staffRoles) {
        await asStaff(sql, role);
        if (await found()) seers.push(role);
      }
      expect(seers.toSorted()).toEqual(["admin", "auditor", "finance", "support"]);
      await asCustomer(sql, person);
      expect(await found()).toBe(true);
      await asCustomer(sql, stranger);
      expect(await found()).toBe(false);
      await expectRefusal(() => sql`select public.provider_customer(${person})`, { code: "42501", status: 403 });
      await asAnon(sql);
      await expectRefusal(found, { code: "42501", status: 401 });
      await asOwner(sql);
    });
  });

  test("belong to one customer at the provider, the first that was remembered", async () => {
    await database.rolledBack(async (sql) => {
      const [person, other] = [await newCustomer(sql), await newCustomer(sql)];
      await customerAtProvider(sql, person, "cus_first");
      await asService(sql);
      const [second] = await sql`select public.provider_customer(${person}, 'cus_second') as answer`;
      expect(second?.answer).toEqual({ provider_customer_id: "cus_first" });
      await expectRefusal(() => sql`select public.provider_customer(${other}, 'cus_first')`, {
        code: "invalid_provider_customer",
        status: 422,
      });
      await expectRefusal(() => sql`select public.provider_customer(gen_random_uuid(), 'cus_x')`, {
        code: "profile_not_found",
        status: 404,
      });
      await asOwner(sql);
    });
  });
});

describe("a charge of a kept method", () => {
  test("is an attempt that pays the order by its intent's success", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await keepCard(sql, order.customerId);
      const paymentId = await charge(sql, order.orderId);
      expect(await sql`select is_owed, amount from private.charge_to_make(${paymentId})`).toEqual([
        { is_owed: true, amount: PRICE },
      ]);
      await expectRefusal(() => startPayment(sql, order), { code: "payment_in_progress", status: 409 });
      const sale = { ...order, paymentId, sessionId: "pi_1", intentId: "pi_1" };
      expect(await deliver(sql, succeeded(sale))).toBe("applied");
      expect(await outcomeOf(sql, sale)).toMatchObject({ order: "paid", payments: [`success ${PRICE} 0`] });
      expect(await sql`select from private.charge_to_make(${paymentId})`).toEqual([]);
    });
  });

  test("that is declined has failed at once, and leaves the order open for another way", async () => {
    await database.rolledBack(async (sql) => {
      const order = await openOrder(sql);
      await keepCard(sql, order.customerId);
      const paymentId = await charge(sql, order.orderId);
      const sale = { ...order, paymentId, sessionId: "pi_2", intentId: "pi_2" };
      const refused = { status: "requires_payment_method", last_payment_error: { code: "authentication_required" } };
      expect(await deliver(sql, intentEvent("payment_intent.payment_failed", sale, refused))).toBe("applied");
      expect(await deliver(sql, intentEvent("payment_intent.canceled", sale, { status: "canceled" }))).toBe("ignored");
      expect(await outcomeOf(sql, sale)).toMatchObject({
        order: "pending",
        payments: ["failed 0 0 authentication_required"],
        events: { "payment.failed": 1 },
      });
      await attach(sql, await startPayment(sql, order), "cs_next");
    });
  });

  test("is not made for an order that ended or with a method that was taken away", async () => {
    await database.rolledBack(async (sql) => {
      const [ended, removed] = [await openOrder(sql), await openOrder(sql)];
      await keepCard(sql, ended.customerId, "pm_e");
      const methodId = await keepCard(sql, removed.customerId, "pm_r");
      const [first, second] = [await charge(sql, ended.orderId), await charge(sql, removed.orderId, methodId)];
      await cancel(sql, ended);
      await asPerson(sql, removed.customerId, "remove_payment_method", methodId);
      for (const paymentId of [first, second])
        expect(await sql`select is_owed from private.charge_to_make(${paymentId})`).toEqual([{ is_owed: false }]);
      await sql`select private.fail_payment(${first}, 'expired', null, null)`;
      await sql`select private.fail_payment(${second}, 'expired', null, null)`;
    });
  });

  test("is asked for with one's own method and order only, and not without a method", async () => {
    await database.rolledBack(async (sql) => {
      const [sale, stranger] = [await openSale(sql), await newCustomer(sql)];
      const theirs = await keepCard(sql, stranger);
      const pay = (who: string, methodId: string | null) =>
        actingAs(sql, who, (tx) => tx`select public.pay_with_saved_method(${sale.orderId}, ${methodId})`);
      const missing = { code: "payment_method_not_found", status: 404 };
      await expectRefusal(() => pay(sale.customerId, theirs), missing);
      await expectRefusal(() => pay(sale.customerId, null), missing);
      await expectRefusal(() => pay(stranger, theirs), { code: "order_not_found", status: 404 });
      await keepCard(sql, sale.customerId);
      await pay(sale.customerId, null);
      const attempts =
        await sql`select method, status from public.payments where order_id = ${sale.orderId} order by attempt`;
      expect(attempts).toEqual([
        { method: "checkout", status: "cancelled" },
        { method: "saved_method", status: "processing" },
      ]);
    });
  });

  const once = async (target: typeof database) => {
    const order = await openOrder(target.sql);
    await keepCard(target.sql, order.customerId);
    await together(
      target,
      Array.from({ length: 8 }, () => (sql) => sql`select private.charge_order(${order.orderId}, null, 'a race')`),
    );
    const [asked] = await target.sql`select count(*) from public.events
      join public.payments on payments.id = events.subject_id where name = 'payment.charge_requested' and payments.order_id = ${order.orderId}`;
    expect(asked?.count).toBe(1);
  };

  test("is asked for once, however many ask at once", () => once(database));

  test("is asked for twice where an attempt on its way is no reason to wait", async () => {
    const patch = replaceInFunction("private.open_payment", "v_payment.status = 'processing' or", "false or");
    const keyless = "alter table private.saved_charges drop constraint saved_charges_pkey";
    await withSabotage(async (sql) => {
      await (patch as (sql: Sql) => Promise<void>)(sql);
      await sql.unsafe(keyless);
    }, once);
  });
});
