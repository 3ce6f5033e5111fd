/*
Orders, drafts: orders that staff prepare for a customer, at catalogue prices or agreed ones, and place when both are content.

Promise: a draft costs what the one computation says at the moment it is placed, but for prices that were agreed; it holds no stock before. Placed, it
is an order like any other, held until the moment that staff chose. Whatever staff write is in the audit log.
Under concurrency: every verb holds the draft's row, so a draft becomes one order. The order of locks is that of place_order, the draft in the cart's place.
*/

insert into public.settings (key, value, description) values
  ('draft_hold_hours', '72', 'Hours for which a placed draft holds seats and stock for its customer when staff name no moment.'),
  ('draft_hold_max_days', '30', 'The most days for which staff may have a placed draft hold seats and stock.');

create table public.draft_orders (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.profiles (id) on delete restrict,
  status text not null default 'open',
  currency text not null, -- as it was: no foreign key, so no index on three values
  shipping_address_id uuid references public.addresses (id) on delete set null,
  shipping_method_id uuid references public.shipping_methods (id) on delete set null,
  country text,
  province text,
  coupon_ids uuid[] not null default '{}',
  note text,
  order_id uuid unique references public.orders (id) on delete restrict,
  created_by uuid references public.profiles (id) on delete restrict,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint draft_orders_have_a_known_status check (status in ('open', 'placed', 'cancelled')),
  constraint draft_orders_lead_to_an_order_once_placed check ((order_id is not null) = (status = 'placed')),
  constraint draft_orders_have_notes_of_sane_length check (length(note) <= 2000)
);
comment on table public.draft_orders is 'An order that staff prepare for a customer. The customer sees nothing of it before it is placed.';
create index on public.draft_orders (customer_id);
create index on public.draft_orders (shipping_address_id);
create index on public.draft_orders (shipping_method_id);
create index on public.draft_orders (created_by);
-- serves: the list of drafts, newest first, keyset by (created_at, id), of one status or all
create index on public.draft_orders (status, created_at desc, id desc);
create index on public.draft_orders (created_at desc, id desc);

create table public.draft_order_lines (
  draft_order_id uuid not null references public.draft_orders (id) on delete cascade,
  variant_id uuid not null references public.variants (id) on delete restrict,
  quantity integer not null,
  agreed_unit_amount bigint,
  agreed_reason text,
  primary key (draft_order_id, variant_id),
  constraint draft_order_lines_want_a_sane_quantity check (quantity between 1 and 1000),
  constraint draft_order_lines_agree_on_a_sane_price check (agreed_unit_amount between 0 and 1000000000000),
  constraint draft_order_lines_say_why_a_price_was_agreed check ((agreed_unit_amount is null) = (agreed_reason is null) and length(btrim(agreed_reason)) between 1 and 500)
);
comment on table public.draft_order_lines is 'What a draft wants. agreed_unit_amount, in minor units of the draft''s currency, stands instead of the catalogue''s price; agreed_reason is for staff only.';
create index on public.draft_order_lines (variant_id);

insert into private.status_moves (machine, from_status, to_status) values ('draft_order', 'open', 'placed'), ('draft_order', 'open', 'cancelled');

create trigger _100_stamp_update before update on public.draft_orders for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.draft_orders for each row when (old.status <> new.status) execute function private.tg__guard_status('draft_order');
create trigger _900_audit after insert or update or delete on public.draft_orders for each row execute function private.tg__audit('id');
create trigger _900_audit after insert or update or delete on public.draft_order_lines for each row execute function private.tg__audit('draft_order_id', 'variant_id');

alter table public.draft_orders enable row level security;
create policy select_staff on public.draft_orders for select to authenticated using ((select private.has_permission('orders.read')));
grant select on public.draft_orders to authenticated, service_role;
alter table public.draft_order_lines enable row level security;
create policy select_staff on public.draft_order_lines for select to authenticated using ((select private.has_permission('orders.read')));
grant select on public.draft_order_lines to authenticated, service_role;
-- not granted: insert, update, delete. The verbs below write.

