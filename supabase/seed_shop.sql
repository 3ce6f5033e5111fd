/*
The shop beside the school: cars and motorcycles, books on paper and as files, merchandise in sizes and colours, and a bundle of all kinds; a tree
of categories with what each says of its products, stock in two places, a sale, tiers and a coupon. Books are not taxed. Ids follow from slugs, since the
pictures in supabase/storage lie under them (seed_media.sql).
Amounts are minor units: 8900000 IDR is Rp 89.000,00.
*/

insert into public.categories (id, parent_id, slug, title, position, translations)
select md5('category ' || slug)::uuid, md5('category ' || parent)::uuid, slug, title, position, jsonb_build_object('id', jsonb_build_object('title', title_id))
from (values
  (1, null, 'courses', 'Courses', 'Kursus', 0),
  (2, 'courses', 'technology', 'Technology', 'Teknologi', 0), (3, 'courses', 'design', 'Design', 'Desain', 1), (4, 'courses', 'business', 'Business', 'Bisnis', 2),
  (5, null, 'books', 'Books', 'Buku', 1),
  (6, null, 'merchandise', 'Merchandise', 'Merchandise', 2),
  (7, 'merchandise', 'clothing', 'Clothing', 'Pakaian', 0), (8, 'merchandise', 'desk', 'On the desk', 'Di meja', 1),
  (9, null, 'vehicles', 'Vehicles', 'Kendaraan', 3),
  (10, 'vehicles', 'cars', 'Cars', 'Mobil', 0), (11, 'vehicles', 'motorcycles', 'Motorcycles', 'Sepeda motor', 1),
  (12, null, 'digital-goods', 'Digital goods', 'Barang digital', 4),
  (13, null, 'bundles', 'Bundles', 'Paket', 5)
) as node (number, parent, slug, title, title_id, position)
order by number;

insert into public.category_attributes (category_id, key, title, type, level, required, unit, min, max, choices, position, translations)
select md5('category ' || category)::uuid, key, title, type, level, required, unit, min, max, choices, position,
  jsonb_build_object('id', jsonb_strip_nulls(jsonb_build_object('title', title_id, 'choices', (
    select jsonb_object_agg(said.choice, said.title_id) from (values ('English', 'Inggris'), ('Indonesian', 'Indonesia'), ('Paperback', 'Sampul tipis'), ('E-book', 'Buku elektronik'),
      ('Boxed set', 'Set dalam kotak'), ('Regular', 'Reguler'), ('Relaxed', 'Longgar'), ('Electric', 'Listrik'), ('Petrol', 'Bensin')) as said (choice, title_id) -- Hybrid is read as it is
    where said.choice = any (choices)))))
from (values
  ('books', 'author', 'Author', 'Penulis', 'text', 'product', true, null, null::numeric, null::numeric, null::text[], 0),
  ('books', 'pages', 'Pages', 'Halaman', 'integer', 'product', false, null, 1, 5000, null, 1),
  ('books', 'book_language', 'Language', 'Bahasa', 'choice', 'product', true, null, null, null, array['English', 'Indonesia'], 2),
  ('books', 'format', 'Format', 'Format', 'choice', 'product', true, null, null, null, array['Paperback', 'E-book', 'Boxed set'], 3),
  ('clothing', 'material', 'Material', 'Bahan', 'text', 'product', true, null, null, null, null, 0),
  ('clothing', 'fit', 'Fit', 'Potongan', 'choice', 'product', false, null, null, null, array['Regular', 'Relaxed'], 1),
  ('desk', 'colour', 'Colour', 'Warna', 'text', 'product', false, null, null, null, null, 0),
  ('vehicles', 'drive', 'Drive', 'Penggerak', 'choice', 'product', true, null, null, null, array['Electric', 'Petrol', 'Hybrid'], 0),
  ('vehicles', 'model_year', 'Model year', 'Tahun', 'integer', 'product', true, null, 1990, 2100, null, 1),
  ('cars', 'seat_count', 'Seats', 'Kursi', 'integer', 'product', true, null, 2, 9, null, 2),
  ('cars', 'range_km', 'Range', 'Jarak tempuh', 'integer', 'product', false, 'km', 50, 2000, null, 3),
  ('motorcycles', 'engine_cc', 'Engine', 'Mesin', 'integer', 'product', false, 'cc', 50, 2500, null, 2)
) as schema (category, key, title, title_id, type, level, required, unit, min, max, choices, position);

