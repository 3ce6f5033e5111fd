-- Carts to measure, in a shop that is loaded: one open cart with one paid seat for each of the first :buyers people, one with three for each of
-- the next :readers, and a thing without a count that the :readers after them add. Nobody has a seat in a paid intake yet.
create function bench.cart(number bigint) returns uuid language sql immutable as $$ select md5('cart' || number)::uuid $$;

update public.settings set value = '1000' where key = 'max_cart_quantity';

insert into public.products (id, kind, slug, title, status) values (md5('thing')::uuid, 'digital', 'bench-thing', 'A thing', 'published');
insert into public.variants (id, product_id, sku, title, stock_mode) values (md5('variantthing')::uuid, md5('thing')::uuid, 'BENCH-THING', 'A thing', 'none');
insert into public.prices (variant_id, currency, amount) values (md5('variantthing')::uuid, 'IDR', 12500000);

insert into public.carts (id, customer_id, currency, expires_at)
select bench.cart(number), bench.person(number), 'IDR', now() + interval '30 days' from generate_series(0, :buyers + :readers - 1) as number;
insert into public.cart_items (cart_id, variant_id, quantity)
select bench.cart(number), bench.variant(10 + :intakes + (number + line) % :paid), 1
from generate_series(0, :buyers + :readers - 1) as number, generate_series(0, 2) as line where line = 0 or number >= :buyers;
