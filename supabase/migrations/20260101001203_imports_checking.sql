/*
Imports, checking and applying products: every rule that a product written by hand would meet, asked of all rows at once, and then the write.

Promise: what is found wrong is noted by row and column; nothing is written as long as one thing is. Search follows in the same transaction, by the
function that every write of the catalogue uses, once for all products instead of after each statement.
*/

create function private.check_import_products(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_products.import_id, import_rows.row_number, 'slug', 'required', 'A row names its product.'
  from private.import_rows where import_rows.import_id = check_import_products.import_id and import_rows.record ->> 'slug' = ''
  union all
  select import_products.import_id, import_products.row_number, missing.name, 'required', format('A new product has a %s.', missing.name)
  from private.import_products
  cross join lateral (values ('kind', import_products.kind), ('title', import_products.title)) as missing (name, value)
  where import_products.import_id = check_import_products.import_id and missing.value is null
  union all
  select import_products.import_id, import_products.row_number, 'kind', 'kind_not_importable', 'Courses are written by hand: their variants are the seats of intakes.'
  from private.import_products
  where import_products.import_id = check_import_products.import_id and 'course' in (import_products.kind, import_products.former_kind)
  union all
  select import_products.import_id, import_products.row_number, 'kind', 'kind_is_fixed', format('%s is of kind %s and stays so.', import_products.slug, import_products.former_kind)
  from private.import_products
  where import_products.import_id = check_import_products.import_id and import_products.former_kind <> import_products.kind
  union all
  select import_products.import_id, import_products.row_number, 'category', 'category_not_found', 'There is no category with this slug.'
  from private.import_products
  where import_products.import_id = check_import_products.import_id and import_products.record ->> 'category' <> '' and import_products.category_id is null
  union all
  select import_products.import_id, import_products.row_number, 'tax_category', 'tax_category_not_found', 'There is no tax category with this code.'
  from private.import_products
  where import_products.import_id = check_import_products.import_id and not exists (select from public.tax_categories where tax_categories.code = import_products.tax_category)
  union all
  select import_products.import_id, import_products.row_number, times.name, 'invalid_value', 'A moment is written as 2026-01-31T09:00:00Z, a day as 2026-01-31.'
  from private.import_products cross join (values ('publish_at'), ('unpublish_at')) as times (name)
  where import_products.import_id = check_import_products.import_id and import_products.record ->> times.name <> '' and private.read_time(import_products.record ->> times.name) is null
  union all
  select import_products.import_id, import_products.row_number, 'status', 'illegal_status_move', format('A product cannot go from %s to %s.', import_products.former_status, import_products.status)
  from private.import_products
  where import_products.import_id = check_import_products.import_id and import_products.former_status <> import_products.status
    and import_products.status in ('draft', 'published', 'archived') and not exists (
      select from private.status_moves
      where status_moves.machine = 'product' and status_moves.from_status = import_products.former_status and status_moves.to_status = import_products.status)
  union all
  select import_products.import_id, import_products.row_number, 'title:en', 'invalid_translations', private.translations_problem(import_products.translations, '{title,summary,description}')
  from private.import_products
  where import_products.import_id = check_import_products.import_id and import_products.translations <> '{}'
    and private.translations_problem(import_products.translations, '{title,summary,description}') is not null;
$$;
comment on function private.check_import_products(uuid) is 'Notes what is wrong with products beside their constraints and attributes.';

create function private.check_conflicting_rows(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_conflicting_rows.import_id, max(rows.row_number), cells.key, 'conflicting_rows', format('The rows of %s say different things here; they are of one product.', rows.slug)
  from (
    select import_rows.row_number, import_rows.record, import_rows.record ->> 'slug' as slug, count(*) over (partition by import_rows.record ->> 'slug') as rows
    from private.import_rows where import_rows.import_id = check_conflicting_rows.import_id
  ) as rows
  cross join lateral jsonb_each_text(rows.record) as cells
  where rows.rows > 1 and rows.slug <> '' and cells.value <> '' and not private.is_variant_column(cells.key)
  group by rows.slug, cells.key having count(distinct cells.value) > 1
  union all
  -- a product has one row without a variant, or a row for each
  select check_conflicting_rows.import_id, max(import_rows.row_number), 'sku', 'required', 'A further row of a product names a variant.'
  from private.import_rows
  where import_rows.import_id = check_conflicting_rows.import_id and import_rows.record ->> 'slug' <> ''
  group by import_rows.record ->> 'slug' having count(*) > 1 and bool_or(coalesce(import_rows.record ->> 'sku', '') = '');
$$;
comment on function private.check_conflicting_rows(uuid) is 'Notes where rows of one product do not go together.';

create function private.check_import_attributes(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with schemas as materialized (
    select used.category_id, array(select schema from private.attribute_schema(used.category_id) as schema) as schema,
      exists (select from private.attribute_schema(used.category_id) as schema where schema.level = 'variant' and schema.required) as asks_variants
    from (select distinct import_products.category_id from private.import_products where import_products.import_id = check_import_attributes.import_id) as used
  ), problems as (
    select import_products.row_number, 'attribute:' as prefix, private.attributes_problem(schemas.schema, import_products.attributes, 'product', import_products.status = 'published') as problem
    from private.import_products join schemas on schemas.category_id is not distinct from import_products.category_id
    where import_products.import_id = check_import_attributes.import_id and import_products.change <> 'unchanged'
    union all
    select import_variants.row_number, 'variant_attribute:', private.attributes_problem(schemas.schema, import_variants.attributes, 'variant', import_products.status = 'published')
    from private.import_variants
    join private.import_products on import_products.import_id = import_variants.import_id and import_products.product_id = import_variants.product_id
    join schemas on schemas.category_id is not distinct from import_products.category_id
    where import_variants.import_id = check_import_attributes.import_id and (import_variants.attributes <> '{}' or schemas.asks_variants)
    union all
    -- variants that the file does not name meet the category and the status that it gives their product
    select import_products.row_number, 'variant_attribute:', private.attributes_problem(schemas.schema, variants.attributes, 'variant', import_products.status = 'published')
    from private.import_products
    join schemas on schemas.category_id is not distinct from import_products.category_id
    join public.variants on variants.product_id = import_products.product_id
    where import_products.import_id = check_import_attributes.import_id and import_products.change = 'changed'
      and (variants.attributes <> '{}' or schemas.asks_variants) and not exists (select from private.import_variants where import_variants.import_id = import_products.import_id and import_variants.variant_id = variants.id)
  )
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_attributes.import_id, problems.row_number, problems.prefix || (problems.problem ->> 'key'), 'invalid_attributes', problems.problem ->> 'problem'
  from problems where problems.problem is not null;
$$;
comment on function private.check_import_attributes(uuid) is 'Notes attributes that do not fit the schema of their category, by the function that the triggers of the catalogue ask.';

create function private.check_import_variants(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_variants.import_id, twice.row_number, 'sku', 'double_row', format('Row %s has this SKU already.', twice.first_row)
  from (
    select import_variants.row_number, min(import_variants.row_number) over (partition by import_variants.sku) as first_row
    from private.import_variants where import_variants.import_id = check_import_variants.import_id
  ) as twice
  where twice.row_number > twice.first_row
  union all
  select import_variants.import_id, import_variants.row_number, 'sku', 'sku_taken', 'Another product has a variant with this SKU.'
  from private.import_variants
  where import_variants.import_id = check_import_variants.import_id and import_variants.former_product_id <> import_variants.product_id
  union all
  select import_rows.import_id, import_rows.row_number, 'position', 'invalid_value', 'A position is a whole number.'
  from private.import_rows
  where import_rows.import_id = check_import_variants.import_id and import_rows.record ->> 'position' <> ''
    and coalesce(private.read_whole_number(import_rows.record ->> 'position') not between -1000000 and 1000000, true)
  union all
  select import_rows.import_id, import_rows.row_number, 'weight_grams', 'invalid_value', 'A weight is a whole number of grams up to 100000000.'
  from private.import_rows
  where import_rows.import_id = check_import_variants.import_id and import_rows.record ->> 'weight_grams' <> ''
    and coalesce(private.read_whole_number(import_rows.record ->> 'weight_grams') not between 0 and 100000000, true)
  union all
  select import_rows.import_id, import_rows.row_number, 'value' || place, 'invalid_options', 'A value stands beside the name of its option, and each option once.'
  from private.import_rows cross join generate_series(1, 5) as place
  where import_rows.import_id = check_import_variants.import_id and import_rows.record ?| '{value1,value2,value3,value4,value5}' and import_rows.record ->> ('value' || place) <> '' and (
    coalesce(import_rows.record ->> ('option' || place), '') = ''
    or exists (select from generate_series(1, place - 1) as before where import_rows.record ->> ('option' || before) = import_rows.record ->> ('option' || place)))
  union all
  select import_rows.import_id, import_rows.row_number, cells.key, 'invalid_options', 'Options and values have 1 to 200 characters.'
  from private.import_rows
  cross join unnest('{option1,value1,option2,value2,option3,value3,option4,value4,option5,value5}'::text[]) as named (key)
  cross join lateral (values (named.key, import_rows.record ->> named.key)) as cells (key, value)
  where import_rows.import_id = check_import_variants.import_id and import_rows.record ?| '{option1,value1,option2,value2,option3,value3,option4,value4,option5,value5}' and cells.value <> '' and length(btrim(cells.value)) not between 1 and 200
  union all
  select import_variants.import_id, import_variants.row_number, 'variant_title:en', 'invalid_translations', private.translations_problem(import_variants.translations, '{title}')
  from private.import_variants
  where import_variants.import_id = check_import_variants.import_id and import_variants.translations <> '{}'
    and private.translations_problem(import_variants.translations, '{title}') is not null;
$$;
comment on function private.check_import_variants(uuid) is 'Notes what is wrong with variants beside their constraints, attributes and choices.';

create function private.check_import_options(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with known as (
    select import_products.product_id, array_agg(product_options.title order by product_options.title) as titles
    from private.import_products join public.product_options on product_options.product_id = import_products.product_id
    where import_products.import_id = check_import_options.import_id group by 1
  ), said as (
    select import_variants.row_number, import_variants.product_id, import_variants.options,
      array(select title from jsonb_object_keys(import_variants.options) as title order by 1) as titles,
      first_value(import_variants.options) over (partition by import_variants.product_id order by import_variants.row_number) as first_options
    from private.import_variants where import_variants.import_id = check_import_options.import_id and import_variants.options <> '{}'
  ), asked as (
    select said.*, coalesce(known.titles, array(select title from jsonb_object_keys(said.first_options) as title order by 1)) as wanted
    from said left join known on known.product_id = said.product_id
  ), afterwards as (
    select import_variants.product_id, import_variants.row_number, import_variants.options
    from private.import_variants where import_variants.import_id = check_import_options.import_id and import_variants.options <> '{}'
    union all
    select variants.product_id, null, private.options_of(variants.option_value_ids)
    from public.variants
    where variants.option_value_ids <> '{}' and variants.product_id in (
      select import_variants.product_id from private.import_variants where import_variants.import_id = check_import_options.import_id and import_variants.options <> '{}')
      and not exists (select from private.import_variants where import_variants.import_id = check_import_options.import_id and import_variants.variant_id = variants.id)
  )
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select check_import_options.import_id, asked.row_number, 'option1', 'invalid_options', left(format('A variant of this product names one value each of %s, or none.', array_to_string(asked.wanted, ', ')), 500)
  from asked where asked.titles <> asked.wanted
  union all
  select check_import_options.import_id, max(afterwards.row_number), 'value1', 'double_row', 'Another variant of this product has the same values.'
  from afterwards group by afterwards.product_id, afterwards.options having count(*) > 1;
$$;
comment on function private.check_import_options(uuid) is 'Notes variants that do not name one value of each option of their product, and two that name the same.';

create function private.check_import_parts(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select import_rows.import_id, import_rows.row_number, 'parts', 'invalid_value', 'Parts are written as SKU*2;OTHER*1, each once, with 1 to 100 of it.'
  from private.import_rows
  where import_rows.import_id = check_import_parts.import_id and import_rows.record ->> 'parts' <> '' and private.read_parts(import_rows.record ->> 'parts') is null
  union all
  select staged.import_id, staged.row_number, 'parts', problems.code, problems.message
  from private.import_variants as staged
  join private.import_products on import_products.import_id = staged.import_id and import_products.product_id = staged.product_id
  cross join lateral jsonb_object_keys(staged.parts) as named (sku)
  left join public.variants on variants.sku = named.sku
  left join public.products on products.id = variants.product_id
  left join private.import_variants as added on added.import_id = staged.import_id and added.sku = named.sku and variants.id is null
  left join private.import_products as carrier on carrier.import_id = added.import_id and carrier.product_id = added.product_id
  cross join lateral (
    select 'not_a_bundle' as code, 'Only a variant of a product of kind bundle has parts.' as message where import_products.kind <> 'bundle'
    union all
    select 'variant_not_found', format('There is no variant with the SKU %s.', named.sku) where variants.id is null and added.variant_id is null
    union all
    select 'bundle_in_bundle', format('%s is a bundle, and cannot be a part of another.', named.sku) where 'bundle' in (products.kind, carrier.kind)
  ) as problems
  where staged.import_id = check_import_parts.import_id and staged.parts <> staged.former_parts;
$$;
comment on function private.check_import_parts(uuid) is 'Notes parts that cannot be read or be parts of what names them, in the words of the table of parts.';

create function private.write_import_options(import_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  with said as materialized (
    select import_variants.product_id, import_variants.row_number, place, import_rows.record ->> ('option' || place) as title, import_rows.record ->> ('value' || place) as word
    from private.import_variants
    join private.import_rows on import_rows.import_id = import_variants.import_id and import_rows.row_number = import_variants.row_number
    cross join generate_series(1, 5) as place
    where import_variants.import_id = write_import_options.import_id and import_variants.options <> import_variants.former_options
      and import_rows.record ->> ('option' || place) <> '' and import_rows.record ->> ('value' || place) <> ''
  ), added as (
    insert into public.product_options (product_id, title, position)
    select said.product_id, said.title, (min(array[said.row_number, said.place]))[2] from said group by said.product_id, said.title
    on conflict on constraint product_options_are_named_once_per_product do nothing
    returning product_options.id, product_options.product_id, product_options.title
  ), options as (
    select added.id, added.product_id, added.title from added
    union all
    select product_options.id, product_options.product_id, product_options.title
    from public.product_options where product_options.product_id in (select said.product_id from said)
  )
  insert into public.product_option_values (option_id, title, position)
  select options.id, said.word, coalesce(max(known.position), 0) + row_number() over (partition by options.id order by min(said.row_number))
  from said
  join options on options.product_id = said.product_id and options.title = said.title
  left join lateral (select max(product_option_values.position) as position from public.product_option_values where product_option_values.option_id = options.id) as known on true
  group by options.id, said.word
  on conflict on constraint product_option_values_are_named_once_per_option do nothing;
$$;
comment on function private.write_import_options(uuid) is 'Adds the options and values that a file names and the products do not have; takes none away.';