-- price ------------------------------------------------------------------------------------------------------------------------------

create function private.price_draft(draft public.draft_orders)
returns private.quote
language plpgsql
volatile -- stable would price the draft as it was before the verb that calls it
security invoker
set search_path = ''
as $$
declare
  v_wishes private.wish[] := array(
    select row(draft_order_lines.variant_id, draft_order_lines.quantity)::private.wish from public.draft_order_lines
    where draft_order_lines.draft_order_id = draft.id order by draft_order_lines.variant_id);
  v_lines private.order_line[] := private.price_wishes(draft.customer_id, v_wishes, draft.currency);
  v_line private.order_line;
  v_agreed bigint;
  v_address public.addresses;
begin
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    select draft_order_lines.agreed_unit_amount into v_agreed from public.draft_order_lines
    where draft_order_lines.draft_order_id = draft.id and draft_order_lines.variant_id = v_line.variant_id;
    continue when v_agreed is null or v_line.parent_variant_id is not null or v_line.title is null;
    v_line.base_unit_amount := coalesce(v_line.base_unit_amount, v_agreed);
    v_line.unit_amount := v_agreed;
    v_line.price_reason := '{"kind": "agreed"}';
    if v_line.problem ->> 'code' = 'price_missing' then
      v_line.problem := null;
    end if;
    v_lines[v_index] := private.clear_amounts(v_line);
  end loop;
  v_address := private.delivery_address(draft.customer_id, v_lines, draft.shipping_address_id);
  return private.total_quote(draft.customer_id, draft.currency, v_lines, draft.coupon_ids,
    coalesce(v_address.country, draft.country), case when v_address.id is null then draft.province else v_address.province end,
    v_address.postal_code, draft.shipping_method_id);
end
$$;
comment on function private.price_draft(public.draft_orders) is 'What a draft costs now, by the computation of every quote; agreed prices stand instead of the catalogue''s, and discounts and taxes follow from them.';

create function private.draft_order_document(draft_order_id uuid)
returns jsonb
language plpgsql
volatile -- as price_draft
security invoker
set search_path = ''
as $$
declare
  v_draft public.draft_orders;
begin
  select * into v_draft from public.draft_orders where draft_orders.id = draft_order_document.draft_order_id;
  return jsonb_build_object('id', v_draft.id, 'status', v_draft.status, 'customer_id', v_draft.customer_id, 'currency', v_draft.currency,
    'shipping_address_id', v_draft.shipping_address_id, 'shipping_method_id', v_draft.shipping_method_id, 'country', v_draft.country, 'province', v_draft.province, 'note', v_draft.note, 'order_id', v_draft.order_id,
    'created_by', v_draft.created_by, 'created_at', v_draft.created_at, 'updated_at', v_draft.updated_at,
    'coupon_codes', (select coalesce(jsonb_agg(coupons.code order by coupons.code), '[]') from public.coupons where coupons.id = any (v_draft.coupon_ids)),
    'lines', (
      select coalesce(jsonb_agg(to_jsonb(draft_order_lines) - 'draft_order_id' order by draft_order_lines.variant_id), '[]')
      from public.draft_order_lines where draft_order_lines.draft_order_id = v_draft.id),
    'quote', case when v_draft.status = 'open' then private.quote_document(private.price_draft(v_draft)) end);
end
$$;
comment on function private.draft_order_document(uuid) is 'A draft with its lines and, while it is open, what it costs now. Checks nothing: its callers do.';

-- write ------------------------------------------------------------------------------------------------------------------------------

create function private.require_order_writer()
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('orders.write')) then
    perform private.fail('permission_denied', 403, 'Preparing and changing orders needs the permission orders.write.', 'Ask an admin for a role that has it.');
  end if;
end
$$;
comment on function private.require_order_writer() is 'Refuses permission_denied.';

