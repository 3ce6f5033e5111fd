/*
Orders, page: everything an order page shows, in one call, for whoever looks: the customer or staff.

Promise: what may be done next (actions) is said by the rows and the function that the verbs themselves ask, so a button that is shown works.
Under concurrency: reads only; the verbs ask again under the order's lock.
*/

create table private.order_actions (
  action text not null,
  status text not null,
  who text not null,
  permission text references public.permissions (name) on delete restrict,
  primary key (action, status, who),
  constraint order_actions_are_for_customers_or_staff check (who in ('customer', 'staff') and (who = 'staff') = (permission is not null))
);
comment on table private.order_actions is 'What may be done with an order in which status, by its customer or by staff with which permission. Where it goes from there is said by private.status_moves.';
create index on private.order_actions (permission);

insert into private.order_actions (action, status, who, permission)
select action, status, 'customer', null from (values
  ('pay', array['pending']),
  ('cancel', array['pending', 'paid']),
  ('add_note', array['pending', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded', 'needs_review'])
) as may (action, statuses), unnest(may.statuses) as status
union all
select action, status, 'staff', permission from (values
  ('cancel', 'orders.cancel', array['pending', 'paid', 'processing', 'partially_refunded']),
  ('refund', 'payments.refund', array['paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded']),
  ('resolve_review', 'payments.review', array['needs_review']),
  ('add_note', 'orders.write', array['pending', 'paid', 'processing', 'shipped', 'delivered', 'completed', 'cancelled', 'expired', 'refunded', 'partially_refunded', 'needs_review'])
) as may (action, permission, statuses), unnest(may.statuses) as status;

insert into public.settings (key, value, description) values
  ('customer_cancel_hours', '24', 'Hours after payment in which customers cancel a paid order themselves, while nobody works on it, no course of it has begun and no file of it was used; 0: they ask the shop.');

create function private.may_still_cancel(target public.orders)
returns boolean
language plpgsql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
begin
  if target.purpose = 'transfer' then
    return false; -- the learner has moved; the seat is given back by the order that bought it
  end if;
  if target.total_amount = 0 then
    return true;
  end if;
  return target.purpose is null and target.paid_at > now() - make_interval(hours => (private.setting('customer_cancel_hours'))::integer)
    and not exists (
      select from public.order_items join public.enrollments on enrollments.order_item_id = order_items.id join public.intakes on intakes.id = enrollments.intake_id
      where order_items.order_id = target.id and (intakes.starts_at <= now() or enrollments.status = 'completed'))
    and not exists (
      select from public.order_items join public.downloads on downloads.order_item_id = order_items.id
      where order_items.order_id = target.id and downloads.used_count > 0);
end
$$;
comment on function private.may_still_cancel(public.orders) is 'Whether its customer may still cancel this paid order: nothing was paid, or the time of customer_cancel_hours runs and nothing of it was used.';

create function private.order_action_fits(target public.orders, action text, who text)
returns boolean
language plpgsql
volatile -- as may_still_cancel
security invoker
set search_path = ''
as $$
begin
  return case
    when order_action_fits.action = 'pay' then target.expires_at > now()
    when order_action_fits.action = 'cancel' and order_action_fits.who = 'customer' and target.status = 'paid' then private.may_still_cancel(target)
    when order_action_fits.action = 'cancel' then not private.has_left(target.id)
    when order_action_fits.action = 'refund' then exists (
      select from public.payments where payments.order_id = target.id and payments.status in ('success', 'refunding') and private.refundable_amount(payments.id) > 0)
    when order_action_fits.action = 'edit' then private.editing_allows(target)
    when order_action_fits.action = 'change_address' then private.address_change_allows(target)
    when order_action_fits.action = 'complain' then private.complaint_problem(target) is null
    when order_action_fits.action in ('start_processing', 'mark_shipped', 'mark_delivered', 'complete') then private.fulfilment_allows(target, order_action_fits.action)
    else true end;
end
$$;
comment on function private.order_action_fits(public.orders, text, text) is 'Whether what else an action asks than the order''s status is so: time, money, goods.';

create function private.order_allows(target public.orders, action text, who text)
returns boolean
language plpgsql
volatile -- as may_still_cancel
security invoker
set search_path = ''
as $$
begin
  return exists (
    select from private.order_actions
    where order_actions.action = order_allows.action and order_actions.status = target.status and order_actions.who = order_allows.who
  ) and private.order_action_fits(target, order_allows.action, order_allows.who);
end
$$;
comment on function private.order_allows(public.orders, text, text) is 'Whether the customer, or staff, may do this with the order now. The verbs ask it under the order''s lock; whether staff have the permission they ask beside it.';

create function private.allowed_actions(target public.orders)
returns jsonb
language plpgsql
volatile -- as may_still_cancel
security invoker
set search_path = ''
as $$
declare
  v_own boolean := target.customer_id is not distinct from auth.uid();
  v_service boolean := private.is_service();
  v_permissions text[] := private.my_permissions();
begin
  return (
    with candidates as materialized ( -- whose is it first: that is cheap, and leaves a customer three of ten
      select order_actions.action, order_actions.who from private.order_actions
      where order_actions.status = target.status
        and case order_actions.who when 'customer' then v_own else v_service or order_actions.permission = any (v_permissions) end
    )
    select coalesce(jsonb_agg(distinct candidates.action), '[]') from candidates
    where private.order_action_fits(target, candidates.action, candidates.who));
end
$$;
comment on function private.allowed_actions(public.orders) is 'What the caller may do with this order now, by name.';

create function private.order_history(target public.orders, names boolean)
returns jsonb
language plpgsql
volatile -- as may_still_cancel
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('machine', moved.machine, 'subject_id', moved.subject_id, 'from_status', moved.from_status, 'to_status', moved.to_status,
        'reason', moved.reason, 'changed_at', moved.changed_at,
        'actor_kind', case when moved.actor_id is null then 'system' when moved.actor_id = target.customer_id then 'customer' else 'staff' end,
        'actor_id', case when order_history.names or moved.actor_id = target.customer_id then moved.actor_id end,
        'actor_name', case when order_history.names then btrim(profiles.first_name || ' ' || profiles.last_name) end) order by moved.id), '[]')
    from (
      select 0 as id, 'order' as machine, target.id as subject_id, null as from_status, null as reason, target.placed_at as changed_at, events.actor_id, coalesce((
          select status_changes.from_status from public.status_changes
          where status_changes.subject_id = target.id and status_changes.machine = 'order' order by status_changes.id limit 1), target.status) as to_status
      from public.events where events.subject_id = target.id and events.name = 'order.placed'
      union all
      select status_changes.id, status_changes.machine, status_changes.subject_id, status_changes.from_status, status_changes.reason, status_changes.changed_at,
        status_changes.actor_id, status_changes.to_status
      from public.status_changes
      where status_changes.subject_id in (
        select target.id union all select payments.id from public.payments where payments.order_id = target.id
        union all select refunds.id from public.refunds where refunds.order_id = target.id and order_history.names)
    ) as moved left join public.profiles on profiles.id = moved.actor_id);
