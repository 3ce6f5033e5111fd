/*
Complaints, verbs: what customers do with a complaint, and the messages between them and staff. See the complaints file for the promise and the
order of locks.
*/

insert into private.order_actions (action, status, who, permission)
select 'complain', status, 'customer', null from unnest(array['paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded']) as status;

create function private.complaint_problem(target public.orders)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that asks
security invoker
set search_path = ''
as $$
begin
  if not exists (select from private.order_actions where order_actions.action = 'complain' and order_actions.status = target.status) then
    return private.problem('complaint_not_possible', 409, format('About an order that is %s no complaint can be opened.', target.status), 'Write a note to the order (add_order_note), or to the shop.');
  end if;
  if target.status not in ('processing', 'shipped')
    and (coalesce(target.delivered_at, target.paid_at) > now() - make_interval(days => (private.setting('complaint_window_days'))::integer)) is not true then
    return private.problem('complaint_not_possible', 409, 'The time in which complaints about this order could be opened is over.', 'Write to the shop.');
  end if;
  return null;
end
$$;
comment on function private.complaint_problem(public.orders) is 'Why no complaint about this order can be opened now, null when one can: only what was paid, and within complaint_window_days of its delivery, else of its payment, unless it is still worked on or on its way.';

create function private.find_complaint(complaint_id uuid, staff_permission text)
returns public.complaints
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_complaint public.complaints;
begin
  select * into v_complaint from public.complaints where complaints.id = find_complaint.complaint_id;
  if v_complaint.id is null
    or not (v_complaint.customer_id is not distinct from auth.uid() or private.is_service() or private.has_permission(find_complaint.staff_permission)) then
    perform private.fail('complaint_not_found', 404, 'There is no such complaint.', 'Check the id, and that you are signed in as the person who opened it.');
  end if;
  return v_complaint;
end
$$;
comment on function private.find_complaint(uuid, text) is 'The complaint if it is the caller''s own, or the caller has the permission. "Not there" and "not yours" are one answer.';

create function private.lock_complaint(complaint_id uuid, staff_permission text)
returns public.complaints
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_complaint public.complaints := private.find_complaint(lock_complaint.complaint_id, lock_complaint.staff_permission);
begin
  select * into v_complaint from public.complaints where complaints.id = v_complaint.id for update;
  return v_complaint;
end
$$;
comment on function private.lock_complaint(uuid, text) is 'The complaint as private.find_complaint gives it, locked. Who also takes the order has it already.';

create function private.lock_live_complaint(complaint_id uuid, staff_permission text)
returns public.complaints
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_complaint public.complaints := private.lock_complaint(lock_live_complaint.complaint_id, lock_live_complaint.staff_permission);
begin
  if v_complaint.status not in ('open', 'under_review') then
    perform private.fail('complaint_not_open', 409, format('This complaint is %s.', v_complaint.status),
      case when private.may_reopen_complaint(v_complaint) then 'Its customer may reopen it.' else 'Read it again.' end);
  end if;
  return v_complaint;
end
$$;
comment on function private.lock_live_complaint(uuid, text) is 'As private.lock_complaint. Refuses complaint_not_open once it is over.';

create function private.may_reopen_complaint(target public.complaints)
returns boolean
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return target.status in ('resolved', 'rejected') and target.round = 1
    and (target.resolved_at > now() - make_interval(days => (private.setting('complaint_reopen_days'))::integer)) is true;
end
$$;
comment on function private.may_reopen_complaint(public.complaints) is 'Whether the customer may reopen this complaint: once, within complaint_reopen_days of its end.';

