/*
Imports, applying products: one statement each for all products, variants and what they are found by.

Promise: attributes were held against the schemas as a whole, under the lock of the tree, so the triggers that would ask about each row, some of
them before its product has the category it gets, stand aside (private.is_importing); all other triggers and constraints are in force.
*/

create function private.import_value_ids(product_id uuid, options jsonb)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if import_value_ids.options = '{}' then
    return '{}';
  end if;
  return array(
    select product_option_values.id
    from jsonb_each_text(import_value_ids.options) as chosen
    join public.product_options on product_options.product_id = import_value_ids.product_id and product_options.title = chosen.key
    join public.product_option_values on product_option_values.option_id = product_options.id and product_option_values.title = chosen.value);
end
$$;
comment on function private.import_value_ids(uuid, jsonb) is 'The values that {option: value} means for a product.';

create function private.write_import_parts(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  delete from public.bundle_items using private.import_variants as staged, public.variants as part
  where staged.import_id = write_import_parts.import_id and staged.parts <> staged.former_parts and bundle_items.bundle_variant_id = staged.variant_id
    and part.id = bundle_items.component_variant_id and not staged.parts ? part.sku;
  insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity)
  select staged.variant_id, variants.id, parts.quantity::integer
  from private.import_variants as staged
  cross join lateral jsonb_each_text(staged.parts) as parts (sku, quantity)
  join public.variants on variants.sku = parts.sku
  where staged.import_id = write_import_parts.import_id and staged.parts <> staged.former_parts
  order by staged.variant_id, variants.id
  on conflict on constraint bundle_items_pkey do update set quantity = excluded.quantity where bundle_items.quantity <> excluded.quantity;
end
$$;
comment on function private.write_import_parts(uuid) is 'Gives bundles the parts that a file names, and no others. All variants are written.';

create function private.sort_pending_words()
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select gin_clean_pending_list(pg_index.indexrelid)
  from pg_catalog.pg_index
  join pg_catalog.pg_class on pg_class.oid = pg_index.indexrelid
  join pg_catalog.pg_am on pg_am.oid = pg_class.relam and pg_am.amname = 'gin'
  where pg_index.indrelid in ('private.product_search'::regclass, 'public.products'::regclass, 'private.sold_titles'::regclass);
$$;
comment on function private.sort_pending_words() is
  'Brings what is pending in the indexes of words to its place; every search would read it. The worker calls it beside an import that writes, so that little is left for the import to do.';

create function private.apply_import_products(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform set_config('seatline.importing', 'on', true);
  insert into public.products (id, kind, slug, title, summary, description, image_url, status, publish_at, unpublish_at, category_id, tax_category, tags, attributes, translations)
  select staged.product_id, staged.kind, staged.slug, staged.title, staged.summary, staged.description, staged.image_url, staged.status, staged.publish_at, staged.unpublish_at,
    staged.category_id, staged.tax_category, staged.tags, staged.attributes, staged.translations
  from private.import_products as staged where staged.import_id = apply_import_products.import_id and staged.change = 'created' order by staged.row_number;
  update public.products
  set title = staged.title, summary = staged.summary, description = staged.description, image_url = staged.image_url, status = staged.status, publish_at = staged.publish_at,
    unpublish_at = staged.unpublish_at, category_id = staged.category_id, tax_category = staged.tax_category, tags = staged.tags, attributes = staged.attributes, translations = staged.translations
  from private.import_products as staged
  where staged.import_id = apply_import_products.import_id and staged.change = 'changed' and products.id = staged.product_id;
  perform private.write_import_options(apply_import_products.import_id);
  update public.variants
  set title = staged.title, position = staged.position, weight_grams = staged.weight_grams, attributes = staged.attributes, translations = staged.translations,
    option_value_ids = case when staged.options = staged.former_options then variants.option_value_ids else private.import_value_ids(staged.product_id, staged.options) end
  from private.import_variants as staged
  where staged.import_id = apply_import_products.import_id and staged.change = 'changed' and variants.id = staged.variant_id;
  insert into public.variants (id, product_id, sku, title, stock_mode, position, weight_grams, attributes, translations, option_value_ids)
  select staged.variant_id, staged.product_id, staged.sku, staged.title, case when private.is_born_uncounted(import_products.kind) then 'none' else 'tracked' end, staged.position, staged.weight_grams, staged.attributes, staged.translations,
    case when staged.options = '{}' then '{}' else private.import_value_ids(staged.product_id, staged.options) end
  from private.import_variants as staged
  join private.import_products on import_products.import_id = staged.import_id and import_products.product_id = staged.product_id
  where staged.import_id = apply_import_products.import_id and staged.change = 'created' order by staged.row_number;
  perform private.write_import_parts(apply_import_products.import_id);
  perform set_config('seatline.importing', '', true);
  perform private.index_products(array(
    select staged.product_id from private.import_products as staged where staged.import_id = apply_import_products.import_id and staged.change <> 'unchanged'
    union
    select staged.product_id from private.import_variants as staged where staged.import_id = apply_import_products.import_id and staged.change <> 'unchanged'
    order by product_id));
  perform private.sort_pending_words();
end
$$;
comment on function private.apply_import_products(uuid) is 'Writes the products of a file that was found right.';

create function private.run_import_products(import_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_columns text[] := (select imports.columns from public.imports where imports.id = run_import_products.import_id);
begin
  perform private.lock_import_products(run_import_products.import_id);
  perform private.stage_products(run_import_products.import_id, array(select name from unnest(v_columns) as name where name like 'attribute:%'),
    v_columns && '{title:id,title:en,summary:id,summary:en,description:id,description:en}');
  analyze private.import_products (import_id, row_number, product_id, change, category_id);
  perform private.stage_variants(run_import_products.import_id, array(select name from unnest(v_columns) as name where name like 'variant\_attribute:%'),
    v_columns && '{variant_title:id,variant_title:en}');
  analyze private.import_variants (import_id, row_number, product_id, variant_id, sku, change);
  perform private.check_import_products(run_import_products.import_id);
  if (select count(*) from private.import_products where import_products.import_id = run_import_products.import_id)
    < (select count(*) from private.import_rows where import_rows.import_id = run_import_products.import_id and import_rows.record ->> 'slug' <> '') then
    perform private.check_conflicting_rows(run_import_products.import_id);
  end if;
  perform private.find_broken_constraints(run_import_products.import_id, 'private.import_products', 'public.products', '{"category_id": "category"}');
  perform private.check_import_attributes(run_import_products.import_id);
  perform private.check_import_variants(run_import_products.import_id);
  perform private.check_import_options(run_import_products.import_id);
  perform private.check_import_parts(run_import_products.import_id);
  perform private.find_broken_constraints(run_import_products.import_id, 'private.import_variants', 'public.variants', '{"title": "variant_title"}');
  return jsonb_build_object(
    'products', private.count_changes(array(select import_products.change from private.import_products where import_products.import_id = run_import_products.import_id)),
    'variants', private.count_changes(array(select import_variants.change from private.import_variants where import_variants.import_id = run_import_products.import_id)));
end
$$;
comment on function private.run_import_products(uuid) is 'Holds a file of products against the rules, notes findings, and answers what it would do.';

create function private.count_changes(changes text[])
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select jsonb_build_object('created', count(*) filter (where change = 'created'), 'changed', count(*) filter (where change = 'changed'),
    'unchanged', count(*) filter (where change = 'unchanged'))
  from unnest(count_changes.changes) as change;
$$;
comment on function private.count_changes(text[]) is 'How many rows would be created, changed and left.';