end
$$;
comment on function private.order_history(public.orders, boolean) is
  'What happened to an order and its payments, oldest first, beginning with its placing: who (customer, staff, system), from where to where, why. With names, for staff: which person, and its refunds.';

create function private.order_page_items(order_id uuid, items jsonb)
returns jsonb
language plpgsql
volatile -- as may_still_cancel
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(item.document || jsonb_build_object(
        'snapshot', order_items.snapshot, 'image_url', coalesce(order_items.snapshot ->> 'image_url', products.image_url),
        'downloads', (
          select coalesce(jsonb_agg(jsonb_build_object('id', downloads.id, 'file_name', digital_files.file_name, 'used_count', downloads.used_count,
            'max_downloads', downloads.max_downloads, 'expires_at', downloads.expires_at, 'ended_at', downloads.ended_at) order by digital_files.file_name, downloads.id), '[]')
          from public.downloads join public.digital_files on digital_files.id = downloads.digital_file_id
          where downloads.order_item_id = order_items.id)) order by item.position), '[]')
    from jsonb_array_elements(order_page_items.items) with ordinality as item (document, position)
    join public.order_items on order_items.id = (item.document ->> 'id')::uuid
    join public.variants on variants.id = order_items.variant_id
    join public.products on products.id = variants.product_id
    where order_items.order_id = order_page_items.order_id);
end
$$;
comment on function private.order_page_items(uuid, jsonb) is 'The items of private.order_document with their snapshots, pictures and downloads.';

