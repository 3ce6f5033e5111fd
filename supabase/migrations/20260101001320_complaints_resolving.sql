/*
Complaints, resolving: what staff do with a complaint, and what it ends in.

Promise: a complaint and its effect are one transaction; a refund and store credit are those of refund_order, with its permission, its limits and its
books, and a replacement is an order like any other that costs nothing and whose units are taken at once, or refused.
Under concurrency: the order first, then the complaint, then payments and stock as refunds and orders take them. Of many who resolve one complaint
one does it; the others find it over.
*/

create function private.assign_complaint(complaint_id uuid, assignee_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write complaints, only handle them by these rules
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(assign_complaint.complaint_id, assign_complaint.assignee_id);
  v_answer jsonb;
  v_complaint public.complaints;
begin
  perform private.require_refunder('complaints.handle', 'assigned');
  v_answer := private.recall_answer(v_person_id, assign_complaint.idempotency_key, 'assign_complaint', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_complaint := private.lock_live_complaint(assign_complaint.complaint_id, 'complaints.handle');
  if assign_complaint.assignee_id is not null and not exists (
    select from public.role_members join public.role_permissions on role_permissions.role = role_members.role
    where role_members.profile_id = assign_complaint.assignee_id and role_permissions.permission = 'complaints.handle') then
    perform private.fail('profile_not_found', 404, 'There is no such person who handles complaints.', 'Take somebody whose role has complaints.handle.');
  end if;
  update public.complaints set assignee_id = assign_complaint.assignee_id where complaints.id = v_complaint.id;
  perform private.emit('complaint.assigned', 'complaint', v_complaint.id, jsonb_build_object('assignee_id', assign_complaint.assignee_id));
  return private.remember_answer(v_person_id, assign_complaint.idempotency_key, 'assign_complaint', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.assign_complaint(uuid, uuid, text) is 'Does the work of public.assign_complaint.';
grant execute on function private.assign_complaint(uuid, uuid, text) to authenticated, service_role;

create function public.assign_complaint(complaint_id uuid, assignee_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.assign_complaint(assign_complaint.complaint_id, assign_complaint.assignee_id, assign_complaint.idempotency_key);
$$;
comment on function public.assign_complaint(uuid, uuid, text) is
  'Staff (complaints.handle): says who looks after a complaint that is open or under review, null: nobody; answers it. Errors: permission_denied, complaint_not_found, complaint_not_open, profile_not_found, idempotency_key_reused.';
grant execute on function public.assign_complaint(uuid, uuid, text) to authenticated, service_role;

create function private.start_complaint_review(complaint_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as assign_complaint
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(start_complaint_review.complaint_id);
  v_answer jsonb;
  v_complaint public.complaints;
begin
  perform private.require_refunder('complaints.handle', 'review');
  v_answer := private.recall_answer(v_person_id, start_complaint_review.idempotency_key, 'start_complaint_review', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  v_complaint := private.lock_live_complaint(start_complaint_review.complaint_id, 'complaints.handle');
  if v_complaint.status <> 'open' then
    perform private.fail('complaint_not_open', 409, 'Somebody looks into this complaint already.', 'Read it again.');
  end if;
  update public.complaints set status = 'under_review', assignee_id = coalesce(complaints.assignee_id, auth.uid()) where complaints.id = v_complaint.id;
  perform private.emit('complaint.review_started', 'complaint', v_complaint.id);
  return private.remember_answer(v_person_id, start_complaint_review.idempotency_key, 'start_complaint_review', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.start_complaint_review(uuid, text) is 'Does the work of public.start_complaint_review.';
grant execute on function private.start_complaint_review(uuid, text) to authenticated, service_role;

create function public.start_complaint_review(complaint_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_complaint_review(start_complaint_review.complaint_id, start_complaint_review.idempotency_key);
$$;
comment on function public.start_complaint_review(uuid, text) is
  'Staff (complaints.handle): begins to look into an open complaint, as its assignee when it has none, and answers it; its customer cannot take evidence away any more. Errors: permission_denied, complaint_not_found, complaint_not_open, idempotency_key_reused.';
grant execute on function public.start_complaint_review(uuid, text) to authenticated, service_role;

-- replace ----------------------------------------------------------------------------------------------------------------------------

create function private.replacement_lines(target public.orders, lines jsonb)
returns private.order_line[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wishes private.wish[] := array(
    select row(order_items.variant_id, sum(parsed.quantity)::integer)::private.wish
    from private.parse_refund_lines(target.id, replacement_lines.lines) as parsed join public.order_items on order_items.id = parsed.order_item_id
    group by order_items.variant_id order by order_items.variant_id);
  v_lines private.order_line[] := private.price_wishes(target.customer_id, v_wishes, target.currency);
  v_line private.order_line;
begin
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    if v_line.problem ->> 'code' = 'price_missing' then
      v_line.problem := null; -- it costs nothing
    end if;
    if v_line.kind not in ('physical', 'digital', 'bundle') then
      perform private.fail('complaint_not_replaceable', 409, format('%s is no goods, and cannot be sent again.', v_line.title), 'Move the learner of a seat (transfer_enrollment), or give the money back.');
    end if;
    perform private.refuse_problem(v_line.problem);
    v_line.base_unit_amount := coalesce(v_line.base_unit_amount, 0);
    v_line.unit_amount := 0;
    v_line.price_reason := '{"kind": "agreed"}';
    v_lines[v_index] := private.clear_amounts(v_line);
  end loop;
  return v_lines;
end
$$;
comment on function private.replacement_lines(public.orders, jsonb) is 'These lines of an order once more, for nothing. Refuses invalid_lines, complaint_not_replaceable, and what is not on sale any more.';

create function private.replace_items(target public.orders, lines jsonb)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_quote private.quote := private.sum_lines(target.currency, private.replacement_lines(target, replace_items.lines));
  v_refusal jsonb;
  v_order_id uuid;
begin
  v_quote.tax_country := target.tax_country;
  v_quote.tax_province := target.tax_province;
  begin
    v_order_id := private.place_quote(target.customer_id, v_quote);
  exception when sqlstate 'PGRST' then
    v_refusal := sqlerrm::jsonb;
    if v_refusal ->> 'code' <> 'out_of_stock' then
      raise;
    end if;
    perform private.fail('out_of_stock', 409, v_refusal ->> 'message', 'Resolve it by a refund or store credit instead, or wait until there is stock.', v_refusal ->> 'details');
  end;
  update public.orders set shipping_address = target.shipping_address where orders.id = v_order_id and private.needs_address(v_quote.lines);
  return v_order_id;
end
$$;
comment on function private.replace_items(public.orders, jsonb) is
  'Places an order of these lines that costs nothing and goes where the first one went; answers it. Its units are taken at once. Refuses out_of_stock, and what private.replacement_lines refuses. The caller holds the first order.';

-- resolve ----------------------------------------------------------------------------------------------------------------------------

create function private.complaint_effect_lines(complaint_id uuid, lines jsonb)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return coalesce(complaint_effect_lines.lines, (
    select jsonb_agg(jsonb_build_object('order_item_id', complaint_lines.order_item_id, 'quantity', complaint_lines.quantity) order by complaint_lines.order_item_id)
    from private.complaint_lines where complaint_lines.complaint_id = complaint_effect_lines.complaint_id and complaint_lines.order_item_id is not null));
end
$$;
comment on function private.complaint_effect_lines(uuid, jsonb) is 'What is given back or sent again: the lines that staff name, else those of the complaint; null when it is about the order as a whole.';

create function private.check_resolution(resolution text, lines jsonb, amount bigint)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if coalesce(check_resolution.resolution, '') not in ('refund', 'replacement', 'store_credit', 'rejected')
    or check_resolution.amount is not null and check_resolution.resolution not in ('refund', 'store_credit')
    or check_resolution.lines is not null and check_resolution.resolution = 'rejected' then
    perform private.fail('invalid_resolution', 422, 'A complaint ends by refund, store_credit, replacement or rejected; the first two may have an amount, all but the last lines.', 'Correct resolution, or leave amount and lines out.');
  end if;
  if check_resolution.resolution = 'replacement' then
    perform private.require_order_writer();
  elsif check_resolution.resolution <> 'rejected' then
    perform private.require_refunder('payments.refund', 'asked below');
  end if;
end
$$;
comment on function private.check_resolution(text, jsonb, bigint) is 'Refuses invalid_resolution, and permission_denied for what the caller may not give.';

create function private.carry_out_resolution(target public.orders, complaint public.complaints, resolution text, note text, lines jsonb, amount bigint, restock boolean)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  -- an amount alone is money only: the customer keeps what they have
  v_lines jsonb := case when carry_out_resolution.amount is null then private.complaint_effect_lines(complaint.id, carry_out_resolution.lines) else carry_out_resolution.lines end;
  v_refunds jsonb := '[]';
  v_replacement_id uuid;
  v_resolution_id uuid;
begin
  if v_lines is null and carry_out_resolution.amount is null and carry_out_resolution.resolution <> 'rejected' then
    perform private.fail('invalid_lines', 422, 'This complaint is about the order as a whole: say what goes back or is sent again.', 'Send lines, [{"order_item_id", "quantity"}], or for money an amount.');
  end if;
  if carry_out_resolution.resolution in ('refund', 'store_credit') then
    v_refunds := private.refund_order(target.id, v_lines, carry_out_resolution.amount, carry_out_resolution.note, coalesce(carry_out_resolution.restock, false), null,
      case carry_out_resolution.resolution when 'refund' then 'payment' else 'store_credit' end) -> 'refunds';
    if coalesce(v_refunds, '[]') in ('[]', 'null') then
      perform private.fail('nothing_to_refund', 409, 'Of what this cost nothing was paid yet: it would be owed no more, and no money would go back.', 'Name an amount, or lower what is owed (refund_order) and say so.');
    end if;
  elsif carry_out_resolution.resolution = 'replacement' then
    v_replacement_id := private.replace_items(target, v_lines);
  end if;
  insert into private.complaint_resolutions (complaint_id, round, resolution, note, lines, order_id, resolved_by)
  values (complaint.id, complaint.round, carry_out_resolution.resolution, carry_out_resolution.note,
    case when carry_out_resolution.resolution = 'rejected' then '[]' else coalesce(v_lines, '[]') end, v_replacement_id, auth.uid())
  returning complaint_resolutions.id into v_resolution_id;
  insert into private.complaint_refunds (refund_id, resolution_id)
  select (made ->> 'id')::uuid, v_resolution_id from jsonb_array_elements(v_refunds) as made;
  return v_resolution_id;
end
$$;
comment on function private.carry_out_resolution(public.orders, public.complaints, text, text, jsonb, bigint, boolean) is
  'Does what a complaint ends in, and keeps what it was. The caller holds the order and the complaint, which is live.';

create function private.resolve_complaint(complaint_id uuid, resolution text, note text, lines jsonb, amount bigint, restock boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as assign_complaint
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(resolve_complaint.complaint_id, resolve_complaint.resolution, resolve_complaint.note, resolve_complaint.lines, resolve_complaint.amount, resolve_complaint.restock);
  v_answer jsonb;
  v_order public.orders;
  v_complaint public.complaints;
  v_resolution_id uuid;
begin
  perform private.require_refunder('complaints.handle', resolve_complaint.note);
  v_answer := private.recall_answer(v_person_id, resolve_complaint.idempotency_key, 'resolve_complaint', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_resolution(resolve_complaint.resolution, resolve_complaint.lines, resolve_complaint.amount);
  v_complaint := private.find_complaint(resolve_complaint.complaint_id, 'complaints.handle');
  if v_complaint.customer_id = auth.uid() then
    perform private.fail('permission_denied', 403, 'Nobody decides about their own complaint.', 'Ask somebody else who handles complaints.');
  end if;
  select * into v_order from public.orders where orders.id = v_complaint.order_id for update;
  v_complaint := private.lock_live_complaint(v_complaint.id, 'complaints.handle');
  v_resolution_id := private.carry_out_resolution(v_order, v_complaint, resolve_complaint.resolution, private.said(resolve_complaint.note),
    resolve_complaint.lines, resolve_complaint.amount, resolve_complaint.restock);
  perform private.give_reason(private.said(resolve_complaint.note));
  update public.complaints
  set status = case when resolve_complaint.resolution = 'rejected' then 'rejected' else 'resolved' end, waiting_since = null,
    resolution = resolve_complaint.resolution, resolution_note = private.said(resolve_complaint.note), resolved_at = now(), assignee_id = coalesce(complaints.assignee_id, auth.uid())
  where complaints.id = v_complaint.id;
  perform private.give_reason(null);
  perform private.emit(case when resolve_complaint.resolution = 'rejected' then 'complaint.rejected' else 'complaint.resolved' end,
    'complaint', v_complaint.id, jsonb_build_object('resolution_id', v_resolution_id, 'resolution', resolve_complaint.resolution));
  return private.remember_answer(v_person_id, resolve_complaint.idempotency_key, 'resolve_complaint', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.resolve_complaint(uuid, text, text, jsonb, bigint, boolean, text) is 'Does the work of public.resolve_complaint.';
grant execute on function private.resolve_complaint(uuid, text, text, jsonb, bigint, boolean, text) to authenticated, service_role;

create function public.resolve_complaint(
  complaint_id uuid, resolution text, note text, lines jsonb default null, amount bigint default null, restock boolean default false, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.resolve_complaint(resolve_complaint.complaint_id, resolve_complaint.resolution, resolve_complaint.note, resolve_complaint.lines,
    resolve_complaint.amount, resolve_complaint.restock, resolve_complaint.idempotency_key);
$$;
comment on function public.resolve_complaint(uuid, text, text, jsonb, bigint, boolean, text) is
  'Staff (complaints.handle): ends a complaint with what it names, in one transaction, and answers it; the customer reads note. refund and store_credit (payments.refund): the complaint''s lines, or lines [{order_item_id, quantity}], go back for what they cost; '
  'amount alone: money only; restock says whether units are on sale again. replacement (orders.write): the same lines once more as an order that costs nothing. rejected: note says why. '
  'Errors: permission_denied, complaint_not_found, complaint_not_open, complaint_not_replaceable, invalid_resolution, invalid_reason, invalid_lines, out_of_stock, variant_not_found, and those of refund_order.';
grant execute on function public.resolve_complaint(uuid, text, text, jsonb, bigint, boolean, text) to authenticated, service_role;
