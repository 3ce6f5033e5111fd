-- A shop with :orders orders behind it, to search in: written by the superuser past triggers and checks, which would take an hour. Titles are sold for some weeks
-- each, the first ones all the time; customers return; the newest orders are the unpaid ones.
set session_replication_role = replica;

create temporary table first_names as select ordinality - 1 as number, name
from unnest(array['Budi', 'Siti', 'Agus', 'Dewi', 'Eko', 'Sri', 'Andi', 'Rina', 'Joko', 'Wati', 'Ahmad', 'Yuni', 'José', 'Zoë', 'Łukasz', 'Grace', 'Wei', 'Fitri', 'Bayu', 'Citra']) with ordinality as names (name, ordinality);
create temporary table last_names as select ordinality - 1 as number, name
from unnest(array['Santoso', 'Wijaya', 'Susanto', 'Kusuma', 'Hidayat', 'Pratama', 'Lestari', 'Rahman', 'Nugroho', 'Siregar', 'Núñez', 'Müller', 'Halim', 'Utami', 'Hakim']) with ordinality as names (name, ordinality);
create temporary table subjects as select ordinality - 1 as number, name
from unnest(array['TypeScript', 'Python', 'Negosiasi', 'Akuntansi', 'Café Management', 'Fotografi', 'Data Science', 'Bahasa Jepang', 'Public Speaking', 'Digital Marketing']) with ordinality as names (name, ordinality);

insert into public.profiles (id, email, first_name, last_name, phone)
select md5('searched' || people.number)::uuid, lower(last_names.name) || people.number || '@' || (array['gmail.test', 'yahoo.test', 'kantor.test'])[1 + people.number % 3],
  first_names.name, last_names.name || case when people.number % 7 = 0 then ' ' || translate(left(md5(people.number::text), 6), '0123456789', 'ghijklmnop') else '' end,
  '+62 8' || (10 + people.number % 89) || '-' || lpad((people.number::bigint * 7919 % 10000)::text, 4, '0') || '-' || lpad((people.number::bigint * 104729 % 10000)::text, 4, '0')
from generate_series(1, :orders * 3 / 10) as people (number)
join first_names on first_names.number = people.number % 20
join last_names on last_names.number = people.number / 20 % 15;

insert into public.products (id, kind, slug, title, status)
select md5('searched-product' || courses.number)::uuid, 'course', 'searched-' || courses.number, subjects.name || ' ' || courses.number, 'published'
from generate_series(0, 399) as courses (number) join subjects on subjects.number = courses.number % 10;
insert into public.courses (product_id) select md5('searched-product' || number)::uuid from generate_series(0, 399) as number;
insert into public.variants (id, product_id, sku, title, stock_mode)
select md5('searched-variant' || number)::uuid, md5('searched-product' || number / 5)::uuid, 'SEARCHED-' || number, 'Batch ' || number % 5, 'none' from generate_series(0, 1999) as number;
insert into public.intakes (product_id, variant_id, title)
select md5('searched-product' || number / 5)::uuid, md5('searched-variant' || number)::uuid, 'Batch ' || number % 5 from generate_series(0, 1999) as number;

create temporary table sales as
select number, gen_random_uuid() as id, md5('searched' || 1 + floor(:orders * 3 / 10 * power(random(), 1.3)))::uuid as customer_id,
  now() - (:orders - number) * interval '94 seconds' as placed_at, random() as luck, (50 + floor(random() * 400))::bigint * 100000 as amount,
  case when random() < 0.05 then floor(random() * 5)::integer else (number * 2000 / :orders + floor(random() * 40)::integer * 7) % 2000 end as variant
from generate_series(1, :orders) as number;
insert into public.orders (id, customer_id, status, currency, subtotal_amount, total_amount, placed_at, expires_at, paid_at, cancelled_at, shipping_address)
select id, customer_id, status, 'IDR', amount, amount, placed_at, placed_at + interval '35 minutes',
  case when status not in ('pending', 'expired', 'cancelled') then placed_at end, case when status = 'cancelled' then placed_at end,
  case when number % 200 = 0 then '{"recipient": "Ibu Maheswari", "phone": "+62 899 7766 554"}'::jsonb end
from (
  select *, case when number > :orders - 200 then 'pending' when luck < 0.8 then 'paid' when luck < 0.88 then 'completed' when luck < 0.94 then 'expired'
    when luck < 0.97 then 'cancelled' when luck < 0.9995 then 'refunded' else 'needs_review' end as status from sales order by number
) as decided;
insert into public.order_items (order_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, total_amount)
select sales.id, intakes.variant_id, 'course', 'SEARCHED', products.title || ' · ' || intakes.title, 1, sales.amount, sales.amount, sales.amount
from sales join public.intakes on intakes.variant_id = md5('searched-variant' || sales.variant)::uuid join public.products on products.id = intakes.product_id
order by sales.number;

set session_replication_role = origin;
drop index private.customer_search_content_idx;
select private.note_customers(null), private.note_titles(null), private.index_products(array(select products.id from public.products));
create index customer_search_content_idx on private.customer_search using gin (content extensions.gin_trgm_ops) with (fastupdate = off);
