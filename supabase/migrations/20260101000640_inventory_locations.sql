/*
Inventory, locations: the places that staff keep, and what lies in each.

Promise: a place that is closed holds nothing. main and the allowance beyond stock are the shop's own and stay.
Under concurrency: whoever puts units into a place holds its row (for share) from before the slots until the end, so the one who closes it waits
for them and then sees the units.
*/

create function private.check_location(name text, priority integer)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if length(btrim(check_location.name)) not between 1 and 200 then
    perform private.fail('invalid_location', 422, 'The name of a place has 1 to 200 characters.', 'Correct name.');
  end if;
  if check_location.priority not between 1 and 9999 then
    perform private.fail('invalid_location', 422, 'priority is a whole number from 1 to 9999; the smallest is drawn first.', 'Correct priority.');
  end if;
end
$$;
comment on function private.check_location(text, integer) is 'Refuses invalid_location.';

create function private.create_location(code text, name text, priority integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write places, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('code', create_location.code, 'name', create_location.name, 'priority', create_location.priority);
  v_answer jsonb := private.recall_answer(v_person_id, create_location.idempotency_key, 'create_location', v_body);
  v_location public.locations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(create_location.code, '') !~ '^[a-z0-9][a-z0-9-]{0,40}$' then
    perform private.fail('invalid_location', 422, 'The code of a place has small letters, digits and hyphens, at most 41.', 'Correct code.');
  end if;
  perform private.check_location(coalesce(create_location.name, ''), coalesce(create_location.priority, 100));
  insert into public.locations (code, name, priority) values (create_location.code, btrim(create_location.name), coalesce(create_location.priority, 100))
  on conflict on constraint locations_code_key do nothing returning * into v_location;
  if v_location.id is null then
    perform private.fail('already_exists', 409, 'There is a place with this code.', 'Choose another code, or change that place.');
  end if;
  return private.remember_answer(v_person_id, create_location.idempotency_key, 'create_location', v_body, to_jsonb(v_location));
end
$$;
comment on function private.create_location(text, text, integer, text) is 'Does the work of public.create_location.';
grant execute on function private.create_location(text, text, integer, text) to authenticated, service_role;

create function public.create_location(code text, name text, priority integer default 100, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.create_location(create_location.code, create_location.name, create_location.priority, create_location.idempotency_key);
$$;
comment on function public.create_location(text, text, integer, text) is
  'Staff (inventory.write) or the secret key: a place for goods, drawn after main by priority, smallest first. Answers the location. '
  'Errors: permission_denied, invalid_location, already_exists, idempotency_key_reused.';
grant execute on function public.create_location(text, text, integer, text) to authenticated, service_role;

create function private.update_location(location_id uuid, name text, priority integer, active boolean, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write places, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('location_id', update_location.location_id, 'name', update_location.name, 'priority', update_location.priority, 'active', update_location.active);
  v_answer jsonb := private.recall_answer(v_person_id, update_location.idempotency_key, 'update_location', v_body);
  v_location public.locations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_location(update_location.name, update_location.priority);
  select * into v_location from public.locations where locations.id = update_location.location_id for no key update;
  if v_location.id is null then
    perform private.fail('location_not_found', 404, 'There is no such place.', 'Read the table locations.');
  end if;
  if v_location.kind = 'allowance' or v_location.kind = 'main' and (update_location.priority is not null or update_location.active is false) then
    perform private.fail('location_fixed', 409, 'This place is the shop''s own: main can be renamed and nothing else.', 'Make another place.');
  end if;
  if update_location.active is false and exists (
    select from public.stock_slots
    where stock_slots.location_id = v_location.id and stock_slots.slot between 64 and 127 and stock_slots.available + stock_slots.reserved > 0
  ) then
    perform private.fail('location_in_use', 409, 'There are units in this place.', 'Move them with transfer_stock first.');
  end if;
  update public.locations
  set name = coalesce(btrim(update_location.name), locations.name), priority = coalesce(update_location.priority, locations.priority),
    deactivated_at = case update_location.active when true then null when false then coalesce(locations.deactivated_at, now()) else locations.deactivated_at end
  where locations.id = v_location.id returning * into v_location;
  return private.remember_answer(v_person_id, update_location.idempotency_key, 'update_location', v_body, to_jsonb(v_location));
end
$$;
comment on function private.update_location(uuid, text, integer, boolean, text) is 'Does the work of public.update_location.';
grant execute on function private.update_location(uuid, text, integer, boolean, text) to authenticated, service_role;

create function public.update_location(
  location_id uuid, name text default null, priority integer default null, active boolean default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.update_location(update_location.location_id, update_location.name, update_location.priority, update_location.active, update_location.idempotency_key);
$$;
comment on function public.update_location(uuid, text, integer, boolean, text) is
  'Staff (inventory.write) or the secret key: renames a place, moves it in the order of drawing, closes it (active false, when it is empty) or opens it again. Answers the location. '
  'Errors: permission_denied, invalid_location, location_not_found, location_fixed, location_in_use, idempotency_key_reused.';
grant execute on function public.update_location(uuid, text, integer, boolean, text) to authenticated, service_role;

create function private.hold_locations(location_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_found uuid[] := array(
    select locations.id from public.locations
    where locations.id = any (hold_locations.location_ids) and locations.kind <> 'allowance' and locations.deactivated_at is null order by locations.id for share);
  v_missing uuid := (select wanted from unnest(hold_locations.location_ids) as wanted where wanted <> all (v_found) limit 1);
begin
  if v_missing is not null then
    perform private.fail('location_not_found', 404, 'There is no such place, or it was closed.', 'Read the table locations.', v_missing::text);
  end if;
end
$$;
comment on function private.hold_locations(uuid[]) is 'Keeps places open until the end of this transaction. Refuses location_not_found.';

-- read -------------------------------------------------------------------------------------------------------------------------------

create function private.stock_by_location(variant_ids uuid[])
returns table (variant_id uuid, location_id uuid, location_code text, available bigint, reserved bigint, on_hand bigint, movements bigint, difference bigint)
language plpgsql
stable
security definer -- one permission instead of three policies
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('inventory.read')) then
    perform private.fail('permission_denied', 403, 'Stock by location needs the permission inventory.read.', 'Read stock_levels, or ask an admin for a role that has it.');
  end if;
  return query
    select reconciled.variant_id, reconciled.location_id, locations.code, coalesce(slots.available, 0), coalesce(slots.reserved, 0),
      reconciled.on_hand::bigint, reconciled.movements::bigint, reconciled.difference::bigint
    from private.stock_reconciliation as reconciled
    join public.locations on locations.id = reconciled.location_id
    left join lateral (
      select sum(stock_slots.available)::bigint as available, sum(stock_slots.reserved)::bigint as reserved
      from public.stock_slots where stock_slots.variant_id = reconciled.variant_id and stock_slots.location_id = reconciled.location_id
    ) as slots on true
    where reconciled.variant_id = any (stock_by_location.variant_ids)
    order by reconciled.variant_id, locations.priority, locations.code;
end
$$;
comment on function private.stock_by_location(uuid[]) is 'Does the work of public.stock_by_location.';
grant execute on function private.stock_by_location(uuid[]) to authenticated, service_role;

create function public.stock_by_location(variant_ids uuid[])
returns table (variant_id uuid, location_id uuid, location_code text, available bigint, reserved bigint, on_hand bigint, movements bigint, difference bigint)
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.stock_by_location(stock_by_location.variant_ids);
$$;
comment on function public.stock_by_location(uuid[]) is
  'Staff (inventory.read) or the secret key: units of these variants in each place, in the order of drawing, and the sum of the movements there; the difference is 0 unless something is broken. '
  'beyond-stock is what may still be sold beyond stock. Errors: permission_denied.';
grant execute on function public.stock_by_location(uuid[]) to authenticated, service_role;
