/*
Complaints, search: lists of complaints by what people know of them.

Promise: newest first, own for customers and all for staff, in pages that new complaints do not shift.
Under concurrency: reads only.
*/

create function private.check_complaint_search(q text, statuses text[], type text, max_rows integer)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_problem text := case
    when length(check_complaint_search.q) > 100 then 'The words to search for have at most 100 characters.'
    when check_complaint_search.max_rows not between 1 and 100 then 'A page has 1 to 100 complaints.'
    when cardinality(check_complaint_search.statuses) > 20 or exists (
      select from unnest(check_complaint_search.statuses) as status
      where status is null or status not in ('open', 'under_review', 'resolved', 'rejected', 'withdrawn')) then 'A status of a complaint is open, under_review, resolved, rejected or withdrawn.'
    when check_complaint_search.type not in ('defect', 'wrong_item', 'damaged', 'missing', 'other') then 'A complaint is of type defect, wrong_item, damaged, missing or other.'
  end;
begin
  if v_problem is not null then
    perform private.fail('invalid_search', 422, v_problem, 'Correct it, or leave it out.');
  end if;
end
$$;
comment on function private.check_complaint_search(text, text[], text, integer) is 'Refuses invalid_search with a sentence that says what is wrong.';

create function private.search_complaints(q text, statuses text[], type text, assignee_id uuid, cursor text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- reads across people and orders with one check instead of row-level security on four tables
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on what is asked
as $$
declare
  v_everyone boolean := private.is_service() or private.has_permission('complaints.read');
  v_names boolean := v_everyone and (private.is_service() or private.has_permission('people.read'));
  v_person_id uuid := case when not v_everyone then private.require_person() end;
  v_statuses text[] := nullif(search_complaints.statuses, '{}');
  v_pattern text := private.search_pattern(nullif(private.search_text(search_complaints.q), ''));
  v_fingerprint text := left(md5(jsonb_build_array(v_pattern, v_statuses, search_complaints.type, search_complaints.assignee_id, v_person_id)::text), 8);
  v_rows constant integer := coalesce(search_complaints.max_rows, 20);
  v_before public.complaints;
  v_ids uuid[];
begin
  perform private.check_complaint_search(search_complaints.q, search_complaints.statuses, search_complaints.type, search_complaints.max_rows);
  if search_complaints.cursor is not null then
    if search_complaints.cursor ~ '^[0-9a-f]{40}$' and right(search_complaints.cursor, 8) = v_fingerprint then
      select * into v_before from public.complaints
      where complaints.id = left(search_complaints.cursor, 32)::uuid and (v_everyone or complaints.customer_id = v_person_id);
    end if;
    if v_before.id is null then
      perform private.fail('invalid_cursor', 422, 'This cursor is not one that this search gave.', 'Pass next_cursor as it came, with the same words and filters; start without it.');
    end if;
  end if;
  v_ids := array(
    select complaints.id from public.complaints
    where (v_everyone or complaints.customer_id = v_person_id)
      and (v_statuses is null or complaints.status = any (v_statuses))
      and (search_complaints.type is null or complaints.type = search_complaints.type)
      and (search_complaints.assignee_id is null or complaints.assignee_id = search_complaints.assignee_id)
      and (v_before.id is null or (complaints.opened_at, complaints.id) < (v_before.opened_at, v_before.id))
      and (v_pattern is null or lower(complaints.number) like v_pattern or private.search_text(complaints.description) like v_pattern
        or (select lower(orders.number) like v_pattern from public.orders where orders.id = complaints.order_id)
        or v_names and (select customer_search.content like v_pattern from private.customer_search where customer_search.profile_id = complaints.customer_id))
    order by complaints.opened_at desc, complaints.id desc limit v_rows + 1);
  return jsonb_build_object('data', private.complaint_search_rows(v_ids[:v_rows], v_everyone, v_names),
    'next_cursor', case when cardinality(v_ids) > v_rows then replace(v_ids[v_rows]::text, '-', '') || v_fingerprint end);
end
$$;
comment on function private.search_complaints(text, text[], text, uuid, text, integer) is 'Does the work of public.search_complaints.';
grant execute on function private.search_complaints(text, text[], text, uuid, text, integer) to authenticated, service_role;

create function private.complaint_search_rows(complaint_ids uuid[], staff boolean, names boolean)
returns jsonb
language plpgsql
volatile -- as complaint_settlement
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', complaints.id, 'number', complaints.number, 'order_id', complaints.order_id, 'order_number', orders.number,
        'type', complaints.type, 'status', complaints.status, 'wanted', complaints.wanted, 'resolution', complaints.resolution, 'round', complaints.round,
        'settlement', private.complaint_settlement(complaints.id), 'opened_at', complaints.opened_at, 'waiting_since', complaints.waiting_since, 'resolved_at', complaints.resolved_at,
        'customer_name', case when complaint_search_rows.names then btrim(customers.first_name || ' ' || customers.last_name) end,
        'customer_email', case when complaint_search_rows.names then customers.email end,
        'assignee_id', case when complaint_search_rows.staff then complaints.assignee_id end,
        'assignee_name', case when complaint_search_rows.staff then btrim(assignees.first_name || ' ' || assignees.last_name) end,
        'item_titles', (
          select coalesce(jsonb_agg(order_items.title order by order_items.title, order_items.id), '[]')
          from private.complaint_lines join public.order_items on order_items.id = complaint_lines.order_item_id where complaint_lines.complaint_id = complaints.id)
      ) order by complaints.opened_at desc, complaints.id desc), '[]')
    from public.complaints
    join public.orders on orders.id = complaints.order_id
    join public.profiles as customers on customers.id = complaints.customer_id
    left join public.profiles as assignees on assignees.id = complaints.assignee_id
    where complaints.id = any (complaint_search_rows.complaint_ids));
end
$$;
comment on function private.complaint_search_rows(uuid[], boolean, boolean) is 'What a list shows of these complaints, newest first; who complains only when names are to be seen, who looks after it only for staff.';

create function public.search_complaints(
  q text default null, statuses text[] default null, type text default null, assignee_id uuid default null, cursor text default null, max_rows integer default 20
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.search_complaints(search_complaints.q, search_complaints.statuses, search_complaints.type, search_complaints.assignee_id, search_complaints.cursor, search_complaints.max_rows);
$$;
comment on function public.search_complaints(text, text[], text, uuid, text, integer) is
  'Complaints newest first as {data, next_cursor}: own, or all for staff with complaints.read. q is a part of a complaint''s or order''s number or of the description, for staff with people.read also of a name, e-mail or phone. '
  'Errors: invalid_search, invalid_cursor, sign_in_required.';
grant execute on function public.search_complaints(text, text[], text, uuid, text, integer) to authenticated, service_role;
