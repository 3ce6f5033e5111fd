/*
Catalog, what is searched: one row per product with everything that it is found and filtered by, and its lowest price in each currency.

Promise: what staff write in products, variants, prices and categories is found the moment it is committed, and nothing that is gone is. One exception:
what a new title of a category or another catalog_locale changes in more products than a request has time for, the worker brings up to date within
minutes. A purchase writes nothing here: whether something is in stock is read from the slots when somebody asks, and so is whether it is on sale now.
Under concurrency: whoever changes a part of a product first locks its row here, in the order of ids, and only then reads the parts. So of two who change
parts of one product the second reads what the first wrote; a test takes the lock away.
*/

insert into public.settings (key, value, description) values
  ('catalog_locale', '"id"', 'The language of titles and texts of products that are not translations: id, en, or another, whose words are then found in the very form in which they are written.');

create table private.product_search (
  product_id uuid primary key references public.products (id) on delete cascade,
  kind text not null,
  status text not null,
  publish_at timestamptz,
  unpublish_at timestamptz,
  created_at timestamptz not null,
  category_id uuid,
  title text collate "C" not null,
  tags text[] not null,
  facts text[] not null,
  choices text[] not null,
  numbers jsonb not null,
  counted_variants uuid[] not null,
  has_uncounted boolean not null,
  content text not null,
  words tsvector not null,
  title_id text collate "C" not null,
  title_en text collate "C" not null,
  differing jsonb
);
comment on table private.product_search is
  'What a product is found by. facts: its attributes and its variants'' as key=value; choices: those of them that are no numbers, which facets count; numbers: those that are numbers, {key: [values]}; counted_variants: goods whose units decide whether it is in stock; title_id, title_en: what the title is in that locale; '
  'content: titles, tags and SKUs for what is written alike; words: all texts, the attributes'' too, each in the word forms of its language; '
  'differing: of a product whose variants say something each, what is true of which, {variant_id: attributes}.';

-- serves: words
create index on private.product_search using gin (words);
-- serves: parts of words, and what is written alike, in titles as well
create index on private.product_search using gin (content extensions.gin_trgm_ops);
-- serves: products with an attribute
create index on private.product_search using gin (facts);
-- serves: products with a tag
create index on private.product_search using gin (tags);
-- serves: the newest
create index on private.product_search (created_at desc, product_id desc);
-- serves: all by title, and titles that begin with what was typed
create index on private.product_search (title, product_id);
-- serves: the same in a locale
create index on private.product_search (title_id, product_id);
create index on private.product_search (title_en, product_id);
-- serves: a category, newest first
create index on private.product_search (category_id, created_at desc, product_id desc);

create table private.product_prices (
  product_id uuid not null references private.product_search (product_id) on delete cascade,
  currency text not null,
  lowest_amount bigint not null,
  highest_amount bigint not null,
  primary key (product_id, currency)
);
comment on table private.product_prices is 'The lowest and the highest base price among the variants of a product.';
-- serves: a range of prices, and the cheapest
create index on private.product_prices (currency, lowest_amount, product_id);

create table private.choice_titles (
  category_attribute_id uuid not null references public.category_attributes (id) on delete cascade,
  locale text not null,
  choice text not null,
  words tsvector not null,
  primary key (category_attribute_id, locale, choice)
);
comment on table private.choice_titles is 'The words that choices of attributes are called by in a locale. Products hold the choices themselves; who searches for such a word looks for the choice.';
-- serves: choices that are called so
create index on private.choice_titles using gin (words);

-- keeping it -------------------------------------------------------------------------------------------------------------------------

create function private.language_of(locale text)
returns regconfig
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  select case language_of.locale when 'id' then 'pg_catalog.indonesian' when 'en' then 'pg_catalog.english' else 'pg_catalog.simple' end::regconfig;
$$;
comment on function private.language_of(text) is 'The word forms of a locale; of an unknown one, words as they are written.';

create function private.unaccented(original text)
returns text
language sql
immutable
parallel safe
security invoker
return case when octet_length(original) = length(original) then original else private.search_text(original) end;
comment on function private.unaccented(text) is 'A text whose words may be taken: that needs neither lower case nor single spaces, so one of ASCII stays as it is. Inlined.';

create function private.words_of(language regconfig, title text, summary text, description text)
returns tsvector
language sql
immutable
parallel safe
security invoker
return setweight(to_tsvector(language, coalesce(private.unaccented(title), '')), 'A') || setweight(to_tsvector(language, coalesce(private.unaccented(summary), '')), 'C')
  || setweight(to_tsvector(language, coalesce(private.unaccented(description), '')), 'D');
