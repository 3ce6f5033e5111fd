/*
Inventory, verbs: what the warehouse and other systems do with goods: receive, count, write off, move, hold for a while, deliver.

Promise: one call changes all its lines or none; the same idempotency key gives the same answer and one effect; what a hold took is free again
when it is due. Seats of a course are not touched this way: their number is the intake's.
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

create function private.lock_goods(variant_ids uuid[])
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_wanted uuid;
  v_kind text;
begin
  perform from public.variants where variants.id = any (lock_goods.variant_ids) order by variants.id for no key update;
  foreach v_wanted in array lock_goods.variant_ids loop
    v_kind := (select products.kind from public.variants join public.products on products.id = variants.product_id where variants.id = v_wanted);
    if v_kind is null then
      perform private.fail('variant_not_found', 404, 'There is no such variant.', 'Check the variant ids.', v_wanted::text);
    elsif v_kind = 'course' then
      perform private.fail('seats_follow_the_intake', 409, 'The seats of a course are as many as its intake says.', 'Change seats of the intake.', v_wanted::text);
    elsif v_kind = 'bundle' then
      perform private.fail('bundle_has_no_stock', 409, 'A bundle has no stock of its own.', 'Name its parts.', v_wanted::text);
    end if;
  end loop;
end
$$;
comment on function private.lock_goods(uuid[]) is
  'Locks variants whose stock staff are about to write, by id: one writer at a time, buyers pass. Refuses variant_not_found, seats_follow_the_intake, bundle_has_no_stock.';
