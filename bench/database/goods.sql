-- Goods to order in a shop that is loaded: number 0 is the one that everybody wants, 1 to 1000 are the many. Files that are counted, so that nobody needs
-- an address; units through private.change_capacity, so the books are whole.
set session_replication_role = replica;
create function bench.goods(number bigint) returns uuid language sql immutable as $$ select md5('goods' || number)::uuid $$;

insert into public.products (id, kind, slug, title, status)
select bench.goods(number), 'digital', 'bench-goods-' || number, 'Goods ' || number, 'published' from generate_series(0, 1000) as number;
insert into public.variants (id, product_id, sku, title, stock_mode)
select bench.goods(number), bench.goods(number), 'BENCH-GOODS-' || number, 'Goods ' || number, 'tracked' from generate_series(0, 1000) as number;
insert into public.prices (variant_id, currency, amount) select bench.goods(number), 'IDR', 12500000 from generate_series(0, 1000) as number;
set session_replication_role = origin;

select private.change_capacity(bench.goods(number), case number when 0 then 1000000 else 100000 end) from generate_series(0, 1000) as number;
select private.index_products(array(select bench.goods(number) from generate_series(0, 1000) as number));

create sequence bench.goods_numbers minvalue 0 start 0 cache 50;

-- The load drivers call these two: the next person, as PostgREST would announce them, orders one unit.
create function bench.order_goods(number bigint, wanted bigint)
returns void
language plpgsql
as $$
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || number % :people)::uuid || '","role":"authenticated"}', true);
  perform public.place_order(lines => jsonb_build_array(jsonb_build_object('variant_id', bench.goods(wanted), 'quantity', 1)), idempotency_key => 'goods-' || number);
end
$$;

create function bench.order_hot() returns void language sql as $$ select bench.order_goods(nextval('bench.goods_numbers'), 0) $$;

create function bench.order_many()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.goods_numbers');
begin
  perform bench.order_goods(v_number, 1 + v_number * 7919 % 1000);
end
$$;

create sequence bench.basket_numbers minvalue 0 start 0 cache 50;

-- One unit each of so many of the many, as one order.
create function bench.order_lines(lines integer)
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.basket_numbers');
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || v_number % :people)::uuid || '","role":"authenticated"}', true);
  perform public.place_order(idempotency_key => 'basket-' || order_lines.lines || '-' || v_number, lines => (
    select jsonb_agg(jsonb_build_object('variant_id', bench.goods(1 + (v_number * 7919 + line * 101) % 1000), 'quantity', 1))
    from generate_series(1, order_lines.lines) as line));
end
$$;

-- Orders whose card payment is open, as the function checkout leaves them; gives what a provider would say of each when it is paid.
create function bench.open_payments(wanted integer)
returns table (session_id text, order_id uuid, payment_id uuid, amount bigint)
language plpgsql
as $$
declare
  v_number bigint;
begin
  for v_number in select nextval('bench.basket_numbers') from generate_series(1, wanted) loop
    perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || v_number % :people)::uuid || '","role":"authenticated"}', true);
    order_id := (public.place_order(lines => jsonb_build_array(jsonb_build_object('variant_id', bench.goods(1 + v_number % 1000), 'quantity', 1))) ->> 'id')::uuid;
    payment_id := (public.start_payment(order_id) #>> '{payment,id}')::uuid;
    session_id := 'cs_bench_' || v_number;
    update public.payments set session_id = open_payments.session_id, expires_at = now() + interval '1 hour' where payments.id = open_payments.payment_id
    returning payments.amount into amount;
    return next;
  end loop;
end
$$;
