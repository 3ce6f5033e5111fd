/*
Payments, proofs: an order paid by bank transfer, and the picture or PDF by which the buyer shows it.

Promise: the hold lasts transfer_hold_hours from when the order was placed, however often the buyer changes the method; a proof is a file whose
content was checked, and it is reviewed once. Approving is a capture like any other: sold out, cancelled or paid twice meanwhile goes back.
Under concurrency: every path locks the order, then the payment, then the proof; whoever comes second finds the state moved on.
*/

insert into public.settings (key, value, description) values
  ('transfer_accounts', '[]', 'Bank accounts for manual transfers, [{"bank", "number", "holder"}]. Empty: transfers are not offered.'),
  ('transfer_hold_hours', '24', 'Hours that an order to be paid by transfer holds its seats and stock, from when it was placed.');

create table public.payment_proofs (
  id uuid primary key default gen_random_uuid(),
  payment_id uuid not null references public.payments (id) on delete restrict,
  status text not null default 'uploading',
  mime_type text,
  byte_size integer,
  sha256 text,
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  reviewed_at timestamptz,
  reviewed_by uuid,
  reason text,
  constraint payment_proofs_have_a_known_status check (status in ('uploading', 'submitted', 'approved', 'rejected')),
  constraint payment_proofs_are_images_or_pdfs check (mime_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  constraint payment_proofs_are_of_sane_size check (byte_size between 1 and 5242880),
  constraint payment_proofs_are_known_by_their_content check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint payment_proofs_have_a_file_once_submitted check (status = 'uploading' or num_nulls(mime_type, byte_size, sha256, submitted_at) = 0),
  constraint payment_proofs_are_dated_when_reviewed check ((reviewed_at is not null) = (status in ('approved', 'rejected'))),
  constraint payment_proofs_are_rejected_for_a_reason check (status <> 'rejected' or btrim(coalesce(reason, '')) <> '')
);
comment on table public.payment_proofs is 'What a buyer showed for a transfer. The file is private, under the proof''s id; the function proof-link opens it to its owner and staff.';
create index on public.payment_proofs (payment_id);
-- the guarantee: one proof of a payment is looked at, and one was good
create unique index payment_proofs_one_counts_per_payment on public.payment_proofs (payment_id) where status in ('submitted', 'approved');
-- serves: the list of proofs, oldest first, keyset by (created_at, id), of all and of what is to be reviewed
create index on public.payment_proofs (created_at, id);
create index on public.payment_proofs (created_at, id) where status = 'submitted';
-- serves: what has waited longest for review
create index on public.payment_proofs (submitted_at, id) where status = 'submitted';

insert into private.status_moves (machine, from_status, to_status) values
  ('payment_proof', 'uploading', 'submitted'), ('payment_proof', 'submitted', 'approved'), ('payment_proof', 'submitted', 'rejected');

create trigger _200_guard_status after update of status on public.payment_proofs for each row when (old.status <> new.status) execute function private.tg__guard_status('payment_proof');
create trigger _900_audit after update of status on public.payment_proofs for each row when (new.status in ('approved', 'rejected')) execute function private.tg__audit('id');

alter table public.payment_proofs enable row level security;
create policy select_own_or_staff on public.payment_proofs for select to authenticated
  using (exists (
    select from public.payments join public.orders on orders.id = payments.order_id
    where payments.id = payment_proofs.payment_id and orders.customer_id = (select auth.uid())) or (select private.has_permission('payments.read')));
grant select on public.payment_proofs to authenticated, service_role;
-- not granted: insert, update, delete. The verbs below write.

create function private.is_under_review(payment_id uuid)
returns boolean
language plpgsql -- in every purchase: see private.request_id
volatile
security invoker
set search_path = ''
as $$
begin
  return exists (select from public.payment_proofs where payment_proofs.payment_id = is_under_review.payment_id and payment_proofs.status = 'submitted');
end
$$;
comment on function private.is_under_review(uuid) is 'Whether a proof of this payment waits for staff.';

-- choose transfer --------------------------------------------------------------------------------------------------------------------

create function private.start_transfer(order_id uuid, amount bigint, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write payments, only start one for their own order
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(start_transfer.order_id, start_transfer.amount);
  v_answer jsonb := private.recall_answer(v_person_id, start_transfer.idempotency_key, 'start_transfer', v_body);
  v_accounts jsonb := private.setting('transfer_accounts');
  v_order public.orders;
  v_payment public.payments;
  v_until timestamptz;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_order := private.find_order(start_transfer.order_id, 'nobody.else');
  if coalesce(jsonb_array_length(v_accounts), 0) = 0 then
    perform private.fail('transfer_not_offered', 409, 'This shop takes no bank transfers.', 'Pay by the function checkout.');
  end if;
  v_payment := private.open_payment(v_order.id, 'manual_transfer', start_transfer.amount);
  -- counted from when it was placed, so that changing to and fro holds nothing longer
  v_until := greatest(v_order.expires_at, case when v_order.status = 'pending' then v_order.placed_at else now() end
    + make_interval(hours => (private.setting('transfer_hold_hours'))::integer));
  update public.orders set expires_at = v_until where orders.id = v_order.id and orders.status = 'pending' and orders.expires_at < v_until;
  update public.reservations set expires_at = v_until
  where reservations.holder_id = v_order.id and reservations.status = 'held' and reservations.expires_at < v_until;
  update public.promotion_redemptions set expires_at = v_until
  where promotion_redemptions.order_id = v_order.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at < v_until;
  update public.payments set expires_at = v_until where payments.id = v_payment.id returning payments.* into v_payment;
  return private.remember_answer(v_person_id, start_transfer.idempotency_key, 'start_transfer', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment), 'accounts', v_accounts, 'reference', v_order.number));
