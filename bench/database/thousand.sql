-- Intakes of 1 000 seats that sell out one after the other: all clients want the same one, and the next when it is full. Loaded into the shop
-- of shop.sql, past triggers and audit as there; nobody is refused, because each number has a seat.
set session_replication_role = replica;
create function bench.thousand(number bigint) returns uuid language sql immutable as $$ select md5('thousand' || number)::uuid $$;

insert into public.products (id, kind, slug, title, summary, status, created_at)
select bench.thousand(number), 'course', 'thousand-' || number, 'Course ' || number, 'Made for a measurement.', 'published', now() - interval '2 years' from generate_series(0, :thousands - 1) as number;
insert into public.courses (product_id, duration_minutes) select bench.thousand(number), 600 from generate_series(0, :thousands - 1) as number;
insert into public.variants (id, product_id, sku, title) select bench.thousand(number), bench.thousand(number), 'THOUSAND-' || number, 'Intake' from generate_series(0, :thousands - 1) as number;
insert into public.intakes (id, product_id, variant_id, title, seats, enroll_opens_at)
select bench.thousand(number), bench.thousand(number), bench.thousand(number), 'Intake', 1000, now() - interval '1 day' from generate_series(0, :thousands - 1) as number;
insert into public.prices (variant_id, currency, amount) select bench.thousand(number), 'IDR', 0 from generate_series(0, :thousands - 1) as number;
set session_replication_role = origin;

select private.change_capacity(bench.thousand(number), 1000) from generate_series(0, :thousands - 1) as number;

-- one by one, unlike the others: a cache would let clients hurry ahead to later intakes
create sequence bench.thousand_numbers minvalue 0 start 0 cache 1;

create function bench.enroll_thousand()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.thousand_numbers');
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || v_number % :people)::uuid || '","role":"authenticated"}', true);
  perform private.enroll(bench.thousand(v_number / 1000), 'thousand-' || v_number);
end
$$;