create function private.get_order(order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check, instead of row-level security on ten tables
set search_path = ''
as $$
declare
  v_order public.orders := private.find_order(get_order.order_id, 'orders.read');
  v_staff boolean := private.is_service() or private.has_permission('orders.read');
  v_document jsonb := private.order_document(v_order.id);
begin
  return v_document || jsonb_build_object(
    'items', private.order_page_items(v_order.id, v_document -> 'items'),
    'refunds', (
      select coalesce(jsonb_agg(jsonb_build_object('id', refunds.id, 'payment_id', refunds.payment_id, 'amount', refunds.amount, 'currency', refunds.currency,
        'status', refunds.status, 'reason', refunds.reason, 'created_at', refunds.created_at, 'lines', refunds.lines,
        'note', case when v_staff then refunds.note end, 'failure', case when v_staff then refunds.failure end) order by refunds.created_at, refunds.id), '[]')
      from public.refunds where refunds.order_id = v_order.id),
    'customer', (
      select jsonb_build_object('id', profiles.id, 'name', btrim(profiles.first_name || ' ' || profiles.last_name), 'email', profiles.email, 'phone', profiles.phone)
      from public.profiles
      where profiles.id = v_order.customer_id and (profiles.id = auth.uid() or private.is_service() or private.has_permission('people.read'))),
    'shipment', (
      select jsonb_build_object('carrier', events.payload -> 'carrier', 'tracking_number', events.payload -> 'tracking_number', 'shipped_at', events.occurred_at)
      from public.events where events.subject_id = v_order.id and events.name = 'order.shipped' order by events.id desc limit 1),
    'shipments', (
      select coalesce(jsonb_agg(private.shipment_document(shipments.id, v_staff) order by shipments.opened_at, shipments.number), '[]')
      from public.shipments where shipments.order_id = v_order.id),
    'invoices', (
      select coalesce(jsonb_agg(jsonb_build_object('id', invoices.id, 'kind', invoices.kind, 'number', invoices.number, 'issued_at', invoices.issued_at,
        'total_amount', invoices.total_amount, 'currency', invoices.currency, 'refund_id', invoices.refund_id, 'corrects_id', invoices.corrects_id) order by invoices.issued_at, invoices.id), '[]')
      from public.invoices
      where invoices.order_id = v_order.id and (v_order.customer_id = auth.uid() or private.is_service() or private.has_permission('invoices.read')
        or v_order.organisation_id in (select private.managed_organisations()))),
    'history', private.order_history(v_order, v_staff),
    'edits', (
      select coalesce(jsonb_agg(jsonb_build_object('id', order_edits.id, 'edited_at', order_edits.edited_at, 'reason', order_edits.reason, 'before', order_edits.before,
        'after', order_edits.after, 'supplement_id', order_edits.supplement_id,
        'exchange', (select jsonb_build_object('amount', order_exchanges.amount, 'settled_at', order_exchanges.settled_at)
          from private.order_exchanges where order_exchanges.supplement_id = order_edits.supplement_id),
        'actor_kind', case when order_edits.editor_id is null then 'system' when order_edits.editor_id = v_order.customer_id then 'customer' else 'staff' end,
        'actor_name', case when v_staff then btrim(profiles.first_name || ' ' || profiles.last_name) end) order by order_edits.edited_at, order_edits.id), '[]')
      from public.order_edits left join public.profiles on profiles.id = order_edits.editor_id where order_edits.order_id = v_order.id),
    'notes', (
      select coalesce(jsonb_agg(jsonb_build_object('id', order_notes.id, 'body', order_notes.body, 'visible_to_customer', order_notes.visible_to_customer,
        'author_kind', order_notes.author_kind, 'author_name', case when v_staff then btrim(profiles.first_name || ' ' || profiles.last_name) end,
        'written_at', order_notes.written_at) order by order_notes.written_at, order_notes.id), '[]')
      from public.order_notes left join public.profiles on profiles.id = order_notes.author_id
      where order_notes.order_id = v_order.id and (v_staff or order_notes.visible_to_customer)),
    'complaints', private.order_complaints(v_order.id),
    'exchange', (
      select jsonb_build_object('order_id', changed.id, 'number', changed.number, 'amount', order_exchanges.amount, 'settled_at', order_exchanges.settled_at)
      from private.order_exchanges join public.orders as changed on changed.id = order_exchanges.order_id where order_exchanges.supplement_id = v_order.id),
    'actions', private.allowed_actions(v_order));
end
$$;
comment on function private.get_order(uuid) is 'Does the work of public.get_order.';
grant execute on function private.get_order(uuid) to authenticated, service_role;

create function private.order_payments(order_id uuid)
returns jsonb
language plpgsql
stable
security definer -- as get_order
set search_path = ''
as $$
declare
  v_order public.orders := private.find_order(order_payments.order_id, 'orders.read');
begin
  return jsonb_build_object('order_id', v_order.id, 'status', v_order.status, 'currency', v_order.currency, 'total_amount', v_order.total_amount)
    || private.order_money(v_order);
end
$$;
comment on function private.order_payments(uuid) is 'Does the work of public.order_payments.';
grant execute on function private.order_payments(uuid) to authenticated, service_role;

create function public.order_payments(order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.order_payments(order_payments.order_id);
$$;
comment on function public.order_payments(uuid) is
  'Where the money of an order stands, for whom get_order answers: status, total_amount, due_amount, payments, refunds. What a page asks again and again while it waits: a fraction of get_order. Errors: order_not_found.';
grant execute on function public.order_payments(uuid) to authenticated, service_role;

create function public.get_order(order_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_order(get_order.order_id);
$$;
comment on function public.get_order(uuid) is
  'Everything an order page shows, own, of an organisation one manages, or any for staff with orders.read: items with snapshots, pictures, enrolments and downloads, payments, refunds, parcels, invoices, complaints, history, notes, address, and in actions what the caller may do next. '
  'Names of staff and internal notes are for staff only. Errors: order_not_found.';
grant execute on function public.get_order(uuid) to authenticated, service_role;
