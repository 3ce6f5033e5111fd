/*
Inventory, verbs: what the warehouse does with goods: receive, count, write off, move.

Promise: one call changes all its lines or none; the same idempotency key gives the same answer and one effect. Seats of a course are not touched this way: their number is the intake's.
Under concurrency: the variants are locked first, by id, then the slots, in the order everybody keeps; then all lines are checked and written.
*/

create function private.require_stock_keeper()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('inventory.write')) then
    perform private.fail('permission_denied', 403, 'Changing stock needs the permission inventory.write.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_stock_keeper() is 'The id of whoever may write stock, zeros for the secret key. Refuses permission_denied.';

create function private.check_goods(variant_ids uuid[], counted boolean default true)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wanted uuid;
  v_found record;
begin
  foreach v_wanted in array check_goods.variant_ids loop
    select products.kind, variants.stock_mode into v_found
    from public.variants join public.products on products.id = variants.product_id where variants.id = v_wanted;
    if v_found.kind is null then
      perform private.fail('variant_not_found', 404, 'There is no such variant.', 'Check the variant ids.', v_wanted::text);
    elsif v_found.kind = 'course' then
      perform private.fail('seats_follow_the_intake', 409, 'The seats of a course are as many as its intake says.', 'Change seats of the intake.', v_wanted::text);
    elsif v_found.kind = 'bundle' then
      perform private.fail('bundle_has_no_stock', 409, 'A bundle has no stock of its own.', 'Name its parts.', v_wanted::text);
    elsif check_goods.counted and v_found.stock_mode = 'none' then
      perform private.fail('not_counted', 409, 'This is not counted.', 'Call set_stock_mode first.', v_wanted::text);
    end if;
  end loop;
end
$$;
comment on function private.check_goods(uuid[], boolean) is
  'Whether these are goods whose stock can be written. Refuses variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted.';

create function private.lock_goods(variant_ids uuid[], counted boolean default true)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  perform from public.variants where variants.id = any (lock_goods.variant_ids) order by variants.id for no key update;
  perform private.check_goods(lock_goods.variant_ids, lock_goods.counted);
end
$$;
comment on function private.lock_goods(uuid[], boolean) is 'Locks variants whose stock staff are about to write, by id: one writer at a time, buyers pass. Refuses what check_goods refuses.';

create type private.stock_line as (variant_id uuid, location_id uuid, quantity integer, delta integer, counted integer);
comment on type private.stock_line is 'A line of a verb on stock: quantity to hold, deliver or move; delta or counted to adjust.';

create function private.parse_stock_lines(lines jsonb, amounts text[], placed boolean)
returns private.stock_line[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_hint constant text := format('Send [{"variant_id": "<uuid>", "%s": 1}, …].', amounts[1]);
  v_uuid constant text := '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$';
  v_line jsonb;
  v_amount text;
  v_parsed private.stock_line;
  v_all private.stock_line[] := '{}';
begin
  if jsonb_typeof(parse_stock_lines.lines) is distinct from 'array' or jsonb_array_length(parse_stock_lines.lines) not between 1 and 1000 then
    perform private.fail('invalid_lines', 422, 'lines is a list of 1 to 1000 lines.', v_hint);
  end if;
  for v_line in select jsonb_array_elements(parse_stock_lines.lines) loop
    if jsonb_typeof(v_line) <> 'object' then
      perform private.fail('invalid_lines', 422, 'A line is an object.', v_hint);
    end if;
    if coalesce(v_line ->> 'variant_id', '') !~* v_uuid or coalesce(v_line ->> 'location_id', private.main_location()::text) !~* v_uuid
      or (v_line - amounts - 'variant_id' - (case when placed then 'location_id' else '' end)) <> '{}' then
      perform private.fail('invalid_lines', 422, format('A line has variant_id, %s%s, and nothing else.', array_to_string(amounts, ' or '),
        case when placed then ', perhaps location_id' else '' end), v_hint);
    end if;
    v_amount := (select string_agg(key, '') from jsonb_object_keys(v_line) as key where key = any (amounts));
    if v_amount is null or v_amount <> all (amounts) then
      perform private.fail('invalid_lines', 422, format('A line has one of %s.', array_to_string(amounts, ', ')), v_hint);
    end if;
    if jsonb_typeof(v_line -> v_amount) <> 'number'
      or (v_line ->> v_amount) !~ (case v_amount when 'delta' then '^-?[1-9][0-9]{0,5}$' when 'counted' then '^[0-9]{1,6}$' else '^[1-9][0-9]{0,5}$' end) then
      perform private.fail('invalid_quantity', 422, format('%s is a whole number below a million%s.', v_amount, case v_amount when 'delta' then ', below or above 0' when 'quantity' then ', from 1 on' end), 'Correct the line.', v_line ->> 'variant_id');
    end if;
    v_parsed := row((v_line ->> 'variant_id')::uuid, coalesce((v_line ->> 'location_id')::uuid, private.main_location()),
      (v_line ->> 'quantity')::integer, (v_line ->> 'delta')::integer, (v_line ->> 'counted')::integer);
    v_all := v_all || v_parsed;
  end loop;
  if (select count(distinct (line.variant_id, line.location_id)) from unnest(v_all) as line) < cardinality(v_all) then
    perform private.fail('invalid_lines', 422, 'The same variant is named twice.', 'Add its lines up.');
  end if;
  return (select array_agg(line order by line.variant_id, line.location_id) from unnest(v_all) as line);
end
$$;
comment on function private.parse_stock_lines(jsonb, text[], boolean) is
  'Lines in the order in which stock is locked; amounts are the names of which each line has one, placed says whether a line may name a place (main when it does not). Refuses invalid_lines and invalid_quantity.';

create function private.check_stock_note(note text)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if length(check_stock_note.note) > 500 then
    perform private.fail('invalid_reason', 422, 'A note has at most 500 characters.', 'Shorten it.');
  end if;
end
$$;
comment on function private.check_stock_note(text) is 'Refuses invalid_reason.';

-- adjust -----------------------------------------------------------------------------------------------------------------------------

create function private.check_stock_reason(reason text, line private.stock_line)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  if coalesce(check_stock_reason.reason, '') not in ('receipt', 'count', 'damage', 'loss', 'found', 'correction', 'supplier_return', 'own_use') then
    perform private.fail('invalid_stock_reason', 422, 'A reason is receipt, found, damage, loss, supplier_return, own_use, count or correction.', 'Correct reason.');
  end if;
  if (line.counted is not null) <> (check_stock_reason.reason = 'count')
    or check_stock_reason.reason in ('receipt', 'found') and line.delta < 0 or check_stock_reason.reason in ('damage', 'loss', 'supplier_return', 'own_use') and line.delta > 0 then
    perform private.fail('invalid_stock_reason', 422, 'count goes with counted; receipt and found add units; damage, loss, supplier_return and own_use take them away.', 'Correct reason or delta.');
  end if;
end
$$;
comment on function private.check_stock_reason(text, private.stock_line) is 'Refuses invalid_stock_reason when the reason is unknown or does not go with the line.';

create function private.change_stock(line private.stock_line, delta integer, reason text, reference_id uuid, note text)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  if change_stock.delta > 0 then
    perform private.add_units(line.variant_id, line.location_id, change_stock.delta);
  elsif private.take_units(line.variant_id, line.location_id, -change_stock.delta) > 0 then
    perform private.fail('out_of_stock', 409, 'There are not so many free units in this place: others are held for orders, or not there.', 'Take fewer, or from another place.', line.variant_id::text);
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id, note)
  values (line.variant_id, line.location_id, change_stock.delta, change_stock.reason, change_stock.reference_id, change_stock.note);
end
$$;
comment on function private.change_stock(private.stock_line, integer, text, uuid, text) is 'Puts units into a place or takes free ones away, with the movement. The caller holds every slot. Refuses out_of_stock.';

create function private.open_books(lines private.stock_line[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_ids uuid[] := array(select distinct line.variant_id from unnest(open_books.lines) as line order by 1);
begin
  perform private.lock_goods(v_variant_ids);
  perform private.hold_locations(array(select distinct line.location_id from unnest(open_books.lines) as line));
  perform private.lock_stock(v_variant_ids);
  perform private.release_due_units(wanted) from unnest(v_variant_ids) as wanted;
end
$$;
comment on function private.open_books(private.stock_line[]) is
  'What every verb of the warehouse does first: locks the variants, keeps the places open, holds every slot, frees what is due. Refuses what lock_goods and hold_locations refuse.';

create function private.close_books(lines private.stock_line[])
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_variant_id uuid;
  v_filled integer := 0;
begin
  for v_variant_id in select distinct line.variant_id from unnest(close_books.lines) as line order by 1 loop
    v_filled := v_filled + private.fill_backorders(v_variant_id);
    perform private.note_low_stock(v_variant_id);
  end loop;
  return jsonb_build_object('filled', v_filled, 'levels', (
    select jsonb_agg(to_jsonb(stock_levels) order by stock_levels.variant_id) from public.stock_levels
    -- a list and no join: only that is asked of the view before it sums up everything there is
    where stock_levels.variant_id = any (array(select line.variant_id from unnest(close_books.lines) as line))));
end
$$;
comment on function private.close_books(private.stock_line[]) is 'And last: gives what came to who bought it beyond stock, looks whether little is left, answers {filled, levels}.';

create function private.adjust_stock(lines jsonb, reason text, note text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', adjust_stock.lines, 'reason', adjust_stock.reason, 'note', adjust_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, adjust_stock.idempotency_key, 'adjust_stock', v_body);
  v_lines private.stock_line[];
  v_line private.stock_line;
  v_changes jsonb := '[]';
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(adjust_stock.lines, '{delta,counted}', true);
  perform private.check_stock_note(adjust_stock.note);
  perform private.check_stock_reason(adjust_stock.reason, line) from unnest(v_lines) as line;
  perform private.open_books(v_lines);
  foreach v_line in array v_lines loop
    v_line.delta := coalesce(v_line.delta, v_line.counted - (
      select coalesce(sum(stock_slots.available + stock_slots.reserved), 0)::integer from public.stock_slots
      where stock_slots.variant_id = v_line.variant_id and stock_slots.location_id = v_line.location_id));
    if v_line.delta <> 0 then
      perform private.change_stock(v_line, v_line.delta, adjust_stock.reason, null, adjust_stock.note);
    end if;
    v_changes := v_changes || jsonb_build_object('variant_id', v_line.variant_id, 'location_id', v_line.location_id, 'delta', v_line.delta);
  end loop;
  return private.remember_answer(v_person_id, adjust_stock.idempotency_key, 'adjust_stock', v_body, jsonb_build_object('lines', v_changes) || private.close_books(v_lines));
end
$$;
comment on function private.adjust_stock(jsonb, text, text, text) is 'Does the work of public.adjust_stock.';
grant execute on function private.adjust_stock(jsonb, text, text, text) to authenticated, service_role;

create function public.adjust_stock(lines jsonb, reason text, note text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.adjust_stock(adjust_stock.lines, adjust_stock.reason, adjust_stock.note, adjust_stock.idempotency_key);
$$;
comment on function public.adjust_stock(jsonb, text, text, text) is
  'Staff (inventory.write) or the secret key: [{variant_id, delta | counted, location_id?}], all or none. Reasons: receipt, found, damage, loss, supplier_return, own_use, correction with delta; count with counted, '
  'the units on hand, held ones included. What arrives goes to the oldest backorders first. Answers {lines, filled, levels}. Errors: permission_denied, invalid_lines, invalid_quantity, invalid_reason, '
  'invalid_stock_reason, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted, location_not_found, out_of_stock, idempotency_key_reused.';
grant execute on function public.adjust_stock(jsonb, text, text, text) to authenticated, service_role;

-- transfer ---------------------------------------------------------------------------------------------------------------------------

create function private.transfer_stock(lines jsonb, from_location_id uuid, to_location_id uuid, note text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write stock, only through verbs
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', transfer_stock.lines, 'from', transfer_stock.from_location_id, 'to', transfer_stock.to_location_id, 'note', transfer_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, transfer_stock.idempotency_key, 'transfer_stock', v_body);
  v_transfer_id uuid := gen_random_uuid();
  v_lines private.stock_line[];
  v_line private.stock_line;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(transfer_stock.lines, '{quantity}', false);
  perform private.check_stock_note(transfer_stock.note);
  if coalesce(transfer_stock.from_location_id = transfer_stock.to_location_id, true) then
    perform private.fail('invalid_location', 422, 'Units are moved from one place to another.', 'Name two places.');
  end if;
  perform private.hold_locations(array[transfer_stock.from_location_id, transfer_stock.to_location_id]);
  perform private.open_books(v_lines);
  foreach v_line in array v_lines loop
    v_line.location_id := transfer_stock.from_location_id;
    perform private.change_stock(v_line, -v_line.quantity, 'transfer', v_transfer_id, transfer_stock.note);
    v_line.location_id := transfer_stock.to_location_id;
    perform private.change_stock(v_line, v_line.quantity, 'transfer', v_transfer_id, transfer_stock.note);
  end loop;
  return private.remember_answer(v_person_id, transfer_stock.idempotency_key, 'transfer_stock', v_body,
    jsonb_build_object('id', v_transfer_id) || private.close_books(v_lines));
end
$$;
comment on function private.transfer_stock(jsonb, uuid, uuid, text, text) is 'Does the work of public.transfer_stock.';
grant execute on function private.transfer_stock(jsonb, uuid, uuid, text, text) to authenticated, service_role;

create function public.transfer_stock(lines jsonb, from_location_id uuid, to_location_id uuid, note text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.transfer_stock(transfer_stock.lines, transfer_stock.from_location_id, transfer_stock.to_location_id, transfer_stock.note, transfer_stock.idempotency_key);
$$;
comment on function public.transfer_stock(jsonb, uuid, uuid, text, text) is
  'Staff (inventory.write) or the secret key: moves free units [{variant_id, quantity}] from one place to another, all or none. Answers {id, filled, levels}; the two movements of each line carry the id. '
  'Errors: as adjust_stock, and invalid_location.';
grant execute on function public.transfer_stock(jsonb, uuid, uuid, text, text) to authenticated, service_role;
