/*
Catalog, reading: lists and documents as a storefront shows them, in one call and one language.

Promise: lists show what is on sale now and nothing else; a page follows the last row of the page before, so products that come meanwhile
neither repeat nor hide others. What has no translation in the language asked for is shown in the base text.
*/

create function private.short_locale(locale text)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select lower(left(short_locale.locale, 2));
$$;
comment on function private.short_locale(text) is 'en for en-US: the language that translations are kept by. One that is not known finds none, so the base text is shown.';

create function private.product_cards(product_ids uuid[], locale text, currency text)
returns jsonb
language plpgsql -- keeps its plan: every list passes here
stable
security invoker
set search_path = ''
as $$
declare
  -- most shops have no list most of the time, and then nobody need ask for each variant
  v_listed boolean := exists (select from public.price_lists where price_lists.status = 'active' and (price_lists.ends_at is null or price_lists.ends_at > now()));
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', products.id, 'kind', products.kind, 'slug', products.slug,
      'title', coalesce(products.translations -> product_cards.locale ->> 'title', products.title),
      'summary', coalesce(products.translations -> product_cards.locale ->> 'summary', products.summary),
      'image_url', products.image_url, 'category_id', products.category_id, 'tags', to_jsonb(products.tags), 'attributes', products.attributes,
      'created_at', products.created_at,
      'image', case when picture.id is not null then jsonb_build_object('id', picture.id,
        'alt', coalesce(picture.translations -> product_cards.locale ->> 'alt', picture.alt), 'width', picture.width, 'height', picture.height) end,
      'price', case when cheapest.variant_id is not null then jsonb_build_object('variant_id', cheapest.variant_id, 'currency', product_cards.currency,
        'amount', cheapest.amount, 'base_amount', cheapest.base_amount) end
    ) order by wanted.place), '[]')
    from unnest(product_cards.product_ids) with ordinality as wanted (id, place)
    join public.products on products.id = wanted.id
    left join lateral (
      select media.id, media.alt, media.translations, media.width, media.height from public.media
      where media.product_id = products.id and media.ready_at is not null order by media.position, media.id limit 1
    ) as picture on true
    left join lateral (
      select variants.id as variant_id, prices.amount as base_amount, case
        when v_listed then coalesce((private.best_list_price(variants.id, 1, prices.currency, auth.uid(), prices.amount)).amount, prices.amount)
        else prices.amount end as amount
      from public.variants join public.prices on prices.variant_id = variants.id and prices.currency = product_cards.currency
      where variants.product_id = products.id
      order by 3, variants.position, variants.id limit 1
    ) as cheapest on true
  );
end
$$;
comment on function private.product_cards(uuid[], text, text) is
  'Products as a list shows them, in the order of their ids: texts in one language, first picture, and the price of the cheapest variant for one unit, this caller and now (null: not sold in the currency).';

