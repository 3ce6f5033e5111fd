/*
Invariants: what must hold at every moment, as one view. No rows means healthy: tests read it after each step, operators as a check.
*/

create view private.stock_reconciliation as
select booked.variant_id, booked.location_id, sum(booked.moved) as movements, sum(booked.held) as on_hand, sum(booked.held) - sum(booked.moved) as difference
from ( -- one list and no join: who asks about some variants reads only theirs
  select stock_slots.variant_id, stock_slots.location_id, stock_slots.available + stock_slots.reserved as held, 0 as moved from public.stock_slots
  union all
  select stock_movements.variant_id, stock_movements.location_id, 0, stock_movements.quantity from public.stock_movements
) as booked
group by booked.variant_id, booked.location_id;
comment on view private.stock_reconciliation is 'Per variant and location: the sum of the movements, what is on hand, and the difference, which must be 0.';

create view private.invariant_violations as
select 'on hand is the sum of the movements' as invariant, stock_reconciliation.variant_id || '/' || stock_reconciliation.location_id as subject,
  format('on hand %s, movements %s', stock_reconciliation.on_hand, stock_reconciliation.movements) as detail
from private.stock_reconciliation where stock_reconciliation.difference <> 0
union all
select 'what was sold beyond stock is written down', variants.id::text, format('limit %s, left %s, open %s', variants.backorder_limit, beyond.left, promised.open)
from public.variants
left join lateral (select coalesce(sum(stock_slots.available + stock_slots.reserved), 0) as left from public.stock_slots
  where stock_slots.variant_id = variants.id and stock_slots.slot >= 128) as beyond on true
left join lateral (select coalesce(sum(backorders.open_quantity), 0) as open from public.backorders where backorders.variant_id = variants.id) as promised on true
where coalesce(variants.backorder_limit, 0) <> beyond.left + promised.open
union all
select 'reserved is the sum of live reservations', slot.variant_id || '/' || slot.slot, format('reserved %s, reservations %s', slot.reserved, coalesce(held.quantity, 0))
from public.stock_slots as slot
left join (
  select reservations.variant_id, reservations.slot, reservations.location_id, sum(reservations.quantity) as quantity
  from public.reservations where reservations.status = 'held' group by 1, 2, 3
) as held using (variant_id, slot, location_id)
where slot.reserved <> coalesce(held.quantity, 0)
union all
select 'seats are on hand or taken', intakes.id::text, format('seats %s, on hand %s, taken %s, kept %s, given %s', intakes.seats, stock.on_hand, taken.seats, kept.seats, given.seats)
from public.intakes
left join lateral (
  select coalesce(sum(stock_slots.available + stock_slots.reserved), 0) as on_hand from public.stock_slots where stock_slots.variant_id = intakes.variant_id
) as stock on true
left join lateral (
  select count(*) as seats from public.enrollments where enrollments.intake_id = intakes.id and enrollments.status in ('active', 'suspended', 'completed')
) as taken on true
left join lateral (
  select count(*) as seats from public.organisation_seats where organisation_seats.intake_id = intakes.id and organisation_seats.status in ('free', 'invited')
) as kept on true
left join lateral (
  select count(*) as seats from public.gifts where gifts.intake_id = intakes.id and gifts.status = 'waiting'
) as given on true
where intakes.seats <> stock.on_hand + taken.seats + kept.seats + given.seats
union all
select 'a cancelled intake that is wound up has nobody in it', intakes.id::text, enrollments.id::text
from public.intakes join public.enrollments on enrollments.intake_id = intakes.id
where intakes.wound_up_at is not null and enrollments.status in ('reserved', 'active', 'suspended')
union all
select 'an order is the sum of its lines', orders.id::text, format('total %s, lines %s', orders.total_amount, items.total)
from public.orders
cross join lateral (
  select sum(order_items.unit_amount * order_items.quantity) as subtotal, sum(order_items.discount_amount) as discount, sum(order_items.tax_amount) as tax,
    sum(order_items.tax_included_amount) as tax_included, sum(order_items.total_amount) as total
  from public.order_items where order_items.order_id = orders.id
) as items
where (orders.subtotal_amount, orders.discount_amount, orders.tax_amount - orders.shipping_tax_amount, orders.tax_included_amount - orders.shipping_tax_included_amount,
    orders.total_amount - orders.shipping_amount - orders.shipping_tax_amount)
  is distinct from (coalesce(items.subtotal, 0), coalesce(items.discount, 0), coalesce(items.tax, 0), coalesce(items.tax_included, 0), coalesce(items.total, 0))
  -- only what sending an order elsewhere costs more is an order without lines
  or items.total is null and not exists (select from private.order_exchanges where order_exchanges.supplement_id = orders.id and order_exchanges.shipping_address is not null)
