/*
Complaints: what a customer says is wrong with an order, who looks after it, and what became of it.

Promise: a line of an order has one live complaint at most; a complaint that is resolved has exactly the effect that it names (a refund, store credit,
a replacement), made in the same transaction and once per round; what staff write among themselves never reaches the customer. When an account is
closed, what its person wrote and sent goes with it.
Under concurrency: whoever changes a complaint holds its row; who also moves money or stock holds the order first, then the complaint, then what
refunds and orders take. The unique keys on lines and on resolutions are the guarantee.
*/

insert into public.permissions (name, description) values
  ('complaints.read', 'See every complaint, with its messages and evidence.'),
  ('complaints.handle', 'Answer, assign, reject and resolve complaints. Giving money back also needs payments.refund, sending goods again orders.write.');
insert into public.role_permissions (role, permission) values
  ('admin', 'complaints.read'), ('admin', 'complaints.handle'), ('auditor', 'complaints.read'), ('support', 'complaints.read'), ('support', 'complaints.handle'),
  ('finance', 'complaints.read'), ('finance', 'complaints.handle');

insert into public.settings (key, value, description) values
  ('complaint_window_days', '30', 'Days in which customers may complain about an order, from its delivery, else from its payment; while it is being worked on or on its way they always may.'),
  ('complaint_reopen_days', '14', 'Days in which a customer may reopen a complaint that was resolved or rejected, once.'),
  ('complaint_max_files', '10', 'The most pictures and PDFs that one complaint may have as evidence.'),
  ('complaint_answer_hours', '24', 'Hours that a complaint may wait for an answer before an alert is raised.');

create sequence private.complaint_numbers start 10001;
comment on sequence private.complaint_numbers is 'The number people see. Gaps are fine.';

create table public.complaints (
  id uuid primary key default gen_random_uuid(),
  number text not null unique default 'CP-' || nextval('private.complaint_numbers'),
  order_id uuid not null references public.orders (id) on delete restrict,
  customer_id uuid not null references public.profiles (id) on delete restrict,
  type text not null,
  status text not null default 'open',
  description text,
  wanted text,
  assignee_id uuid references public.profiles (id) on delete restrict,
  round smallint not null default 1,
  opened_at timestamptz not null default now(),
  waiting_since timestamptz default now(),
  resolution text,
  resolution_note text,
  resolved_at timestamptz,
  erased_at timestamptz,
  updated_at timestamptz not null default now(),
  constraint complaints_are_of_a_known_type check (type in ('defect', 'wrong_item', 'damaged', 'missing', 'other')),
  constraint complaints_have_a_known_status check (status in ('open', 'under_review', 'resolved', 'rejected', 'withdrawn')),
  constraint complaints_want_something_known check (wanted in ('refund', 'replacement', 'store_credit')),
  constraint complaints_say_what_is_wrong check ((description is null) = (erased_at is not null) and length(btrim(description)) between 1 and 4000),
  constraint complaints_are_reopened_once check (round in (1, 2)),
  constraint complaints_end_in_a_known_way check (resolution in ('refund', 'replacement', 'store_credit', 'rejected')),
  constraint complaints_that_ended_say_how check (num_nulls(resolution, resolution_note, resolved_at) = case when status in ('resolved', 'rejected') then 0 else 3 end),
  constraint complaints_are_rejected_or_resolved check (status not in ('resolved', 'rejected') or (status = 'rejected') = (resolution = 'rejected')),
  constraint complaints_wait_only_while_live check (waiting_since is null or status in ('open', 'under_review'))
);
comment on table public.complaints is
  'One complaint about an order. description is the customer''s own words, null once their account was closed (erased_at). wanted is what they would like, resolution what they got; '
  'round counts how often it was opened. waiting_since: the customer waits for an answer since then.';
-- serves: the complaints of an order page
create index on public.complaints (order_id);
-- serves: my complaints, newest first
create index on public.complaints (customer_id, opened_at desc, id desc);
create index on public.complaints (assignee_id);
-- serves: staff's list by status, newest first
create index on public.complaints (status, opened_at desc, id desc);
-- serves: private.complaint_concerns
create index on public.complaints (waiting_since) where waiting_since is not null;

insert into private.status_moves (machine, from_status, to_status) values
  ('complaint', 'open', 'under_review'), ('complaint', 'open', 'resolved'), ('complaint', 'open', 'rejected'), ('complaint', 'open', 'withdrawn'),
  ('complaint', 'under_review', 'resolved'), ('complaint', 'under_review', 'rejected'), ('complaint', 'under_review', 'withdrawn'),
  ('complaint', 'resolved', 'open'), ('complaint', 'rejected', 'open');