update public.products set category_id = md5('category ' || filed.category)::uuid
from (values
  ('javascript-from-zero', 'technology'), ('data-analysis-with-sql', 'technology'), ('postgres-for-engineers', 'technology'), ('typescript-in-depth', 'technology'),
  ('machine-learning-basics', 'technology'), ('keamanan-web-praktis', 'technology'), ('cloud-cost-clinic', 'technology'), ('rust-first-steps', 'technology'),
  ('desain-ui-dasar', 'design'), ('pemasaran-digital-umkm', 'business'), ('product-management-101', 'business'), ('public-speaking', 'business'),
  ('open-lecture-future-of-work', 'business'), ('negotiation-weekend', 'business')
) as filed (slug, category)
where products.slug = filed.slug;

create temporary table seed_goods (
  slug text, kind text, category text, tax text, title text, summary text, description text, title_id text, summary_id text, tags text[], attributes jsonb, idr bigint, usd bigint
);

insert into seed_goods values
  ('kota-electric-hatchback', 'physical', 'cars', 'standard', 'Kota Electric Hatchback', 'A small electric car for a big city.',
    'Five doors, a turning circle of nine metres and a battery that lasts a week of commuting. The price includes registration in Jakarta; handed over at the shop or brought to you.',
    'Kota Hatchback Listrik', 'Mobil listrik kecil untuk kota besar.', array['electric', 'family'], '{"drive": "Electric", "model_year": 2026, "seat_count": 5, "range_km": 380}', 28900000000, null),
  ('keluarga-mpv', 'physical', 'cars', 'standard', 'Keluarga MPV', 'Seven seats, and room for the luggage of seven.',
    'The middle row slides, the last one folds into the floor. Hybrid, so that the air conditioning runs in the queue while the engine rests.',
    'Keluarga MPV', 'Tujuh kursi, dan bagasi untuk tujuh orang.', array['family'], '{"drive": "Hybrid", "model_year": 2026, "seat_count": 7, "range_km": 900}', 35500000000, null),
  ('jalur-trail-150', 'physical', 'motorcycles', 'standard', 'Jalur Trail 150', 'A light trail bike that forgives beginners.',
    'Long suspension, a narrow seat and a frame that takes a fall. Street legal, with the papers done.',
    'Jalur Trail 150', 'Motor trail ringan yang ramah pemula.', array['outdoor'], '{"drive": "Petrol", "model_year": 2026, "engine_cc": 149}', 3650000000, null),
  ('angin-electric-scooter', 'physical', 'motorcycles', 'standard', 'Angin Electric Scooter', 'Two batteries, one of which is always charged. Ships next quarter.',
    'Swap the battery in ten seconds at any of our stations. Order now; the first ones leave the factory next quarter.',
    'Skuter Listrik Angin', 'Dua baterai, salah satunya selalu penuh. Dikirim kuartal depan.', array['electric'], '{"drive": "Electric", "model_year": 2027}', 2150000000, null),
  ('sql-without-fear', 'physical', 'books', 'exempt', 'SQL Without Fear', 'The book to the course, on paper.',
    'Two hundred and eighty pages, every query printed with its result and its plan. Comes with the database of the shop it is about.',
    'SQL Tanpa Takut', 'Buku pendamping kursus, di atas kertas.', array['bestseller', 'sql'], '{"author": "Dewi Anggraini", "pages": 280, "book_language": "English", "format": "Paperback"}', 18500000, 1290),
  ('sql-without-fear-ebook', 'digital', 'books', 'exempt', 'SQL Without Fear (e-book)', 'The same book for the screen: read it a minute after you paid.',
    'A PDF without locks, with links that work. Download it five times within thirty days, keep it for ever.',
    'SQL Tanpa Takut (e-book)', 'Buku yang sama untuk layar: bisa dibaca semenit setelah bayar.', array['bestseller', 'sql'], '{"author": "Dewi Anggraini", "pages": 280, "book_language": "English", "format": "E-book"}', 8900099, 690),
  ('field-guide-to-postgres', 'physical', 'books', 'exempt', 'A Field Guide to Postgres', 'What you see in the wild, and what to do when it looks back.',
    'Locks, bloat, plans that changed overnight: one page each, with the query that shows it and the one that ends it.',
    'Panduan Lapangan Postgres', 'Apa yang ditemui di lapangan, dan apa yang harus dilakukan.', array['postgres'], '{"author": "Bayu Pratama", "pages": 196, "book_language": "English", "format": "Paperback"}', 21000000, 1490),
  ('engineers-bookshelf', 'physical', 'books', 'exempt', 'The Engineer''s Bookshelf', 'Four books in a box that stands by itself.',
    'SQL, Postgres, testing and writing: the four that our mentors give away most often.',
    'Rak Buku Insinyur', 'Empat buku dalam satu kotak.', array['gift'], '{"author": "Various", "pages": 1040, "book_language": "English", "format": "Boxed set"}', 62000000, 4490),
  ('interface-icon-set', 'digital', 'digital-goods', 'standard', 'Interface Icon Set', 'Twelve icons drawn on one grid, as one file.',
    'SVG with named groups and two weights. Use it in anything you make; do not sell it as it is.',
    'Set Ikon Antarmuka', 'Dua belas ikon pada satu kisi.', array['design'], '{}', 4900000, 390),
  ('seatline-shirt', 'physical', 'clothing', 'standard', 'Seatline Shirt', 'Heavy cotton, three colours, four sizes.',
    'Cut wide at the shoulders, printed with water. Washed once, so it stays the size you bought.',
    'Kaus Seatline', 'Katun tebal, tiga warna, empat ukuran.', array['gift', 'bestseller'], '{"material": "Cotton, 220 g", "fit": "Regular"}', 14900000, 1190),
  ('morning-mug', 'physical', 'desk', 'standard', 'Morning Mug', 'Holds exactly one lecture.',
    'Stoneware, 350 ml, made in Plered. Dishwasher and microwave do it no harm.', 'Mug Pagi', 'Isinya pas untuk satu kuliah.', array['gift'], '{"colour": "Coral"}', 8900000, 690),
  ('dotted-notebook', 'physical', 'desk', 'standard', 'Dotted Notebook', 'A hundred and sixty pages that lie flat, and a pen.',
    'Thread-bound, dotted at five millimetres. The pen has a second refill inside.', 'Buku Catatan Titik', '160 halaman yang terbuka rata, beserta pena.', array['gift'], '{"colour": "Amber"}', 6500000, 490),
  ('weekend-cap', 'physical', 'clothing', 'standard', 'Weekend Cap', 'Made as they are ordered.',
    'Washed canvas, one size. When the shelf is empty the next ones are sewn for you: allow two weeks.', 'Topi Akhir Pekan', 'Dibuat sesuai pesanan.', array[]::text[], '{"material": "Canvas"}', 11000000, 890),
  ('data-starter-pack', 'bundle', 'bundles', 'exempt', 'Data Starter Pack', 'A seat in the next SQL cohort, the book and a mug, for less than the three.',
    'One payment, three things: your seat is taken at once, the book and the mug come by post.', 'Paket Awal Data', 'Kursi kelas SQL berikutnya, bukunya, dan mug, lebih hemat.', array['gift', 'sql'], '{}', 189900000, 12900);

