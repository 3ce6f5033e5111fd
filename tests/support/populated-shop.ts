import { randomUUID } from "node:crypto";
import { keepCard } from "../payments/saved-methods.ts";
import { publishedIntake } from "./catalog.ts";
import type { Pool, Sql } from "./database.ts";
import { asCustomer, asOwner, asService, newCustomer } from "./people.ts";
import { populateComplaints } from "./populated-complaints.ts";
import { populateGoods, populateImports, populateShipments } from "./populated-goods.ts";
import { populateLearning } from "./populated-learning.ts";
import { newCollection, newFile, newPicture, publishedProduct } from "./products.ts";

/** A shop with history: two customers who each have a seat, an open order, a paid order with its invoice and a refunded one; a draft course; mails; jobs. */
export type PopulatedShop = { first: string; second: string };

/** Fills every table of the API with rows of both customers, through the verbs, as their users would. */
export async function populateShop(sql: Pool): Promise<PopulatedShop> {
  const first = await newCustomer(sql);
  const second = await newCustomer(sql);
  const [support, finance] = [await newCustomer(sql), await newCustomer(sql)];
  await sql`insert into public.role_members (profile_id, role) values (${support}, 'support'), (${finance}, 'finance')`;
  const free = await publishedIntake(sql, { seats: 20 });
  const paid = await publishedIntake(sql, { seats: 20, price: 150_000_00 });
  const others = [await publishedIntake(sql, { price: 90_000_00 }), await publishedIntake(sql, { price: 80_000_00 })];
  const draft = await publishedIntake(sql, { status: "draft", seats: 5, price: 1_000_00 });
  await offerPrices(sql, first, paid.variantId, draft.productId);
  await sql`insert into public.products (kind, slug, title) values ('course', ${`bare-${draft.slug}`}, 'A draft with nothing on it')`;
  await publishedProduct(sql, { category: true, options: true });
  const unready = await publishedProduct(sql, { category: true, options: true, status: "draft" });
  const book = await publishedProduct(sql, { kind: "digital", price: 0 });
  await newFile(sql, book.productId);
  for (const { productId } of [book, unready]) await newPicture(sql, productId);
  for (const status of ["published", "draft"]) await newCollection(sql, book.productId, status);
  const card = await publishedProduct(sql, { kind: "gift_card", price: 5000 });
  const cards = JSON.stringify([{ variant_id: card.variantIds[0], gift: { recipient_email: "ayu@example.test" } }]);
  const scarce = await populateGoods(sql);
  await populateImports(sql, first);
  const [plan] =
    await sql`insert into public.instalment_plans (title, count, status) values ('In three', 3, 'active'), ('In four', 4, 'draft') returning id`;
  for (const customer of [first, second]) {
    await act(
      sql,
      customer,
      (tx) => tx`select public.add_address('Sari', '+62 811 222 333', 'Jl. Dago 12', 'Bandung', 'Jawa Barat', '40135')`,
    );
    await act(sql, customer, (tx) => tx`select public.add_to_cart(${others[1]?.variantId as string})`);
    await act(sql, customer, (tx) => tx`select public.enroll(${free.intakeId})`);
    await order(sql, customer, scarce);
    await order(sql, customer, book.variantIds[0] as string);
    const inParts = await order(sql, customer, paid.variantId);
    await act(sql, customer, (tx) => tx`select public.start_instalments(${inParts}, ${plan?.id})`);
    await act(
      sql,
      customer,
      (tx) => tx`select public.add_order_note(id, 'By the window, please.') from public.orders limit 1`,
    );
    const kept = await order(sql, customer, others[0]?.variantId as string);
    await pay(sql, customer, kept);
    await sql`select private.issue_invoice(${kept})`;
    await askAboutPayment(sql, kept);
    const refunded = await order(sql, customer, others[1]?.variantId as string);
    await pay(sql, customer, refunded);
    await act(sql, support, (tx) => tx`select public.cancel_order(${refunded}, 'Changed their mind')`);
    await act(sql, finance, (tx) => tx`select public.grant_store_credit(${customer}, 5000, 'IDR', 'For the delay.')`);
    await act(sql, finance, (tx) => tx`select public.issue_gift_card(5000, 'IDR', 'For the delay.')`);
    await act(sql, customer, (tx) => tx`select public.order_gift_cards(${cards}::text::jsonb)`);
    await sql`select private.queue_notification(${customer}, 'welcome', 'email', ${`welcome_${customer}`}, 'Welcome', 'Hello.')`;
  }
  await act(sql, support, (tx) => tx`select public.add_order_note(id, 'Among ourselves.') from public.orders limit 1`);
  for (const customer of [first, second])
    await sql`select public.create_draft_order(${customer}, ${JSON.stringify([{ variant_id: scarce, quantity: 1 }])}::text::jsonb)`;
  await sql`insert into public.promotion_redemptions (promotion_id, order_id, customer_id, amount, currency, given_back_at)
    select promotions.id, orders.id, orders.customer_id, 0, 'IDR', now() from public.promotions, public.orders where orders.status = 'cancelled'`;
  await sql`insert into public.cart_coupons (cart_id, coupon_id) select carts.id, coupons.id from public.carts, public.coupons where code = 'TENPERCENT'`;
  await populateLearning(sql, [first, second]);
  await sql`update public.settings set value = '[{"bank": "Bank Contoh", "number": "1", "holder": "PT Contoh"}]' where key = 'transfer_accounts'`;
  const transferred = await publishedIntake(sql, { price: 70_000_00 });
  for (const customer of [first, second])
    await transfer(sql, customer, await order(sql, customer, transferred.variantId));
  for (const customer of [first, second]) await keepCard(sql, customer);
  const plans =
    await sql`insert into public.subscription_plans (title, period, status) values ('Everything', 'month', 'active'), ('Next year', 'year', 'draft') returning id, variant_id`;
  for (const { id } of plans)
    await sql`insert into public.subscription_plan_scopes (plan_id, product_id) values (${id}, ${book.productId})`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${plans[0]?.variant_id}, 'IDR', 99_000_00)`;
  for (const customer of [first, second])
    await act(sql, customer, (tx) => tx`select public.start_subscription(${plans[0]?.id})`);
  const full = await publishedIntake(sql, { seats: 0 });
  for (const customer of [first, second])
    await act(sql, customer, (tx) => tx`select public.join_waitlist(${full.intakeId})`);
  for (const customer of [first, second]) await foundOrganisation(sql, customer);
  await populateComplaints(sql, [first, second]);
  await sql`select private.queue_process('notifications.send-welcome', id, subject_type, subject_id) from public.events order by id limit 1`;
  await populateShipments(sql, [first, second]);
  await sql`insert into public.order_edits (order_id, before, after) select id, '{}', '{}' from public.orders`;
  await sql`insert into public.alerts (kind, key, subject_type, subject, since) values ('job_failed', 'task:test', 'process', 'test', now())`;
  await sql`insert into public.payouts (provider, currency, amount, reference) values ('stripe', 'IDR', 1, 'po_test')`;
  return { first, second };
}

/** A sale for everybody, prices for a group of one, promotions and coupons that fit no order, taxes of a country nobody orders from. */
async function offerPrices(sql: Pool, member: string, variant: string, product: string): Promise<void> {
  const [group] = await sql`insert into public.customer_groups (name) values ('Schools') returning id`;
  await sql`insert into public.customer_group_members (customer_group_id, profile_id) values (${group?.id}, ${member})`;
  const lists = await sql`insert into public.price_lists (name, status, customer_group_id)
    values ('Sale', 'active', null), ('For schools', 'active', ${group?.id}), ('Next sale', 'draft', null) returning id`;
  for (const { id } of lists)
    await sql`insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount) values (${id}, ${variant}, 'IDR', 10, 1_00)`;
  const [promotion] = await sql`insert into public.promotions (name, kind, status, basis_points, minimum_quantity)
    values ('Ten percent', 'percent', 'active', 1000, 1000) returning id`;
  await sql`insert into public.promotions (name, kind, status, basis_points) values ('Next month', 'percent', 'draft', 500)`;
  await sql`insert into public.promotion_products (promotion_id, product_id) values (${promotion?.id}, ${product})`;
  const [category] =
    await sql`insert into public.categories (slug, title) values ('on-offer', 'On offer') returning id`;
  await sql`insert into public.promotion_categories (promotion_id, category_id) values (${promotion?.id}, ${category?.id})`;
  await sql`insert into public.coupons (promotion_id, code, customer_id) values (${promotion?.id}, 'FIRSTOFALL', ${member}), (${promotion?.id}, 'TENPERCENT', null)`;
  await sql`insert into public.tax_rates (country, tax_category, name, basis_points, inclusive) values ('SG', 'standard', 'GST', 900, true)`;
}

/** An organisation of the customer with a seat that somebody took, one that is kept for an invitation, and a free one. */
async function foundOrganisation(sql: Pool, customer: string): Promise<void> {
  const member = await newCustomer(sql);
  const { intakeId, variantId } = await publishedIntake(sql, { seats: 5 });
  const code = await act(sql, customer, async (tx) => {
    const [founded] = await tx`select public.create_organisation('PT Contoh') ->> 'id' as id`;
    const lines = JSON.stringify([{ variant_id: variantId, quantity: 3 }]);
    await tx`select public.order_seats(${founded?.id}, ${lines}::text::jsonb)`;
    await tx`select public.invite_to_seats(${founded?.id}, ${intakeId}, 'ayu@example.test')`;
    return (await tx`select public.invite_to_seats(${founded?.id}, ${intakeId}) ->> 'code' as code`)[0]?.code;
  });
  await act(sql, member, (tx) => tx`select public.claim_seat(${code})`);
  await act(sql, customer, async (tx) => {
    const gift = { recipient_email: "ayu@example.test", message: "Enjoy" };
    const lines = JSON.stringify([{ variant_id: variantId, gift }]);
    await tx`select public.order_gifts(${lines}::text::jsonb)`;
  });
  const granted = await publishedIntake(sql, { seats: 5 });
  await sql`select private.grant_seat(${granted.intakeId}, ${customer}, 'Won a raffle', null, now() + interval '9 days', null)`;
  await sql`with renewal as (select private.set_course_renewal(${granted.productId}, 30, null) ->> 'renewal_variant_id' as variant_id)
    insert into public.prices (variant_id, currency, amount) select variant_id::uuid, 'IDR', 0 from renewal`;
  const [seat] =
    await sql`select id from public.enrollments where intake_id = ${granted.intakeId} and learner_id = ${customer}`;
  await act(sql, customer, (tx) => tx`select public.renew_access(${seat?.id})`);
  const [other] =
    await sql`insert into public.intakes (product_id, title, seats) values (${granted.productId}, 'Another', 5) returning id, variant_id`;
  await sql`insert into public.prices (variant_id, currency, amount) values (${other?.variant_id}, 'IDR', 0)`;
  await act(sql, customer, (tx) => tx`select public.transfer_enrollment(${seat?.id}, ${other?.id})`);
}

async function act<T>(sql: Pool, customer: string, work: (tx: Sql) => Promise<T>): Promise<T> {
  return (await sql.begin(async (tx) => {
    await asCustomer(tx, customer);
    return work(tx);
  })) as T;
}

async function order(sql: Pool, customer: string, variant: string): Promise<string> {
  const lines = [{ variant_id: variant, quantity: 1 }];
  const [row] = await act(
    sql,
    customer,
    (tx) => tx`select public.place_order(${JSON.stringify(lines)}::text::jsonb) as placed`,
  );
  return row?.placed.id;
}

async function transfer(sql: Pool, customer: string, orderId: string): Promise<void> {
  await act(sql, customer, async (tx) => {
    const [row] = await tx`select public.start_transfer(${orderId}) as started`;
    await tx`select public.start_proof(${row?.started.payment.id})`;
  });
}

/** The buyer's bank asks about the payment of an order: staff see a dispute, and nothing else changes. */
async function askAboutPayment(sql: Pool, orderId: string): Promise<void> {
  const [payment] =
    await sql`select provider_payment_id, amount, currency from public.payments where order_id = ${orderId} and status = 'success'`;
  const object = {
    id: `dp_${randomUUID()}`,
    payment_intent: payment?.provider_payment_id,
    amount: payment?.amount,
    currency: payment?.currency.toLowerCase(),
    status: "warning_needs_response",
  };
  const event = { id: `evt_${randomUUID()}`, type: "charge.dispute.created", data: { object } };
  await sql`select private.receive_provider_event('stripe', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb)`;
}

async function pay(sql: Pool, customer: string, orderId: string): Promise<void> {
  const [row] = await act(sql, customer, (tx) => tx`select public.start_payment(${orderId}) as started`);
  const { payment } = (row?.started ?? {}) as { payment: { id: string; amount: number; currency: string } };
  const session = `cs_${randomUUID()}`;
  await sql.begin(async (tx) => {
    await asService(tx);
    await tx`select public.attach_payment_session(${payment.id}, ${session}, 'http://127.0.0.1/pay', now() + interval '30 minutes')`;
    const object = {
      id: session,
      object: "checkout.session",
      client_reference_id: orderId,
      metadata: { order_id: orderId, payment_id: payment.id },
      payment_status: "paid",
      status: "complete",
      amount_total: payment.amount,
      currency: payment.currency.toLowerCase(),
      payment_intent: `pi_${randomUUID()}`,
    };
    const event = { id: `evt_${randomUUID()}`, type: "checkout.session.completed", data: { object } };
    const [answer] = await tx`
      select public.receive_provider_event('stripe', ${event.id}, ${event.type}, ${JSON.stringify(event)}::text::jsonb) as answer`;
    if (answer?.answer.outcome !== "applied")
      throw new Error(`The payment was not applied: ${JSON.stringify(answer?.answer)}`);
    await asOwner(tx);
  });
}
