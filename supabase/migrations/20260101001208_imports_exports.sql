/*
Imports, exports: the same files the other way. What is exported now and imported unchanged changes nothing.

Promise: an export is one look at the database, so its rows belong together; it holds what its reader may read. The file lies in a private bucket and
is fetched by a link that works for a few minutes.
*/

create table public.exports (
  id uuid primary key default gen_random_uuid(),
  kind text not null,
  path text not null unique generated always as ('exports/' || id || '.csv') stored,
  status text not null default 'queued',
  created_by uuid references public.profiles (id) on delete restrict,
  row_count integer,
  byte_size bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz,
  constraint exports_are_of_a_known_kind check (kind in ('products', 'prices', 'stock')),
  constraint exports_have_a_known_status check (status in ('queued', 'done')),
  constraint exports_are_known_once_done check ((status = 'done') = (finished_at is not null and row_count is not null and byte_size is not null))
);
comment on table public.exports is 'A CSV file that staff take: row_count rows beside the header, fetched by the function export-link. Its background job is the row of processes with this subject_id.';
-- serves: the newest exports, and the tidying up of old ones
create index on public.exports (created_at desc, id desc);
create index on public.exports (created_by);

insert into private.status_moves (machine, from_status, to_status) values ('export', 'queued', 'done');

create trigger _100_stamp_update before update on public.exports for each row execute function private.tg__stamp_update();
create trigger _200_guard_status after update of status on public.exports for each row when (old.status <> new.status) execute function private.tg__guard_status('export');
create trigger _300_discard_object after delete on public.exports for each row execute function private.tg_media__discard_object('imports');

alter table public.exports enable row level security;
create policy select_own_or_auditor on public.exports for select to authenticated
  using (created_by = (select auth.uid()) or (select private.has_permission('audit.read')));
grant select on public.exports to authenticated, service_role;
-- not granted: any write. start_export makes the row, the worker ends it.