insert into public.products (id, kind, slug, title, summary, description, category_id, tax_category, tags, attributes, translations, status, created_at)
select md5('product ' || slug)::uuid, kind, slug, title, summary, description, md5('category ' || category)::uuid, tax, tags, attributes,
  jsonb_build_object('id', jsonb_build_object('title', title_id, 'summary', summary_id)), 'published', now() - interval '20 days' - (row_number() over ()) * interval '1 hour'
from seed_goods;

-- one variant each, but for the shirt: its colours and sizes make twelve
insert into public.variants (id, product_id, sku, title)
select md5('variant ' || slug)::uuid, md5('product ' || slug)::uuid, upper(slug), title from seed_goods where slug <> 'seatline-shirt';
select from private.generate_variants(md5('product seatline-shirt')::uuid,
  '[{"title": "Colour", "values": ["Navy", "White", "Coral"]}, {"title": "Size", "values": ["S", "M", "L", "XL"]}]', 'SHIRT', null);

insert into public.prices (variant_id, currency, amount)
select variants.id, price.currency, price.amount
from seed_goods join public.variants on variants.product_id = md5('product ' || slug)::uuid
cross join lateral (values ('IDR', seed_goods.idr), ('USD', seed_goods.usd)) as price (currency, amount)
where price.amount is not null;