comment on function private.words_of(regconfig, text, text, text) is
  'The words of a title (weight A), a summary (C) and a description (D) in one language. Inlined.';

create function private.translated_words(locale text, texts jsonb)
returns tsvector
language plpgsql -- called for each product of an import: keeps its plan
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
  if texts is null then
    return '';
  end if;
  return private.words_of(private.language_of(locale), texts ->> 'title', texts ->> 'summary', texts ->> 'description');
end
$$;
comment on function private.translated_words(text, jsonb) is 'The words of the translation into one locale; none when there is no translation.';

create function private.product_documents(product_ids uuid[])
returns setof private.product_search
language plpgsql -- keeps its plan
stable
security invoker
set search_path = ''
as $$
declare
  v_language constant regconfig := private.language_of(private.setting('catalog_locale') #>> '{}');
begin
  -- each text is brought into its searched form once; offset 0 keeps the planner from writing it out wherever it is used
  return query
    with sections as materialized (
      select categories.id, setweight(to_tsvector(v_language, private.unaccented(categories.title))
        || to_tsvector('pg_catalog.indonesian', coalesce(private.unaccented(categories.translations -> 'id' ->> 'title'), ''))
        || to_tsvector('pg_catalog.english', coalesce(private.unaccented(categories.translations -> 'en' ->> 'title'), '')), 'C') as words
      from public.categories where categories.id in (select products.category_id from public.products where products.id = any (product_documents.product_ids))
    )
    select products.id, products.kind, products.status, products.publish_at, products.unpublish_at, products.created_at, products.category_id, products.searched_title, products.tags,
      coalesce(said.facts, '{}'), coalesce(said.choices, '{}'), coalesce(said.numbers, '{}'), coalesce(sold.counted, '{}'), coalesce(sold.has_uncounted, false),
      concat_ws(E'\n', products.searched_title, private.search_text(products.translations -> 'id' ->> 'title'), private.search_text(products.translations -> 'en' ->> 'title'),
        texts.tags, texts.skus),
      products.words
        || case when products.translations = '{}' then '' else private.translated_words('id', products.translations -> 'id') || private.translated_words('en', products.translations -> 'en') end
        || setweight(to_tsvector('pg_catalog.simple', concat_ws(' ', texts.tags, texts.skus, private.unaccented(sold.titles))), 'B')
        || coalesce(sections.words, '') || case when said.texts is not null then setweight(to_tsvector(v_language, private.unaccented(said.texts)), 'C') else '' end,
      coalesce(private.search_text(products.translations -> 'id' ->> 'title'), products.searched_title), coalesce(private.search_text(products.translations -> 'en' ->> 'title'), products.searched_title),
      case when sold.variants > 1 and sold.attributes is not null then (
        select jsonb_object_agg(variants.id, products.attributes || variants.attributes) from public.variants where variants.product_id = products.id) end
    from (
      -- nothing here but what is parallel safe and of one row: of many products another process makes the words, while this one does the rest
      select products.*, private.search_text(products.title) as searched_title, private.words_of(v_language, products.title, products.summary, products.description) as words
      from public.products where products.id = any (product_documents.product_ids) offset 0
    ) as products
    left join sections on sections.id = products.category_id
    left join lateral (
      select array_agg(variants.attributes) filter (where variants.attributes <> '{}') as attributes, string_agg(variants.sku, ' ') as skus, string_agg(variants.title, ' ') as titles,
        array_agg(variants.id) filter (where variants.stock_mode <> 'none' and products.kind not in ('course', 'bundle')) as counted,
        bool_or(variants.stock_mode = 'none' and products.kind not in ('course', 'bundle')) as has_uncounted, count(*) as variants
      from public.variants where variants.product_id = products.id
    ) as sold on true
    cross join lateral (
      select array_to_string(products.tags, ' ') as tags, lower(sold.skus) as skus offset 0
    ) as texts
    left join lateral (
      select array_agg(distinct facts.key || '=' || (facts.value #>> '{}')) as facts,
        array_agg(distinct facts.key || '=' || (facts.value #>> '{}')) filter (where jsonb_typeof(facts.value) <> 'number') as choices,
        string_agg(distinct facts.value #>> '{}', E'\n') filter (where jsonb_typeof(facts.value) = 'string') as texts,
        -- where variants say nothing, no key is there twice
        case when sold.attributes is null then jsonb_object_agg(facts.key, jsonb_build_array(facts.value)) filter (where jsonb_typeof(facts.value) = 'number') else (
          select jsonb_object_agg(number.key, number.values) from (
            select numbers.key, jsonb_agg(distinct numbers.value) as values
            from unnest(products.attributes || coalesce(sold.attributes, '{}')) as part, jsonb_each(part) as numbers where jsonb_typeof(numbers.value) = 'number' group by numbers.key
          ) as number) end as numbers
      from unnest(products.attributes || coalesce(sold.attributes, '{}')) as part, jsonb_each(part) as facts
      where jsonb_typeof(facts.value) in ('string', 'number', 'boolean')
    ) as said on products.attributes <> '{}' or sold.attributes is not null;
end
$$;
comment on function private.product_documents(uuid[]) is 'The rows that private.product_search should have for these products.';

create function private.title_in(product private.product_search, locale text)
returns text
language sql
immutable
security invoker
return case locale when 'id' then product.title_id when 'en' then product.title_en else product.title end;
comment on function private.title_in(private.product_search, text) is 'What a product is called in a locale, as searches compare it. Inlined: with collate "C" indexes serve it.';

create function private.variants_called(pattern text, words text, likeness real)
returns table (variant_id uuid, title text)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- the plan depends on the words
as $$
begin
  return query
  select variants.id, products.title
  from private.product_search join public.products on products.id = product_search.product_id join public.variants on variants.product_id = products.id
  where product_search.content like variants_called.pattern and product_search.title like variants_called.pattern
    or variants_called.likeness is not null and product_search.content operator(extensions.%>) variants_called.words
      and extensions.word_similarity(variants_called.words, product_search.title) >= variants_called.likeness;
end
$$;
comment on function private.variants_called(text, text, real) is
  'Variants of products whose title contains the words, by this pattern, or with a likeness is written alike; the caller sets pg_trgm.word_similarity_threshold to it. Whether they are on sale does not matter.';

create function private.lock_search(product_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from private.product_search where product_search.product_id = any (lock_search.product_ids)
  order by product_search.product_id for no key update;
end
$$;
comment on function private.lock_search(uuid[]) is 'Makes whoever changes another part of these products wait, so that nobody writes what an older look at them showed.';

create function private.index_prices(product_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
set plan_cache_mode = 'force_custom_plan' -- a plan for any number of products is one for ten, and compares all with all
as $$
begin
  perform private.lock_search(index_prices.product_ids);
  with known as (
    select variants.product_id, prices.currency, min(prices.amount) as lowest_amount, max(prices.amount) as highest_amount
    from unnest(index_prices.product_ids) as wanted (id)
    join public.variants on variants.product_id = wanted.id join public.prices on prices.variant_id = variants.id
    group by variants.product_id, prices.currency
  ), gone as (
    delete from private.product_prices
    where product_prices.product_id = any (index_prices.product_ids)
      and not exists (select from known where known.product_id = product_prices.product_id and known.currency = product_prices.currency)
  )
  insert into private.product_prices (product_id, currency, lowest_amount, highest_amount) select * from known
  on conflict (product_id, currency) do update set lowest_amount = excluded.lowest_amount, highest_amount = excluded.highest_amount
  where (product_prices.lowest_amount, product_prices.highest_amount) is distinct from (excluded.lowest_amount, excluded.highest_amount);
end
$$;
comment on function private.index_prices(uuid[]) is 'Notes the lowest and highest prices of these products as they are now.';

create function private.index_products(product_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform private.lock_search(index_products.product_ids);
  insert into private.product_search select * from private.product_documents(index_products.product_ids)
  on conflict (product_id) do update set
    kind = excluded.kind, status = excluded.status, publish_at = excluded.publish_at, unpublish_at = excluded.unpublish_at, created_at = excluded.created_at,
    category_id = excluded.category_id, title = excluded.title, tags = excluded.tags, facts = excluded.facts, choices = excluded.choices, numbers = excluded.numbers,
    counted_variants = excluded.counted_variants, has_uncounted = excluded.has_uncounted, content = excluded.content, words = excluded.words,
    title_id = excluded.title_id, title_en = excluded.title_en, differing = excluded.differing
  where product_search is distinct from excluded;
  perform private.index_prices(index_products.product_ids);
end
$$;
comment on function private.index_products(uuid[]) is 'Makes these products findable as they are now. Waits for whoever changes a part of one of them, then reads.';

create table private.stale_search (
  product_id uuid primary key -- no foreign key: one that is gone is found gone
);
comment on table private.stale_search is 'Products that one statement about something else changed what they are found by, and too many to do it in one request: private.refresh_search does.';

create function private.index_soon(product_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  -- a request of a person ends after 8 s, in which twice as many can be done; who has no limit waits for all of them
  if cardinality(index_soon.product_ids) <= 5000 or current_setting('statement_timeout') = '0' then
    perform private.index_products(index_soon.product_ids);
  else
    -- one that waits already is locked: who refreshes it leaves it until this is committed, and then reads what it said
    insert into private.stale_search (product_id) select unnest(index_soon.product_ids) order by 1
    on conflict (product_id) do update set product_id = excluded.product_id;
  end if;
end
$$;
comment on function private.index_soon(uuid[]) is 'Makes products findable as they are now; of more than 5000 in a request whose time is limited it leaves all to private.refresh_search.';

create function private.refresh_search(max_products integer default 500)
returns integer
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_product_ids uuid[];
begin
  with next as (
    select stale_search.product_id from private.stale_search order by stale_search.product_id limit refresh_search.max_products for update skip locked
  ), taken as (
    delete from private.stale_search using next where stale_search.product_id = next.product_id returning stale_search.product_id
  )
  select coalesce(array_agg(taken.product_id), '{}') into v_product_ids from taken;
  perform private.index_products(v_product_ids);
  return cardinality(v_product_ids);
end
$$;
comment on function private.refresh_search(integer) is 'Makes products findable as they are now that were too many for the request that changed them; returns how many. The worker calls it until 0.';

create function private.tg__index_products()
returns trigger
language plpgsql
volatile
security definer -- staff write the catalogue, not the search
set search_path = ''
as $$
begin
  if private.is_importing() then
    return null;
  end if;
  if tg_table_name = 'settings' then
    perform private.index_soon(array(select products.id from public.products));
  elsif tg_table_name = 'categories' then
    -- where a category hangs is read from the tree
    perform private.index_soon(array(
      select products.id from changed join former on former.id = changed.id join public.products on products.category_id = changed.id
      where (changed.title, changed.translations) is distinct from (former.title, former.translations)));
  elsif tg_table_name = 'products' then
    perform private.index_products(array(select changed.id from changed));
  elsif tg_table_name = 'variants' and tg_op = 'DELETE' then
    perform private.index_products(array(select distinct former.product_id from former));
  elsif tg_table_name = 'variants' then
    perform private.index_products(array(select distinct changed.product_id from changed));
  elsif tg_op = 'DELETE' then
    perform private.index_prices(array(select distinct variants.product_id from former join public.variants on variants.id = former.variant_id));
  else
    perform private.index_prices(array(select distinct variants.product_id from changed join public.variants on variants.id = changed.variant_id));
  end if;
  return null;
end
$$;
comment on function private.tg__index_products() is 'Keeps the search up to date with what a statement wrote, once for all its rows.';

create function private.tg_category_attributes__index_choices()
returns trigger
language plpgsql
volatile
security definer -- as tg__index_products
set search_path = ''
as $$
begin
  delete from private.choice_titles where choice_titles.category_attribute_id = new.id;
  insert into private.choice_titles (category_attribute_id, locale, choice, words)
  select new.id, locales.key, titles.key, to_tsvector(private.language_of(locales.key), private.unaccented(titles.value)) || to_tsvector('pg_catalog.simple', private.unaccented(titles.value))
  from jsonb_each(new.translations) as locales cross join lateral jsonb_each_text(coalesce(locales.value -> 'choices', '{}')) as titles;
  return null;
end
$$;
comment on function private.tg_category_attributes__index_choices() is 'Keeps what choices are called up to date with the translations of their attribute.';
create trigger _320_index_choices after insert or update of translations on public.category_attributes for each row execute function private.tg_category_attributes__index_choices();

create trigger _320_index_added after insert on public.products referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_changed after update on public.products referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_added after insert on public.variants referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_changed after update on public.variants referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_removed after delete on public.variants referencing old table as former for each statement execute function private.tg__index_products();
create trigger _320_index_added after insert on public.prices referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_changed after update on public.prices referencing new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_removed after delete on public.prices referencing old table as former for each statement execute function private.tg__index_products();
create trigger _320_index_changed after update on public.categories referencing old table as former new table as changed for each statement execute function private.tg__index_products();
create trigger _320_index_products after update of value on public.settings for each row
  when (new.key = 'catalog_locale' and new.value is distinct from old.value) execute function private.tg__index_products();

-- what was there before
select private.index_products(array(select products.id from public.products));
