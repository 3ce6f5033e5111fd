/*
Invoices, issuing: how a sale becomes a document, where its PDF is kept, and how it is read. See the invoices file for the promise.
*/

-- issue ------------------------------------------------------------------------------------------------------------------------------

create function private.lock_invoice_series(kind text)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_year integer := extract(year from clock_timestamp() at time zone (private.setting('shop_time_zone') #>> '{}'));
begin
  insert into private.invoice_series (kind, year) values (lock_invoice_series.kind, v_year) on conflict on constraint invoice_series_pkey do nothing;
  perform from private.invoice_series where invoice_series.kind = lock_invoice_series.kind and invoice_series.year = v_year for update;
  return v_year;
end
$$;
comment on function private.lock_invoice_series(text) is 'Holds the series of this kind and the shop''s present year until the transaction ends; answers the year. Nothing is counted yet.';

create function private.next_invoice_serial(kind text, year integer)
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  update private.invoice_series set last_serial = invoice_series.last_serial + 1
  where invoice_series.kind = next_invoice_serial.kind and invoice_series.year = next_invoice_serial.year
  returning invoice_series.last_serial;
$$;
comment on function private.next_invoice_serial(text, integer) is 'Counts on. Rolled back with the invoice that took the number, so there is no gap.';

create function private.invoice_of(order_id uuid)
returns uuid
language sql
volatile -- stable would not see what was issued while we waited for the series
security invoker
set search_path = ''
as $$
  select invoices.id from public.invoices where invoices.order_id = invoice_of.order_id and invoices.kind = 'invoice';
$$;
comment on function private.invoice_of(uuid) is 'The invoice of an order, null when there is none.';

create function private.issue_invoice(order_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_invoice_id uuid := private.invoice_of(issue_invoice.order_id);
  v_year integer;
begin
  if v_invoice_id is not null or not exists (
    select from public.orders where orders.id = issue_invoice.order_id and orders.paid_at is not null and orders.total_amount > 0
  ) then
    return v_invoice_id;
  end if;
  v_year := private.lock_invoice_series('invoice');
  v_invoice_id := private.invoice_of(issue_invoice.order_id);
  if v_invoice_id is not null then
    return v_invoice_id;
  end if;
  insert into public.invoices (kind, year, serial, order_id, issued_at, time_zone, paid_on, currency, minor_units, subtotal_amount,
    discount_amount, tax_amount, tax_included_amount, shipping_amount, shipping_title, shipping_tax_amount, shipping_tax_included_amount, shipping_taxes,
    total_amount, seller_name, seller_address, seller_tax_id, buyer_name, buyer_email, buyer_address, buyer_tax_id, locale)
  select 'invoice', v_year, private.next_invoice_serial('invoice', v_year), orders.id, clock_timestamp(), shop.time_zone,
    case when orders.owed_reason is null then (orders.paid_at at time zone shop.time_zone)::date end, orders.currency, currencies.minor_units, orders.subtotal_amount,
    orders.discount_amount, orders.tax_amount, orders.tax_included_amount, orders.shipping_amount, orders.shipping_method ->> 'name', orders.shipping_tax_amount,
    orders.shipping_tax_included_amount, coalesce(orders.shipping_pricing -> 'taxes', '[]'), orders.total_amount,
    private.setting('seller_name') #>> '{}', private.setting('seller_address') #>> '{}',
    private.setting('seller_tax_id') #>> '{}', coalesce(organisations.billing_name, btrim(profiles.first_name || ' ' || profiles.last_name)),
    coalesce(organisations.billing_email, profiles.email), organisations.billing_address, organisations.tax_number, profiles.locale
  from public.orders
  join public.profiles on profiles.id = orders.customer_id
  left join public.organisations on organisations.id = orders.organisation_id
  join public.currencies on currencies.code = orders.currency
  cross join (select private.setting('shop_time_zone') #>> '{}' as time_zone) as shop
  where orders.id = issue_invoice.order_id
  returning invoices.id into v_invoice_id;
  perform private.copy_order_lines(v_invoice_id);
  perform private.emit('invoice.issued', 'invoice', v_invoice_id);
  return v_invoice_id;
end
$$;
comment on function private.issue_invoice(uuid) is
  'The invoice of a paid order, issued now or before; null when there was nothing to pay. Called again, by whomever and however often, it answers the same.';

create function private.copy_order_lines(invoice_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into public.invoice_lines (invoice_id, position, title, sku, quantity, unit_amount, subtotal_amount, discount_amount, tax_amount,
    tax_included_amount, total_amount, taxes)
  select invoices.id, row_number() over (order by order_items.title, order_items.id), order_items.title, order_items.sku, order_items.quantity,
    order_items.unit_amount, order_items.subtotal_amount, order_items.discount_amount, order_items.tax_amount, order_items.tax_included_amount,
    order_items.total_amount, coalesce(order_items.pricing -> 'taxes', '[]')
  from public.invoices join public.order_items on order_items.order_id = invoices.order_id
  where invoices.id = copy_order_lines.invoice_id and order_items.parent_id is null; -- a bundle is invoiced as one thing
$$;
comment on function private.copy_order_lines(uuid) is 'Writes the lines of a new invoice as they were bought, each with its discount and its taxes.';

create function private.issue_credit_note(refund_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_refund public.refunds;
  v_amount bigint;
  v_tax bigint;
begin
  select * into v_refund from public.refunds where refunds.id = issue_credit_note.refund_id and refunds.status = 'success';
  -- what a bank sent back is booked back, and booked again when a new try succeeds
  select sum(ledger_entries.amount), sum(ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable') into v_amount, v_tax
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id = v_refund.order_id and ledger_entries.account in ('refunds', 'tax_payable')
    and split_part(ledger_transactions.effect_key, ':', 1) in ('refund', 'refund_failed')
    and split_part(ledger_transactions.effect_key, ':', 2) = v_refund.id::text;
  return private.credit_invoice(v_refund.order_id, issue_credit_note.refund_id, null, v_amount, v_tax);
end
$$;
comment on function private.issue_credit_note(uuid) is
  'The credit note of a refund that gave a sale back, issued now or before; null when the money never was a sale. Called again it answers the same.';

create function private.issue_credit_note_of_debt(transaction_id uuid)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_order_id uuid;
  v_amount bigint;
  v_tax bigint;
begin
  -- a debt that is given up leaves the sale and its tax as they are; one that is released undoes that much of both
  select ledger_transactions.order_id, sum(ledger_entries.amount), sum(ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable') into v_order_id, v_amount, v_tax
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.id = issue_credit_note_of_debt.transaction_id and ledger_entries.account in ('refunds', 'tax_payable', 'bad_debts')
    and split_part(ledger_transactions.effect_key, ':', 1) in ('released', 'written_off')
  group by ledger_transactions.order_id;
  return private.credit_invoice(v_order_id, null, issue_credit_note_of_debt.transaction_id, v_amount, v_tax);
end
$$;
comment on function private.issue_credit_note_of_debt(uuid) is
  'The credit note of what is not owed any more, by the transaction of the ledger that booked it (released or given up), issued now or before. Called again it answers the same.';

create function private.credit_note_of(refund_id uuid, transaction_id uuid)
returns uuid
language sql
volatile -- as invoice_of
security invoker
set search_path = ''
as $$
  select invoices.id from public.invoices where invoices.refund_id = credit_note_of.refund_id or invoices.transaction_id = credit_note_of.transaction_id;
$$;
comment on function private.credit_note_of(uuid, uuid) is 'The credit note of a refund or of a debt, null when there is none.';

create function private.credit_invoice(order_id uuid, refund_id uuid, transaction_id uuid, amount bigint, tax_amount bigint)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_invoice_id uuid;
  v_invoice public.invoices;
  v_year integer;
  v_credit_note_id uuid := private.credit_note_of(credit_invoice.refund_id, credit_invoice.transaction_id);
begin
  if v_credit_note_id is not null or coalesce(credit_invoice.amount, 0) <= 0 then
    return v_credit_note_id;
  end if;
  -- the two events of one order are worked on side by side: what is corrected must be there first
  v_invoice_id := private.issue_invoice(credit_invoice.order_id);
  if v_invoice_id is null then
    return null;
  end if;
  select * into v_invoice from public.invoices where invoices.id = v_invoice_id;
  v_year := private.lock_invoice_series('credit_note');
  v_credit_note_id := private.credit_note_of(credit_invoice.refund_id, credit_invoice.transaction_id);
  if v_credit_note_id is not null then
    return v_credit_note_id;
  end if;
  return private.write_credit_note(credit_invoice.refund_id, credit_invoice.transaction_id, v_invoice, credit_invoice.amount, coalesce(credit_invoice.tax_amount, 0), v_year);
end
$$;
comment on function private.credit_invoice(uuid, uuid, uuid, bigint, bigint) is 'Credits the invoice of an order with this much, tax included, for a refund or a debt, once; null when there is no invoice or nothing to credit.';

create function private.share_of_taxes(invoice_id uuid, tax_amount bigint)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_taxes jsonb := private.invoice_taxes(share_of_taxes.invoice_id);
  v_shares bigint[] := private.split_amount(share_of_taxes.tax_amount, array(
    select (tax ->> 'amount')::bigint from jsonb_array_elements(v_taxes) with ordinality as taxes (tax, position) order by position));
begin
  return (
    select coalesce(jsonb_agg(jsonb_set(tax, '{amount}', to_jsonb(v_shares[position])) order by position), '[]')
    from jsonb_array_elements(v_taxes) with ordinality as taxes (tax, position));
end
$$;
comment on function private.share_of_taxes(uuid, bigint) is 'The taxes of an invoice, with this much of them in all: what a partial refund gives back.';

create type private.credited_shipping as (amount bigint, tax_amount bigint, tax_included_amount bigint, taxes jsonb, other_taxes jsonb);
comment on type private.credited_shipping is 'What a partial credit note says of shipping: without tax on top, its taxes, and the taxes of the rest.';

create function private.credited_shipping(refund_id uuid, invoice public.invoices, amount bigint, taxes jsonb)
returns private.credited_shipping
language plpgsql
volatile -- as invoice_of
security invoker
set search_path = ''
as $$
declare
  v_gross bigint := least(credited_shipping.amount, coalesce((select refunds.shipping_amount from public.refunds where refunds.id = credited_shipping.refund_id), 0));
  v_rest bigint := credited_shipping.amount - v_gross;
  v_on_top bigint[] := array(
    select case when (tax ->> 'inclusive')::boolean then 0 else (tax ->> 'amount')::bigint end from jsonb_array_elements(credited_shipping.taxes) with ordinality as taxes (tax, position) order by position);
  v_within bigint[] := array(
    select case when (tax ->> 'inclusive')::boolean then (tax ->> 'amount')::bigint else 0 end from jsonb_array_elements(credited_shipping.taxes) with ordinality as taxes (tax, position) order by position);
  v_tax bigint := (select coalesce(sum(tax), 0) from unnest(v_on_top) as tax);
  v_included bigint := (select coalesce(sum(tax), 0) from unnest(v_within) as tax);
  v_found private.credited_shipping;
begin
  if v_gross = 0 or invoice.shipping_amount + invoice.shipping_tax_amount = 0 then
    return row(0, 0, 0, '[]'::jsonb, credited_shipping.taxes)::private.credited_shipping;
  end if;
  -- its own taxes, unless the refund, whose taxes are a share of the whole, has not as much; the rest takes no more than fits into it
  v_found.tax_amount := least(v_tax, greatest(v_tax - v_rest, round(v_gross::numeric * invoice.shipping_tax_amount / (invoice.shipping_amount + invoice.shipping_tax_amount))));
  v_found.amount := v_gross - v_found.tax_amount;
  v_found.tax_included_amount := least(v_included, v_found.amount, greatest(v_included - (v_rest - (v_tax - v_found.tax_amount)),
    case when invoice.shipping_amount = 0 then 0 else round(v_found.amount::numeric * invoice.shipping_tax_included_amount / invoice.shipping_amount) end));
  v_on_top := private.split_amount(v_found.tax_amount, v_on_top);
  v_within := private.split_amount(v_found.tax_included_amount, v_within);
  select coalesce(jsonb_agg(jsonb_set(tax, '{amount}', to_jsonb(v_on_top[position] + v_within[position])) order by position) filter (where v_on_top[position] + v_within[position] > 0), '[]'),
    coalesce(jsonb_agg(jsonb_set(tax, '{amount}', to_jsonb((tax ->> 'amount')::bigint - v_on_top[position] - v_within[position])) order by position), '[]')
  into v_found.taxes, v_found.other_taxes
  from jsonb_array_elements(credited_shipping.taxes) with ordinality as taxes (tax, position);
  return v_found;
end
$$;
comment on function private.credited_shipping(uuid, public.invoices, bigint, jsonb) is 'How much of a credit note is shipping, by its refund, and which of its taxes are of that.';

create function private.write_credit_note(refund_id uuid, transaction_id uuid, invoice public.invoices, amount bigint, tax_amount bigint, year integer)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_whole boolean := write_credit_note.amount = invoice.total_amount and write_credit_note.tax_amount = invoice.tax_amount + invoice.tax_included_amount;
  v_taxes jsonb := private.share_of_taxes(invoice.id, write_credit_note.tax_amount);
  v_tax bigint := (select coalesce(sum((tax ->> 'amount')::bigint) filter (where not (tax ->> 'inclusive')::boolean), 0) from jsonb_array_elements(v_taxes) as tax);
  v_net bigint := write_credit_note.amount - v_tax;
  v_included bigint := write_credit_note.tax_amount - v_tax;
  v_shipping private.credited_shipping := private.credited_shipping(write_credit_note.refund_id, invoice, write_credit_note.amount, v_taxes);
  v_credit_note_id uuid;
begin
  insert into public.invoices (kind, year, serial, order_id, refund_id, transaction_id, corrects_id, issued_at, time_zone, currency, minor_units, subtotal_amount,
    discount_amount, tax_amount, tax_included_amount, shipping_amount, shipping_title, shipping_tax_amount, shipping_tax_included_amount, shipping_taxes,
    total_amount, seller_name, seller_address, seller_tax_id, buyer_name, buyer_email, buyer_address, buyer_tax_id, locale)
  values ('credit_note', write_credit_note.year, private.next_invoice_serial('credit_note', write_credit_note.year), invoice.order_id,
    write_credit_note.refund_id, write_credit_note.transaction_id, invoice.id, clock_timestamp(), private.setting('shop_time_zone') #>> '{}', invoice.currency, invoice.minor_units,
    case when v_whole then invoice.subtotal_amount else v_net - v_shipping.amount end, case when v_whole then invoice.discount_amount else 0 end,
    case when v_whole then invoice.tax_amount else v_tax end, case when v_whole then invoice.tax_included_amount else v_included end,
    case when v_whole then invoice.shipping_amount else v_shipping.amount end, case when v_whole or v_shipping.amount > 0 then invoice.shipping_title end,
    case when v_whole then invoice.shipping_tax_amount else v_shipping.tax_amount end,
    case when v_whole then invoice.shipping_tax_included_amount else v_shipping.tax_included_amount end,
    case when v_whole then invoice.shipping_taxes else v_shipping.taxes end, write_credit_note.amount, invoice.seller_name, invoice.seller_address,
    invoice.seller_tax_id, invoice.buyer_name, invoice.buyer_email, invoice.buyer_address, invoice.buyer_tax_id, invoice.locale)
  returning invoices.id into v_credit_note_id;
  insert into public.invoice_lines (invoice_id, position, title, sku, quantity, unit_amount, subtotal_amount, discount_amount, tax_amount,
    tax_included_amount, total_amount, taxes)
  select v_credit_note_id, invoice_lines.position, invoice_lines.title, invoice_lines.sku, invoice_lines.quantity, invoice_lines.unit_amount,
    invoice_lines.subtotal_amount, invoice_lines.discount_amount, invoice_lines.tax_amount, invoice_lines.tax_included_amount,
    invoice_lines.total_amount, invoice_lines.taxes
  from public.invoice_lines where v_whole and invoice_lines.invoice_id = invoice.id
  union all
  select v_credit_note_id, 1, format(case invoice.locale when 'en' then 'Part of invoice %s' else 'Sebagian dari faktur %s' end, invoice.number), null, 1,
    v_net - v_shipping.amount, v_net - v_shipping.amount, 0, v_tax - v_shipping.tax_amount, v_included - v_shipping.tax_included_amount,
    write_credit_note.amount - v_shipping.amount - v_shipping.tax_amount, v_shipping.other_taxes
  where not v_whole and v_net > v_shipping.amount;
  perform private.emit('invoice.issued', 'invoice', v_credit_note_id);
  return v_credit_note_id;
end
$$;
comment on function private.write_credit_note(uuid, uuid, public.invoices, bigint, bigint, integer) is
  'Writes the credit note: of the whole invoice with its lines, of a part with the shipping that is in it, one line for the rest, and that part of each tax. The caller holds the series.';

create function private.keep_invoice_pdf(invoice_id uuid, path text, sha256 text, bytes integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.invoices set pdf_path = keep_invoice_pdf.path, pdf_sha256 = keep_invoice_pdf.sha256, pdf_bytes = keep_invoice_pdf.bytes
  where invoices.id = keep_invoice_pdf.invoice_id and invoices.pdf_path is null;
  if not exists (
    select from public.invoices where invoices.id = keep_invoice_pdf.invoice_id
      and invoices.pdf_path = keep_invoice_pdf.path and invoices.pdf_sha256 = keep_invoice_pdf.sha256
  ) then
    perform private.fail('invoice_pdf_differs', 409, 'This invoice already has another PDF.', 'Read the one that is kept: it is the one that was sent.');
  end if;
end
$$;
comment on function private.keep_invoice_pdf(uuid, text, text, integer) is 'Remembers where the PDF is kept and its hash, once; the same again is fine, another one is refused.';

-- read -------------------------------------------------------------------------------------------------------------------------------

create function private.invoice_taxes(invoice_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.taxes_by_name(invoices.shipping_taxes || coalesce((
    select jsonb_agg(tax) from public.invoice_lines cross join lateral jsonb_array_elements(invoice_lines.taxes) as tax where invoice_lines.invoice_id = invoices.id), '[]'))
  from public.invoices where invoices.id = invoice_taxes.invoice_id;
$$;
comment on function private.invoice_taxes(uuid) is 'The taxes of an invoice by name and rate, those of shipping among them.';

create function private.invoice_document(invoice_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one call, one check, instead of row-level security on four tables
set search_path = ''
as $$
declare
  v_answer jsonb;
begin
  select jsonb_build_object(
    'id', invoices.id, 'kind', invoices.kind, 'number', invoices.number, 'order_id', invoices.order_id, 'order_number', orders.number,
    'refund_id', invoices.refund_id, 'transaction_id', invoices.transaction_id, 'corrects_id', invoices.corrects_id, 'corrects_number', corrected.number,
    'issued_at', invoices.issued_at, 'time_zone', invoices.time_zone, 'paid_on', invoices.paid_on,
    'currency', invoices.currency, 'minor_units', invoices.minor_units, 'subtotal_amount', invoices.subtotal_amount,
    'discount_amount', invoices.discount_amount, 'tax_amount', invoices.tax_amount, 'tax_included_amount', invoices.tax_included_amount,
    'shipping_amount', invoices.shipping_amount, 'shipping_title', invoices.shipping_title, 'shipping_tax_amount', invoices.shipping_tax_amount,
    'shipping_tax_included_amount', invoices.shipping_tax_included_amount, 'shipping_taxes', invoices.shipping_taxes, 'total_amount', invoices.total_amount, 'taxes', private.invoice_taxes(invoices.id), 'seller_name', invoices.seller_name,
    'seller_address', invoices.seller_address, 'seller_tax_id', invoices.seller_tax_id, 'buyer_name', invoices.buyer_name,
    'buyer_email', invoices.buyer_email, 'buyer_address', invoices.buyer_address, 'buyer_tax_id', invoices.buyer_tax_id, 'locale', invoices.locale,
    'pdf_path', invoices.pdf_path, 'pdf_sha256', invoices.pdf_sha256, 'pdf_bytes', invoices.pdf_bytes,
    'lines', (
      select jsonb_agg(to_jsonb(invoice_lines) - 'invoice_id' order by invoice_lines.position)
      from public.invoice_lines where invoice_lines.invoice_id = invoices.id))
  into v_answer
  from public.invoices
  join public.orders on orders.id = invoices.order_id
  left join public.invoices as corrected on corrected.id = invoices.corrects_id
  where invoices.id = invoice_document.invoice_id
    and (orders.customer_id = auth.uid() or private.is_service() or private.has_permission('invoices.read')
      or orders.organisation_id in (select private.managed_organisations()));
  if v_answer is null then
    perform private.fail('invoice_not_found', 404, 'There is no such invoice.', 'Check the id, and that you are signed in as the person it was issued to.');
  end if;
  return v_answer;
end
$$;
comment on function private.invoice_document(uuid) is 'Does the work of public.invoice_document.';
grant execute on function private.invoice_document(uuid) to authenticated, service_role;

create function public.invoice_document(invoice_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.invoice_document(invoice_document.invoice_id);
$$;
comment on function public.invoice_document(uuid) is
  'One invoice or credit note with its lines: own, or any for staff with invoices.read. The PDF''s link is given by the function invoice-link. Errors: invoice_not_found.';
grant execute on function public.invoice_document(uuid) to authenticated, service_role;