end
$$;
comment on function private.start_transfer(uuid, bigint, text) is 'Does the work of public.start_transfer.';
grant execute on function private.start_transfer(uuid, bigint, text) to authenticated;

create function public.start_transfer(order_id uuid, amount bigint default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_transfer(start_transfer.order_id, start_transfer.amount, start_transfer.idempotency_key);
$$;
comment on function public.start_transfer(uuid, bigint, text) is
  'Chooses bank transfer for the caller''s own order, or for a part of it (amount; null: what is still due), and answers {order, payment, accounts, reference}: where to send the money, and what to write with it. Holds the order longer; a second call changes nothing. '
  'Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, transfer_not_offered, invalid_payment_amount, amount_exceeds_due, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_transfer(uuid, bigint, text) to authenticated;

-- show it ----------------------------------------------------------------------------------------------------------------------------

create function private.check_transfer(payment public.payments)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if payment.method <> 'manual_transfer' or payment.status <> 'pending' or payment.expires_at <= now() then
    perform private.fail('transfer_not_open', 409, 'This payment does not wait for a transfer.', 'Read the order; start the transfer again while the order is pending.');
  end if;
  if private.is_under_review(payment.id) then
    perform private.fail('proof_under_review', 409, 'A proof of this payment is being looked at.', 'Wait for the answer: another one can follow if it is rejected.');
  end if;
end
$$;
comment on function private.check_transfer(public.payments) is 'Refuses transfer_not_open and proof_under_review when no proof can be added now. The caller holds the payment''s row.';

create function private.start_proof(payment_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write proofs, only start one for their own payment
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_proof.payment_id);
  v_answer jsonb := private.recall_answer(v_person_id, start_proof.idempotency_key, 'start_proof', v_body);
  v_payment public.payments;
  v_proof public.payment_proofs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.lock_payment(start_proof.payment_id);
  if not exists (select from public.orders where orders.id = v_payment.order_id and orders.customer_id = v_person_id) then
    perform private.fail('payment_not_found', 404, 'There is no such payment.', 'Start the transfer first.');
  end if;
  perform private.check_transfer(v_payment);
  if (select count(*) from public.payment_proofs where payment_proofs.payment_id = v_payment.id) >= 20 then
    perform private.fail('too_many_proofs', 429, 'Too many files were sent for this payment.', 'Write to the shop.');
  end if;
  insert into public.payment_proofs (payment_id) values (v_payment.id) returning * into v_proof;
  return private.remember_answer(v_person_id, start_proof.idempotency_key, 'start_proof', v_body,
    jsonb_build_object('id', v_proof.id, 'payment_id', v_proof.payment_id, 'status', v_proof.status));
end
$$;
comment on function private.start_proof(uuid, text) is 'Does the work of public.start_proof.';
grant execute on function private.start_proof(uuid, text) to authenticated;

create function public.start_proof(payment_id uuid, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_proof(start_proof.payment_id, start_proof.idempotency_key);
$$;
comment on function public.start_proof(uuid, text) is
  'Makes the place for one file that shows the caller''s own transfer: {id, payment_id, status}. The function upload-proof calls it and adds where to send the file. '
  'Errors: payment_not_found, transfer_not_open, proof_under_review, too_many_proofs, idempotency_key_reused, sign_in_required.';
grant execute on function public.start_proof(uuid, text) to authenticated;

create function private.proof_document(proof_id uuid, own boolean default false)
returns jsonb
language plpgsql
volatile -- stable would answer what was there before the verb that calls it
security definer -- one check instead of row-level security on three tables
set search_path = ''
as $$
declare
  v_answer jsonb;
begin
  select to_jsonb(payment_proofs) - 'reviewed_by' || jsonb_build_object('order_id', orders.id, 'order_number', orders.number) into v_answer
  from public.payment_proofs
  join public.payments on payments.id = payment_proofs.payment_id
  join public.orders on orders.id = payments.order_id
  where payment_proofs.id = proof_document.proof_id
    and (orders.customer_id = auth.uid() or proof_document.own is not true and (private.is_service() or private.has_permission('payments.read')));
  if v_answer is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  return v_answer;
end
$$;
comment on function private.proof_document(uuid, boolean) is 'Does the work of public.proof_document, and is what every verb on proofs answers.';
grant execute on function private.proof_document(uuid, boolean) to authenticated, service_role;

create function public.proof_document(proof_id uuid, own boolean default false)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.proof_document(proof_document.proof_id, proof_document.own);
$$;
comment on function public.proof_document(uuid, boolean) is
  'One proof of payment: the caller''s own, or any for staff with payments.read unless own is true. The functions submit-proof and proof-link ask it. Errors: proof_not_found.';
grant execute on function public.proof_document(uuid, boolean) to authenticated, service_role;

create function private.submit_proof(proof_id uuid, mime_type text, byte_size integer, sha256 text, person_id uuid, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the service role may not write proofs either
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(submit_proof.person_id, '00000000-0000-0000-0000-000000000000');
  v_body jsonb := to_jsonb(submit_proof.proof_id);
  v_answer jsonb := private.recall_answer(v_person_id, submit_proof.idempotency_key, 'submit_proof', v_body);
  v_payment public.payments;
  v_proof public.payment_proofs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.lock_payment((select payment_proofs.payment_id from public.payment_proofs where payment_proofs.id = submit_proof.proof_id));
  select * into v_proof from public.payment_proofs where payment_proofs.id = submit_proof.proof_id for update;
  if v_proof.id is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  if v_proof.status = 'uploading' then
    perform private.check_transfer(v_payment);
    update public.payment_proofs
    set status = 'submitted', submitted_at = now(), mime_type = submit_proof.mime_type, byte_size = submit_proof.byte_size, sha256 = submit_proof.sha256
    where payment_proofs.id = v_proof.id;
    perform private.emit('payment_proof.submitted', 'payment_proof', v_proof.id);
  elsif v_proof.sha256 is distinct from submit_proof.sha256 then
    perform private.fail('proof_not_open', 409, 'This proof was submitted with another file.', 'Start a new proof.');
  end if;
  return private.remember_answer(v_person_id, submit_proof.idempotency_key, 'submit_proof', v_body, private.proof_document(v_proof.id));
end
$$;
comment on function private.submit_proof(uuid, text, integer, text, uuid, text) is 'Does the work of public.submit_proof.';
grant execute on function private.submit_proof(uuid, text, integer, text, uuid, text) to service_role;

create function public.submit_proof(
  proof_id uuid, mime_type text, byte_size integer, sha256 text, person_id uuid default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.submit_proof(submit_proof.proof_id, submit_proof.mime_type, submit_proof.byte_size, submit_proof.sha256, submit_proof.person_id, submit_proof.idempotency_key);
$$;
comment on function public.submit_proof(uuid, text, integer, text, uuid, text) is
  'Secret key only: puts a proof before staff, with what its file was found to be; the same file twice is fine. Errors: proof_not_found, transfer_not_open, proof_under_review, proof_not_open.';
grant execute on function public.submit_proof(uuid, text, integer, text, uuid, text) to service_role;

-- review -----------------------------------------------------------------------------------------------------------------------------

create function private.review_payment_proof(proof_id uuid, approve boolean, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write payments, only review their proofs
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(review_payment_proof.proof_id, review_payment_proof.approve, review_payment_proof.reason);
  v_answer jsonb := private.recall_answer(v_person_id, review_payment_proof.idempotency_key, 'review_payment_proof', v_body);
  v_payment public.payments;
  v_proof public.payment_proofs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not (private.is_service() or private.has_permission('payments.review')) then
    perform private.fail('permission_denied', 403, 'Reviewing payments needs the permission payments.review.', 'Ask an admin for a role that has it.');
  end if;
  if review_payment_proof.approve is null or length(review_payment_proof.reason) > 500
    or not review_payment_proof.approve and private.said(review_payment_proof.reason) is null then
    perform private.fail('invalid_reason', 422, 'A rejection has a reason of at most 500 characters; the buyer reads it.', 'Say whether you approve, and why not.');
  end if;
  v_payment := private.lock_payment((select payment_proofs.payment_id from public.payment_proofs where payment_proofs.id = review_payment_proof.proof_id));
  select * into v_proof from public.payment_proofs where payment_proofs.id = review_payment_proof.proof_id for update;
  if v_proof.id is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  if v_proof.status <> 'submitted' then
    perform private.fail('proof_not_open', 409, format('This proof is %s: there is nothing to review.', v_proof.status), 'Read it again.');
  end if;
  perform private.give_reason(review_payment_proof.reason);
  update public.payment_proofs
  set status = case when review_payment_proof.approve then 'approved' else 'rejected' end, reason = review_payment_proof.reason,
    reviewed_at = now(), reviewed_by = auth.uid()
  where payment_proofs.id = v_proof.id;
  if review_payment_proof.approve then
    perform private.settle_payment(v_payment.id, v_payment.amount, v_payment.currency, 'proof_' || v_proof.id);
    perform private.emit('payment_proof.approved', 'payment_proof', v_proof.id);
  else
    perform private.emit('payment_proof.rejected', 'payment_proof', v_proof.id);
  end if;
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, review_payment_proof.idempotency_key, 'review_payment_proof', v_body,
    jsonb_build_object('proof', private.proof_document(v_proof.id), 'order', private.order_document(v_payment.order_id)));
end
$$;
comment on function private.review_payment_proof(uuid, boolean, text, text) is 'Does the work of public.review_payment_proof.';
grant execute on function private.review_payment_proof(uuid, boolean, text, text) to authenticated, service_role;

create function public.review_payment_proof(proof_id uuid, approve boolean, reason text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.review_payment_proof(review_payment_proof.proof_id, review_payment_proof.approve, review_payment_proof.reason, review_payment_proof.idempotency_key);
$$;
comment on function public.review_payment_proof(uuid, boolean, text, text) is
  'Staff (payments.review): the money has arrived (the order is paid, or the money goes back if it can no longer be delivered), or has not: then the buyer may send another proof while the order is held. Answers {proof, order}. '
  'Errors: permission_denied, proof_not_found, proof_not_open, invalid_reason, idempotency_key_reused.';
grant execute on function public.review_payment_proof(uuid, boolean, text, text) to authenticated, service_role;
