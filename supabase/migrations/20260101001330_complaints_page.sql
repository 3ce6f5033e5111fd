/*
Complaints, page: everything that is known about a complaint in one call, for its customer or for staff; lists of them; and what waits too long.

Promise: what may be done next (actions) is said by what the verbs themselves ask. A refund that failed after its complaint was resolved shows on the
complaint, on the order and as a concern until it is settled.
Under concurrency: reads only.
*/

create function private.complaint_settlement(complaint_id uuid)
returns text
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security invoker
set search_path = ''
as $$
begin
  return (
    select case
        when complaint_resolutions.resolution = 'replacement' then case
          when (select orders.status from public.orders where orders.id = complaint_resolutions.order_id) in ('cancelled', 'refunded', 'expired') then 'failed' else 'settled' end
        when bool_or(refunds.status = 'failed') then 'failed'
        when bool_or(refunds.status = 'pending') then 'pending'
        else 'settled' end
    from private.complaint_resolutions
    join public.complaints on complaints.id = complaint_resolutions.complaint_id and complaints.round = complaint_resolutions.round and complaints.status = 'resolved'
    left join private.complaint_refunds on complaint_refunds.resolution_id = complaint_resolutions.id
    left join public.refunds on refunds.id = complaint_refunds.refund_id
    where complaint_resolutions.complaint_id = complaint_settlement.complaint_id
    group by complaint_resolutions.id);
end
$$;
comment on function private.complaint_settlement(uuid) is
  'Whether what a resolved complaint names has arrived: settled, pending (a refund is on its way) or failed (a refund failed, or what replaces was cancelled); null while it is not resolved.';

create function private.complaint_actions(target public.complaints)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
declare
  v_own constant boolean := target.customer_id is not distinct from auth.uid();
  v_staff constant boolean := private.is_service() or private.has_permission('complaints.handle');
  v_live constant boolean := target.status in ('open', 'under_review');
begin
  return (
    select coalesce(jsonb_agg(may.action order by may.position), '[]')
    from (values
      (1, 'update', v_own and v_live), (2, 'add_message', v_own and v_live or v_staff), (3, 'add_evidence', v_own and v_live),
      (4, 'remove_evidence', v_own and target.status = 'open'), (5, 'withdraw', v_own and v_live), (6, 'reopen', v_own and private.may_reopen_complaint(target)),
      (7, 'assign', v_staff and v_live), (8, 'start_review', v_staff and target.status = 'open'), (9, 'resolve', v_staff and v_live and not v_own)
    ) as may (position, action, allowed)
    where may.allowed);
end
$$;
comment on function private.complaint_actions(public.complaints) is 'What the caller may do with this complaint now, by name.';

create function private.complaint_choices(target public.complaints)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
declare
  v_order public.orders;
  v_money boolean;
begin
  if not private.complaint_actions(target) ? 'resolve' then
    return '[]';
  end if;
  select * into v_order from public.orders where orders.id = target.order_id;
  v_money := (private.is_service() or private.has_permission('payments.refund')) and private.order_allows(v_order, 'refund', 'staff');
  return (
    select coalesce(jsonb_agg(may.resolution order by may.position), '[]')
    from (values (1, 'refund', v_money), (2, 'store_credit', v_money), (3, 'replacement', private.is_service() or private.has_permission('orders.write')), (4, 'rejected', true)
    ) as may (position, resolution, allowed)
    where may.allowed);
end
$$;
comment on function private.complaint_choices(public.complaints) is 'The resolutions that the caller may choose from now.';

create function private.complaint_resolution_documents(complaint_id uuid, names boolean)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('round', complaint_resolutions.round, 'resolution', complaint_resolutions.resolution, 'note', complaint_resolutions.note,
        'lines', complaint_resolutions.lines, 'resolved_at', complaint_resolutions.resolved_at,
        'resolved_by_name', case when complaint_resolution_documents.names then btrim(profiles.first_name || ' ' || profiles.last_name) end,
        'refunds', (
          select coalesce(jsonb_agg(jsonb_build_object('id', refunds.id, 'amount', refunds.amount, 'currency', refunds.currency, 'status', refunds.status,
            'destination', refunds.destination, 'failure', case when complaint_resolution_documents.names then refunds.failure end) order by refunds.created_at, refunds.id), '[]')
          from private.complaint_refunds join public.refunds on refunds.id = complaint_refunds.refund_id
          where complaint_refunds.resolution_id = complaint_resolutions.id),
        'replacement', case when orders.id is not null then jsonb_build_object('order_id', orders.id, 'number', orders.number, 'status', orders.status) end
      ) order by complaint_resolutions.round), '[]')
    from private.complaint_resolutions
    left join public.orders on orders.id = complaint_resolutions.order_id
    left join public.profiles on profiles.id = complaint_resolutions.resolved_by
    where complaint_resolutions.complaint_id = complaint_resolution_documents.complaint_id);
