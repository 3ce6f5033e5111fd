import { expect, test } from "vitest";
import { useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { asAnon, asCustomer, asOwner, asService, asStaff, newCustomer, staffRoles } from "../support/people.ts";
import { claimGift, codeOf, give } from "./gifts.ts";

const database = useDatabase();

test("a gift is seen by who gave it, who has it, and staff who may read enrolments; written by nobody", () =>
  database.rolledBack(async (sql) => {
    const given = await give(sql, [{}]);
    const learner = await newCustomer(sql);
    await claimGift(sql, learner, await codeOf(sql, given.gifts[0]));
    const seen = async () => (await sql`select from public.gifts`).length;
    for (const person of [given.buyer, learner]) {
      await asCustomer(sql, person);
      expect(await seen()).toBe(1);
    }
    await asCustomer(sql);
    expect(await seen()).toBe(0);
    await expectRefusal(() => sql`select public.change_gift(${given.gifts[0] ?? ""}, 'me@example.test')`, {
      code: "gift_not_found",
      status: 404,
    });
    const seers = [];
    for (const role of staffRoles) {
      await asStaff(sql, role);
      if ((await seen()) > 0) seers.push(role);
    }
    expect(seers.toSorted()).toEqual(["admin", "auditor", "support"]);
    await asService(sql);
    await expectRefusal(() => sql`update public.gifts set message = ''`, { code: "42501", status: 403 });
  }));

test("nobody reads the code of a gift, its buyer neither, and a visitor reaches nothing", () =>
  database.rolledBack(async (sql) => {
    const given = await give(sql, [{}]);
    await codeOf(sql, given.gifts[0]);
    const denied = { code: "42501", status: 403 };
    for (const become of [() => asCustomer(sql, given.buyer), () => asStaff(sql, "admin"), () => asService(sql)]) {
      await become();
      await expectRefusal(() => sql`select * from private.claim_codes`, denied);
      await expectRefusal(() => sql`select private.issue_gift_code(${given.gifts[0] ?? ""})`, denied);
      await asOwner(sql);
    }
    await asAnon(sql);
    const outside = { code: "42501", status: 401 };
    await expectRefusal(() => sql`select from public.gifts`, outside);
    await expectRefusal(() => sql`select public.claim_gift('0000')`, outside);
    await expectRefusal(() => sql`select public.order_gifts('[]')`, outside);
    await asOwner(sql);
  }));
