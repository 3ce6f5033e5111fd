import { expect, test } from "vitest";
import { mailedCode } from "../organisations/mailed-code.ts";
import { publishedIntake } from "../support/catalog.ts";
import { newLearner } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();

test("a gift is mailed and claimed, access renewed, and the learner moved", async () => {
  const [buyer, learner] = [await newLearner(stack), await newLearner(stack)];
  const [intake, other] = [await publishedIntake(stack.sql, { seats: 2 }), await publishedIntake(stack.sql)];
  const recipient_email = `gift-${intake.slug}@example.test`;
  const wish = { variant_id: intake.variantId, recipient_email, message: "Enjoy it" };
  expect(await buyer.seatline.courses.give({ gifts: [wish] })).toMatchObject({ purpose: "gift", status: "paid" });
  const [gift] = await buyer.seatline.courses.gifts();
  expect(gift).toMatchObject({ status: "waiting", message: "Enjoy it" });
  await mailedCode(stack, recipient_email);
  const corrected = `new-${recipient_email}`;
  await buyer.seatline.courses.changeGift({ gift_id: gift?.id ?? "", recipient_email: corrected });
  const claimed = await learner.seatline.courses.claimGift(await mailedCode(stack, corrected));
  expect(claimed).toMatchObject({ gift_id: gift?.id, message: "Enjoy it" });

  const granted =
    await stack.sql`select private.grant_seat(${other.intakeId}, ${learner.id}, 'A prize', null, now() + interval '1 day', null) ->> 'id' as id`;
  const enrollment_id = granted[0]?.id as string;
  const [sold] =
    await stack.sql`select private.set_course_renewal(${other.productId}, 30, null) ->> 'renewal_variant_id' as id`;
  await stack.sql`insert into public.prices (variant_id, currency, amount) values (${sold?.id}, 'IDR', 0)`;
  const { renewed_until } = await learner.seatline.courses.quoteRenewal({ enrollment_id });
  expect(await learner.seatline.courses.renew({ enrollment_id })).toMatchObject({
    purpose: "renewal",
    status: "paid",
  });
  const mine = await learner.seatline.courses.mine();
  expect(mine.find((course) => course.enrollment_id === enrollment_id)?.access_ends_at).toBe(renewed_until);

  const [third] =
    await stack.sql`insert into public.intakes (product_id, title) values (${other.productId}, 'Another') returning id, variant_id`;
  await stack.sql`insert into public.prices (variant_id, currency, amount) values (${third?.variant_id}, 'IDR', 0)`;
  const moved = await learner.seatline.courses.transfer({ enrollment_id, to_intake_id: third?.id });
  expect(moved).toMatchObject({ to_intake_id: third?.id, difference_amount: 0, order: null });
}, 60_000);