create function private.lock_draft(draft_order_id uuid)
returns public.draft_orders
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_draft public.draft_orders;
begin
  select * into v_draft from public.draft_orders where draft_orders.id = lock_draft.draft_order_id for update;
  if v_draft.id is null then
    perform private.fail('draft_order_not_found', 404, 'There is no such draft.', 'List draft_orders and take one of their ids.');
  end if;
  if v_draft.status <> 'open' then
    perform private.fail('draft_order_not_open', 409, format('This draft is %s.', v_draft.status), 'Make another one; a placed one is an order now.');
  end if;
  return v_draft;
end
$$;
comment on function private.lock_draft(uuid) is 'An open draft, locked. Refuses draft_order_not_found and draft_order_not_open.';

create function private.write_draft_lines(draft_order_id uuid, lines jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_agreed jsonb;
  v_missing uuid;
begin
  if jsonb_typeof(write_draft_lines.lines) = 'array' and not exists (
    select from jsonb_array_elements(write_draft_lines.lines) as line where jsonb_typeof(line) <> 'object') then
    select jsonb_agg(line) into v_agreed from jsonb_array_elements(write_draft_lines.lines) as line where line ?| array['agreed_unit_amount', 'agreed_reason'];
    -- the rest is what a customer may send
    write_draft_lines.lines := (select jsonb_agg(line - array['agreed_unit_amount', 'agreed_reason']) from jsonb_array_elements(write_draft_lines.lines) as line);
  end if;
  if exists (
    select from jsonb_array_elements(v_agreed) as line
    where jsonb_typeof(line -> 'agreed_unit_amount') is distinct from 'number' or line ->> 'agreed_unit_amount' !~ '^(0|[1-9][0-9]{0,11})$'
      or jsonb_typeof(line -> 'agreed_reason') is distinct from 'string' or private.said(line ->> 'agreed_reason') is null or length(line ->> 'agreed_reason') > 500
  ) then
    perform private.fail('invalid_agreed_price', 422, 'An agreed price is a whole number of minor units below 10^12, with a reason of at most 500 characters.', 'Send agreed_unit_amount and agreed_reason together.');
  end if;
  if v_agreed is not null and not (private.is_service() or private.has_permission('pricing.write')) then
    perform private.fail('permission_denied', 403, 'Agreeing on prices needs the permission pricing.write.', 'Leave agreed_unit_amount out, or ask somebody who has it.');
  end if;
  select parsed.variant_id into v_missing from private.parse_lines(write_draft_lines.lines) as parsed
  where not exists (select from public.variants where variants.id = parsed.variant_id) limit 1;
  if v_missing is not null then
    perform private.fail('variant_not_found', 404, 'One of these things does not exist.', 'Read the catalogue again and remove it.', v_missing::text);
  end if;
  if (select count(distinct lower(line ->> 'variant_id')) < count(*) from jsonb_array_elements(write_draft_lines.lines) as line) then
    perform private.fail('invalid_lines', 422, 'A thing is in these lines twice.', 'Send one line of each thing.');
  end if;
  delete from public.draft_order_lines where draft_order_lines.draft_order_id = write_draft_lines.draft_order_id;
  insert into public.draft_order_lines (draft_order_id, variant_id, quantity, agreed_unit_amount, agreed_reason)
  select write_draft_lines.draft_order_id, parsed.variant_id, parsed.quantity, (agreed.line ->> 'agreed_unit_amount')::bigint, private.said(agreed.line ->> 'agreed_reason')
  from private.parse_lines(write_draft_lines.lines) as parsed
  left join jsonb_array_elements(v_agreed) as agreed (line) on (agreed.line ->> 'variant_id')::uuid = parsed.variant_id;
end
$$;
comment on function private.write_draft_lines(uuid, jsonb) is
  'Writes the lines of a draft anew: [{variant_id, quantity, agreed_unit_amount?, agreed_reason?}]. Refuses invalid_lines, invalid_quantity, invalid_agreed_price, variant_not_found and permission_denied.';