create function private.start_export(kind text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write these rows themselves
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_import_permission(start_export.kind, false);
  v_body jsonb := jsonb_build_object('kind', start_export.kind);
  v_answer jsonb := private.recall_answer(v_person_id, start_export.idempotency_key, 'start_export', v_body);
  v_export public.exports;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  insert into public.exports (kind, created_by) values (start_export.kind, auth.uid()) returning * into v_export;
  perform private.emit('export.queued', 'export', v_export.id);
  return private.remember_answer(v_person_id, start_export.idempotency_key, 'start_export', v_body, to_jsonb(v_export));
end
$$;
comment on function private.start_export(text, text) is 'Does the work of public.start_export.';
grant execute on function private.start_export(text, text) to authenticated, service_role;

create function public.start_export(kind text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.start_export(start_export.kind, start_export.idempotency_key);
$$;
comment on function public.start_export(text, text) is
  'Staff (products: catalog.read; prices: pricing.read; stock: inventory.read): asks for a CSV file of products (not courses), prices or stock, and answers the export; the worker makes it, the function export-link gives it. '
  'Errors: permission_denied, invalid_import, idempotency_key_reused.';
grant execute on function public.start_export(text, text) to authenticated, service_role;

create function private.export_file(export_id uuid)
returns jsonb
language plpgsql
stable
security definer -- one check at the moment of fetching
set search_path = ''
as $$
declare
  v_export public.exports;
begin
  select * into v_export from public.exports
  where exports.id = export_file.export_id and (private.is_service() or exports.created_by = auth.uid());
  if v_export.id is null then
    perform private.fail('export_not_found', 404, 'There is no such export, or it is not yours.', 'Check the id, or start another one.');
  end if;
  perform private.require_import_permission(v_export.kind, false);
  return to_jsonb(v_export);
end
$$;
comment on function private.export_file(uuid) is 'Does the work of public.export_file.';
grant execute on function private.export_file(uuid) to authenticated, service_role;

create function public.export_file(export_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.export_file(export_file.export_id);
$$;
comment on function public.export_file(uuid) is
  'Whoever asked for it, while they may still read it: the row of an export. The function export-link signs its path. Errors: export_not_found, permission_denied.';
grant execute on function public.export_file(uuid) to authenticated, service_role;

-- what the worker reads ------------------------------------------------------------------------------------------------------------------

create function private.export_columns(kind text)
returns text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select private.import_columns(export_columns.kind) || case when export_columns.kind = 'products' then array(
    select distinct case category_attributes.level when 'product' then 'attribute:' else 'variant_attribute:' end || category_attributes.key as name
    from public.category_attributes order by name) else '{}' end;
$$;
comment on function private.export_columns(text) is 'The header of an export: products have a column for each attribute that any category knows.';

create function private.exported_products(columns text[])
returns setof text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array[products.slug, products.kind, products.status, products.title, products.summary, products.description, categories.slug, products.tax_category, array_to_string(products.tags, ','),
      products.image_url, private.write_time(products.publish_at), private.write_time(products.unpublish_at),
      products.translations -> 'id' ->> 'title', products.translations -> 'en' ->> 'title', products.translations -> 'id' ->> 'summary', products.translations -> 'en' ->> 'summary',
      products.translations -> 'id' ->> 'description', products.translations -> 'en' ->> 'description',
      variants.sku, variants.title, variants.translations -> 'id' ->> 'title', variants.translations -> 'en' ->> 'title', variants.position::text, variants.weight_grams::text]
    || coalesce(chosen.cells, array_fill(null::text, array[10])) || array[consists.parts] || array(
      select case when place.name like 'attribute:%' then products.attributes ->> substr(place.name, 11) else variants.attributes ->> substr(place.name, 19) end
      from unnest(exported_products.columns) with ordinality as place (name, number) where place.number > cardinality(private.import_columns('products')) order by place.number)
  from public.products
  left join public.categories on categories.id = products.category_id
  left join public.variants on variants.product_id = products.id
  left join lateral (
    select (array_agg(cell order by ordered.place, cells.half) || array_fill(null::text, array[10]))[1:10] as cells
    from (
      select row_number() over (order by product_options.position, product_options.title, product_options.id) as place, product_options.title as option, product_option_values.title as value
      from public.product_option_values join public.product_options on product_options.id = product_option_values.option_id
      where product_option_values.id = any (variants.option_value_ids)
    ) as ordered
    cross join lateral (values (1, ordered.option), (2, ordered.value)) as cells (half, cell)
    where variants.option_value_ids <> '{}'
  ) as chosen on true
  left join lateral (
    select string_agg(part.sku || '*' || bundle_items.quantity, ';' order by part.sku collate "C") as parts
    from public.bundle_items join public.variants as part on part.id = bundle_items.component_variant_id where bundle_items.bundle_variant_id = variants.id
  ) as consists on products.kind = 'bundle'
  where products.kind <> 'course'
  order by products.slug collate "C", variants.position, variants.sku collate "C";
$$;
comment on function private.exported_products(text[]) is 'Products but courses, a row for each variant, in the order of the header.';

create function private.exported_prices()
returns setof text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array[priced.sku, priced.currency, priced.list, priced.min_quantity::text, priced.amount::text, private.write_time(priced.starts_at), private.write_time(priced.ends_at)]
  from (
    select variants.sku, prices.currency, null as list, 1 as min_quantity, prices.amount, null::timestamptz as starts_at, null::timestamptz as ends_at
    from public.prices join public.variants on variants.id = prices.variant_id
    union all
    select variants.sku, price_list_prices.currency,
      case when (select count(*) from public.price_lists as same where same.name = price_lists.name or same.id::text = price_lists.name) = 1 then price_lists.name else price_lists.id::text end,
      price_list_prices.min_quantity, price_list_prices.amount, price_lists.starts_at, price_lists.ends_at
    from public.price_list_prices
    join public.price_lists on price_lists.id = price_list_prices.price_list_id
    join public.variants on variants.id = price_list_prices.variant_id
  ) as priced
  order by priced.sku collate "C", priced.list collate "C" nulls first, priced.currency collate "C", priced.min_quantity;
$$;
comment on function private.exported_prices() is 'Base prices and prices of lists.';

create function private.exported_stock()
returns setof text[]
language sql
stable
security invoker
set search_path = ''
as $$
  select array[variants.sku, locations.code, case when variants.stock_mode <> 'none' then coalesce(slots.on_hand, 0)::text end, variants.stock_mode, variants.backorder_limit::text,
    private.write_time(variants.preorder_ships_at)]
  from public.variants
  join public.products on products.id = variants.product_id and products.kind not in ('course', 'bundle')
  cross join public.locations
  left join lateral (
    select sum(stock_slots.available + stock_slots.reserved) as on_hand from public.stock_slots
    where stock_slots.variant_id = variants.id and stock_slots.location_id = locations.id
  ) as slots on true
  where locations.kind <> 'allowance' and locations.deactivated_at is null and (locations.kind = 'main' or slots.on_hand > 0)
  order by variants.sku collate "C", locations.kind <> 'main', locations.code collate "C";
$$;
comment on function private.exported_stock() is 'Units of goods in main, and in other places that have some, and how they are counted; what is not counted has a row without units.';

create function private.exported_rows(kind text)
returns setof text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  case exported_rows.kind
    when 'products' then return query select * from private.exported_products(private.export_columns('products'));
    when 'prices' then return query select * from private.exported_prices();
    when 'stock' then return query select * from private.exported_stock();
  end case;
end
$$;
comment on function private.exported_rows(text) is 'The rows of an export, each with as many cells as private.export_columns has names.';

create function private.finish_export(export_id uuid, row_count integer, byte_size bigint)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  update public.exports set status = 'done', row_count = finish_export.row_count, byte_size = finish_export.byte_size, finished_at = now()
  where exports.id = finish_export.export_id and exports.status = 'queued';
$$;
comment on function private.finish_export(uuid, integer, bigint) is 'The file of an export is there; the first one counts.';
