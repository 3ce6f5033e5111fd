import { describe, expect, test } from "vitest";
import { call } from "../learning/teaching.ts";
import { available, rowsOf } from "../organisations/seats.ts";
import { refund } from "../payments/giving-back.ts";
import { cancelOrder, orderOne, payOrder } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newCustomer } from "../support/people.ts";
import { publishedProduct } from "../support/products.ts";
import { joinWaitlist, standing } from "../support/waiting.ts";
import { claimGift, codeOf, endGift, type Given, give, orderGifts, standingOfGifts } from "./gifts.ts";

const database = useDatabase();
const conflict = (code: string) => ({ code, status: 409 });
const missing = (code: string) => ({ code, status: 404 });
const invalid = (code: string) => ({ code, status: 422 });

const events = async (sql: Sql, gift: string | undefined) =>
  (await sql`select name from public.events where subject_id = ${gift ?? ""} order by id`).map(({ name }) => name);

async function claimed(sql: Sql, given: Given, index = 0) {
  const learner = await newCustomer(sql);
  return { learner, ...(await claimGift(sql, learner, await codeOf(sql, given.gifts[index]))) };
}

describe("a gift", () => {
  test("is a paid seat that waits for whoever has its code, and the buyer may sit beside it", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{ message: "Happy birthday" }, {}], { seats: 5 });
      expect(given.order).toMatchObject({
        purpose: "gift",
        total_amount: 100_00,
        items: [{ quantity: 2, enrollment: null }],
      });
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["waiting", "waiting"]);
      expect(await available(sql, given.course)).toBe(3);
      const own = await orderOne(sql, given.buyer, given.course.variantId);
      await payOrder(sql, given.buyer, own.id);
      const { learner, enrollment_id } = await claimed(sql, given);
      expect(await rowsOf(sql, learner, "my_courses")).toMatchObject([
        { enrollment_id, status: "active", order_number: null },
      ]);
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["claimed", "waiting"]);
      expect(await available(sql, given.course)).toBe(2);
    }));

  test("is delivered at once or at its time, and told again when it is corrected", () =>
    database.rolledBack(async (sql) => {
      const soon = new Date(Date.now() + 3_600_000).toISOString();
      const given = await give(sql, [{}]);
      expect(await events(sql, given.gifts[0])).toEqual(["gift.due"]);
      const later = await give(sql, [{ deliver_at: soon }]);
      expect(await events(sql, later.gifts[0])).toEqual([]);
      expect(await codeOf(sql, later.gifts[0])).toBeNull();
      await sql`update public.gifts set deliver_at = now() where id = ${later.gifts[0] ?? ""}`;
      await sql`select private.announce_due_gifts()`;
      await sql`select private.announce_due_gifts()`;
      expect(await events(sql, later.gifts[0])).toEqual(["gift.due"]);
      const code = await codeOf(sql, given.gifts[0]);
      const changed = await call(sql, given.buyer, "change_gift", {
        gift_id: given.gifts[0],
        recipient_email: "budi@example.test",
      });
      expect(changed).toMatchObject({ recipient_email: "budi@example.test", status: "waiting" });
      expect(await events(sql, given.gifts[0])).toEqual(["gift.due", "gift.due"]);
      await expectRefusal(async () => claimGift(sql, await newCustomer(sql), code), missing("claim_code_not_found"));
      await claimed(sql, given);
      await expectRefusal(
        () => call(sql, given.buyer, "change_gift", { gift_id: given.gifts[0], message: "!" }),
        conflict("gift_ended"),
      );
    }));

  test("is claimed once, by somebody who has no seat yet; a wrong code finds nothing", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{}, {}]);
      const code = await codeOf(sql, given.gifts[0]);
      const learner = await newCustomer(sql);
      await claimGift(sql, learner, code);
      await expectRefusal(async () => claimGift(sql, await newCustomer(sql), code), conflict("gift_ended"));
      const other = await codeOf(sql, given.gifts[1]);
      await expectRefusal(() => claimGift(sql, learner, other), conflict("already_enrolled"));
      await expectRefusal(() => claimGift(sql, learner, "0000-0000"), missing("claim_code_not_found"));
      await expectRefusal(() => call(sql, learner, "claim_seat", { code: other }), missing("claim_code_not_found"));
    }));

  test("takes its learner off the waiting list", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{}], { seats: 1 });
      const learner = await newCustomer(sql);
      await joinWaitlist(sql, learner, given.course.intakeId);
      await claimGift(sql, learner, await codeOf(sql, given.gifts[0]));
      expect(await standing(sql, given.course.intakeId, [learner])).toEqual(["left"]);
    }));

  test("is asked for in full sentences only", () =>
    database.rolledBack(async (sql) => {
      const buyer = await newCustomer(sql);
      const { variantId } = await publishedIntake(sql, { seats: 1 });
      const goods = await publishedProduct(sql);
      const gift = { recipient_email: "ayu@example.test" };
      const refused = (lines: unknown, code: string) =>
        expectRefusal(() => orderGifts(sql, buyer, lines), invalid(code));
      await refused([], "invalid_lines");
      await refused([{ variant_id: variantId }], "invalid_lines");
      await refused([{ variant_id: variantId, quantity: 2, gift }], "invalid_lines");
      await refused([{ variant_id: variantId, gift: { ...gift, message: 7 } }], "invalid_lines");
      await refused([{ variant_id: variantId, gift: { message: "Hi" } }], "invalid_email");
      await refused([{ variant_id: variantId, gift: { recipient_email: "ayu" } }], "invalid_email");
      await refused([{ variant_id: variantId, gift: { ...gift, deliver_at: "tomorrow-ish" } }], "invalid_gift");
      await refused([{ variant_id: variantId, gift: { ...gift, deliver_at: "2099-01-01" } }], "invalid_gift");
      await refused([{ variant_id: variantId, gift: { ...gift, message: "x".repeat(2001) } }], "invalid_gift");
      await refused([{ variant_id: goods.variantIds[0], gift }], "invalid_lines");
      const two = [
        { variant_id: variantId, gift },
        { variant_id: variantId, gift },
      ];
      await expectRefusal(() => orderGifts(sql, buyer, two), conflict("out_of_stock"));
    }));
});

