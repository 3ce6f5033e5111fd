import { describe, expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { newLearner } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";
import { mailedCode } from "./mailed-code.ts";

const stack = useStack();

describe("seats of an organisation over HTTP", () => {
  test("are bought, given out by code and by mail, watched, and taken back", async () => {
    const [manager, byCode, byMail] = [await newLearner(stack), await newLearner(stack), await newLearner(stack)];
    const intake = await publishedIntake(stack.sql, { seats: 6 });
    const { organisations } = manager.seatline;
    const { id } = await organisations.create({ name: "PT Contoh" });
    const lines = [{ variant_id: intake.variantId, quantity: 2 }];
    expect(await organisations.quote({ organisation_id: id, lines })).toMatchObject({ total_amount: 0, problems: [] });
    const order = await organisations.order({ organisation_id: id, lines });
    expect(order).toMatchObject({ status: "paid", purpose: "organisation" });

    const { code } = await organisations.invite({ organisation_id: id, intake_id: intake.intakeId });
    const seat = await byCode.seatline.organisations.claim(code ?? "");
    expect(seat).toMatchObject({ status: "assigned", learner_id: byCode.id });
    expect(await organisations.progress(id)).toMatchObject([{ learner_id: byCode.id, state: "assigned" }]);
    expect(await organisations.people(id)).toHaveLength(2);

    const email = `seat-${intake.slug}@example.test`;
    const invite = await organisations.invite({ organisation_id: id, intake_id: intake.intakeId, email });
    expect(invite).toMatchObject({ email, code: null });
    const mailed = await mailedCode(stack, email);
    expect(await byMail.seatline.organisations.claim(mailed)).toMatchObject({ id: invite.seat_id });
    const [kept] = await stack.sql`select content from public.notifications where recipient = ${email}`;
    expect(kept?.content).not.toContain(mailed);

    expect(await organisations.reclaim(seat.id)).toMatchObject({ status: "free" });
    await organisations.assign({ seat_id: seat.id, profile_id: byCode.id });
    expect(await organisations.removeMember({ organisation_id: id, profile_id: byCode.id })).toMatchObject({
      seats_kept: 0,
    });
    expect((await organisations.seats(id)).map(({ status }) => status).toSorted()).toEqual(["assigned", "free"]);
    expect(await organisations.invites(id)).toHaveLength(2);
    await expectRefusal(byCode.seatline.organisations.progress(id), { code: "organisation_not_found", status: 404 });
    expect((await organisations.orders({ organisation_id: id })).data).toMatchObject([
      { id: order.id, status: "paid" },
    ]);
    expect((await byMail.seatline.organisations.orders({ organisation_id: id })).data).toEqual([]);
    expect(await organisations.list()).toMatchObject([{ id, billing_name: "PT Contoh" }]);
  });
});
