/*
Pricing, coupons: codes that are hard to guess, and guessing that is limited.

Promise: a made code has 80 random bits. A wrong code is counted although the call is refused, and who has guessed too often is not told any
more whether a code exists.
Visitors share one count: an address or a key can be changed at will, so nothing else about them limits anybody. When it is used up, who signs in still
has guesses of their own.
Under concurrency: whoever tries codes does so one call at a time (an advisory lock per person, one for all visitors), so that parallel guesses are
counted exactly.
*/

insert into public.settings (key, value, description) values
  ('max_coupon_guesses', '10', 'Wrong codes a person may try within an hour.'),
  ('max_visitor_coupon_guesses', '200', 'Wrong codes that all visitors together, who are not signed in, may try within an hour. 0: they cannot try codes.'),
  ('max_order_coupons', '5', 'The most codes one order may use.');

create table private.coupon_guesses (
  person_id uuid primary key, -- zeros: all visitors
  wrong integer not null,
  since timestamptz not null default now(),
  constraint coupon_guesses_are_counted_upwards check (wrong > 0)
);
comment on table private.coupon_guesses is 'Wrong codes, of coupons and gift cards alike, that a person, or all visitors together (person_id is zeros), tried within the hour that began at since.';

create type private.found_coupon as (coupon_id uuid, refusal jsonb);
comment on type private.found_coupon is 'The coupon of a code, or the answer that the verb must return at once.';

create function private.refuse_guesser(person_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_guesser constant uuid := coalesce(refuse_guesser.person_id, '00000000-0000-0000-0000-000000000000');
  v_limit constant integer := private.setting(case when refuse_guesser.person_id is null then 'max_visitor_coupon_guesses' else 'max_coupon_guesses' end);
  v_known private.coupon_guesses;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.coupons/' || v_guesser, 0));
  select * into v_known from private.coupon_guesses
  where coupon_guesses.person_id = v_guesser and coupon_guesses.since > now() - interval '1 hour';
  if coalesce(v_known.wrong, 0) >= v_limit then
    perform set_config('response.headers', format('[{"Retry-After": "%s"}]',
      ceil(extract(epoch from coalesce(v_known.since, now()) + interval '1 hour' - now()))), true);
    return private.refuse_and_keep('too_many_coupon_guesses', 429, 'Too many wrong codes were tried.', 'Wait for the seconds in Retry-After, then try again.');
  end if;
  return null;
end
$$;
comment on function private.refuse_guesser(uuid) is 'The refusal of a person, or of visitors (null), who tried too many wrong codes within the hour, else null. From here on they try one code at a time.';

create function private.count_guess(person_id uuid)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.coupon_guesses as guesses (person_id, wrong) values (coalesce(count_guess.person_id, '00000000-0000-0000-0000-000000000000'), 1)
  on conflict on constraint coupon_guesses_pkey do update
  set wrong = case when guesses.since > now() - interval '1 hour' then guesses.wrong + 1 else 1 end,
    since = case when guesses.since > now() - interval '1 hour' then guesses.since else now() end;
$$;
comment on function private.count_guess(uuid) is 'Counts one more wrong code.';

create function private.find_coupon(person_id uuid, code text)
returns private.found_coupon
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_found private.found_coupon;
begin
  v_found.refusal := private.refuse_guesser(find_coupon.person_id);
  if v_found.refusal is not null then
    return v_found;
  end if;
  select coupons.id into v_found.coupon_id
  from public.coupons join public.promotions on promotions.id = coupons.promotion_id
  where coupons.code = private.coupon_code(left(find_coupon.code, 100)) and coupons.revoked_at is null and promotions.status = 'active'
    and (coupons.customer_id is null or coupons.customer_id = find_coupon.person_id);
  if v_found.coupon_id is null then
    perform private.count_guess(find_coupon.person_id);
    v_found.refusal := private.refuse_and_keep('coupon_not_found', 404, 'This code is not valid.', 'Check its letters.');
  end if;
  return v_found;
end
$$;
comment on function private.find_coupon(uuid, text) is
  'The coupon that a person, or a visitor (null), typed, in any case, with spaces or hyphens. A wrong one is counted: then refusal is what the verb must return (coupon_not_found, too_many_coupon_guesses).';

create function private.find_coupons(codes text[])
returns private.found_coupon[]
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_person_id uuid;
  v_all private.found_coupon[] := '{}';
  v_found private.found_coupon;
  v_code text;
begin
  if cardinality(find_coupons.codes) > 0 and auth.uid() is not null then
    v_person_id := private.require_person();
  end if;
  if cardinality(find_coupons.codes) > (private.setting('max_order_coupons'))::integer then
    perform private.fail('too_many_coupons', 422, 'These are more codes than one order may use.', 'Send fewer.');
  end if;
  foreach v_code in array coalesce(find_coupons.codes, '{}') loop
    v_found := private.find_coupon(v_person_id, coalesce(v_code, ''));
    v_all := v_all || v_found;
    exit when v_found.refusal is not null;
  end loop;
  return v_all;
end
$$;
comment on function private.find_coupons(text[]) is 'The coupons of the codes that the caller typed; the last one is a refusal if one was wrong. Refuses too_many_coupons.';

-- make -------------------------------------------------------------------------------------------------------------------------------

create function private.random_code(length integer)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  -- 32 letters that nobody mistakes for another, five bits each, from the system's source of randomness
  select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(source.bytes, position) & 31), 1), '' order by position)
  from (select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) as bytes) as source, generate_series(0, random_code.length - 1) as position;