union all
select 'an order says what was taken off it', orders.id::text, format('discount %s, of shipping %s, uses %s', orders.discount_amount, orders.shipping_discount_amount, used.amount)
from public.orders
cross join lateral (
  -- of every promotion the last use: what was given back may have been used again
  select coalesce(sum(latest.amount), 0) as amount from (
    select distinct on (promotion_redemptions.promotion_id) promotion_redemptions.amount from public.promotion_redemptions
    where promotion_redemptions.order_id = orders.id order by promotion_redemptions.promotion_id, promotion_redemptions.redeemed_at desc
  ) as latest
) as used
where orders.discount_amount + orders.shipping_discount_amount <> used.amount
union all
select 'a limited promotion was used as often as it says', promotions.id::text, format('counted %s, limit %s', promotions.used_count, promotions.usage_limit)
from public.promotions
where promotions.usage_limit is not null and promotions.used_count <> (
  select count(*) from public.promotion_redemptions where promotion_redemptions.promotion_id = promotions.id and promotion_redemptions.given_back_at is null)
union all
select 'a limited coupon was used as often as it says', coupons.id::text, format('counted %s, limit %s', coupons.used_count, coupons.usage_limit)
from public.coupons
where coupons.usage_limit is not null and coupons.used_count <> (
  select count(*) from public.promotion_redemptions where promotion_redemptions.coupon_id = coupons.id and promotion_redemptions.given_back_at is null)
union all
select 'nobody uses a promotion more often than they may', coalesce(counted.customer_id, used.customer_id)::text, format('counted %s, used %s, limit %s', counted.used_count, used.uses, promotions.per_user_limit)
from private.promotion_uses as counted
full join (
  select promotion_redemptions.promotion_id, promotion_redemptions.customer_id, count(*) as uses
  from public.promotion_redemptions where promotion_redemptions.given_back_at is null group by 1, 2
) as used using (promotion_id, customer_id)
join public.promotions on promotions.id = promotion_id
where coalesce(counted.used_count, 0) <> coalesce(used.uses, 0) or used.uses > promotions.per_user_limit
union all
select 'an ended order uses no promotion', orders.id::text, orders.status
from public.promotion_redemptions join public.orders on orders.id = promotion_redemptions.order_id
where promotion_redemptions.given_back_at is null and orders.status in ('cancelled', 'expired', 'refunded')
union all
select 'a paid order keeps its promotions', orders.id::text, orders.status
from public.promotion_redemptions join public.orders on orders.id = promotion_redemptions.order_id
where orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded')
  and (promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at is not null
    or promotion_redemptions.given_back_at is not null and not exists (
      select from public.promotion_redemptions as kept
      where kept.order_id = orders.id and kept.promotion_id = promotion_redemptions.promotion_id and kept.given_back_at is null))
union all
select 'an ended order holds nothing', orders.id::text, orders.status
from public.orders join public.reservations on reservations.holder_id = orders.id
where reservations.status = 'held' and orders.status not in ('pending', 'needs_review')
union all
select 'a reservation belongs to an order, an offer, a stock hold or a granted seat', reservations.id::text, reservations.holder_id::text
from public.reservations where not exists (select from public.orders where orders.id = reservations.holder_id)
  and not exists (select from public.seat_grants where seat_grants.enrollment_id = reservations.holder_id)
  and not exists (select from public.waitlist_entries where waitlist_entries.id = reservations.holder_id)
  and not exists (select from public.stock_holds where stock_holds.id = reservations.holder_id)
