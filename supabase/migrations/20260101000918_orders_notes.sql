/*
Orders, notes: what people write beside an order: staff among themselves or to the customer, and the customer to the shop.

Promise: a note is never changed or removed, and one that is internal never reaches the customer, by no table, verb or event.
Under concurrency: notes are only added.
*/

create table public.order_notes (
  id uuid primary key default gen_random_uuid(),
  order_id uuid not null references public.orders (id) on delete restrict,
  author_id uuid references public.profiles (id) on delete restrict,
  author_kind text not null,
  body text not null,
  visible_to_customer boolean not null,
  written_at timestamptz not null default clock_timestamp(), -- two notes of one transaction stay in order
  constraint order_notes_are_written_by_somebody_known check (author_kind in ('customer', 'staff', 'system')),
  constraint order_notes_say_something check (length(btrim(body)) between 1 and 2000),
  constraint order_notes_of_customers_are_visible_to_them check (visible_to_customer or author_kind <> 'customer')
);
comment on table public.order_notes is 'Notes beside an order. Append-only. visible_to_customer false: for staff only.';
-- serves: the notes on an order page, in order
create index on public.order_notes (order_id, written_at);
create index on public.order_notes (author_id);

create trigger _100_refuse_change before update or delete on public.order_notes for each row execute function private.tg__refuse_change();
create trigger _900_audit after insert on public.order_notes for each row when (new.author_kind = 'staff') execute function private.tg__audit('id');

alter table public.order_notes enable row level security;
create policy select_own_or_staff on public.order_notes for select to authenticated
  using ((select private.has_permission('orders.read')) or visible_to_customer
    and exists (select from public.orders where orders.id = order_notes.order_id and orders.customer_id = (select auth.uid())));
grant select on public.order_notes to authenticated, service_role;
-- not granted: insert, update, delete. add_order_note adds.

create function private.add_order_note(order_id uuid, body text, visible_to_customer boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- people may not write notes, only add one by this rule
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(add_order_note.order_id, add_order_note.body, add_order_note.visible_to_customer);
  v_answer jsonb := private.recall_answer(v_person_id, add_order_note.idempotency_key, 'add_order_note', v_body);
  v_order public.orders;
  v_own boolean;
  v_note public.order_notes;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_order := private.find_order(add_order_note.order_id, 'orders.write');
  v_own := not (private.is_service() or private.has_permission('orders.write'));
  if private.said(add_order_note.body) is null or length(add_order_note.body) > 2000 then
    perform private.fail('invalid_note', 422, 'A note has 1 to 2000 characters.', 'Write something, or shorten it.');
  end if;
  if v_own and (select count(*) from public.order_notes where order_notes.order_id = v_order.id and order_notes.author_id = v_person_id) >= 50 then
    perform private.fail('too_many_notes', 429, 'Too many notes were written to this order.', 'Write to the shop.');
  end if;
  insert into public.order_notes (order_id, author_id, author_kind, body, visible_to_customer)
  values (v_order.id, auth.uid(), case when v_own then 'customer' when auth.uid() is null then 'system' else 'staff' end, private.said(add_order_note.body),
    v_own or coalesce(add_order_note.visible_to_customer, false))
  returning * into v_note;
  perform private.emit('order.noted', 'order', v_order.id, jsonb_build_object('note_id', v_note.id));
  return private.remember_answer(v_person_id, add_order_note.idempotency_key, 'add_order_note', v_body, to_jsonb(v_note) - 'author_id');
end
$$;
comment on function private.add_order_note(uuid, text, boolean, text) is 'Does the work of public.add_order_note.';
grant execute on function private.add_order_note(uuid, text, boolean, text) to authenticated, service_role;

create function public.add_order_note(order_id uuid, body text, visible_to_customer boolean default false, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_order_note(add_order_note.order_id, add_order_note.body, add_order_note.visible_to_customer, add_order_note.idempotency_key);
$$;
comment on function public.add_order_note(uuid, text, boolean, text) is
  'Writes a note beside an order and answers it: staff (orders.write) among themselves unless visible_to_customer; customers on their own orders, always visible to both. '
  'Errors: order_not_found, invalid_note, too_many_notes, idempotency_key_reused.';
grant execute on function public.add_order_note(uuid, text, boolean, text) to authenticated, service_role;