create function private.product_card(product public.products, locale text, currency text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return private.product_cards(array[product.id], product_card.locale, product_card.currency) -> 0;
end
$$;
comment on function private.product_card(public.products, text, text) is 'One product as a list shows it, for those who have the row at hand. Several at once: private.product_cards.';

create function private.page_of_products(collection_id uuid, condition text, locale text, currency text, cursor text, max_rows integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_rows integer := least(greatest(coalesce(page_of_products.max_rows, 20), 1), 100);
  v_after text[] := regexp_match(page_of_products.cursor, '^(-?[0-9]{1,10})\.([0-9]{1,17})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$');
  v_currency text := coalesce(page_of_products.currency, private.setting('default_currency') #>> '{}');
  v_older text := 'true';
  v_ruled text := format('(%s)', page_of_products.condition);
  v_ids uuid[];
  v_keys text[];
begin
  if page_of_products.cursor is not null and (v_after is null or v_after[1]::bigint not between -2147483648 and 2147483647) then
    perform private.fail('invalid_cursor', 422, 'This cursor is not one that this list gave.', 'Pass next_cursor as it came; start without it.');
  end if;
  if not exists (select from public.currencies where currencies.code = v_currency and currencies.retired_at is null) then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
  if v_after is not null then
    v_older := format('(products.created_at, products.id) < (%L, %L)', to_timestamp(0) + v_after[2]::bigint * interval '1 microsecond', v_after[3]);
    v_ruled := v_ruled || case when v_after[1] = '2147483647' then ' and ' || v_older else '' end;
  end if;
  -- two lists, each in the order of an index: what was picked by hand by its place, then what fits by age
  execute format($query$
    select array_agg(found.id), array_agg(found.rank || '.' || (extract(epoch from found.created_at) * 1000000)::bigint || '.' || found.id)
    from (
      select both_lists.* from ((
        select products.id, products.created_at, collection_members.position as rank
        from public.collection_members join public.products on products.id = collection_members.product_id
        where collection_members.collection_id = $2 and private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
          and ($3 is null or collection_members.position > $3 or collection_members.position = $3 and %1$s)
        order by collection_members.position, products.created_at desc, products.id desc limit $1
      )
      union all
      (
        select products.id, products.created_at, 2147483647 from public.products
        where private.is_on_sale(products.status, products.publish_at, products.unpublish_at) and %2$s
          and not exists (select from public.collection_members where collection_members.collection_id = $2 and collection_members.product_id = products.id)
        order by products.created_at desc, products.id desc limit $1
      )) as both_lists
      order by both_lists.rank, both_lists.created_at desc, both_lists.id desc limit $1
    ) as found $query$, v_older, v_ruled)
  into v_ids, v_keys using v_rows + 1, page_of_products.collection_id, v_after[1]::integer;
  return jsonb_build_object('data', private.product_cards(v_ids[1:v_rows], private.short_locale(page_of_products.locale), v_currency),
    'next_cursor', case when cardinality(v_ids) > v_rows then v_keys[v_rows] end);
end
$$;
comment on function private.page_of_products(uuid, text, text, text, text, integer) is
  'A page of what is on sale: what was picked for a collection (null: none), then what fits a condition on products, newest first. The condition is SQL: its callers quote every value in it.';

create function private.categories_in(category text)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_category_id uuid := (select categories.id from public.categories where categories.slug = categories_in.category);
begin
  if v_category_id is null then
    perform private.fail('category_not_found', 404, 'There is no such category.', 'Read category_tree for those there are.');
  end if;
  return array(select private.category_subtree(v_category_id));
end
$$;
comment on function private.categories_in(text) is 'The category with this slug and all below it. Refuses category_not_found.';

create function private.list_products(kind text, category text, tag text, locale text, currency text, cursor text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- prices, pictures and products in one call; page_of_products asks is_on_sale itself
set search_path = ''
as $$
declare
  v_where text := 'true';
begin
  if list_products.kind is not null then
    v_where := v_where || format(' and products.kind = %L', list_products.kind);
  end if;
  if list_products.tag is not null then
    v_where := v_where || format(' and products.tags @> %L::text[]', array[list_products.tag]);
  end if;
  if list_products.category is not null then
    v_where := v_where || format(' and products.category_id = any (%L::uuid[])', private.categories_in(list_products.category));
  end if;
  return private.page_of_products(null, v_where, list_products.locale, list_products.currency, list_products.cursor, list_products.max_rows);
end
$$;
comment on function private.list_products(text, text, text, text, text, text, integer) is 'Does the work of public.list_products.';
grant execute on function private.list_products(text, text, text, text, text, text, integer) to anon, authenticated, service_role;

create function public.list_products(
  kind text default null, category text default null, tag text default null, locale text default null, currency text default null,
  cursor text default null, max_rows integer default 20
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.list_products(list_products.kind, list_products.category, list_products.tag, list_products.locale, list_products.currency,
    list_products.cursor, list_products.max_rows);
$$;
comment on function public.list_products(text, text, text, text, text, text, integer) is
  'What is on sale, newest first, as {data, next_cursor}: of a kind, in a category (its slug) and below it, with a tag. price is the cheapest variant''s, for the caller and now. '
  'locale: id or en. Errors: category_not_found, currency_not_supported, invalid_cursor.';
grant execute on function public.list_products(text, text, text, text, text, text, integer) to anon, authenticated, service_role;

create function private.collection_products(slug text, locale text, currency text, cursor text, max_rows integer)
returns jsonb
language plpgsql
stable
security definer -- the rules are for staff, what they find is for everybody
set search_path = ''
as $$
declare
  v_collection public.collections;
  v_locale text := private.short_locale(collection_products.locale);
begin
  select * into v_collection from public.collections
  where collections.slug = collection_products.slug
    and (private.is_on_sale(collections.status, collections.publish_at, collections.unpublish_at) or private.is_service() or private.has_permission('catalog.read'));
  if v_collection.id is null then
    perform private.fail('collection_not_found', 404, 'There is no such collection.', 'Read the collections table for those there are.');
  end if;
  return jsonb_build_object('collection', jsonb_build_object('id', v_collection.id, 'slug', v_collection.slug,
      'title', coalesce(v_collection.translations -> v_locale ->> 'title', v_collection.title),
      'description', coalesce(v_collection.translations -> v_locale ->> 'description', v_collection.description)))
    || private.page_of_products(v_collection.id, private.collection_condition(v_collection),
      collection_products.locale, collection_products.currency, collection_products.cursor, collection_products.max_rows);
end
$$;
comment on function private.collection_products(text, text, text, text, integer) is 'Does the work of public.collection_products.';
grant execute on function private.collection_products(text, text, text, text, integer) to anon, authenticated, service_role;

create function public.collection_products(slug text, locale text default null, currency text default null, cursor text default null, max_rows integer default 20)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.collection_products(collection_products.slug, collection_products.locale, collection_products.currency, collection_products.cursor, collection_products.max_rows);
$$;
comment on function public.collection_products(text, text, text, text, integer) is
  'A published collection and a page of what is in it and on sale, {collection, data, next_cursor}: what was picked by hand first, then newest first. locale: id or en. '
  'Errors: collection_not_found, currency_not_supported, invalid_cursor.';
grant execute on function public.collection_products(text, text, text, text, integer) to anon, authenticated, service_role;

-- one product --------------------------------------------------------------------------------------------------------------------------

create function private.product_choices(product_id uuid, locale text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', product_options.id, 'title', coalesce(product_options.translations -> product_choices.locale ->> 'title', product_options.title),
      'values', (
        select jsonb_agg(jsonb_build_object('id', product_option_values.id,
            'title', coalesce(product_option_values.translations -> product_choices.locale ->> 'title', product_option_values.title))
          order by product_option_values.position, product_option_values.id)
        from public.product_option_values where product_option_values.option_id = product_options.id
      )) order by product_options.position, product_options.title)
    from public.product_options where product_options.product_id = product_choices.product_id
  ), '[]');
end
$$;
comment on function private.product_choices(uuid, text) is 'The options of a product with their values, in order, in one language.';

create function private.attributes_said(category_id uuid, attributes jsonb, locale text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return case when attributes_said.attributes = '{}' then '[]' else coalesce((
    select jsonb_agg(jsonb_build_object('key', schema.key, 'title', coalesce(schema.translations -> attributes_said.locale ->> 'title', schema.title),
      'type', schema.type, 'unit', schema.unit, 'value', said.value,
      'value_title', case when schema.type = 'choice' then coalesce(schema.translations -> attributes_said.locale -> 'choices' ->> (said.value #>> '{}'), said.value #>> '{}') end) order by categories.depth, schema.position, schema.key)
    from private.attribute_schema(attributes_said.category_id) as schema
    join public.categories on categories.id = schema.category_id
    join jsonb_each(attributes_said.attributes) as said on said.key = schema.key
  ), '[]') end;
end
$$;
comment on function private.attributes_said(uuid, jsonb, text) is
  'Attributes of a product or a variant of a category with their names, and of choices what they are called, in one language and in the order of the schema.';

create function private.bundle_parts(bundle_variant_id uuid, locale text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('variant_id', variants.id, 'kind', products.kind, 'sku', variants.sku, 'quantity', bundle_items.quantity,
        'title', named.title || case when intakes.title <> products.title then ' · ' || intakes.title else '' end,
        'variant_title', coalesce(variants.translations -> bundle_parts.locale ->> 'title', variants.title),
        'slug', case when private.is_on_sale(products.status, products.publish_at, products.unpublish_at) then products.slug end)
      order by named.title, variants.id)
    from public.bundle_items
    join public.variants on variants.id = bundle_items.component_variant_id
    join public.products on products.id = variants.product_id
    left join public.intakes on intakes.variant_id = variants.id
    cross join lateral (select coalesce(products.translations -> bundle_parts.locale ->> 'title', products.title) as title) as named
    where bundle_items.bundle_variant_id = bundle_parts.bundle_variant_id
  ), '[]');
end
$$;
comment on function private.bundle_parts(uuid, text) is 'What one unit of a bundle consists of, in one language. slug: where a part is read about; null of one that is not on sale by itself.';

create function private.product_variants(product_id uuid, locale text, currency text)
returns jsonb
language plpgsql
volatile -- asks how many units are free
security invoker
set search_path = ''
as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', variants.id, 'sku', variants.sku,
      'title', coalesce(variants.translations -> product_variants.locale ->> 'title', variants.title),
      'option_value_ids', to_jsonb(variants.option_value_ids), 'attributes', variants.attributes,
      'facts', private.attributes_said(products.category_id, variants.attributes, product_variants.locale),
      'stock_mode', variants.stock_mode, 'units_available', private.sellable_units(variants.id),
      'ships_at', case when variants.preorder_ships_at > now() then variants.preorder_ships_at end,
      'components', case when products.kind = 'bundle' then private.bundle_parts(variants.id, product_variants.locale) else '[]' end,
      'prices', (
        select coalesce(jsonb_agg(jsonb_build_object('currency', prices.currency, 'amount', coalesce(listed.amount, prices.amount),
          'base_amount', prices.amount, 'reason', listed.reason) order by prices.currency), '[]')
        from public.prices
        cross join lateral private.best_list_price(variants.id, 1, prices.currency, auth.uid(), prices.amount) as listed
        where prices.variant_id = variants.id and (product_variants.currency is null or prices.currency = product_variants.currency)
      )) order by variants.position, variants.sku)
    from public.variants join public.products on products.id = variants.product_id where variants.product_id = product_variants.product_id
  ), '[]');
end
$$;
comment on function private.product_variants(uuid, text, text) is 'The variants of a product: what they combine and say, what they cost the caller now and why, how many can be bought (null: not counted), when a preorder ships, and what is in a bundle.';

create function private.category_path(category_id uuid, locale text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  with recursive path as (
    select categories.* from public.categories where categories.id = category_path.category_id
    union
    select categories.* from public.categories join path on categories.id = path.parent_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', path.id, 'slug', path.slug,
    'title', coalesce(path.translations -> category_path.locale ->> 'title', path.title)) order by path.depth), '[]') from path;