union all
select 'a stock hold that ended holds nothing', stock_holds.id::text, stock_holds.status
from public.stock_holds join public.reservations on reservations.holder_id = stock_holds.id
where reservations.status = 'held' and stock_holds.status <> 'held'
union all
select 'an offer holds one seat until it is due, and nobody else on the waiting list does', waitlist_entries.id::text, format('%s, holds %s', waitlist_entries.status, held.seats)
from public.waitlist_entries
join lateral (
  select coalesce(sum(reservations.quantity), 0) as seats from public.reservations where reservations.holder_id = waitlist_entries.id and reservations.status = 'held'
) as held on true
where held.seats <> (waitlist_entries.status = 'offered')::integer
  and not (waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at <= now() and held.seats = 0)
union all
select 'no seat is idle while somebody waits', intakes.id::text, format('%s free', stock.available)
from public.intakes
join lateral (select sum(stock_slots.available) as available from public.stock_slots where stock_slots.variant_id = intakes.variant_id) as stock on true
where stock.available > 0 and intakes.has_waitlist and (intakes.enroll_closes_at is null or intakes.enroll_closes_at > now())
  and exists (select from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.status = 'waiting')
union all
select 'nobody waits for a seat they have', waitlist_entries.id::text, waitlist_entries.status
from public.waitlist_entries
join public.enrollments on enrollments.intake_id = waitlist_entries.intake_id and enrollments.learner_id = waitlist_entries.learner_id
where waitlist_entries.status in ('waiting', 'offered') and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
union all
select 'an active seat belongs to a paid order', enrollments.id::text, orders.status
from public.enrollments
join public.order_items on order_items.id = enrollments.order_item_id
join public.orders on orders.id = order_items.order_id
where enrollments.status = 'active' and orders.status in ('pending', 'cancelled', 'expired', 'refunded')
union all -- one condition with "or" over two tables is planned as every seat times every order
select 'an active seat belongs to a paid order', enrollments.id::text, orders.status
from public.enrollments
join public.order_items on order_items.id = enrollments.order_item_id
join public.orders on orders.id = order_items.order_id
where enrollments.status = 'reserved' and orders.status not in ('pending', 'needs_review')
union all
select 'a paid course line has a seat', order_items.id::text, orders.number
from public.orders join public.order_items on order_items.order_id = orders.id
where orders.status = 'paid' and order_items.kind = 'course' and orders.purpose is null
  and not exists (select from public.enrollments where enrollments.order_item_id = order_items.id)
union all
select 'an order for an organisation has its seats', order_items.id::text, format('%s of %s, %s given back', counted.seats, order_items.quantity, order_items.refunded_quantity)
from public.orders join public.order_items on order_items.order_id = orders.id
cross join lateral (
  select count(*) as seats from public.organisation_seats where organisation_seats.order_item_id = order_items.id and organisation_seats.status <> 'ended'
) as counted
where orders.purpose = 'organisation' and counted.seats <> case
  when orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded') then order_items.quantity - order_items.refunded_quantity
  when orders.status in ('pending', 'expired', 'cancelled', 'refunded') then 0 else counted.seats end
union all
select 'an order of gifts has its gifts', order_items.id::text, format('%s of %s, %s given back', counted.gifts, order_items.quantity, order_items.refunded_quantity)
from public.orders join public.order_items on order_items.order_id = orders.id
cross join lateral (
  select count(*) filter (where gifts.status in ('waiting', 'claimed', 'expired')) as gifts from public.gifts where gifts.order_item_id = order_items.id
) as counted
where orders.purpose = 'gift' and counted.gifts <> case
  when orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded') then order_items.quantity - order_items.refunded_quantity
  when orders.status in ('pending', 'expired', 'cancelled', 'refunded') then 0 else counted.gifts end
union all
select 'an order of gift cards has its cards', order_items.id::text, format('%s of %s, %s given back', counted.cards, order_items.quantity, order_items.refunded_quantity)
from public.orders join public.order_items on order_items.order_id = orders.id
cross join lateral (
  select count(*) filter (where gift_card_purchases.status = 'issued') as cards from public.gift_card_purchases where gift_card_purchases.order_item_id = order_items.id
) as counted
where orders.purpose = 'gift_card' and counted.cards <> case
  when orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded') then order_items.quantity - order_items.refunded_quantity
  when orders.status in ('pending', 'expired', 'cancelled', 'refunded') then 0 else counted.cards end