-- shipping: what things weigh, and what it costs to send them where -------------------------------------------------------------------

update public.variants set weight_grams = weighed.grams
from public.products join (
  values ('kota-electric-hatchback', 1400000), ('keluarga-mpv', 1600000), ('jalur-trail-150', 120000), ('angin-electric-scooter', 95000),
    ('sql-without-fear', 620), ('field-guide-to-postgres', 480), ('engineers-bookshelf', 2600), ('seatline-shirt', 210), ('morning-mug', 390),
    ('dotted-notebook', 340), ('weekend-cap', 120)
) as weighed (slug, grams) on weighed.slug = products.slug
where variants.product_id = products.id and products.kind = 'physical';

insert into public.shipping_zones (id, name) values
  (md5('zone near')::uuid, 'Jakarta and West Java'), (md5('zone indonesia')::uuid, 'Indonesia'), (md5('zone world')::uuid, 'Everywhere else');
insert into public.shipping_zone_places (shipping_zone_id, country, province) values
  (md5('zone near')::uuid, 'ID', 'DKI Jakarta'), (md5('zone near')::uuid, 'ID', 'Jawa Barat'), (md5('zone near')::uuid, 'ID', 'Banten'),
  (md5('zone indonesia')::uuid, 'ID', null), (md5('zone world')::uuid, null, null);
insert into public.shipping_methods (id, name, carrier, min_days, max_days, position, translations) values
  (md5('method regular')::uuid, 'Reguler', 'JNE', 2, 5, 1, '{"en": {"name": "Standard"}}'),
  (md5('method express')::uuid, 'Kilat', 'SiCepat', 1, 1, 2, '{"en": {"name": "Next day"}}'),
  (md5('method world')::uuid, 'Internasional', 'Pos Indonesia', 7, 21, 3, '{"en": {"name": "International"}}');
-- what is heavy goes by truck, and costs as much; one US dollar is 16 000 rupiah here
insert into public.shipping_rates (shipping_zone_id, shipping_method_id, currency, amount, from_weight_grams, until_weight_grams, free_from_amount)
select md5('zone ' || rate.zone)::uuid, md5('method ' || rate.method)::uuid, sold.currency, (rate.rupiah * band.times * sold.minor_units_per_rupiah)::bigint,
  band.from_grams, band.until_grams, case when rate.method = 'regular' and band.times <= 3 then (1000000 * sold.minor_units_per_rupiah)::bigint end
from (values ('near', 'regular', 10000), ('near', 'express', 24000), ('indonesia', 'regular', 20000), ('world', 'world', 240000)) as rate (zone, method, rupiah)
cross join (values (0, 1000, 1), (1000, 10000, 3), (10000, 100000, 12), (100000, null, 200)) as band (from_grams, until_grams, times)
cross join (values ('IDR', 100.0), ('USD', 100.0 / 16000)) as sold (currency, minor_units_per_rupiah)
where rate.method <> 'express' or band.until_grams <= 10000;

