/*
Inventory, bundles: a variant that is sold as one thing and taken from stock as its parts.

Promise: a bundle has no stock of its own: it is sold when all its parts can be had, or not at all. Bundles do not nest.
Under concurrency: the parts of an order are expanded when it is placed and kept as its items; a bundle that is changed later changes no order.
*/

create table public.bundle_items (
  bundle_variant_id uuid not null references public.variants (id) on delete cascade,
  component_variant_id uuid not null references public.variants (id) on delete restrict,
  quantity integer not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (bundle_variant_id, component_variant_id),
  constraint bundle_items_are_parts_of_something_else check (bundle_variant_id <> component_variant_id),
  constraint bundle_items_are_a_sane_number check (quantity between 1 and 100)
);
comment on table public.bundle_items is 'What one unit of a bundle consists of.';
create index on public.bundle_items (component_variant_id);

create function private.tg_bundle_items__check_kinds()
returns trigger
language plpgsql
volatile
security definer -- the parts may be drafts, which the caller need not see
set search_path = ''
as $$
begin
  if not exists (
    select from public.variants join public.products on products.id = variants.product_id where variants.id = new.bundle_variant_id and products.kind = 'bundle'
  ) then
    perform private.fail('not_a_bundle', 409, 'Only a variant of a product of kind bundle has parts.', 'Make a product of kind bundle first.');
  end if;
  if exists (
    select from public.variants join public.products on products.id = variants.product_id where variants.id = new.component_variant_id and products.kind = 'bundle'
  ) then
    perform private.fail('bundle_in_bundle', 409, 'A bundle cannot be a part of another.', 'Name the parts themselves.');
  end if;
  if exists (
    select from public.variants join public.products on products.id = variants.product_id where variants.id = new.component_variant_id and products.kind = 'gift_card'
  ) then
    perform private.fail('gift_card_ordered_alone', 422, 'A gift card cannot be a part of a bundle.', 'Sell it by itself.');
  end if;
  return new;
end
$$;
comment on function private.tg_bundle_items__check_kinds() is 'Refuses not_a_bundle, bundle_in_bundle and gift_card_ordered_alone. The kind of a product never changes, so what was right stays right.';

create trigger _100_stamp_update before update on public.bundle_items for each row execute function private.tg__stamp_update();
create trigger _200_check_kinds before insert or update of bundle_variant_id, component_variant_id on public.bundle_items
  for each row execute function private.tg_bundle_items__check_kinds();
create trigger _900_audit after delete on public.bundle_items for each row execute function private.tg__audit('bundle_variant_id', 'component_variant_id');
create trigger _900_audit_added after insert on public.bundle_items referencing new table as changed for each statement execute function private.tg__audit_added('bundle_variant_id', 'component_variant_id');
create trigger _900_audit_changed after update on public.bundle_items referencing old table as former new table as changed
  for each statement execute function private.tg__audit_changed('bundle_variant_id', 'component_variant_id');

alter table public.bundle_items enable row level security;
create policy select_anyone on public.bundle_items for select to anon, authenticated
  using (exists (select from public.variants where variants.id = bundle_items.bundle_variant_id));
create policy insert_staff on public.bundle_items for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.bundle_items for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.bundle_items for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.bundle_items to anon, authenticated, service_role;
grant insert (bundle_variant_id, component_variant_id, quantity) on public.bundle_items to authenticated, service_role;
grant update (quantity) on public.bundle_items to authenticated, service_role;
grant delete on public.bundle_items to authenticated, service_role;

create function private.is_born_uncounted(kind text)
returns boolean
language sql
immutable
security invoker
return kind in ('bundle', 'digital', 'gift_card');
comment on function private.is_born_uncounted(text) is 'Whether variants of products of this kind begin without stock. Inlined.';

create function private.tg_variants__count_by_kind()
returns trigger
language plpgsql
volatile
security definer -- whoever writes the variant may not write its mode
set search_path = ''
as $$
begin
  if exists (select from public.products where products.id = new.product_id and private.is_born_uncounted(products.kind)) then
    new.stock_mode := 'none';
  end if;
  return new;
end
$$;
comment on function private.tg_variants__count_by_kind() is 'A bundle, a file and a gift card are born uncounted: a bundle stays so, the others may be counted by set_stock_mode.';
create trigger _110_count_by_kind before insert on public.variants for each row when (not private.is_importing()) execute function private.tg_variants__count_by_kind();
