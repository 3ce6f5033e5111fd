/*
Imports, products: one row per variant, with what is said of its product repeated in each of them; a product without variants has one row without
an SKU. A product is known by its slug, a variant by its SKU. What is not in the file stays; nothing is ever deleted.

Promise: the file is held against the constraints of products and variants, the schemas of attributes, the moves of statuses and the options, before
anything is written. Courses are not imported: their variants are the seats of intakes.
Under concurrency: a run locks the variants and then the products it is about to change, each by id, and looks at them after that.
*/

create unlogged table private.import_products (
  import_id uuid not null,
  row_number integer not null,
  record jsonb not null,
  product_id uuid not null,
  change text not null,
  former_status text,
  former_kind text,
  kind text,
  slug text not null,
  status text not null,
  title text,
  summary text not null,
  description text not null,
  image_url text,
  publish_at timestamptz,
  unpublish_at timestamptz,
  category_id uuid,
  tax_category text not null,
  tags text[] not null,
  attributes jsonb not null,
  translations jsonb not null,
  primary key (import_id, slug)
);
comment on table private.import_products is 'Products as a file wants them; change is created, changed or unchanged.';
-- serves: the variants of a product that is staged
create index on private.import_products (product_id);

create unlogged table private.import_variants (
  import_id uuid not null,
  row_number integer not null,
  product_id uuid not null,
  variant_id uuid not null,
  change text not null,
  former_product_id uuid,
  sku text not null,
  title text not null,
  position integer not null,
  weight_grams integer,
  attributes jsonb not null,
  translations jsonb not null,
  options jsonb not null,
  former_options jsonb not null,
  parts jsonb,
  former_parts jsonb not null,
  primary key (import_id, row_number)
);
comment on table private.import_variants is 'Variants as a file wants them; options are {option: value}, parts {sku: quantity}, null where they cannot be read.';
-- serves: what is staged of a product
create index on private.import_variants (product_id);