end
$$;
comment on function private.complaint_resolution_documents(uuid, boolean) is 'What a complaint ended in, by round, and how its refunds and its replacement stand now. With names, for staff: who decided, and why a refund failed.';

create function private.complaint_history(target public.complaints, names boolean)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_agg(jsonb_build_object('from_status', moved.from_status, 'to_status', moved.to_status, 'reason', moved.reason, 'changed_at', moved.changed_at,
        'actor_kind', case when moved.actor_id is null then 'system' when moved.actor_id = target.customer_id then 'customer' else 'staff' end,
        'actor_name', case when complaint_history.names then btrim(profiles.first_name || ' ' || profiles.last_name) end) order by moved.id)
    from (
      select 0 as id, null as from_status, 'open' as to_status, null as reason, target.opened_at as changed_at, target.customer_id as actor_id
      union all
      select status_changes.id, status_changes.from_status, status_changes.to_status, status_changes.reason, status_changes.changed_at, status_changes.actor_id
      from public.status_changes where status_changes.subject_id = target.id and status_changes.machine = 'complaint'
    ) as moved left join public.profiles on profiles.id = moved.actor_id);
end
$$;
comment on function private.complaint_history(public.complaints, boolean) is 'Where a complaint went, oldest first, beginning with its opening: who, from where to where, why.';

create function private.complaint_document(complaint_id uuid)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
declare
  v_complaint public.complaints;
  v_staff constant boolean := private.is_service() or private.has_permission('complaints.read');
begin
  select * into v_complaint from public.complaints where complaints.id = complaint_document.complaint_id;
  return to_jsonb(v_complaint) - array['customer_id', 'assignee_id'] || jsonb_build_object(
    'settlement', private.complaint_settlement(v_complaint.id),
    'assignee', case when v_staff then (
      select jsonb_build_object('id', profiles.id, 'name', btrim(profiles.first_name || ' ' || profiles.last_name)) from public.profiles where profiles.id = v_complaint.assignee_id) end,
    'customer', (
      select jsonb_build_object('id', profiles.id, 'name', btrim(profiles.first_name || ' ' || profiles.last_name), 'email', profiles.email)
      from public.profiles
      where profiles.id = v_complaint.customer_id and (profiles.id = auth.uid() or private.is_service() or v_staff and private.has_permission('people.read'))),
    'order', (
      select jsonb_build_object('id', orders.id, 'number', orders.number, 'status', orders.status, 'currency', orders.currency, 'total_amount', orders.total_amount,
        'placed_at', orders.placed_at, 'paid_at', orders.paid_at, 'shipped_at', orders.shipped_at, 'delivered_at', orders.delivered_at,
        'refundable_amount', (
          select coalesce(sum(private.refundable_amount(payments.id)), 0) from public.payments where payments.order_id = orders.id and payments.status in ('success', 'refunding')))
      from public.orders where orders.id = v_complaint.order_id),
    'lines', (
      select coalesce(jsonb_agg(jsonb_build_object('order_item_id', order_items.id, 'quantity', complaint_lines.quantity, 'variant_id', order_items.variant_id,
        'sku', order_items.sku, 'title', order_items.title, 'bought_quantity', order_items.quantity, 'refunded_quantity', order_items.refunded_quantity,
        'total_amount', order_items.total_amount) order by order_items.title, order_items.id), '[]')
      from private.complaint_lines join public.order_items on order_items.id = complaint_lines.order_item_id where complaint_lines.complaint_id = v_complaint.id),
    'evidence', (
      select coalesce(jsonb_agg(jsonb_build_object('id', complaint_evidence.id, 'mime_type', complaint_evidence.mime_type, 'byte_size', complaint_evidence.byte_size,
        'submitted_at', complaint_evidence.submitted_at) order by complaint_evidence.created_at, complaint_evidence.id), '[]')
      from public.complaint_evidence where complaint_evidence.complaint_id = v_complaint.id and complaint_evidence.submitted_at is not null),
    'messages', (
      select coalesce(jsonb_agg(jsonb_build_object('id', complaint_messages.id, 'body', complaint_messages.body, 'visible_to_customer', complaint_messages.visible_to_customer,
        'author_kind', complaint_messages.author_kind, 'author_name', case when v_staff then btrim(profiles.first_name || ' ' || profiles.last_name) end,
        'written_at', complaint_messages.written_at) order by complaint_messages.written_at, complaint_messages.id), '[]')
      from public.complaint_messages left join public.profiles on profiles.id = complaint_messages.author_id
      where complaint_messages.complaint_id = v_complaint.id and (v_staff or complaint_messages.visible_to_customer)),
    'resolutions', private.complaint_resolution_documents(v_complaint.id, v_staff),
    'history', private.complaint_history(v_complaint, v_staff),
    'actions', private.complaint_actions(v_complaint), 'choices', private.complaint_choices(v_complaint));
