-- A catalogue to search in: :products goods in 180 categories three levels deep, each with attributes, tags, a text of sixty words and
-- 1 to 4 variants with prices and units, in sizes where there are one or three; every tenth is sold out. Written past triggers and audit; the search is made at once, by its own function.
set session_replication_role = replica;
create schema if not exists bench_products;

create table bench_products.nouns as select * from unnest(array['Sepatu','Kemeja','Celana','Jaket','Tas','Topi','Kamera','Laptop','Meja','Kursi','Lampu','Buku',
  'Panci','Gelas','Piring','Sepeda','Helm','Tenda','Bola','Raket','Gitar','Piano','Speaker','Headphone','Monitor','Keyboard','Printer','Kompor','Kulkas','Blender','Setrika',
  'Sofa','Kasur','Bantal','Selimut','Karpet','Cermin','Jam','Cincin','Kalung']) with ordinality as noun (word, number);
create table bench_products.adjectives as select * from unnest(array['merah','biru','hitam','putih','klasik','modern','ringan','tahan air','premium','anak','pria','wanita','lipat',
  'portabel','kayu','besi','katun','kulit','organik','hemat']) with ordinality as adjective (word, number);
create table bench_products.brands as select number, initcap(translate(substr(md5('brand' || number), 1, 7), '0123456789', 'aeioulnrst')) as word from generate_series(1, 300) as number;
-- three thousand words, the first of them in most texts
create table bench_products.fillers as select number, translate(substr(md5('word' || number), 1, 4 + number % 6), '0123456789', 'aeioulnrst') as word from generate_series(0, 2999) as number;
create table bench_products.texts as
select text.number, string_agg(fillers.word, ' ') as words
from generate_series(0, 4999) as text (number) cross join generate_series(1, 60) as place
join bench_products.fillers on fillers.number = floor(3000 * power(((text.number::bigint * 48271 + place * 16807) % 99991) / 99991.0, 3))
group by text.number;

insert into public.categories (id, parent_id, parent_depth, slug, title)
select md5('category' || number)::uuid, case when number >= 6 then md5('category' || (number - 6) / 5)::uuid end, case when number >= 36 then 2 when number >= 6 then 1 end, 'category-' || number,
  (select nouns.word from bench_products.nouns where nouns.number = 1 + categories.number % 40) || ' ' || number
from generate_series(0, 179) as categories (number);
insert into public.category_attributes (category_id, key, title, type, choices, min, max, level)
select md5('category' || number)::uuid, key, initcap(key), type, choices, null, null, 'product'
from generate_series(0, 5) as number, (values ('color', 'choice', array['red', 'blue', 'black', 'white', 'green']), ('material', 'choice', array['wood', 'steel', 'cotton', 'leather']),
  ('weight', 'decimal', null), ('waterproof', 'boolean', null)) as attribute (key, type, choices);
insert into public.category_attributes (category_id, key, title, type, choices, level)
select md5('category' || number)::uuid, 'size', 'Size', 'choice', array['S', 'M', 'L', 'XL'], 'variant' from generate_series(0, 5) as number;

analyze bench_products.fillers, bench_products.texts;
insert into public.products (id, kind, slug, title, summary, description, status, category_id, tags, attributes, translations, created_at)
select md5('goods' || goods.number)::uuid, case when goods.number % 20 = 0 then 'digital' else 'physical' end, 'goods-' || goods.number,
  brands.word || ' ' || nouns.word || ' ' || adjectives.word || ' ' || goods.number % 997,
  'Produk ' || adjectives.word || ' dari ' || brands.word, texts.words,
  'published', md5('category' || goods.number % 180)::uuid, array['tag-' || goods.number % 50, 'season-' || goods.number % 4],
  jsonb_build_object('color', (array['red', 'blue', 'black', 'white', 'green'])[1 + goods.number % 5], 'material', (array['wood', 'steel', 'cotton', 'leather'])[1 + (goods.number / 7) % 4],
    'weight', (goods.number % 200) / 10.0, 'waterproof', goods.number % 3 = 0),
  case when goods.number % 4 = 0 then jsonb_build_object('en', jsonb_build_object('title', brands.word || ' thing ' || goods.number % 997)) else '{}' end,
  now() - goods.number * interval '5 minutes'
from generate_series(1, :products) as goods (number)
join bench_products.brands on brands.number = 1 + (goods.number::bigint * 7919) % 300
join bench_products.nouns on nouns.number = 1 + goods.number % 40
join bench_products.adjectives on adjectives.number = 1 + (goods.number / 40) % 20
join bench_products.texts on texts.number = goods.number % 5000;
insert into public.variants (id, product_id, sku, title, stock_mode, attributes)
select md5('goods' || number || '-' || size)::uuid, md5('goods' || number)::uuid, 'GDS-' || number || '-' || size, 'Size ' || size, case when number % 20 = 0 then 'none' else 'tracked' end,
  case when number % 2 = 0 then jsonb_build_object('size', (array['S', 'M', 'L', 'XL'])[size]) else '{}' end
from generate_series(1, :products) as number, generate_series(1, 1 + number % 4) as size;
insert into public.prices (variant_id, currency, amount)
select variants.id, currency.code, ((100 + (hashtext(variants.sku)::bigint & 2147483647) % 9900) * case currency.code when 'IDR' then 100000 else 10 end)
from public.variants, public.currencies as currency where variants.sku like 'GDS-%' and (currency.code = 'IDR' or hashtext(variants.sku) % 2 = 0) and currency.code in ('IDR', 'USD');
insert into public.stock_slots (variant_id, slot, location_id, available)
select variants.id, slot * 16, private.main_location(), case when substr(variants.sku, 5)  ~ '[37]-[0-9]$' then 0 else 4 end
from public.variants, generate_series(0, 3) as slot where variants.sku like 'GDS-%' and variants.stock_mode = 'tracked';
insert into public.stock_movements (variant_id, location_id, quantity, reason)
select stock_slots.variant_id, stock_slots.location_id, sum(stock_slots.available), 'capacity' from public.stock_slots join public.variants on variants.id = stock_slots.variant_id
where variants.sku like 'GDS-%' group by 1, 2 having sum(stock_slots.available) > 0;
set session_replication_role = origin;
analyze;

select private.index_products(array(select products.id from public.products));
