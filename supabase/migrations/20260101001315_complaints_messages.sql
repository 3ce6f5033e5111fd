/*
Complaints, messages and evidence: what customer and staff write to each other, and the pictures and PDFs that show what is wrong.

Promise: a file counts once its bytes were looked at, and there are no more of them than complaint_max_files; a message of staff goes to the customer
only when it was said so.
Under concurrency: both hold the complaint's row, so the counts are exact and nothing is added to a complaint that is over.
*/

create function private.add_complaint_message(complaint_id uuid, body text, visible_to_customer boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write messages, only add one by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(add_complaint_message.complaint_id, add_complaint_message.body, add_complaint_message.visible_to_customer);
  v_answer jsonb := private.recall_answer(v_person_id, add_complaint_message.idempotency_key, 'add_complaint_message', v_body);
  v_complaint public.complaints;
  v_message public.complaint_messages;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_complaint := private.lock_complaint(add_complaint_message.complaint_id, 'complaints.handle');
  -- staff who complain about an order of their own do it as customers
  v_message.author_kind := case when v_complaint.customer_id = auth.uid() then 'customer' when auth.uid() is null then 'system' else 'staff' end;
  v_message.visible_to_customer := v_message.author_kind = 'customer' or coalesce(add_complaint_message.visible_to_customer, false);
  if v_message.author_kind = 'customer' then
    perform private.require_person();
    perform private.lock_live_complaint(v_complaint.id, 'nobody.else');
    if (select count(*) from public.complaint_messages where complaint_messages.complaint_id = v_complaint.id and complaint_messages.author_kind = 'customer') >= 100 then
      perform private.fail('too_many_messages', 429, 'Too many messages were written about this complaint.', 'Write to the shop.');
    end if;
  end if;
  insert into public.complaint_messages (complaint_id, author_id, author_kind, body, visible_to_customer)
  values (v_complaint.id, auth.uid(), v_message.author_kind, private.check_complaint_text(add_complaint_message.body), v_message.visible_to_customer)
  returning * into v_message;
  if v_message.author_kind = 'customer' then
    update public.complaints set waiting_since = coalesce(complaints.waiting_since, now()) where complaints.id = v_complaint.id;
  elsif v_message.visible_to_customer then
    update public.complaints set waiting_since = null where complaints.id = v_complaint.id;
  end if;
  perform private.emit(case when v_message.author_kind = 'customer' then 'complaint.messaged' when v_message.visible_to_customer then 'complaint.answered' else 'complaint.noted' end,
    'complaint', v_complaint.id, jsonb_build_object('message_id', v_message.id));
  return private.remember_answer(v_person_id, add_complaint_message.idempotency_key, 'add_complaint_message', v_body, to_jsonb(v_message) - array['author_id', 'erased_at']);
end
$$;
comment on function private.add_complaint_message(uuid, text, boolean, text) is 'Does the work of public.add_complaint_message.';
grant execute on function private.add_complaint_message(uuid, text, boolean, text) to authenticated, service_role;

create function public.add_complaint_message(complaint_id uuid, body text, visible_to_customer boolean default false, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_complaint_message(add_complaint_message.complaint_id, add_complaint_message.body, add_complaint_message.visible_to_customer, add_complaint_message.idempotency_key);
$$;
comment on function public.add_complaint_message(uuid, text, boolean, text) is
  'Writes about a complaint and answers the message: customers about their own while it is open or under review, staff (complaints.handle) at any time, among themselves unless visible_to_customer; then the customer is mailed. '
  'Errors: complaint_not_found, complaint_not_open, invalid_message, too_many_messages, idempotency_key_reused.';
grant execute on function public.add_complaint_message(uuid, text, boolean, text) to authenticated, service_role;

-- evidence ---------------------------------------------------------------------------------------------------------------------------

create function private.start_evidence(complaint_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- customers may not write evidence, only start it for their own complaint
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_evidence.complaint_id);
  v_answer jsonb := private.recall_answer(v_person_id, start_evidence.idempotency_key, 'start_evidence', v_body);
  v_complaint public.complaints;
  v_evidence public.complaint_evidence;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_complaint := private.lock_live_complaint(start_evidence.complaint_id, 'nobody.else');
  if (select count(*) from public.complaint_evidence where complaint_evidence.complaint_id = v_complaint.id) >= (private.setting('complaint_max_files'))::integer then
    perform private.fail('too_many_files', 409, 'This complaint has as many files as one may have.', 'Remove one first (remove_evidence).');
  end if;
  insert into public.complaint_evidence (complaint_id) values (v_complaint.id) returning * into v_evidence;
  return private.remember_answer(v_person_id, start_evidence.idempotency_key, 'start_evidence', v_body,
    jsonb_build_object('id', v_evidence.id, 'complaint_id', v_evidence.complaint_id));
end
$$;
comment on function private.start_evidence(uuid, text) is 'Does the work of public.start_evidence.';
grant execute on function private.start_evidence(uuid, text) to authenticated;

create function public.start_evidence(complaint_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_evidence(start_evidence.complaint_id, start_evidence.idempotency_key);
$$;
comment on function public.start_evidence(uuid, text) is
  'Makes the place for one file beside the caller''s own complaint: {id, complaint_id}. The function complaint-evidence calls it and adds where to send the file. '
  'Errors: complaint_not_found, complaint_not_open, too_many_files, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_evidence(uuid, text) to authenticated;

create function private.evidence_document(evidence_id uuid, own boolean default false)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security definer -- one check instead of row-level security on two tables
set search_path = ''
as $$
declare
  v_answer jsonb;
begin
  select to_jsonb(complaint_evidence) - 'path' || jsonb_build_object('complaint_number', complaints.number) into v_answer
  from public.complaint_evidence join public.complaints on complaints.id = complaint_evidence.complaint_id
  where complaint_evidence.id = evidence_document.evidence_id
    and (complaints.customer_id = auth.uid() or evidence_document.own is not true and (private.is_service() or private.has_permission('complaints.read')));
  if v_answer is null then
    perform private.fail('evidence_not_found', 404, 'There is no such evidence.', 'Check the id and who is signed in.');
  end if;
  return v_answer;
end
$$;
comment on function private.evidence_document(uuid, boolean) is 'Does the work of public.evidence_document.';
grant execute on function private.evidence_document(uuid, boolean) to authenticated, service_role;

create function public.evidence_document(evidence_id uuid, own boolean default false)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.evidence_document(evidence_document.evidence_id, evidence_document.own);
$$;
comment on function public.evidence_document(uuid, boolean) is
  'One file of a complaint: the caller''s own, or any for staff with complaints.read unless own is true. The function complaint-evidence asks it. Errors: evidence_not_found.';
grant execute on function public.evidence_document(uuid, boolean) to authenticated, service_role;

create function private.lock_evidence(evidence_id uuid, staff_permission text)
returns public.complaint_evidence
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_evidence public.complaint_evidence;
begin
  select * into v_evidence from public.complaint_evidence where complaint_evidence.id = lock_evidence.evidence_id;
  if v_evidence.id is not null and exists (
    select from public.complaints where complaints.id = v_evidence.complaint_id
      and (complaints.customer_id is not distinct from auth.uid() or private.is_service() or private.has_permission(lock_evidence.staff_permission))) then
    perform private.lock_live_complaint(v_evidence.complaint_id, lock_evidence.staff_permission);
    select * into v_evidence from public.complaint_evidence where complaint_evidence.id = lock_evidence.evidence_id for update;
  else
    v_evidence.id := null;
  end if;
  if v_evidence.id is null then
    perform private.fail('evidence_not_found', 404, 'There is no such evidence.', 'Check the id and who is signed in.');
  end if;
  return v_evidence;
end
$$;
comment on function private.lock_evidence(uuid, text) is 'A file of a live complaint that is the caller''s own, or may be handled by them, and its complaint, both locked. Refuses evidence_not_found and complaint_not_open.';

create function private.submit_evidence(evidence_id uuid, mime_type text, byte_size integer, sha256 text, person_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write evidence either
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(submit_evidence.person_id, '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(submit_evidence.evidence_id);
  v_answer jsonb := private.recall_answer(v_person_id, submit_evidence.idempotency_key, 'submit_evidence', v_body);
  v_evidence public.complaint_evidence;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_evidence := private.lock_evidence(submit_evidence.evidence_id, 'nobody.else');
  if v_evidence.submitted_at is null then
    update public.complaint_evidence
    set submitted_at = now(), mime_type = submit_evidence.mime_type, byte_size = submit_evidence.byte_size, sha256 = submit_evidence.sha256
    where complaint_evidence.id = v_evidence.id;
    update public.complaints set waiting_since = coalesce(complaints.waiting_since, now()) where complaints.id = v_evidence.complaint_id;
    perform private.emit('complaint.evidence_added', 'complaint', v_evidence.complaint_id, jsonb_build_object('evidence_id', v_evidence.id));
  elsif v_evidence.sha256 is distinct from submit_evidence.sha256 then
    perform private.fail('proof_not_open', 409, 'This evidence was sent with another file.', 'Start a new one.');
  end if;
  return private.remember_answer(v_person_id, submit_evidence.idempotency_key, 'submit_evidence', v_body, private.evidence_document(v_evidence.id));
end
$$;
comment on function private.submit_evidence(uuid, text, integer, text, uuid, text) is 'Does the work of public.submit_evidence.';
grant execute on function private.submit_evidence(uuid, text, integer, text, uuid, text) to service_role;

create function public.submit_evidence(
  evidence_id uuid, mime_type text, byte_size integer, sha256 text, person_id uuid default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.submit_evidence(submit_evidence.evidence_id, submit_evidence.mime_type, submit_evidence.byte_size, submit_evidence.sha256, submit_evidence.person_id, submit_evidence.idempotency_key);
$$;
comment on function public.submit_evidence(uuid, text, integer, text, uuid, text) is
  'Secret key only: puts a file beside its complaint, with what it was found to be; the same file twice is fine. Errors: evidence_not_found, complaint_not_open, proof_not_open.';
grant execute on function public.submit_evidence(uuid, text, integer, text, uuid, text) to service_role;

create function private.remove_evidence(evidence_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as start_evidence
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_evidence.evidence_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_evidence.idempotency_key, 'remove_evidence', v_body);
  v_evidence public.complaint_evidence;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_evidence := private.lock_evidence(remove_evidence.evidence_id, 'nobody.else');
  if (select complaints.status from public.complaints where complaints.id = v_evidence.complaint_id) <> 'open' then
    perform private.fail('complaint_not_open', 409, 'This complaint is being looked at: what was shown stays.', 'Write what is wrong with the file (add_complaint_message).');
  end if;
  delete from public.complaint_evidence where complaint_evidence.id = v_evidence.id;
  perform private.emit('complaint.evidence_removed', 'complaint', v_evidence.complaint_id, jsonb_build_object('evidence_id', v_evidence.id));
  return private.remember_answer(v_person_id, remove_evidence.idempotency_key, 'remove_evidence', v_body, private.complaint_document(v_evidence.complaint_id));
end
$$;
comment on function private.remove_evidence(uuid, text) is 'Does the work of public.remove_evidence.';
grant execute on function private.remove_evidence(uuid, text) to authenticated;

create function public.remove_evidence(evidence_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.remove_evidence(remove_evidence.evidence_id, remove_evidence.idempotency_key);
$$;
comment on function public.remove_evidence(uuid, text) is
  'Takes a file away from the caller''s own complaint while nobody looks at it, and answers the complaint; the bytes are removed soon after. '
  'Errors: evidence_not_found, complaint_not_open, idempotency_key_reused, sign_in_required.';
grant execute on function public.remove_evidence(uuid, text) to authenticated;
