/*
Invoices: the document of a sale, and the credit note of what went back.

Promise: a paid order has one invoice; a refund of a sale, and a debt that is not owed any more without having been paid, have one credit note. Each is
numbered without a gap in its series and year, and never changed: seller, buyer and lines are as they were at issue. Money that never became a sale (paid
late, paid twice) has no invoice and so no credit note: a credit note is for what the ledger booked as given back, released or given up.
Under concurrency: issuing locks the row of its series until it commits, so a number is given exactly when its invoice is; only the
worker issues, no purchase waits for it. The unique keys are the guarantee should a caller forget the lock. Invoices before credit notes.
*/

insert into public.settings (key, value, description) values
  ('shop_time_zone', '"Asia/Jakarta"', 'IANA name of the zone whose calendar dates invoices and begins their years.'),
  ('seller_name', '"Seatline Academy"', 'The seller on invoices: the legal name.'),
  ('seller_address', '""', 'The seller''s address on invoices; lines end with \n.'),
  ('seller_tax_id', '""', 'The seller''s tax number on invoices, such as an NPWP; empty: none is printed.');

create table private.invoice_series (
  kind text not null,
  year integer not null,
  last_serial integer not null default 0,
  primary key (kind, year),
  constraint invoice_series_are_of_a_known_kind check (kind in ('invoice', 'credit_note'))
);
comment on table private.invoice_series is 'The last number given, per kind and year. A sequence would leave gaps where a transaction was rolled back.';

create table public.invoices (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  year integer not null,
  serial integer not null,
  number text not null unique generated always as (
    case kind when 'invoice' then 'INV' else 'CN' end || '-' || year::text || '-' || lpad(serial::text, greatest(6, length(serial::text)), '0')
  ) stored,
  order_id uuid not null references public.orders (id) on delete restrict,
  refund_id uuid references public.refunds (id) on delete restrict,
  transaction_id uuid references public.ledger_transactions (id) on delete restrict,
  corrects_id uuid references public.invoices (id) on delete restrict,
  issued_at timestamptz not null,
  time_zone text not null,
  paid_on date,
  currency text not null, -- as it was: no foreign key, so no index on three values
  minor_units integer not null,
  subtotal_amount bigint not null,
  discount_amount bigint not null default 0,
  tax_amount bigint not null default 0,
  tax_included_amount bigint not null default 0,
  shipping_amount bigint not null default 0,
  shipping_title text,
  shipping_tax_amount bigint not null default 0,
  shipping_tax_included_amount bigint not null default 0,
  shipping_taxes jsonb not null default '[]',
  total_amount bigint not null,
  seller_name text not null,
  seller_address text not null,
  seller_tax_id text not null,
  buyer_name text not null,
  buyer_email text,
  buyer_address text,
  buyer_tax_id text,
  locale text not null,
  pdf_path text,
  pdf_sha256 text,
  pdf_bytes integer,
  constraint invoices_are_of_a_known_kind check (kind in ('invoice', 'credit_note')),
  constraint invoices_are_numbered_once_per_series unique (kind, year, serial),
  constraint invoices_are_numbered_from_one check (serial > 0),
  constraint invoices_count_the_year_of_the_shop check (year = extract(year from issued_at at time zone time_zone)),
  constraint invoices_say_what_a_credit_note_corrects check ((kind = 'credit_note') = (corrects_id is not null)
    and num_nonnulls(refund_id, transaction_id) = case kind when 'credit_note' then 1 else 0 end),
  constraint invoices_add_up check (total_amount = subtotal_amount - discount_amount + tax_amount + shipping_amount),
  constraint invoices_are_about_money check (total_amount > 0 and subtotal_amount >= 0 and discount_amount >= 0 and tax_amount >= 0 and shipping_amount >= 0
    and tax_included_amount between 0 and subtotal_amount - discount_amount + shipping_amount and shipping_tax_amount between 0 and tax_amount
    and shipping_tax_included_amount between 0 and least(shipping_amount, tax_included_amount)),
  constraint invoices_speak_a_known_language check (locale in ('id', 'en')),
  constraint invoices_know_their_pdf_wholly check (num_nulls(pdf_path, pdf_sha256, pdf_bytes) in (0, 3)),
  constraint invoices_keep_a_readable_hash check (pdf_sha256 ~ '^[0-9a-f]{64}$')
);
comment on table public.invoices is
  'Invoices and credit notes, as they were issued; amounts of both are positive minor units of currency. subtotal − discount + tax + shipping = total. tax_included_amount is tax that the prices contain. Both taxes are those of the lines and of shipping together; shipping_title says how it was sent, shipping_taxes are as those of a line. A credit note is for a refund, or for a transaction of the ledger by which less is owed.';

-- the guarantee: one invoice per order; one credit note per refund, and per debt that was written back
create unique index invoices_one_per_order on public.invoices (order_id) where kind = 'invoice';
create unique index invoices_one_per_refund on public.invoices (refund_id);
create unique index invoices_one_per_transaction on public.invoices (transaction_id);
-- serves: the invoices of one order, and row-level security through it
create index on public.invoices (order_id);
-- serves: the credit notes of one invoice
create index on public.invoices (corrects_id);
-- serves: the list, newest first, keyset by (issued_at, id)
create index on public.invoices (issued_at desc, id desc);