$$;
comment on function private.category_path(uuid, text) is 'The way from the top of the tree down to a category, as a page shows it above a product.';

create function private.readable_product(product_id uuid, slug text)
returns public.products
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_product public.products;
begin
  select * into v_product from public.products
  where (products.id = readable_product.product_id or readable_product.product_id is null and products.slug = readable_product.slug)
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or private.is_service() or private.has_permission('catalog.read'));
  if v_product.id is null then
    perform private.fail('product_not_found', 404, 'There is no such product on sale.', 'List the catalogue and take a slug or id from there.');
  end if;
  return v_product;
end
$$;
comment on function private.readable_product(uuid, text) is 'A product by id or, without one, by slug: on sale, or anything for staff who read the catalogue. Refuses product_not_found.';

create function private.product_document(slug text, product_id uuid, locale text, currency text)
returns jsonb
language plpgsql
stable
security definer -- one call, one check, instead of row-level security on ten tables
set search_path = ''
as $$
declare
  v_locale text := private.short_locale(product_document.locale);
  v_product constant public.products := private.readable_product(product_document.product_id, product_document.slug);
begin
  return private.product_cards(array[v_product.id], v_locale, coalesce(product_document.currency, private.setting('default_currency') #>> '{}')) -> 0
    || jsonb_build_object(
      'description', coalesce(v_product.translations -> v_locale ->> 'description', v_product.description),
      'status', v_product.status, 'publish_at', v_product.publish_at, 'unpublish_at', v_product.unpublish_at,
      'categories', private.category_path(v_product.category_id, v_locale),
      'facts', private.attributes_said(v_product.category_id, v_product.attributes, v_locale),
      'options', private.product_choices(v_product.id, v_locale),
      'variants', private.product_variants(v_product.id, v_locale, product_document.currency),
      'images', (
        select coalesce(jsonb_agg(jsonb_build_object('id', media.id, 'variant_id', media.variant_id, 'alt', coalesce(media.translations -> v_locale ->> 'alt', media.alt),
          'mime_type', media.mime_type, 'width', media.width, 'height', media.height) order by media.position, media.id), '[]')
        from public.media where media.product_id = v_product.id and media.ready_at is not null
      ),
      'files', (
        select coalesce(jsonb_agg(jsonb_build_object('file_name', digital_files.file_name, 'mime_type', digital_files.mime_type, 'byte_size', digital_files.byte_size,
          'variant_id', digital_files.variant_id) order by digital_files.position, digital_files.id), '[]')
        from public.digital_files where digital_files.product_id = v_product.id and digital_files.ready_at is not null
      ));
end
$$;
comment on function private.product_document(text, uuid, text, text) is 'Does the work of public.product_document.';
grant execute on function private.product_document(text, uuid, text, text) to anon, authenticated, service_role;

create function public.product_document(slug text default null, product_id uuid default null, locale text default null, currency text default null)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.product_document(product_document.slug, product_document.product_id, product_document.locale, product_document.currency);
$$;
comment on function public.product_document(text, uuid, text, text) is
  'A product by slug or id, as its page shows it: texts in one language, path of categories, facts (attributes with names), options, variants with prices and free units, pictures, names of files. '
  'For everybody while it is on sale, for staff with catalog.read always. Errors: product_not_found.';
grant execute on function public.product_document(text, uuid, text, text) to anon, authenticated, service_role;

insert into private.cached_reads (path, settings_prefix) values
  ('/categories', 'catalog'), ('/category_attributes', 'catalog'), ('/product_options', 'catalog'), ('/product_option_values', 'catalog'),
  ('/media', 'catalog'), ('/collections', 'catalog'), ('/rpc/category_tree', 'catalog'), ('/rpc/attribute_schema', 'catalog'),
  ('/rpc/list_products', 'catalog'), ('/rpc/collection_products', 'catalog'), ('/rpc/product_document', 'stock');
