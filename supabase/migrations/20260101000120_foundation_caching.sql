/*
Foundation, caching: how long browsers and CDNs may keep what they read, and what else is said before a request is answered.

Promise: an answer may be kept by others only when it says so, and only reads of the catalogue by nobody in particular say so. Whoever is signed in,
whatever is not listed here, and every refusal is "private, no-store".
Under concurrency: reads only. A kept answer is old for at most the seconds its settings give; place_order looks at the rows themselves.
*/

alter table public.settings add constraint settings_in_seconds_are_whole_numbers check (key not like '%\_seconds' or value::text ~ '^[0-9]{1,8}$');

insert into public.settings (key, value, description) values
  ('catalog_cache_seconds', '60', 'Seconds that browsers and CDNs may keep an answer of the catalogue. 0: they ask each time.'),
  ('catalog_stale_seconds', '300', 'Seconds after that in which they may still show it while they fetch a new one.'),
  ('stock_cache_seconds', '5', 'Seconds that browsers and CDNs may keep how many units are free. 0: they ask each time.'),
  ('stock_stale_seconds', '10', 'Seconds after that in which they may still show it while they fetch a new one.');

create table private.cached_reads (
  path text primary key,
  settings_prefix text not null,
  constraint cached_reads_are_paths_of_the_api check (path ~ '^/(rpc/)?[a-z][a-z0-9_]*$'),
  constraint cached_reads_keep_to_known_settings check (settings_prefix in ('catalog', 'stock'))
);
comment on table private.cached_reads is 'Paths of the API whose answer to nobody in particular may be kept, and the settings (<prefix>_cache_seconds, <prefix>_stale_seconds) that say how long.';

insert into private.cached_reads (path, settings_prefix) values
  ('/products', 'catalog'), ('/variants', 'catalog'), ('/prices', 'catalog'), ('/currencies', 'catalog'), ('/courses', 'catalog'), ('/intakes', 'catalog'),
  ('/course_sections', 'catalog'), ('/course_prerequisites', 'catalog'), ('/lessons', 'catalog'), ('/intake_sessions', 'catalog'), ('/bundle_items', 'catalog'),
  ('/price_lists', 'catalog'), ('/price_list_prices', 'catalog'), ('/tax_categories', 'catalog'), ('/tax_rates', 'catalog'),
  ('/shipping_zones', 'catalog'), ('/shipping_zone_places', 'catalog'), ('/shipping_methods', 'catalog'), ('/shipping_rates', 'catalog'), ('/stock_levels', 'stock');

create function private.say_how_long_to_keep()
returns void
language plpgsql -- in every request
volatile
security definer -- reads settings, for callers who may not
set search_path = ''
as $$
declare
  v_policy text;
begin
  if current_setting('request.method', true) not in ('GET', 'HEAD') then
    return; -- caches keep no answer to a POST
  end if;
  if current_setting('role', true) = 'anon' and coalesce(current_setting('request.jwt.claims', true), '') not like '%"sub"%' then
    select case when fresh.value = '0' then 'public, no-cache' else format('public, max-age=%s, stale-while-revalidate=%s', fresh.value, stale.value) end
    into v_policy
    from private.cached_reads
    join public.settings as fresh on fresh.key = cached_reads.settings_prefix || '_cache_seconds'
    join public.settings as stale on stale.key = cached_reads.settings_prefix || '_stale_seconds'
    where cached_reads.path = current_setting('request.path', true)
      -- a part of a list (206) is for whoever asked for that part
      and coalesce(current_setting('request.headers', true), '') !~ '"range":|count=';
  end if;
  perform set_config('response.headers', case
    when v_policy is null then '[{"Cache-Control": "private, no-store"}]'
    else '[{"Cache-Control": "' || v_policy || '"}, {"Vary": "Accept, Accept-Profile, Authorization, apikey, Prefer, Range"}]'
  end, true);
end
$$;
comment on function private.say_how_long_to_keep() is
  'Gives reads of the catalogue by nobody in particular a Cache-Control that lets others keep them, and any other read one that does not.';
-- not granted: private.before_request calls it

create function private.ask_to_sign_in(verb text)
returns void
language plpgsql
stable
security definer -- nobody in particular may not look at what is refused them
set search_path = ''
as $$
begin
  if exists (select from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace and proname = ask_to_sign_in.verb and has_function_privilege('authenticated', oid, 'execute'))
    and not exists (select from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace and proname = ask_to_sign_in.verb and has_function_privilege('anon', oid, 'execute'))
  then
    perform private.fail('sign_in_required', 401, 'This call acts for a person, and nobody is signed in.', 'Sign in and send the access token as bearer.');
  end if;
end
$$;
comment on function private.ask_to_sign_in(text) is
  'Refuses sign_in_required to nobody in particular for a verb that only signed-in people may execute, where Postgres would only say that it is forbidden.';
-- not granted: private.before_request calls it

create function private.before_request()
returns void
language plpgsql
volatile
security definer -- what it calls is not for clients
set search_path = ''
as $$
begin
  if current_setting('role', true) = 'anon' and current_setting('request.path', true) like '/rpc/%' then
    perform private.ask_to_sign_in(substr(current_setting('request.path', true), 6));
  end if;
  perform private.say_how_long_to_keep();
end
$$;
comment on function private.before_request() is 'Called by PostgREST before each request: asks to sign in where that is what is missing, and says how long others may keep the answer.';
grant execute on function private.before_request() to anon, authenticated, service_role;

-- hosted Supabase reads the setting of the role; the embedded stack names the same function in PostgREST's configuration
alter role authenticator set pgrst.db_pre_request = 'private.before_request';
notify pgrst, 'reload config';