create function private.tg_invoices__refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_pdf text[] := '{pdf_path,pdf_sha256,pdf_bytes,number}'; -- the number is generated: before the write it is not there yet
begin
  if tg_op = 'UPDATE' and old.pdf_path is null and new.pdf_path is not null and to_jsonb(new) - v_pdf = to_jsonb(old) - v_pdf then
    return new;
  end if;
  perform private.fail('append_only', 409, format('Invoice %s is issued: it is never changed or removed.', old.number), 'Correct it by a credit note.');
  return null;
end
$$;
comment on function private.tg_invoices__refuse_change() is 'An issued invoice never changes; only where its PDF is kept is written, once.';

create trigger _100_refuse_change before update or delete on public.invoices for each row execute function private.tg_invoices__refuse_change();

create function private.tg_invoices__check_credit()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if (select sum(credit_notes.total_amount) from public.invoices as credit_notes where credit_notes.corrects_id = new.corrects_id)
    > (select invoices.total_amount from public.invoices where invoices.id = new.corrects_id)
  then
    perform private.fail('credit_exceeds_invoice', 409, 'The credit notes of an invoice never give back more than it asked for.', 'Compare the refunds of the order with its payments.');
  end if;
  return null;
end
$$;
comment on function private.tg_invoices__check_credit() is 'After a credit note: all of them together are at most the invoice. Those of one year wait for each other at their series.';

create trigger _200_check_credit after insert on public.invoices for each row when (new.corrects_id is not null) execute function private.tg_invoices__check_credit();

create table public.invoice_lines (
  invoice_id uuid not null references public.invoices (id) on delete restrict,
  position integer not null,
  title text not null,
  sku text,
  quantity integer not null,
  unit_amount bigint not null,
  subtotal_amount bigint not null,
  discount_amount bigint not null default 0,
  tax_amount bigint not null default 0,
  tax_included_amount bigint not null default 0,
  total_amount bigint not null,
  taxes jsonb not null default '[]',
  primary key (invoice_id, position),
  constraint invoice_lines_add_up check (quantity > 0 and unit_amount >= 0 and subtotal_amount = unit_amount * quantity and total_amount = subtotal_amount - discount_amount + tax_amount),
  constraint invoice_lines_take_off_no_more_than_there_is check (discount_amount between 0 and subtotal_amount and tax_amount >= 0
    and tax_included_amount between 0 and subtotal_amount - discount_amount)
);
comment on table public.invoice_lines is
  'The lines of an invoice: subtotal − discount + tax = total. taxes: [{name, basis_points, inclusive, amount}]; those that are inclusive are in the price, the others on top.';

create function private.tg_invoice_lines__check_totals()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_invoice_id uuid := (to_jsonb(new) ->> case when tg_table_name = 'invoices' then 'id' else 'invoice_id' end)::uuid;
begin
  if exists (
    select from public.invoices left join public.invoice_lines on invoice_lines.invoice_id = invoices.id
    where invoices.id = v_invoice_id
    group by invoices.id
    having (invoices.subtotal_amount, invoices.discount_amount, invoices.tax_amount, invoices.tax_included_amount)
      is distinct from (coalesce(sum(invoice_lines.subtotal_amount), 0), coalesce(sum(invoice_lines.discount_amount), 0),
        coalesce(sum(invoice_lines.tax_amount), 0) + invoices.shipping_tax_amount,
        coalesce(sum(invoice_lines.tax_included_amount), 0) + invoices.shipping_tax_included_amount)
  ) then
    perform private.fail('invoice_does_not_add_up', 409, 'Subtotal and discount of an invoice are the sums of its lines, its taxes those of its lines and of shipping.', 'Write the invoice and its lines in one transaction.');
  end if;
  return null;
end
$$;
comment on function private.tg_invoice_lines__check_totals() is 'At commit: subtotal and discount are the sums of the lines, taxes those of lines and shipping, whoever wrote them.';

create constraint trigger _300_check_totals after insert on public.invoices
  deferrable initially deferred for each row execute function private.tg_invoice_lines__check_totals();
create constraint trigger _300_check_totals after insert on public.invoice_lines
  deferrable initially deferred for each row execute function private.tg_invoice_lines__check_totals();
create trigger _100_refuse_change before update or delete on public.invoice_lines for each row execute function private.tg__refuse_change();

alter table public.invoices enable row level security;
create policy select_own_or_staff on public.invoices for select to authenticated
  using (exists (select from public.orders where orders.id = invoices.order_id
      and (orders.customer_id = (select auth.uid()) or orders.organisation_id is not null and orders.organisation_id in (select private.managed_organisations())))
    or (select private.has_permission('invoices.read')));
grant select on public.invoices to authenticated, service_role;

alter table public.invoice_lines enable row level security;
create policy select_own_or_staff on public.invoice_lines for select to authenticated
  using (exists (
    select from public.invoices join public.orders on orders.id = invoices.order_id
    where invoices.id = invoice_lines.invoice_id
      and (orders.customer_id = (select auth.uid()) or orders.organisation_id is not null and orders.organisation_id in (select private.managed_organisations())))
    or (select private.has_permission('invoices.read')));
grant select on public.invoice_lines to authenticated, service_role;
-- not granted: any write, to anybody. issue_invoice and issue_credit_note write.