end
$$;
comment on function private.complaint_document(uuid) is 'A complaint as every verb on complaints answers it, for whoever asks. Checks nothing: its callers do.';

create function private.order_complaints(order_id uuid)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', complaints.id, 'number', complaints.number, 'type', complaints.type, 'status', complaints.status,
        'resolution', complaints.resolution, 'settlement', private.complaint_settlement(complaints.id), 'opened_at', complaints.opened_at, 'resolved_at', complaints.resolved_at,
        'order_item_ids', (
          select coalesce(jsonb_agg(complaint_lines.order_item_id order by complaint_lines.order_item_id), '[]') from private.complaint_lines
          where complaint_lines.complaint_id = complaints.id and complaint_lines.order_item_id is not null)) order by complaints.opened_at, complaints.id), '[]')
    from public.complaints
    where complaints.order_id = order_complaints.order_id
      and (complaints.customer_id = auth.uid() or private.is_service() or private.has_permission('complaints.read')));
end
$$;
comment on function private.order_complaints(uuid) is 'The complaints about an order that the caller may see, as the order page lists them.';

create function private.get_complaint(complaint_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check, instead of row-level security on ten tables
set search_path = ''
as $$
declare
  v_complaint public.complaints := private.find_complaint(get_complaint.complaint_id, 'complaints.read');
begin
  return private.complaint_document(v_complaint.id);
end
$$;
comment on function private.get_complaint(uuid) is 'Does the work of public.get_complaint.';
grant execute on function private.get_complaint(uuid) to authenticated, service_role;

create function public.get_complaint(complaint_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.get_complaint(get_complaint.complaint_id);
$$;
comment on function public.get_complaint(uuid) is
  'Everything a complaint''s page shows, own or any for staff with complaints.read: lines, evidence, messages, its order, what it ended in and whether that has arrived (settlement), history, what the caller may do next (actions) and which resolutions they may choose (choices). '
  'Names of staff and messages among them are for staff only. Errors: complaint_not_found.';
grant execute on function public.get_complaint(uuid) to authenticated, service_role;

-- wait -------------------------------------------------------------------------------------------------------------------------------

insert into private.concern_kinds (kind, owner_role, allowed, sentence) values
  ('complaint_waiting', 'support', '0', 'A customer waits for an answer to a complaint.'),
  ('complaint_unsettled', 'support', '0', 'A complaint was resolved by a refund that has failed.');

create function private.complaint_concerns()
returns setof private.concern
language sql
stable
security invoker
set search_path = ''
as $$
  select 'complaint_waiting', 'complaint:' || complaints.id, 'complaint', complaints.id, complaints.number, complaints.waiting_since
  from public.complaints
  where complaints.waiting_since <= now() - make_interval(hours => (private.setting('complaint_answer_hours'))::integer)
  union all
  select 'complaint_unsettled', 'complaint_refund:' || refunds.id, 'complaint', complaints.id, complaints.number, refunds.updated_at
  from public.refunds
  join public.payments on payments.id = refunds.payment_id and payments.status = 'refund_failed'
  join private.complaint_refunds on complaint_refunds.refund_id = refunds.id
  join private.complaint_resolutions on complaint_resolutions.id = complaint_refunds.resolution_id
  join public.complaints on complaints.id = complaint_resolutions.complaint_id
  where refunds.status = 'failed';
$$;
comment on function private.complaint_concerns() is 'Complaints that wait for an answer longer than complaint_answer_hours, and those whose refund failed after they were resolved.';