-- stock, in the warehouse and in the shop ----------------------------------------------------------------------------------------------

select from private.create_location('jakarta-shop', 'Shop in Jakarta', 50, null);

select from public.variants join public.products on products.id = variants.product_id, private.set_stock_mode(variants.id, 'none', null, null, null)
where products.kind = 'digital' and products.id = md5('product ' || products.slug)::uuid and variants.stock_mode <> 'none'; -- those of this file

select from private.adjust_stock((
  select jsonb_agg(jsonb_build_object('variant_id', variants.id, 'location_id', locations.id, 'delta', units.delta))
  from (values
    ('kota-electric-hatchback', 2, 1), ('keluarga-mpv', 3, 1), ('jalur-trail-150', 5, 2), ('sql-without-fear', 120, 15), ('field-guide-to-postgres', 60, 8),
    ('engineers-bookshelf', 12, 2), ('seatline-shirt', 20, 4), ('morning-mug', 80, 10), ('dotted-notebook', 140, 20), ('weekend-cap', 6, 2)
  ) as shelf (slug, warehouse, shop)
  join public.variants on variants.product_id = md5('product ' || shelf.slug)::uuid
  cross join lateral (values ('main', shelf.warehouse), ('jakarta-shop', shelf.shop)) as units (code, delta)
  join public.locations on locations.code = units.code
), 'receipt', 'Opening stock', null);

select from private.set_stock_mode(md5('variant angin-electric-scooter')::uuid, 'preorder', 40, now() + interval '100 days', null);
select from private.set_stock_mode(md5('variant weekend-cap')::uuid, 'backorder', 30, null, null);
select from private.set_low_stock_threshold(md5('variant engineers-bookshelf')::uuid, 5, null);

insert into public.bundle_items (bundle_variant_id, component_variant_id, quantity)
select md5('variant data-starter-pack')::uuid, part.variant_id, 1
from (
  select intakes.variant_id from public.intakes join public.products on products.id = intakes.product_id
  where products.slug = 'data-analysis-with-sql' and intakes.title = 'Next cohort'
  union all select md5('variant sql-without-fear')::uuid
  union all select md5('variant morning-mug')::uuid
) as part;

-- what costs less, and when --------------------------------------------------------------------------------------------------------------

insert into public.price_lists (id, name, status, starts_at, ends_at) values
  (md5('list launch')::uuid, 'Launch sale', 'active', now() - interval '1 day', now() + interval '21 days'),
  (md5('list stack')::uuid, 'A stack for the class', 'active', null, null);

insert into public.price_list_prices (price_list_id, variant_id, currency, min_quantity, amount) values
  (md5('list launch')::uuid, md5('variant field-guide-to-postgres')::uuid, 'IDR', 1, 16800000),
  (md5('list launch')::uuid, md5('variant field-guide-to-postgres')::uuid, 'USD', 1, 1190),
  (md5('list launch')::uuid, md5('variant morning-mug')::uuid, 'IDR', 1, 7500000),
  (md5('list stack')::uuid, md5('variant dotted-notebook')::uuid, 'IDR', 10, 5500000),
  (md5('list stack')::uuid, md5('variant dotted-notebook')::uuid, 'IDR', 50, 4900000);

-- fifteen percent off books for whoever types BOOKWORM, once each; WELCOME10 of seed.sql is for everything
insert into public.promotions (id, name, kind, status, basis_points, per_user_limit) values
  (md5('promotion bookworm')::uuid, 'Bookworm: 15 % off books', 'percent', 'active', 1500, 1);
insert into public.promotion_categories (promotion_id, category_id) values (md5('promotion bookworm')::uuid, md5('category books')::uuid);
insert into public.coupons (promotion_id, code) values (md5('promotion bookworm')::uuid, 'BOOKWORM');

drop table seed_goods;