union all
select 'a gift card that was bought is worth what it cost, and was bought once', gift_cards.id::text, format('%s, %s purchases', gift_cards.amount, count(gift_card_purchases.id))
from public.gift_cards join public.order_items on order_items.id = gift_cards.order_item_id
left join public.gift_card_purchases on gift_card_purchases.gift_card_id = gift_cards.id and gift_card_purchases.order_item_id = order_items.id
group by gift_cards.id, order_items.unit_amount having count(gift_card_purchases.id) <> 1 or gift_cards.amount <> order_items.unit_amount
union all
select 'a claimed gift is a live enrolment', gifts.id::text, coalesce(enrollments.status, 'none')
from public.gifts left join public.enrollments on enrollments.id = gifts.enrollment_id and enrollments.learner_id = gifts.learner_id
where gifts.status = 'claimed' and coalesce(enrollments.status, '') not in ('active', 'suspended', 'completed')
union all
select 'an assigned seat of an organisation is a live enrolment', organisation_seats.id::text, coalesce(enrollments.status, 'none')
from public.organisation_seats left join public.enrollments on enrollments.id = organisation_seats.enrollment_id and enrollments.learner_id = organisation_seats.learner_id
where organisation_seats.status = 'assigned' and coalesce(enrollments.status, '') not in ('active', 'suspended', 'completed')
union all
select 'a download that works belongs to a paid order', downloads.id::text, orders.status
from public.downloads
join public.order_items on order_items.id = downloads.order_item_id
join public.orders on orders.id = order_items.order_id
where downloads.ended_at is null and orders.status in ('pending', 'cancelled', 'expired', 'refunded')
union all
select 'a captured payment has a result', payments.id::text, orders.status || '/' || payments.status
from public.payments join public.orders on orders.id = payments.order_id
where payments.status = 'success' and (orders.status in ('expired', 'cancelled')
  or orders.status = 'pending' and private.kept_amount(orders.id) >= orders.total_amount)
union all
select 'a paid order was paid once', orders.id::text, orders.number
from public.orders
cross join lateral (
  select orders.total_amount - private.kept_amount(orders.id) - private.due_amount(orders.id) - private.written_off_amount(orders.id) as amount
) as missing
cross join lateral (
  -- what went back in part, was exchanged, or is not owed any more
  select coalesce(sum(back.amount), 0) as amount, coalesce(bool_or(back.reason = 'dispute_lost'), false) as disputed from (
    select refunds.amount, refunds.reason from public.refunds
    where refunds.order_id = orders.id and refunds.status in ('pending', 'success') and refunds.destination <> 'exchange'
      and refunds.reason in ('by_staff', 'by_provider', 'by_learner', 'intake_cancelled', 'gift_expired', 'exchange_returned', 'dispute_lost', 'address_changed')
    union all
    select payments.exchanged_amount, null from public.payments where payments.order_id = orders.id
    union all
    select -ledger_entries.amount, null from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = orders.id and ledger_entries.account = 'receivable' and ledger_transactions.effect_key like 'released:%'
  ) as back
) as gone
where orders.status in ('paid', 'processing', 'shipped', 'delivered', 'completed') and orders.total_amount > 0 and missing.amount not in (0, gone.amount)
  -- a bank also takes what was paid twice, and for that nothing is missing
  and not (gone.disputed and missing.amount between 0 and gone.amount)
union all
select 'open attempts ask for no more than is due', orders.id::text, format('asked %s, due %s', asked.amount, private.due_amount(orders.id))
from (
  select payments.order_id, sum(case payments.status when 'pending' then payments.amount else coalesce(payments.capture_asked_amount, payments.authorized_amount) end) as amount
  from public.payments join public.orders on orders.id = payments.order_id
  where payments.status in ('pending', 'authorized') and payments.void_asked_at is null
    -- what was being captured when its order ended comes, and goes back
    and (payments.capture_asked_at is null or orders.status not in ('cancelled', 'expired', 'refunded'))
  group by payments.order_id
) as asked
join public.orders on orders.id = asked.order_id
where orders.status <> 'needs_review' and asked.amount > private.due_amount(orders.id)
union all
select 'paid instalments were paid, and the others are what is owed', parts.order_id::text, format('paid %s, all %s, due %s', parts.paid, parts.whole, private.due_amount(orders.id))
from (
  select instalments.order_id, coalesce(sum(instalments.amount) filter (where instalments.status = 'paid'), 0) as paid, sum(instalments.amount) as whole,
    (array_agg(instalments.amount order by instalments.number) filter (where instalments.status <> 'paid'))[1] as next_amount
  from public.instalments where instalments.status not in ('cancelled', 'written_off') group by instalments.order_id
) as parts
join public.orders on orders.id = parts.order_id
join public.instalment_schedules on instalment_schedules.order_id = orders.id
where instalment_schedules.status = 'running' and orders.status <> 'needs_review'
  -- what is open is owed, but for a part of the next one
  and (private.due_amount(orders.id) between parts.whole - parts.paid - parts.next_amount + 1 and parts.whole - parts.paid) is not true
