import { randomBytes } from "node:crypto";
import type { Sql } from "./database.ts";

/** What to build; what is left out is a free, uncounted intake of a published course that is open now. */
export type IntakeWish = {
  /** Null is not counted. */
  seats?: number | null;
  /** Minor units of `currency`; null is not sold in any currency. */
  price?: number | null;
  currency?: string;
  status?: "draft" | "published" | "archived";
  publishAt?: Date | null;
  opens?: Date;
  closes?: Date | null;
  starts?: Date | null;
  ends?: Date | null;
};

/** What was built. */
export type BuiltIntake = { productId: string; intakeId: string; variantId: string; slug: string };

/** Builds a course with one intake and one price, as the owner of the database. */
export async function publishedIntake(sql: Sql, wish: IntakeWish = {}): Promise<BuiltIntake> {
  const { seats = null, price = 0, currency = "IDR", status = "published" } = wish;
  const slug = `course-${randomBytes(6).toString("hex")}`;
  const [product] = await sql`
    insert into public.products (kind, slug, title, summary, status, publish_at)
    values ('course', ${slug}, ${`Course ${slug}`}, 'Made by a test.', ${status}, ${wish.publishAt ?? null})
    returning id`;
  await sql`insert into public.courses (product_id) values (${product?.id})`;
  const [intake] = await sql`
    insert into public.intakes (product_id, title, seats, enroll_opens_at, enroll_closes_at, starts_at, ends_at)
    values (${product?.id}, 'Intake', ${seats}, ${wish.opens ?? new Date(Date.now() - 60_000)}, ${wish.closes ?? null},
      ${wish.starts ?? null}, ${wish.ends ?? null})
    returning id, variant_id`;
  if (price !== null) {
    await sql`insert into public.prices (variant_id, currency, amount) values (${intake?.variant_id}, ${currency}, ${price})`;
  }
  return { productId: product?.id, intakeId: intake?.id, variantId: intake?.variant_id, slug };
}