$$;
comment on function private.random_code(integer) is 'A code nobody can guess: up to 32 characters of five random bits each.';

create function private.generate_coupons(promotion_id uuid, count integer, prefix text, usage_limit integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- service and staff write coupons here together
set search_path = ''
as $$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('promotion_id', generate_coupons.promotion_id, 'count', generate_coupons.count, 'prefix', generate_coupons.prefix,
    'usage_limit', generate_coupons.usage_limit);
  v_answer jsonb;
  v_prefix text := private.coupon_code(coalesce(generate_coupons.prefix, ''));
  v_codes text[];
begin
  if not (private.is_service() or private.has_permission('pricing.write')) then
    perform private.fail('permission_denied', 403, 'Making coupons needs the permission pricing.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, generate_coupons.idempotency_key, 'generate_coupons', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(generate_coupons.count, 0) not between 1 and 1000 or v_prefix !~ '^[A-Z0-9]{0,16}$' or coalesce(generate_coupons.usage_limit, 0) not between 0 and 1000000000
    or generate_coupons.usage_limit = 0 then
    perform private.fail('invalid_coupons', 422, 'Coupons are made 1 to 1000 at a time, with a prefix of at most 16 letters A to Z and digits and a limit above 0 or none.', 'Correct count, prefix or usage_limit.');
  end if;
  if not exists (select from public.promotions where promotions.id = generate_coupons.promotion_id) then
    perform private.fail('promotion_not_found', 404, 'There is no such promotion.', 'Read promotions for those there are.');
  end if;
  with made as (
    insert into public.coupons (promotion_id, code, usage_limit)
    select generate_coupons.promotion_id, v_prefix || private.random_code(16), generate_coupons.usage_limit from generate_series(1, generate_coupons.count)
    returning coupons.code
  )
  select array_agg(made.code) into v_codes from made;
  return private.remember_answer(v_person_id, generate_coupons.idempotency_key, 'generate_coupons', v_body,
    jsonb_build_object('promotion_id', generate_coupons.promotion_id, 'codes', to_jsonb(v_codes)));
end
$$;
comment on function private.generate_coupons(uuid, integer, text, integer, text) is 'Does the work of public.generate_coupons.';
grant execute on function private.generate_coupons(uuid, integer, text, integer, text) to authenticated, service_role;

create function public.generate_coupons(promotion_id uuid, count integer, prefix text default null, usage_limit integer default 1, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.generate_coupons(generate_coupons.promotion_id, generate_coupons.count, generate_coupons.prefix, generate_coupons.usage_limit, generate_coupons.idempotency_key);
$$;
comment on function public.generate_coupons(uuid, integer, text, integer, text) is
  'Staff (pricing.write): makes codes of a promotion that nobody can guess (80 random bits after the prefix) and answers {promotion_id, codes}. usage_limit: how often each may be used, null without end. '
  'A code of one''s own choice is inserted into coupons. Errors: permission_denied, promotion_not_found, invalid_coupons, idempotency_key_reused.';
grant execute on function public.generate_coupons(uuid, integer, text, integer, text) to authenticated, service_role;