union all
select 'a part that is charged has an attempt under way', instalments.id::text, payments.status
from public.instalments left join public.payments on payments.id = instalments.payment_id
where instalments.status = 'processing' and payments.status is distinct from 'processing'
union all
select 'a seat of a subscription is open only while it lives', enrollments.id::text, subscriptions.status
from public.enrollments join public.subscriptions on subscriptions.id = enrollments.subscription_id
where enrollments.status in ('active', 'suspended') and subscriptions.status not in ('active', 'past_due')
union all
select 'a subscription takes no counted seat', enrollments.id::text, intakes.seats::text
from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
where enrollments.subscription_id is not null and enrollments.status in ('active', 'suspended') and intakes.seats is not null
union all
select 'a paid period has one paid order', subscription_invoices.provider_invoice_id, coalesce(orders.status, 'no order')
from private.subscription_invoices left join public.orders on orders.id = subscription_invoices.order_id
where subscription_invoices.paid_at is not null and orders.paid_at is null and orders.id is not null
union all
select 'refunds are what payments gave back', payments.id::text, payments.refunded_amount::text
from public.payments
where payments.refunded_amount <> (select coalesce(sum(refunds.amount), 0) from public.refunds where refunds.payment_id = payments.id and refunds.status = 'success' and refunds.destination <> 'exchange')
union all
select 'what one order gives up by an exchange pays for another', payments.id::text, format('given up %s, paid with it %s', payments.exchanged_amount, used.amount)
from public.payments
cross join lateral (
  select coalesce(sum(arrived.captured_amount - (
    select coalesce(sum(refunds.amount), 0) from public.refunds where refunds.payment_id = arrived.id and refunds.status = 'success' and refunds.destination = 'payment'
  )), 0) as amount
  from public.payments as arrived where arrived.origin_id = payments.id
) as used
where payments.exchanged_amount <> used.amount
union all
select 'disputed is what open disputes hold', payments.id::text, format('disputed %s', payments.disputed_amount)
from public.payments
where payments.disputed_amount <> (select coalesce(sum(disputes.held_amount), 0) from public.disputes where disputes.payment_id = payments.id and disputes.status = 'open')
union all
select 'the ledger knows where disputed money is', disputes.order_id::text, format('disputed %s, open %s', booked.amount, sum(disputes.amount) filter (where disputes.status = 'open'))
from public.disputes
cross join lateral (
  select coalesce(sum(ledger_entries.amount), 0) as amount from public.ledger_transactions
  join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id and ledger_entries.account = 'disputed'
  where ledger_transactions.order_id = disputes.order_id
) as booked
group by disputes.order_id, booked.amount having booked.amount <> coalesce(sum(disputes.amount) filter (where disputes.status = 'open'), 0)
union all
select 'an order with an open dispute is before a person', orders.id::text, orders.status
from public.disputes join public.orders on orders.id = disputes.order_id
where disputes.status = 'open' and orders.status <> 'needs_review'
union all
select 'a ledger transaction balances', ledger_entries.transaction_id::text, sum(ledger_entries.amount)::text
from public.ledger_entries group by ledger_entries.transaction_id, ledger_entries.currency having sum(ledger_entries.amount) <> 0
union all
select 'the ledger knows every capture', payments.id::text, payments.captured_amount::text
from public.payments
where payments.captured_amount <> coalesce((
  select sum(ledger_entries.amount) from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.effect_key in ('capture:' || payments.id, 'capture_taken_back:' || payments.id, 'capture_corrected:' || payments.id)
    and ledger_entries.account = private.cash_account(payments.provider) and ledger_entries.currency = payments.currency), 0)
