import { beforeAll, describe, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { publishedIntake } from "../support/catalog.ts";
import { newLearner, visitor } from "../support/learners.ts";
import { anonymousClient, type SignedUp, signUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();
let manager: SignedUp;
let customer: SignedUp;

beforeAll(async () => {
  [manager, customer] = await Promise.all([signUpStaff(stack, "catalog_manager"), signUp(stack)]);
});

const newProduct = () => ({ kind: "course", slug: `made-${crypto.randomUUID()}`, title: "Made over REST" });

describe("a catalog manager over REST", () => {
  test("makes a product, its course, an intake and a price, publishes it, and a learner takes the seat", async () => {
    const { client } = manager;
    const product = await client.from("products").insert(newProduct()).select().single();
    expect(product.data).toMatchObject({ status: "draft" });
    const { id, slug } = product.data;
    expect(
      await client.from("courses").insert({ product_id: id, level: "advanced", language: "en" }).select().single(),
    ).toMatchObject({ status: 201 });
    const intake = await client
      .from("intakes")
      .insert({ product_id: id, title: "First run", seats: 2 })
      .select()
      .single();
    expect(intake.status).toBe(201);
    const price = { variant_id: intake.data.variant_id, currency: "IDR", amount: 0 };
    expect(await client.from("prices").insert(price).select().single()).toMatchObject({ status: 201, data: price });

    expect(await refusal(visitor(stack).courses.get(slug))).toMatchObject({ code: "not_found" });
    expect(await client.from("products").update({ status: "published" }).eq("id", id).select()).toMatchObject({
      data: [{ status: "published" }],
    });
    expect(await visitor(stack).courses.get(slug)).toMatchObject({
      title: "Made over REST",
      level: "advanced",
      intakes: [{ title: "First run", seats: 2, seats_available: 2, prices: [{ currency: "IDR", amount: 0 }] }],
    });
    const learner = await newLearner(stack);
    expect((await learner.seatline.courses.enroll({ intake_id: intake.data.id })).order.status).toBe("paid");
    expect((await visitor(stack).courses.get(slug)).intakes).toMatchObject([{ seats_available: 1 }]);
  });

  test("changes the seats of an intake and is told when too many are taken", async () => {
    const built = await publishedIntake(stack.sql, { seats: 2 });
    const learner = await newLearner(stack);
    await learner.seatline.courses.enroll({ intake_id: built.intakeId });
    const seats = (number: number) =>
      manager.client.from("intakes").update({ seats: number }).eq("id", built.intakeId).select("seats");
    expect(await seats(0)).toMatchObject({ status: 409, error: { code: "capacity_in_use" } });
    expect(await seats(5)).toMatchObject({ status: 200, data: [{ seats: 5 }] });
    expect((await visitor(stack).courses.get(built.slug)).intakes).toMatchObject([{ seats: 5, seats_available: 4 }]);
  });

  test("is refused with a clear status for what no product may be", async () => {
    const { client } = manager;
    const product = newProduct();
    await client.from("products").insert(product);
    expect(await client.from("products").insert(product)).toMatchObject({ status: 409 });
    expect(await client.from("products").insert({ ...newProduct(), slug: "Not A Slug" })).toMatchObject({
      status: 400,
    });
    expect(await client.from("products").insert({ ...newProduct(), kind: "elephant" })).toMatchObject({ status: 400 });
    expect(await client.from("products").insert({ ...newProduct(), id: crypto.randomUUID() })).toMatchObject({
      status: 403,
    });
    expect(
      await client.from("prices").insert({ variant_id: crypto.randomUUID(), currency: "IDR", amount: 1 }),
    ).toMatchObject({ status: 409 });
  });
});

describe("everybody else over REST", () => {
  test("writes nothing in the catalogue", async () => {
    const { productId, variantId, intakeId, slug } = await publishedIntake(stack.sql, { seats: 2, price: 10_00 });
    for (const [client, status] of [
      [customer.client, 403],
      [anonymousClient(stack), 401],
    ] as const) {
      expect(await client.from("products").insert(newProduct())).toMatchObject({ status });
      expect(await client.from("courses").insert({ product_id: productId })).toMatchObject({ status });
      expect(await client.from("intakes").insert({ product_id: productId, title: "Mine" })).toMatchObject({ status });
      expect(await client.from("prices").insert({ variant_id: variantId, currency: "USD", amount: 1 })).toMatchObject({
        status,
      });
      await client.from("prices").update({ amount: 0 }).eq("variant_id", variantId);
      await client.from("intakes").update({ seats: 1_000 }).eq("id", intakeId);
      await client.from("products").update({ title: "Mine now" }).eq("id", productId);
      await client.from("products").delete().eq("id", productId);
      await client.from("variants").delete().eq("id", variantId);
    }
    expect(await visitor(stack).courses.get(slug)).toMatchObject({
      title: `Course ${slug}`,
      intakes: [{ seats: 2, prices: [{ currency: "IDR", amount: 10_00 }] }],
    });
  });

  test("sees no draft, no archived product and none before its time, in any table or embedding", async () => {
    const hidden = await Promise.all([
      publishedIntake(stack.sql, { seats: 2, price: 10_00, status: "draft" }),
      publishedIntake(stack.sql, { seats: 2, price: 10_00, status: "archived" }),
      publishedIntake(stack.sql, { seats: 2, price: 10_00, publishAt: new Date(Date.now() + 60_000) }),
    ]);
    const variants = hidden.map(({ variantId }) => variantId);
    for (const client of [anonymousClient(stack), customer.client]) {
      expect((await client.from("variants").select("*, products(*), prices(*)").in("id", variants)).data).toEqual([]);
      expect((await client.from("prices").select("*, variants(*)").in("variant_id", variants)).data).toEqual([]);
      expect((await client.from("stock_levels").select().in("variant_id", variants)).data).toEqual([]);
      expect(
        (
          await client
            .from("products")
            .select("*, courses(*, intakes(*))")
            .in(
              "slug",
              hidden.map(({ slug }) => slug),
            )
        ).data,
      ).toEqual([]);
    }
    await stack.sql`update public.products set publish_at = now() where id = ${hidden[2]?.productId as string}`;
    expect((await visitor(stack).courses.get(hidden[2]?.slug as string)).intakes).toHaveLength(1);
  });
});
