/*
Orders, what is searched: people, and titles that a product does not have now, two small tables that the profiles and the catalogue keep up to date.

Promise: a purchase pays for the search with one more entry in one btree, the one by amount; the other it has for the list of all orders. Nothing here is written by it: from a
title or a person, indexes that orders have lead to the orders.
Under concurrency: a title is noted in the transaction that makes it sellable, or that takes it away from its product, so no order can carry one that is not found.
*/

-- serves: everybody's orders, newest first, keyset by (placed_at, id), with every filter in it: what fits none is never read from the table. A purchase
-- writes this entry anyway, for the time; a change of status moves the row, because of the indexes that name it, and so writes it too
create index on public.orders (placed_at desc, id desc) include (status, total_amount, currency, customer_id);
-- serves: the same by status, where a purchase does not pass: born pending or paid, and from one to the other
create index on public.orders (status, placed_at desc, id desc) include (total_amount, currency, customer_id) where status not in ('pending', 'paid');
-- serves: amounts and currencies that few orders have, wherever in time those lie
create index on public.orders (currency, total_amount) include (placed_at, id, status, customer_id);

-- what is searched -------------------------------------------------------------------------------------------------------------------

create table private.customer_search (
  profile_id uuid primary key references public.profiles (id) on delete cascade,
  content text not null
);
comment on table private.customer_search is 'What a person is found by, as searches compare it: name, e-mail, phone, the digits of the phone, and recipients and phones of their addresses and of where their orders went, each in a line of its own.';

create table private.sold_titles (
  variant_id uuid not null references public.variants (id) on delete cascade,
  title text not null,
  content text not null,
  primary key (variant_id, title)
);
comment on table private.sold_titles is 'Titles that a line of an order can have and its product has not: those of intakes, and those from before the catalogue was renamed; also as searches compare them. What products are called now private.variants_called finds.';

create function private.note_customers(profile_ids uuid[])
returns void
language plpgsql -- at every change of a profile: keeps a plan that goes by the ids
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.customer_search (profile_id, content)
  select profiles.id, concat_ws(E'\n', private.search_text(profiles.first_name || ' ' || profiles.last_name), private.search_text(profiles.email),
    profiles.phone, regexp_replace(profiles.phone, '\D', '', 'g'),
    (select string_agg(distinct concat_ws(E'\n', private.search_text(sent.recipient), sent.phone, regexp_replace(sent.phone, '\D', '', 'g')), E'\n') from (
      select addresses.recipient, addresses.phone from public.addresses where addresses.profile_id = profiles.id
      union
      -- where an order went stays findable when the address is gone
      select orders.shipping_address ->> 'recipient', orders.shipping_address ->> 'phone' from public.orders
      where orders.customer_id = profiles.id and orders.shipping_address is not null and profiles.closed_at is null
    ) as sent))
  from unnest(coalesce(note_customers.profile_ids, array(select profiles.id from public.profiles))) as wanted (id)
  join public.profiles on profiles.id = wanted.id
  on conflict on constraint customer_search_pkey do update set content = excluded.content;
end
$$;
comment on function private.note_customers(uuid[]) is 'Makes these people (null: all) searchable as they are now.';

create function private.note_titles(variant_ids uuid[])
returns void
language plpgsql -- as note_customers
volatile
security invoker
set search_path = ''
as $$
begin
  insert into private.sold_titles (variant_id, title, content)
  select intakes.variant_id, sold.title, private.search_text(sold.title)
  from public.intakes join public.products on products.id = intakes.product_id
  cross join lateral (values (products.title || ' · ' || intakes.title)) as sold (title) -- as private.price_line words it; a test compares
  where (note_titles.variant_ids is null or intakes.variant_id = any (note_titles.variant_ids)) and intakes.title <> products.title
  on conflict do nothing;
end
$$;
comment on function private.note_titles(uuid[]) is 'Notes the titles under which the seats of these intakes (null: all) are sold from now on. Old ones stay: orders carry them.';

create function private.tg_profiles__note_customer()
returns trigger
language plpgsql
volatile
security definer -- people write their profile, not the search
set search_path = ''
as $$
begin
  perform private.note_customers(array[new.id]);
  return null;
end
$$;
comment on function private.tg_profiles__note_customer() is 'Keeps the search up to date with a profile.';

create function private.tg_addresses__note_recipient()
returns trigger
language plpgsql
volatile
security definer -- people write their addresses, not the search
set search_path = ''
as $$
begin
  perform private.note_customers(array[coalesce(new.profile_id, old.profile_id)]);
  return null;
end
$$;
comment on function private.tg_addresses__note_recipient() is 'Keeps the search up to date with whom a person has parcels sent to.';

create function private.tg__note_titles()
returns trigger
language plpgsql
volatile
security definer -- staff write the catalogue, not the search
set search_path = ''
as $$
begin
  if tg_table_name = 'intakes' then
    perform private.note_titles(array[new.variant_id]);
    return null;
  end if;
  with renamed as (
    -- a set instead of a join: the plan may have been made for a statement of one row, and would compare all of an import with all
    select former.id, former.title from former except select changed.id, changed.title from changed
  )
  insert into private.sold_titles (variant_id, title, content)
  select variants.id, renamed.title, private.search_text(renamed.title) from renamed join public.variants on variants.product_id = renamed.id order by variants.id
  on conflict do nothing;
  if found and not private.is_importing() then
    perform gin_clean_pending_list('private.sold_titles_content_idx'); -- every search would read it; an import does so at its end
  end if;
  perform private.note_titles(array(select intakes.variant_id from changed join public.intakes on intakes.product_id = changed.id));
  return null;
end
$$;
comment on function private.tg__note_titles() is 'Keeps the search up to date with what the catalogue calls intakes, and called things.';

create trigger _300_note_customer after insert or update of email, first_name, last_name, phone on public.profiles
  for each row execute function private.tg_profiles__note_customer();
create trigger _300_note_recipient after insert or delete or update of recipient, phone on public.addresses
  for each row execute function private.tg_addresses__note_recipient();
create trigger _300_note_titles after update on public.products referencing old table as former new table as changed
  for each statement execute function private.tg__note_titles();
create trigger _300_note_titles after insert or update of title, variant_id on public.intakes for each row execute function private.tg__note_titles();

-- what was there before, and only then the indexes: that is many times faster
select private.note_customers(null), private.note_titles(null);

-- serves: parts of names, e-mails and phones, and what is written alike. No pending list: it would make searches slow, and sign-ups are rare.
create index on private.customer_search using gin (content extensions.gin_trgm_ops) with (fastupdate = off);

-- serves: parts of titles, and what is written alike. With a pending list, since imports rename a hundred thousand at once; the trigger empties it.
create index on private.sold_titles using gin (content extensions.gin_trgm_ops);