create function private.lock_import_products(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.variants
  where variants.sku in (select import_rows.record ->> 'sku' from private.import_rows where import_rows.import_id = lock_import_products.import_id)
  order by variants.id for no key update;
  perform from public.products
  where products.slug in (select import_rows.record ->> 'slug' from private.import_rows where import_rows.import_id = lock_import_products.import_id)
  order by products.id for no key update;
  perform private.share_category_tree();
end
$$;
comment on function private.lock_import_products(uuid) is 'Locks the variants and products that a file names. Variants first: who writes one then looks at its product.';

create function private.stage_products(import_id uuid, attribute_columns text[], translated boolean)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with ids as materialized (
    select (random() * 4294967295)::bigint as first, substr(gen_random_uuid()::text, 9) as rest
  ), merged as materialized (
    select import_rows.record ->> 'slug' as slug, min(import_rows.row_number) as row_number,
      case count(*) when 1 then (array_agg(import_rows.record))[1] else private.merge_records(array_agg(import_rows.record)) end as record
    from private.import_rows
    where import_rows.import_id = stage_products.import_id and import_rows.record ->> 'slug' <> '' group by 1
  ), placed as materialized (
    select merged.*, products.id as product_id, case when merged.record ? 'category' then categories.id else products.category_id end as category_id
    from merged
    left join public.products on products.slug = merged.slug
    left join public.categories on categories.slug = merged.record ->> 'category'
  ), schemas as materialized (
    select used.category_id, (select jsonb_object_agg(schema.key, schema.type) from private.attribute_schema(used.category_id) as schema) as types
    from (select distinct placed.category_id from placed where placed.category_id is not null) as used
  ), wanted as (
    select placed.slug, placed.row_number, placed.record, placed.product_id, products.status as former_status, products.kind as former_kind,
      coalesce(nullif(placed.record ->> 'kind', ''), products.kind) as kind, coalesce(nullif(placed.record ->> 'status', ''), products.status, 'draft') as status,
      coalesce(placed.record ->> 'title', products.title) as title, coalesce(placed.record ->> 'summary', products.summary, '') as summary,
      coalesce(placed.record ->> 'description', products.description, '') as description,
      case when placed.record ? 'image_url' then nullif(placed.record ->> 'image_url', '') else products.image_url end as image_url,
      case when placed.record ? 'publish_at' then private.read_time(placed.record ->> 'publish_at') else products.publish_at end as publish_at,
      case when placed.record ? 'unpublish_at' then private.read_time(placed.record ->> 'unpublish_at') else products.unpublish_at end as unpublish_at,
      placed.category_id, coalesce(nullif(placed.record ->> 'tax_category', ''), products.tax_category, 'standard') as tax_category,
      case when placed.record ? 'tags' then array(select btrim(tag) from string_to_table(nullif(btrim(placed.record ->> 'tags'), ''), ',') as tag)
        else coalesce(products.tags, '{}') end as tags,
      private.read_attributes(placed.record, stage_products.attribute_columns, schemas.types, products.attributes) as attributes,
      case when stage_products.translated then private.read_translations(placed.record, '', '{title,summary,description}', products.translations)
        else coalesce(products.translations, '{}') end as translations,
      products
    from placed left join public.products on products.id = placed.product_id left join schemas on schemas.category_id = placed.category_id
  )
  insert into private.import_products (import_id, row_number, record, product_id, change, former_status, former_kind, kind, slug, status, title, summary,
    description, image_url, publish_at, unpublish_at, category_id, tax_category, tags, attributes, translations)
  select stage_products.import_id, wanted.row_number, wanted.record, coalesce(wanted.product_id, private.import_row_id(ids.first, ids.rest, wanted.row_number)),
    case when wanted.product_id is null then 'created'
      when (wanted.status, wanted.title, wanted.summary, wanted.description, wanted.image_url, wanted.publish_at, wanted.unpublish_at, wanted.category_id, wanted.tax_category, wanted.tags,
          wanted.attributes, wanted.translations)
        is distinct from ((wanted.products).status, (wanted.products).title, (wanted.products).summary, (wanted.products).description, (wanted.products).image_url,
          (wanted.products).publish_at, (wanted.products).unpublish_at, (wanted.products).category_id, (wanted.products).tax_category, (wanted.products).tags, (wanted.products).attributes,
          (wanted.products).translations) then 'changed'
      else 'unchanged' end,
    wanted.former_status, wanted.former_kind, wanted.kind, wanted.slug, wanted.status, wanted.title, wanted.summary, wanted.description, wanted.image_url,
    wanted.publish_at, wanted.unpublish_at, wanted.category_id, wanted.tax_category, wanted.tags, wanted.attributes, wanted.translations
  from wanted cross join ids;
$$;
comment on function private.stage_products(uuid, text[], boolean) is 'Reads the products of a file beside what there is. translated: the file has columns of translations.';

create function private.options_of(option_value_ids uuid[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(option_value_ids, '{}') = '{}' then
    return '{}';
  end if;
  return (
    select jsonb_object_agg(product_options.title, product_option_values.title)
    from public.product_option_values join public.product_options on product_options.id = product_option_values.option_id
    where product_option_values.id = any (options_of.option_value_ids));
end
$$;
comment on function private.options_of(uuid[]) is 'The choices of a variant as {option: value}.';

create function private.stage_variants(import_id uuid, attribute_columns text[], translated boolean)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with ids as materialized (
    select (random() * 4294967295)::bigint as first, substr(gen_random_uuid()::text, 9) as rest
  ), schemas as materialized (
    select used.category_id, (select jsonb_object_agg(schema.key, schema.type) from private.attribute_schema(used.category_id) as schema) as types
    from (select distinct import_products.category_id from private.import_products where import_products.import_id = stage_variants.import_id and import_products.category_id is not null) as used
  ), wanted as materialized (
    select import_rows.row_number, import_products.product_id, variants.id as variant_id, variants.product_id as former_product_id, import_rows.record ->> 'sku' as sku,
      case when variants.option_value_ids <> '{}' then private.options_of(variants.option_value_ids) else '{}' end as former_options,
      case when import_rows.record ?| '{option1,option2,option3,option4,option5}' then private.read_options(import_rows.record)
        when variants.option_value_ids <> '{}' then private.options_of(variants.option_value_ids) else '{}' end as options,
      nullif(import_rows.record ->> 'variant_title', '') as given_title, coalesce(private.read_whole_number(import_rows.record ->> 'position'), variants.position, 0) as position,
      case when import_rows.record ? 'weight_grams' then private.read_whole_number(import_rows.record ->> 'weight_grams') else variants.weight_grams end as weight_grams,
      case when stage_variants.attribute_columns = '{}' then coalesce(variants.attributes, '{}')
        else private.read_attributes(import_rows.record, stage_variants.attribute_columns, schemas.types, variants.attributes) end as attributes,
      case when stage_variants.translated then private.read_translations(import_rows.record, 'variant_', '{title}', variants.translations)
        else coalesce(variants.translations, '{}') end as translations,
      case when import_products.former_kind = 'bundle' then private.parts_of(variants.id) else '{}' end as former_parts,
      import_rows.record, import_products.title as product_title, variants
    from private.import_rows
    join private.import_products on import_products.import_id = import_rows.import_id and import_products.slug = import_rows.record ->> 'slug'
    left join public.variants on variants.sku = import_rows.record ->> 'sku'
    left join schemas on schemas.category_id = import_products.category_id
    where import_rows.import_id = stage_variants.import_id and import_rows.record ->> 'sku' <> ''
  ), titled as (
    select wanted.*, case when wanted.record ->> 'parts' <> '' then private.read_parts(wanted.record ->> 'parts') when wanted.record ? 'parts' then '{}' else wanted.former_parts end as parts,
      coalesce(wanted.given_title, (wanted.variants).title, (
        select left(string_agg(wanted.record ->> ('value' || place), ' / ' order by place), 200) from generate_series(1, 5) as place where wanted.record ->> ('value' || place) <> ''),
      wanted.product_title, '') as title
    from wanted
  )
  insert into private.import_variants (import_id, row_number, product_id, variant_id, change, former_product_id, sku, title, position, weight_grams, attributes, translations, options, former_options,
    parts, former_parts)
  select stage_variants.import_id, titled.row_number, titled.product_id, coalesce(titled.variant_id, private.import_row_id(ids.first, ids.rest, titled.row_number)),
    case when titled.variant_id is null then 'created'
      when (titled.title, titled.position, titled.weight_grams, titled.attributes, titled.translations, titled.options, titled.parts)
        is distinct from ((titled.variants).title, (titled.variants).position, (titled.variants).weight_grams, (titled.variants).attributes, (titled.variants).translations, titled.former_options, titled.former_parts)
        then 'changed'
      else 'unchanged' end,
    titled.former_product_id, titled.sku, titled.title, least(greatest(titled.position, -2147483648), 2147483647)::integer,
    case when titled.weight_grams between 0 and 100000000 then titled.weight_grams::integer end, titled.attributes, titled.translations, titled.options, titled.former_options,
    titled.parts, titled.former_parts
  from titled cross join ids;
$$;
comment on function private.stage_variants(uuid, text[], boolean) is 'Reads the variants of a file beside what there is. The products are staged.';