create table private.complaint_lines (
  id uuid primary key default gen_random_uuid(),
  complaint_id uuid not null references public.complaints (id) on delete restrict,
  order_id uuid not null references public.orders (id) on delete restrict,
  order_item_id uuid references public.order_items (id) on delete restrict,
  quantity integer,
  ended_at timestamptz,
  constraint complaint_lines_name_a_line_once unique nulls not distinct (complaint_id, order_item_id),
  constraint complaint_lines_are_about_some_of_it check ((quantity is null) = (order_item_id is null) and quantity between 1 and 100000)
);
comment on table private.complaint_lines is 'What a complaint is about: lines of the order, or one row without a line for the order as a whole. ended_at: its complaint is over.';
create index on private.complaint_lines (order_item_id);
-- the guarantee: one live complaint per line, and one about the order as a whole
create unique index complaint_lines_one_live_complaint_each on private.complaint_lines (order_id, order_item_id) nulls not distinct where ended_at is null;
create index on private.complaint_lines (order_id);

create table private.complaint_resolutions (
  id uuid primary key default gen_random_uuid(),
  complaint_id uuid not null references public.complaints (id) on delete restrict,
  round smallint not null,
  resolution text not null,
  note text not null,
  lines jsonb not null default '[]',
  order_id uuid unique references public.orders (id) on delete restrict,
  resolved_by uuid references public.profiles (id) on delete restrict,
  resolved_at timestamptz not null default now(),
  constraint complaint_resolutions_one_per_round unique (complaint_id, round),
  constraint complaint_resolutions_are_known check (resolution in ('refund', 'replacement', 'store_credit', 'rejected')),
  constraint complaint_resolutions_replace_by_an_order check ((order_id is not null) = (resolution = 'replacement'))
);
comment on table private.complaint_resolutions is 'What a complaint ended in, one row per round; order_id is the order that replaces, complaint_refunds has the refunds. Append-only.';
create index on private.complaint_resolutions (resolved_by);

create table private.complaint_refunds (
  refund_id uuid primary key references public.refunds (id) on delete restrict,
  resolution_id uuid not null references private.complaint_resolutions (id) on delete restrict
);
comment on table private.complaint_refunds is 'The refunds that a resolution is made of: a refund settles one complaint at most. Append-only.';
create index on private.complaint_refunds (resolution_id);

create trigger _100_refuse_change before update or delete on private.complaint_resolutions for each row execute function private.tg__refuse_change();
create trigger _100_refuse_change before update or delete on private.complaint_refunds for each row execute function private.tg__refuse_change();
create trigger _900_audit after insert on private.complaint_resolutions for each row execute function private.tg__audit('id');

create function private.tg_complaints__end_lines()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update private.complaint_lines set ended_at = case when new.status in ('open', 'under_review') then null else now() end
  where complaint_lines.complaint_id = new.id and (complaint_lines.ended_at is null) <> (new.status in ('open', 'under_review'));
  return null;
end
$$;
comment on function private.tg_complaints__end_lines() is 'A complaint that is over lets go of its lines; one that is reopened takes them again, unless another has them.';

create function private.tg_complaints__audit()
returns trigger
language plpgsql
volatile
security definer -- writes a log that no client may write
set search_path = ''
as $$
begin
  perform private.audit_rows('update', 'complaints', '{id}', array[to_jsonb(old) - 'description'], array[to_jsonb(new) - 'description']);
  return null;
end
$$;
comment on function private.tg_complaints__audit() is 'Writes the audit row of what somebody else than the customer did, without the customer''s words: a log that is never changed could not forget them.';

create trigger _100_stamp_update before update on public.complaints for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.complaints for each row when (old.status <> new.status) execute function private.tg__guard_status('complaint');
create trigger _300_end_lines after update of status on public.complaints for each row when (old.status <> new.status) execute function private.tg_complaints__end_lines();
create trigger _900_audit after update of status, assignee_id on public.complaints
  for each row when (auth.uid() is distinct from new.customer_id and (old.status, old.assignee_id) is distinct from (new.status, new.assignee_id))
  execute function private.tg_complaints__audit();

alter table public.complaints enable row level security;
create policy select_own_or_staff on public.complaints for select to authenticated
  using (customer_id = (select auth.uid()) or (select private.has_permission('complaints.read')));
grant select on public.complaints to authenticated, service_role;
-- not granted: insert, update, delete. The verbs write.

-- messages ---------------------------------------------------------------------------------------------------------------------------

create table public.complaint_messages (
  id uuid primary key default gen_random_uuid(),
  complaint_id uuid not null references public.complaints (id) on delete restrict,
  author_id uuid references public.profiles (id) on delete restrict,
  author_kind text not null,
  body text,
  visible_to_customer boolean not null,
  written_at timestamptz not null default clock_timestamp(), -- two messages of one transaction stay in order
  erased_at timestamptz,
  constraint complaint_messages_are_written_by_somebody_known check (author_kind in ('customer', 'staff', 'system')),
  constraint complaint_messages_say_something check ((body is null) = (erased_at is not null) and length(btrim(body)) between 1 and 4000),
  constraint complaint_messages_of_customers_are_visible_to_them check (visible_to_customer or author_kind <> 'customer')
);
comment on table public.complaint_messages is 'What customer and staff write to each other about a complaint. visible_to_customer false: for staff only. Never changed; a customer''s words go when their account is closed (erased_at).';
-- serves: the messages of a complaint, in order
create index on public.complaint_messages (complaint_id, written_at);
create index on public.complaint_messages (author_id);