describe("a gift that nobody claims", () => {
  test("is reminded of once, then goes back to the buyer as money and to the shop as a seat", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{}, {}], { seats: 2 });
      const [due, kept] = given.gifts;
      await sql`update public.gifts set expires_at = now() + interval '3 days', announced_at = now() - interval '9 days' where id = ${due ?? ""}`;
      expect(await sql`select private.remind_of_gifts() as gifts`).toEqual([{ gifts: 1 }]);
      expect(await sql`select private.remind_of_gifts() as gifts`).toEqual([{ gifts: 0 }]);
      await endGift(sql, due);
      await expectRefusal(
        () =>
          claimed(sql, { ...given, gifts: [kept ?? ""] }).then(() =>
            call(sql, given.buyer, "change_gift", { gift_id: due, message: "!" }),
          ),
        conflict("gift_ended"),
      );
      expect(await sql`select private.expire_due_gift() as gift`).toEqual([{ gift: due }]);
      expect(await sql`select private.expire_due_gift() as gift`).toEqual([{ gift: null }]);
      expect(await available(sql, given.course)).toBe(1);
      const refunds = await sql`select amount::int, reason from public.refunds where order_id = ${given.order.id}`;
      expect(refunds).toEqual([{ amount: 50_00, reason: "gift_expired" }]);
      const [ended] = await sql`select status from public.gifts where id = ${due ?? ""}`;
      expect(ended?.status).toBe("ended");
    }));

  test("frees its seat and keeps the money where the shop says so", () =>
    database.rolledBack(async (sql) => {
      await sql`update public.settings set value = '"release"' where key = 'gift_expiry'`;
      const given = await give(sql, [{}], { seats: 1 });
      const waiting = await newCustomer(sql);
      await joinWaitlist(sql, waiting, given.course.intakeId);
      await endGift(sql, given.gifts[0]);
      await sql`select private.expire_due_gift()`;
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["expired"]);
      expect(await standing(sql, given.course.intakeId, [waiting])).toEqual(["offered"]);
      expect(await sql`select from public.refunds where order_id = ${given.order.id}`).toHaveLength(0);
      await refund(sql, given.order.id);
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["ended"]);
    }));
});

describe("a refund of gifts", () => {
  test("in part takes the unclaimed first, then those nobody began; the whole order ends all", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{}, {}, {}]);
      const [idle, busy] = [await claimed(sql, given, 0), await claimed(sql, given, 1)];
      await call(sql, busy.learner, "complete_lesson", { lesson_id: given.course.lessons[0] });
      const line = { order_item_id: given.order.items[0]?.id ?? "", quantity: 1 };
      await refund(sql, given.order.id, { lines: [line] });
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["claimed", "claimed", "ended"]);
      await refund(sql, given.order.id, { lines: [line] });
      const [gone] = await sql`select status from public.enrollments where id = ${idle.enrollment_id}`;
      expect(gone?.status).toBe("cancelled");
      await refund(sql, given.order.id);
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["ended", "ended", "ended"]);
      expect(await available(sql, given.course)).toBe(10);
    }));

  test("of no charge ends them with the order, and the code with them", () =>
    database.rolledBack(async (sql) => {
      const given = await give(sql, [{}], { price: 0 });
      const code = await codeOf(sql, given.gifts[0]);
      await cancelOrder(sql, given.buyer, given.order.id);
      expect(await standingOfGifts(sql, given.buyer)).toEqual(["ended"]);
      await expectRefusal(async () => claimGift(sql, await newCustomer(sql), code), conflict("gift_ended"));
    }));
});