create function private.check_complaint_text(words text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if private.said(check_complaint_text.words) is null or length(check_complaint_text.words) > 4000 then
    perform private.fail('invalid_message', 422, 'A complaint and a message about it have 1 to 4000 characters.', 'Write something, or shorten it.');
  end if;
  return private.said(check_complaint_text.words);
end
$$;
comment on function private.check_complaint_text(text) is 'What somebody wrote, trimmed. Refuses invalid_message.';

-- open -------------------------------------------------------------------------------------------------------------------------------

create function private.take_complaint_lines(complaint_id uuid, order_id uuid, lines jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wanted integer := 1;
  v_taken integer;
begin
  if take_complaint_lines.lines is null then
    insert into private.complaint_lines (complaint_id, order_id) values (take_complaint_lines.complaint_id, take_complaint_lines.order_id)
    on conflict do nothing;
    get diagnostics v_taken = row_count;
  else
    insert into private.complaint_lines (complaint_id, order_id, order_item_id, quantity)
    select take_complaint_lines.complaint_id, take_complaint_lines.order_id, parsed.order_item_id, parsed.quantity
    from private.parse_refund_lines(take_complaint_lines.order_id, take_complaint_lines.lines) as parsed
    on conflict do nothing;
    get diagnostics v_taken = row_count;
    v_wanted := jsonb_array_length(take_complaint_lines.lines);
  end if;
  if v_taken <> v_wanted then
    perform private.fail('complaint_already_open', 409, 'A complaint about this is open already.', 'Add to that one (add_complaint_message), or withdraw it.', (
      select complaint_lines.complaint_id::text from private.complaint_lines
      where complaint_lines.order_id = take_complaint_lines.order_id and complaint_lines.ended_at is null and complaint_lines.complaint_id <> take_complaint_lines.complaint_id
        and (take_complaint_lines.lines is null and complaint_lines.order_item_id is null
          or complaint_lines.order_item_id in (select (line ->> 'order_item_id')::uuid from jsonb_array_elements(take_complaint_lines.lines) as line))
      order by complaint_lines.complaint_id limit 1));
  end if;
end
$$;
comment on function private.take_complaint_lines(uuid, uuid, jsonb) is
  'Makes these lines of the order, or the order as a whole, what a complaint is about. Refuses invalid_lines, and complaint_already_open with the other complaint''s id.';

create function private.open_complaint(order_id uuid, type text, description text, lines jsonb, wanted text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write complaints, only open them by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(open_complaint.order_id, open_complaint.type, open_complaint.description, open_complaint.lines, open_complaint.wanted);
  v_answer jsonb := private.recall_answer(v_person_id, open_complaint.idempotency_key, 'open_complaint', v_body);
  v_order public.orders;
  v_complaint_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(open_complaint.type, '') not in ('defect', 'wrong_item', 'damaged', 'missing', 'other') or open_complaint.wanted not in ('refund', 'replacement', 'store_credit') then
    perform private.fail('invalid_complaint', 422, 'A complaint is of type defect, wrong_item, damaged, missing or other, and wants a refund, a replacement or store_credit, or nothing in particular.', 'Correct type or wanted.');
  end if;
  perform private.check_complaint_text(open_complaint.description);
  -- an account that is being closed is waited for and then found closed
  perform from public.profiles where profiles.id = v_person_id for share;
  perform private.require_person();
  v_order := private.find_order(open_complaint.order_id, 'nobody.else');
  perform private.refuse_problem(private.complaint_problem(v_order));
  if (select count(*) from public.complaints where complaints.order_id = v_order.id) >= 20 then
    perform private.fail('too_many_messages', 429, 'Too many complaints were opened about this order.', 'Write to the shop.');
  end if;
  insert into public.complaints (order_id, customer_id, type, description, wanted)
  values (v_order.id, v_person_id, open_complaint.type, private.said(open_complaint.description), open_complaint.wanted)
  returning complaints.id into v_complaint_id;
  perform private.take_complaint_lines(v_complaint_id, v_order.id, open_complaint.lines);
  perform private.emit('complaint.opened', 'complaint', v_complaint_id, '{"round": 1}');
  return private.remember_answer(v_person_id, open_complaint.idempotency_key, 'open_complaint', v_body, private.complaint_document(v_complaint_id));
end
$$;
comment on function private.open_complaint(uuid, text, text, jsonb, text, text) is 'Does the work of public.open_complaint.';
grant execute on function private.open_complaint(uuid, text, text, jsonb, text, text) to authenticated;

create function public.open_complaint(order_id uuid, type text, description text, lines jsonb default null, wanted text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.open_complaint(open_complaint.order_id, open_complaint.type, open_complaint.description, open_complaint.lines, open_complaint.wanted, open_complaint.idempotency_key);
$$;
comment on function public.open_complaint(uuid, text, text, jsonb, text, text) is
  'Opens a complaint about the caller''s own paid order and answers it as get_complaint does. type: defect, wrong_item, damaged, missing, other. lines: [{order_item_id, quantity?}], null: the order as a whole. wanted: refund, replacement, store_credit. '
  'Errors: order_not_found, invalid_complaint, invalid_message, invalid_lines, complaint_not_possible, complaint_already_open, too_many_messages, idempotency_key_reused, sign_in_required.';
grant execute on function public.open_complaint(uuid, text, text, jsonb, text, text) to authenticated;

-- change, withdraw, reopen -----------------------------------------------------------------------------------------------------------

create function private.update_complaint(complaint_id uuid, description text, wanted text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as open_complaint
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(update_complaint.complaint_id, update_complaint.description, update_complaint.wanted);
  v_answer jsonb := private.recall_answer(v_person_id, update_complaint.idempotency_key, 'update_complaint', v_body);
  v_complaint public.complaints;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if update_complaint.wanted not in ('refund', 'replacement', 'store_credit') then
    perform private.fail('invalid_complaint', 422, 'A complaint wants a refund, a replacement or store_credit.', 'Correct wanted, or leave it out.');
  end if;
  v_complaint := private.lock_live_complaint(update_complaint.complaint_id, 'nobody.else');
  update public.complaints
  set description = coalesce(private.check_complaint_text(coalesce(update_complaint.description, complaints.description)), complaints.description),
    wanted = coalesce(update_complaint.wanted, complaints.wanted)
  where complaints.id = v_complaint.id;
  perform private.emit('complaint.changed', 'complaint', v_complaint.id);
  return private.remember_answer(v_person_id, update_complaint.idempotency_key, 'update_complaint', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.update_complaint(uuid, text, text, text) is 'Does the work of public.update_complaint.';
grant execute on function private.update_complaint(uuid, text, text, text) to authenticated;

create function public.update_complaint(complaint_id uuid, description text default null, wanted text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.update_complaint(update_complaint.complaint_id, update_complaint.description, update_complaint.wanted, update_complaint.idempotency_key);
$$;
comment on function public.update_complaint(uuid, text, text, text) is
  'Changes the words of the caller''s own complaint, or what they would like, while it is open or under review; what is left out stays. Answers it. '
  'Errors: complaint_not_found, complaint_not_open, invalid_message, invalid_complaint, idempotency_key_reused, sign_in_required.';
grant execute on function public.update_complaint(uuid, text, text, text) to authenticated;

create function private.withdraw_complaint(complaint_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as open_complaint
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(withdraw_complaint.complaint_id);
  v_answer jsonb := private.recall_answer(v_person_id, withdraw_complaint.idempotency_key, 'withdraw_complaint', v_body);
  v_complaint public.complaints;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_complaint := private.lock_live_complaint(withdraw_complaint.complaint_id, 'nobody.else');
  update public.complaints set status = 'withdrawn', waiting_since = null where complaints.id = v_complaint.id;
  perform private.emit('complaint.withdrawn', 'complaint', v_complaint.id);
  return private.remember_answer(v_person_id, withdraw_complaint.idempotency_key, 'withdraw_complaint', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.withdraw_complaint(uuid, text) is 'Does the work of public.withdraw_complaint.';
grant execute on function private.withdraw_complaint(uuid, text) to authenticated;

create function public.withdraw_complaint(complaint_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.withdraw_complaint(withdraw_complaint.complaint_id, withdraw_complaint.idempotency_key);
$$;
comment on function public.withdraw_complaint(uuid, text) is
  'Ends the caller''s own complaint without any effect and answers it; another may follow. Errors: complaint_not_found, complaint_not_open, idempotency_key_reused, sign_in_required.';
grant execute on function public.withdraw_complaint(uuid, text) to authenticated;

create function private.reopen_complaint(complaint_id uuid, message text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as open_complaint
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(reopen_complaint.complaint_id, reopen_complaint.message);
  v_answer jsonb := private.recall_answer(v_person_id, reopen_complaint.idempotency_key, 'reopen_complaint', v_body);
  v_complaint public.complaints;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_complaint_text(reopen_complaint.message);
  v_complaint := private.lock_complaint(reopen_complaint.complaint_id, 'nobody.else');
  if not private.may_reopen_complaint(v_complaint) then
    perform private.fail('complaint_not_reopenable', 409, 'This complaint is not over, or was reopened before, or its time is over.', 'Open another one, or write to the shop.');
  end if;
  begin
    update public.complaints
    set status = 'open', round = complaints.round + 1, waiting_since = now(), resolution = null, resolution_note = null, resolved_at = null
    where complaints.id = v_complaint.id;
  exception when unique_violation then
    perform private.fail('complaint_already_open', 409, 'Another complaint about the same is open.', 'Add to that one (add_complaint_message).');
  end;
  insert into public.complaint_messages (complaint_id, author_id, author_kind, body, visible_to_customer)
  values (v_complaint.id, v_person_id, 'customer', private.said(reopen_complaint.message), true);
  perform private.emit('complaint.reopened', 'complaint', v_complaint.id, jsonb_build_object('round', v_complaint.round + 1));
  return private.remember_answer(v_person_id, reopen_complaint.idempotency_key, 'reopen_complaint', v_body, private.complaint_document(v_complaint.id));
end
$$;
comment on function private.reopen_complaint(uuid, text, text) is 'Does the work of public.reopen_complaint.';
grant execute on function private.reopen_complaint(uuid, text, text) to authenticated;

create function public.reopen_complaint(complaint_id uuid, message text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.reopen_complaint(reopen_complaint.complaint_id, reopen_complaint.message, reopen_complaint.idempotency_key);
$$;
comment on function public.reopen_complaint(uuid, text, text) is
  'Opens the caller''s own resolved or rejected complaint again, once, within complaint_reopen_days, with a message that says why; what was done before stays. Answers it. '
  'Errors: complaint_not_found, complaint_not_reopenable, complaint_already_open, invalid_message, idempotency_key_reused, sign_in_required.';
grant execute on function public.reopen_complaint(uuid, text, text) to authenticated;
