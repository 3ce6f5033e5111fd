/*
Pricing, currencies: staff decide in which currencies the shop sells.

Promise: a currency has the minor units of ISO 4217, which no caller says; one that was used is retired, never deleted, and comes back by being added again.
Those that Stripe counts otherwise than ISO 4217 (ISK, MGA, UGX) are not offered: amounts would mean one thing to the bank and another in the books.
What the shop takes when nobody names a currency is always one that it sells in.
Under concurrency: one row per currency, which two who change it write in turn, and which who makes it the default one holds. An order in a currency that is retired meanwhile is placed or refused, never half.
*/

create function private.minor_units_of(currency text)
returns integer
language sql
immutable
security invoker
set search_path = ''
as $$
  select case
    when minor_units_of.currency = any ('{BIF,CLP,DJF,GNF,JPY,KMF,KRW,PYG,RWF,VND,VUV,XAF,XOF,XPF}') then 0
    when minor_units_of.currency = any ('{BHD,IQD,JOD,KWD,LYD,OMR,TND}') then 3
    when minor_units_of.currency = any (
      '{AED,AFN,ALL,AMD,ANG,AOA,ARS,AUD,AWG,AZN,BAM,BBD,BDT,BGN,BMD,BND,BOB,BRL,BSD,BTN,BWP,BYN,BZD,CAD,CDF,CHF,CNY,COP,CRC,CUP,CVE,CZK,DKK,DOP,DZD,EGP,ERN,ETB,EUR,'
      'FJD,FKP,GBP,GEL,GHS,GIP,GMD,GTQ,GYD,HKD,HNL,HTG,HUF,IDR,ILS,INR,IRR,JMD,KES,KGS,KHR,KPW,KYD,KZT,LAK,LBP,LKR,LRD,LSL,MAD,MDL,MKD,MMK,MNT,MOP,MRU,MUR,MVR,MWK,'
      'MXN,MYR,MZN,NAD,NGN,NIO,NOK,NPR,NZD,PAB,PEN,PGK,PHP,PKR,PLN,QAR,RON,RSD,RUB,SAR,SBD,SCR,SDG,SEK,SGD,SHP,SLE,SOS,SRD,SSP,STN,SVC,SYP,SZL,THB,TJS,TMT,TOP,TRY,'
      'TTD,TWD,TZS,UAH,USD,UYU,UZS,VES,WST,XCD,YER,ZAR,ZMW}') then 2
  end;
$$;
comment on function private.minor_units_of(text) is 'How many digits after the point ISO 4217 gives a currency; null for one that this shop cannot sell in.';

create function private.require_pricing_write()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('pricing.write')) then
    perform private.fail('permission_denied', 403, 'This needs the permission pricing.write.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_pricing_write() is 'The person under whom answers of a pricing verb are kept. Refuses permission_denied.';

create function private.tg_settings__check_default_currency()
returns trigger
language plpgsql
volatile
security definer -- whoever may write settings locks a currency
set search_path = ''
as $$
begin
  perform from public.currencies
  where to_jsonb(currencies.code) = new.value and currencies.retired_at is null for share;
  if not found then
    perform private.fail('currency_not_supported', 422, 'The default currency is one that this shop sells in.', 'Read the currencies table, or add the currency first.');
  end if;
  return new;
end
$$;
comment on function private.tg_settings__check_default_currency() is 'The default currency is known and not retired. Holds its row, so that nobody retires it meanwhile.';

create trigger _200_check_default_currency before update of value on public.settings
  for each row when (new.key = 'default_currency') execute function private.tg_settings__check_default_currency();

create function private.add_currency(code text, name text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write minor units themselves
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_pricing_write();
  v_body jsonb := jsonb_build_object('code', add_currency.code, 'name', add_currency.name);
  v_answer jsonb := private.recall_answer(v_person_id, add_currency.idempotency_key, 'add_currency', v_body);
  v_minor_units integer := private.minor_units_of(add_currency.code);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if v_minor_units is null or coalesce(length(private.said(add_currency.name)), 0) not between 1 and 100 then
    perform private.fail('invalid_currency', 422, 'A currency is a code of ISO 4217 with a name of 1 to 100 characters.', 'Send a code such as SGD and its name; ISK, MGA and UGX cannot be sold in.');
  end if;
  insert into public.currencies as known (code, name, minor_units) values (add_currency.code, private.said(add_currency.name), v_minor_units)
  on conflict on constraint currencies_pkey do update set name = excluded.name, retired_at = null
  returning to_jsonb(known) into v_answer;
  return private.remember_answer(v_person_id, add_currency.idempotency_key, 'add_currency', v_body, v_answer);
end
$$;
comment on function private.add_currency(text, text, text) is 'Does the work of public.add_currency.';
grant execute on function private.add_currency(text, text, text) to authenticated, service_role;

create function public.add_currency(code text, name text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.add_currency(add_currency.code, add_currency.name, add_currency.idempotency_key);
$$;
comment on function public.add_currency(text, text, text) is
  'Staff (pricing.write): lets the shop sell in a currency of ISO 4217, or again in one that was retired, and answers {code, name, minor_units, retired_at}. Things are sold in it once they have a price in it. '
  'Errors: permission_denied, invalid_currency, idempotency_key_reused.';
grant execute on function public.add_currency(text, text, text) to authenticated, service_role;

create function private.retire_currency(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- as private.add_currency
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_pricing_write();
  v_body jsonb := to_jsonb(retire_currency.code);
  v_answer jsonb := private.recall_answer(v_person_id, retire_currency.idempotency_key, 'retire_currency', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  -- before the setting is read: who sets it holds this row
  perform from public.currencies where currencies.code = retire_currency.code for update;
  if retire_currency.code = private.setting('default_currency') #>> '{}' then
    perform private.fail('currency_in_use', 409, 'This is the currency that the shop takes when nobody names one.', 'Set default_currency to another one first.', retire_currency.code);
  end if;
  update public.currencies set retired_at = coalesce(currencies.retired_at, now()) where currencies.code = retire_currency.code
  returning to_jsonb(currencies) into v_answer;
  if v_answer is null then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
  return private.remember_answer(v_person_id, retire_currency.idempotency_key, 'retire_currency', v_body, v_answer);
end
$$;
comment on function private.retire_currency(text, text) is 'Does the work of public.retire_currency.';
grant execute on function private.retire_currency(text, text) to authenticated, service_role;

create function public.retire_currency(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.retire_currency(retire_currency.code, retire_currency.idempotency_key);
$$;
comment on function public.retire_currency(text, text) is
  'Staff (pricing.write): nothing new is priced or ordered in this currency from now on; prices, orders and refunds in it stay. Answers {code, name, minor_units, retired_at}. '
  'Errors: permission_denied, currency_in_use, currency_not_supported, idempotency_key_reused.';
grant execute on function public.retire_currency(text, text) to authenticated, service_role;