union all
select 'payments and ledger agree on the money of every order', money.order_id::text, format('%s %s unexplained', sum(money.amount), money.currency)
from (
  select payments.order_id, payments.currency, payments.captured_amount - payments.refunded_amount - payments.exchanged_amount as amount from public.payments
  union all
  select ledger_transactions.order_id, ledger_entries.currency, -ledger_entries.amount
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id is not null
    and ledger_entries.account in ('cash_in_transit', 'bank', 'cash', 'store_credit', 'gift_cards', 'exchanged', 'disputed', 'fees')
    -- cards that were sold are no payment
    and not (ledger_entries.account = 'gift_cards' and split_part(ledger_transactions.effect_key, ':', 1) in ('sale', 'gift_card_voided'))
  union all -- a bank may take back more than a payment still kept
  select disputes.order_id, disputes.currency, disputes.held_amount - disputes.amount from public.disputes where disputes.status = 'lost'
) as money
group by money.order_id, money.currency having sum(money.amount) <> 0
union all
select 'receivable is what customers owe, less what they paid before the sale', orders.id::text, format('receivable %s, due %s', booked.amount, private.due_amount(orders.id))
from (
  select ledger_transactions.order_id, ledger_entries.currency, sum(ledger_entries.amount) as amount
  from public.ledger_transactions
  join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id and ledger_entries.account = 'receivable'
  where ledger_transactions.order_id is not null group by ledger_transactions.order_id, ledger_entries.currency
) as booked
join public.orders on orders.id = booked.order_id
where orders.status <> 'needs_review'
  and not exists (select from public.payments where payments.order_id = orders.id and payments.status in ('refunding', 'refund_failed'))
  -- a part paid of a pending order is owed to the buyer until it is sold
  and booked.amount <> case when booked.currency <> orders.currency then 0 when orders.status = 'pending' then -private.kept_amount(orders.id) else private.due_amount(orders.id) end
union all
select 'the books owe what people have as store credit', coalesce(booked.currency, held.currency), format('booked %s, held %s', booked.amount, held.amount)
from (select ledger_entries.currency, -sum(ledger_entries.amount) as amount from public.ledger_entries where ledger_entries.account = 'store_credit' group by 1) as booked
full join (
  select store_credit_accounts.currency, sum(store_credit_entries.amount) as amount
  from public.store_credit_entries join public.store_credit_accounts on store_credit_accounts.id = store_credit_entries.account_id group by 1
) as held on held.currency = booked.currency
where coalesce(booked.amount, 0) <> coalesce(held.amount, 0)
union all
select 'nobody has less than no store credit', store_credit_entries.account_id::text, sum(store_credit_entries.amount)::text
from public.store_credit_entries group by store_credit_entries.account_id having sum(store_credit_entries.amount) < 0
union all
select 'the books owe what is on gift cards', coalesce(booked.currency, held.currency), format('booked %s, held %s', booked.amount, held.amount)
from (select ledger_entries.currency, -sum(ledger_entries.amount) as amount from public.ledger_entries where ledger_entries.account = 'gift_cards' group by 1) as booked
full join (
  select gift_cards.currency, sum(gift_card_entries.amount) as amount
  from public.gift_card_entries join public.gift_cards on gift_cards.id = gift_card_entries.gift_card_id group by 1
) as held on held.currency = booked.currency
where coalesce(booked.amount, 0) <> coalesce(held.amount, 0)
union all
select 'no gift card has less than nothing', gift_card_entries.gift_card_id::text, sum(gift_card_entries.amount)::text
from public.gift_card_entries group by gift_card_entries.gift_card_id having sum(gift_card_entries.amount) < 0
union all
select 'invoice numbers have no gap', series.kind || '/' || series.year, format('last %s, issued %s up to %s', series.last_serial, issued.count, issued.highest)
from private.invoice_series as series
cross join lateral (
  select count(*) as count, coalesce(max(invoices.serial), 0) as highest from public.invoices
  where invoices.kind = series.kind and invoices.year = series.year
) as issued
where issued.count <> series.last_serial or issued.highest <> series.last_serial
union all
select 'a provider event ends within minutes', provider_events.provider || '/' || provider_events.event_id, coalesce(provider_events.error, 'not tried')
from private.provider_events where provider_events.processed_at is null and provider_events.received_at < now() - interval '10 minutes'
union all
select 'a resolved complaint has exactly the effect it names', complaints.number, format('%s, round %s: %s', coalesce(complaints.resolution, complaints.status), complaints.round, made.effects)
from public.complaints
cross join lateral (
  select string_agg(complaint_resolutions.round || ' ' || complaint_resolutions.resolution || coalesce(' ' || given.destinations, ''), ', ' order by complaint_resolutions.round) as effects,
    -- every round that is over has its effect, and the money one that was paid out the way it says
    count(*) = complaints.round - (complaints.resolution is null)::integer
      and coalesce(bool_and((complaint_resolutions.resolution in ('refund', 'store_credit')) = (given.destinations is not null)
        and given.destinations is not distinct from case complaint_resolutions.resolution when 'refund' then 'payment' when 'store_credit' then 'store_credit' end), true)
      and complaints.resolution is not distinct from max(complaint_resolutions.resolution) filter (where complaint_resolutions.round = complaints.round) as right_ones
  from private.complaint_resolutions
  left join lateral (
    select string_agg(distinct refunds.destination, '+') as destinations
    from private.complaint_refunds join public.refunds on refunds.id = complaint_refunds.refund_id and refunds.order_id = complaints.order_id
    where complaint_refunds.resolution_id = complaint_resolutions.id
  ) as given on true
  where complaint_resolutions.complaint_id = complaints.id
) as made
where not made.right_ones
union all
select 'a live complaint has its lines and no other', complaints.number, complaints.status
from public.complaints
where exists (
  select from private.complaint_lines
  where complaint_lines.complaint_id = complaints.id and (complaint_lines.ended_at is null) <> (complaints.status in ('open', 'under_review')))
  or not exists (select from private.complaint_lines where complaint_lines.complaint_id = complaints.id)