create trigger _100_refuse_change before update on public.complaint_messages for each row when (old.erased_at is not null or new.erased_at is null)
  execute function private.tg__refuse_change();
create trigger _110_refuse_removal before delete on public.complaint_messages for each row execute function private.tg__refuse_change();
create trigger _900_audit after insert on public.complaint_messages for each row when (new.author_kind = 'staff') execute function private.tg__audit('id');

alter table public.complaint_messages enable row level security;
create policy select_own_or_staff on public.complaint_messages for select to authenticated
  using ((select private.has_permission('complaints.read')) or visible_to_customer
    and exists (select from public.complaints where complaints.id = complaint_messages.complaint_id and complaints.customer_id = (select auth.uid())));
grant select on public.complaint_messages to authenticated, service_role;
-- not granted: insert, update, delete. add_complaint_message adds.

-- evidence ---------------------------------------------------------------------------------------------------------------------------

create table public.complaint_evidence (
  id uuid primary key default gen_random_uuid(),
  complaint_id uuid not null references public.complaints (id) on delete restrict,
  mime_type text,
  byte_size integer,
  sha256 text,
  created_at timestamptz not null default now(),
  submitted_at timestamptz,
  path text not null generated always as (case when submitted_at is null then 'incoming/' else '' end || id) stored,
  constraint complaint_evidence_is_images_or_pdfs check (mime_type in ('image/jpeg', 'image/png', 'image/webp', 'application/pdf')),
  constraint complaint_evidence_is_of_sane_size check (byte_size between 1 and 5242880),
  constraint complaint_evidence_is_known_by_its_content check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint complaint_evidence_has_a_file_once_submitted check (num_nulls(mime_type, byte_size, sha256, submitted_at) in (0, 4))
);
comment on table public.complaint_evidence is 'Pictures and PDFs that a customer showed. The file is private; the function complaint-evidence takes it and opens it to its owner and staff. submitted_at null: its bytes were not checked yet.';
create index on public.complaint_evidence (complaint_id);
-- serves: private.discard_abandoned_uploads
create index on public.complaint_evidence (created_at) where submitted_at is null;

create trigger _300_discard_object after delete on public.complaint_evidence for each row execute function private.tg_media__discard_object('complaint-evidence');

alter table public.complaint_evidence enable row level security;
create policy select_own_or_staff on public.complaint_evidence for select to authenticated
  using (exists (select from public.complaints where complaints.id = complaint_evidence.complaint_id and complaints.customer_id = (select auth.uid()))
    or (select private.has_permission('complaints.read')));
grant select on public.complaint_evidence to authenticated, service_role;
-- not granted: insert, update, delete. The verbs below and the function complaint-evidence write.

-- forget -----------------------------------------------------------------------------------------------------------------------------

create function private.forget_complaints(person_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.complaints where complaints.customer_id = forget_complaints.person_id order by complaints.id for update;
  perform private.give_reason('account closed');
  update public.complaints set status = 'withdrawn', waiting_since = null
  where complaints.customer_id = forget_complaints.person_id and complaints.status in ('open', 'under_review');
  perform private.give_reason(null);
  update public.complaints set description = null, erased_at = now()
  where complaints.customer_id = forget_complaints.person_id and complaints.erased_at is null;
  update public.complaint_messages set body = null, erased_at = now()
  where complaint_messages.author_kind = 'customer' and complaint_messages.erased_at is null
    and complaint_messages.complaint_id in (select complaints.id from public.complaints where complaints.customer_id = forget_complaints.person_id);
  delete from public.complaint_evidence
  where complaint_evidence.complaint_id in (select complaints.id from public.complaints where complaints.customer_id = forget_complaints.person_id);
end
$$;
comment on function private.forget_complaints(uuid) is
  'What a closed account leaves of its complaints: that there were some and what the shop decided and wrote, nothing that the person wrote or sent. Those that were live are withdrawn.';

create function private.tg_profiles__forget_complaints()
returns trigger
language plpgsql
volatile
security definer -- fires as Supabase Auth's own role
set search_path = ''
as $$
begin
  perform private.forget_complaints(new.id);
  return null;
end
$$;
comment on function private.tg_profiles__forget_complaints() is 'Who closes their account takes along what they wrote and sent.';

create trigger _210_forget_complaints after update of closed_at on public.profiles for each row when (new.closed_at is not null and old.closed_at is null)
  execute function private.tg_profiles__forget_complaints();
