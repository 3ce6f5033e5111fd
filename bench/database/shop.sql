-- A shop to measure: people, and courses with one intake each. Written by the superuser past triggers and audit, because a thousand
-- audited courses take minutes; the numbers of seats go through private.change_capacity, so the books are whole.
set session_replication_role = replica;
create schema bench;

create function bench.person(number bigint) returns uuid language sql immutable as $$ select md5('person' || number)::uuid $$;
create function bench.intake(number bigint) returns uuid language sql immutable as $$ select md5('intake' || number)::uuid $$;
create function bench.variant(number bigint) returns uuid language sql immutable as $$ select md5('variant' || number)::uuid $$;

insert into auth.users (id, email, aud, role) select bench.person(number), 'p' || number || '@bench.test', 'authenticated', 'authenticated' from generate_series(0, :people - 1) as number;
insert into auth.sessions (id, user_id) select bench.person(number), bench.person(number) from generate_series(0, :people - 1) as number;
insert into public.profiles (id, email) select bench.person(number), 'p' || number || '@bench.test' from generate_series(0, :people - 1) as number;

-- Intakes 0 to 9 are hot, then :intakes cold ones, then :paid that cost something, then the one of the rush, then 20 classes of 30 seats,
-- which are the newest and so the first page of the catalogue.
create table bench.plan as
select number,
  case when number < 10 then 1000000 when number < 10 + :intakes + :paid then 100000 when number = 10 + :intakes + :paid then :rush_seats else 30 end as seats,
  case when number >= 10 + :intakes and number < 10 + :intakes + :paid then 12500000 else 0 end as amount,
  case when number <= 10 + :intakes + :paid then 'large-' else 'class-' end || number as slug
from generate_series(0, 10 + :intakes + :paid + 20) as number;

insert into public.products (id, kind, slug, title, summary, status, created_at)
select md5('product' || number)::uuid, 'course', slug, 'Course ' || number, 'Made for a measurement.', 'published', now() - interval '1 year' + number * interval '1 minute' from bench.plan;
insert into public.courses (product_id, duration_minutes) select md5('product' || number)::uuid, 600 from bench.plan;
insert into public.variants (id, product_id, sku, title) select bench.variant(number), md5('product' || number)::uuid, 'BENCH-' || number, 'Intake ' || number from bench.plan;
insert into public.intakes (id, product_id, variant_id, title, seats, enroll_opens_at)
select bench.intake(number), md5('product' || number)::uuid, bench.variant(number), 'Intake ' || number, seats, now() - interval '1 day' from bench.plan;
insert into public.prices (variant_id, currency, amount) select bench.variant(number), 'IDR', amount from bench.plan;
set session_replication_role = origin;

select private.change_capacity(bench.variant(number), seats) from bench.plan;
select private.index_products(array(select products.id from public.products));

create sequence bench.cold_numbers minvalue 0 start 0 cache 50;
create sequence bench.hot_numbers minvalue 0 start 0 cache 50;

-- The load drivers call these two: the next person, as PostgREST would announce them, takes a seat nobody of that number has.
create function bench.enroll(person bigint, intake bigint, key text)
returns void
language plpgsql
as $$
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || person)::uuid || '","role":"authenticated"}', true);
  perform private.enroll(md5('intake' || intake)::uuid, key);
end
$$;

create function bench.enroll_cold()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.cold_numbers');
  v_person bigint := v_number % :people;
  v_lap bigint := v_number / :people;
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || v_person)::uuid || '","role":"authenticated"}', true);
  perform private.enroll(md5('intake' || 10 + (v_person * 7919 + v_lap * 101) % :intakes)::uuid, 'cold-' || v_number);
end
$$;

create function bench.enroll_hot()
returns void
language plpgsql
as $$
declare
  v_number bigint := nextval('bench.hot_numbers');
begin
  perform set_config('request.jwt.claims', '{"sub":"' || md5('person' || v_number % :people)::uuid || '","role":"authenticated"}', true);
  perform private.enroll(md5('intake' || v_number / :people)::uuid, 'hot-' || v_number);
end
$$;