union all
select 'the audit log is whole', audit_id::text, problem from private.audit_chain_breaks()
union all
select 'no more is in parcels than was bought and not given back', order_items.id::text, format('in parcels %s, bought %s, given back %s', packed.units, order_items.quantity, order_items.refunded_quantity)
from (
  select shipment_items.order_item_id, sum(shipment_items.quantity - shipment_items.refunded_quantity) as units
  from public.shipment_items join public.shipments on shipments.id = shipment_items.shipment_id where private.holds_units(shipments) group by 1
) as packed join public.order_items on order_items.id = packed.order_item_id
where packed.units > order_items.quantity - order_items.refunded_quantity
union all
select 'a parcel holds what its order bought', shipments.id::text, order_items.id::text
from public.shipments join public.shipment_items on shipment_items.shipment_id = shipments.id join public.order_items on order_items.id = shipment_items.order_item_id
where order_items.order_id <> shipments.order_id
union all
select 'an ended order sends nothing', shipments.id::text, orders.status
from public.shipments join public.orders on orders.id = shipments.order_id
where shipments.status = 'pending' and orders.status in ('pending', 'cancelled', 'expired', 'refunded')
union all
select 'a parcel is where its events say', shipments.id::text, format('%s, events say %s', shipments.status, private.tracked_status(shipments.id))
from public.shipments where shipments.status <> 'cancelled' and shipments.status <> coalesce(private.tracked_status(shipments.id), 'pending')
union all
select 'a carrier event ends within minutes', carrier_events.carrier || '/' || carrier_events.event_id, coalesce(carrier_events.error, 'not tried')
from private.carrier_events where carrier_events.processed_at is null and carrier_events.received_at < now() - interval '10 minutes'
union all
select 'what a carrier told of a parcel is known of it', carrier_events.carrier || '/' || carrier_events.event_id, carrier_events.outcome
from private.carrier_events where carrier_events.outcome = 'applied' and not exists (
  select from public.tracking_events where tracking_events.carrier = carrier_events.carrier and tracking_events.carrier_event_id = carrier_events.event_id)
union all
select 'an order is where its parcels are', orders.id::text, format('%s, parcels say %s', orders.status, private.shipments_say(orders.id))
from public.orders
where exists (select from public.shipments where shipments.order_id = orders.id and shipments.shipped_at is not null)
  and (orders.status in ('paid', 'processing') and private.shipments_say(orders.id) is not null
    or orders.status in ('shipped', 'partially_refunded') and orders.delivered_at is null and private.shipments_say(orders.id) = 'delivered');
comment on view private.invariant_violations is 'Every broken promise, one row each: which invariant, whose, how. Empty when all is well.';
