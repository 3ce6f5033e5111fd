/*
Catalog, categories: the tree that products hang in.

Promise: no category is below itself and none is deeper than eight, whoever moves what at the same moment; slugs are unique.
Under concurrency: depth is a column. A child carries its parent's depth by a foreign key that follows it, and its own is one more: a circle
would have to be deeper than itself, so the check ends it, even for a caller who forgets every lock. The advisory lock only makes two moves
queue, where the foreign key alone would let them wait for each other in a circle.
*/

create table public.categories (
  id uuid primary key default gen_random_uuid(),
  parent_id uuid,
  parent_depth integer,
  depth integer not null generated always as (coalesce(parent_depth, 0) + 1) stored,
  slug text not null unique,
  title text not null,
  description text not null default '',
  position integer not null default 0,
  translations jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint categories_know_their_depth unique (id, depth),
  constraint categories_are_one_deeper_than_their_parent foreign key (parent_id, parent_depth)
    references public.categories (id, depth) on update cascade on delete restrict,
  constraint categories_have_a_parent_or_are_at_the_top check ((parent_id is null) = (parent_depth is null)),
  constraint categories_are_at_most_eight_deep check (depth <= 8),
  constraint categories_have_a_slug_for_urls check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(slug) <= 120),
  constraint categories_have_a_title_people_can_read check (length(btrim(title)) between 1 and 200),
  constraint categories_have_a_text_of_sane_length check (length(description) <= 50000)
);
comment on table public.categories is 'The tree that products hang in. Everybody sees it; read it whole with category_tree. depth is 1 at the top and 8 at most.';

-- serves: the children of a category, and the foreign key
create index on public.categories (parent_id, parent_depth);

alter table public.products add constraint products_category_id_fkey foreign key (category_id) references public.categories (id) on delete restrict;

create function private.lock_category_tree()
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock(hashtextextended('seatline.categories', 0));
$$;
comment on function private.lock_category_tree() is 'Waits for whoever changes the tree or its attributes, and keeps everybody else from it, and from writing what hangs in it, to the end of the transaction.';

create function private.share_category_tree()
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  select pg_advisory_xact_lock_shared(hashtextextended('seatline.categories', 0));
$$;
comment on function private.share_category_tree() is 'For whoever writes what hangs in the tree: it stays as it is to the end of the transaction.';

create function private.category_subtree(category_id uuid)
returns setof uuid
language sql
stable
security invoker
set search_path = ''
as $$
  with recursive subtree as (
    select categories.id from public.categories where categories.id = category_subtree.category_id
    union -- not "all": it ends even inside a statement that is about to be refused for a circle
    select categories.id from public.categories join subtree on categories.parent_id = subtree.id
  )
  select subtree.id from subtree;
$$;
comment on function private.category_subtree(uuid) is 'A category and everything below it.';
grant execute on function private.category_subtree(uuid) to anon, authenticated, service_role;

create function private.tg_categories__find_place()
returns trigger
language plpgsql
volatile
security definer -- takes the lock that every writer of the tree takes
set search_path = ''
as $$
begin
  perform private.lock_category_tree();
  if new.parent_id is null then
    new.parent_depth := null;
    return new;
  end if;
  if tg_op = 'UPDATE' and new.parent_id in (select private.category_subtree(new.id)) then
    perform private.fail('category_below_itself', 409, 'A category cannot be moved into itself or below itself.', 'Choose a parent outside of it.', new.id::text);
  end if;
  select categories.depth into new.parent_depth from public.categories where categories.id = new.parent_id;
  if new.parent_depth is null then
    perform private.fail('category_not_found', 404, 'There is no such parent category.', 'Read category_tree for those there are.');
  end if;
  if new.parent_depth + (case when tg_op = 'UPDATE' then private.category_height(new.id) else 1 end) > 8 then
    perform private.fail('category_too_deep', 409, 'Categories are at most eight deep.', 'Choose a parent further up.', new.id::text);
  end if;
  return new;
end
$$;
comment on function private.tg_categories__find_place() is 'Copies the parent''s depth, and says in words what the constraints would refuse.';

create function private.category_height(category_id uuid)
returns integer
language sql
volatile
security invoker
set search_path = ''
as $$
  select coalesce(max(below.depth) - min(below.depth) + 1, 1)
  from public.categories as below where below.id in (select private.category_subtree(category_height.category_id));
$$;
comment on function private.category_height(uuid) is 'How many levels a category and what is below it have: 1 for one without children.';

create function private.tg_categories__keep_what_is_used()
returns trigger
language plpgsql
volatile
security definer -- counts drafts too
set search_path = ''
as $$
begin
  if exists (select from public.products where products.category_id = old.id) or exists (select from public.categories where categories.parent_id = old.id)
    or exists (select from public.collection_rules where collection_rules.category_id = old.id)
    or exists (select from public.promotion_categories where promotion_categories.category_id = old.id) then
    perform private.fail('category_in_use', 409, 'This category has products, categories, a promotion or a rule of a collection in it.', 'Move them to another one first.', old.id::text);
  end if;
  return old;
end
$$;
comment on function private.tg_categories__keep_what_is_used() is 'Says clearly what the foreign keys enforce.';

create trigger _100_stamp_update before update on public.categories for each row execute function private.tg__stamp_update();
create trigger _110_check_translations before insert or update of translations on public.categories for each row when (new.translations <> '{}') execute function private.tg__check_translations('title', 'description');
create trigger _200_find_place before insert or update of parent_id on public.categories for each row execute function private.tg_categories__find_place();
create trigger _210_keep_what_is_used before delete on public.categories for each row execute function private.tg_categories__keep_what_is_used();
create trigger _900_audit after insert or update or delete on public.categories for each row execute function private.tg__audit('id');

alter table public.categories enable row level security;
create policy select_anyone on public.categories for select to anon, authenticated using (true);
create policy insert_staff on public.categories for insert to authenticated with check ((select private.has_permission('catalog.write')));
create policy update_staff on public.categories for update to authenticated
  using ((select private.has_permission('catalog.write'))) with check ((select private.has_permission('catalog.write')));
create policy delete_staff on public.categories for delete to authenticated using ((select private.has_permission('catalog.write')));
grant select on public.categories to anon, authenticated, service_role;
grant insert (parent_id, slug, title, description, position, translations) on public.categories to authenticated, service_role;
grant update (parent_id, slug, title, description, position, translations) on public.categories to authenticated, service_role;
grant delete on public.categories to authenticated, service_role;
-- not granted: parent_depth. It follows the parent.

-- verbs ------------------------------------------------------------------------------------------------------------------------------

create function private.require_catalog_write()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if not (private.is_service() or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'This needs the permission catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$$;
comment on function private.require_catalog_write() is 'The person under whom answers of a catalogue verb are kept. Refuses permission_denied.';

create function private.move_category(category_id uuid, parent_id uuid, "position" integer, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- one call, one check; keeps answers that no client may see
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('category_id', move_category.category_id, 'parent_id', move_category.parent_id, 'position', move_category.position);
  v_answer jsonb := private.recall_answer(v_person_id, move_category.idempotency_key, 'move_category', v_body);
  v_moved public.categories;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.categories
  set parent_id = move_category.parent_id, position = coalesce(move_category.position, categories.position)
  where categories.id = move_category.category_id
  returning * into v_moved;
  if v_moved.id is null then
    perform private.fail('category_not_found', 404, 'There is no such category.', 'Read category_tree for those there are.');
  end if;
  return private.remember_answer(v_person_id, move_category.idempotency_key, 'move_category', v_body,
    to_jsonb(v_moved) - 'parent_depth' - 'created_at' - 'updated_at');
end
$$;
comment on function private.move_category(uuid, uuid, integer, text) is 'Does the work of public.move_category.';
grant execute on function private.move_category(uuid, uuid, integer, text) to authenticated, service_role;

create function public.move_category(category_id uuid, parent_id uuid default null, "position" integer default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.move_category(move_category.category_id, move_category.parent_id, move_category.position, move_category.idempotency_key);
$$;
comment on function public.move_category(uuid, uuid, integer, text) is
  'Staff (catalog.write): hangs a category with everything below it under another parent (null: at the top) and answers it. '
  'Errors: permission_denied, category_not_found, category_below_itself, category_too_deep, attribute_in_use, idempotency_key_reused.';
grant execute on function public.move_category(uuid, uuid, integer, text) to authenticated, service_role;

create function public.category_tree(locale text default null)
returns table (
  id uuid, parent_id uuid, slug text, title text, description text, depth integer, "position" integer, path text[], own_products bigint, products bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
  with recursive tree as (
    select categories.id, array[categories.id] as ids, array[categories.slug] as path,
      array[to_char(categories.position::bigint + 3000000000, 'FM0000000000') || categories.slug] as place
    from public.categories where categories.parent_id is null
    union all
    select categories.id, tree.ids || categories.id, tree.path || categories.slug,
      tree.place || (to_char(categories.position::bigint + 3000000000, 'FM0000000000') || categories.slug)
    from public.categories join tree on categories.parent_id = tree.id
  ),
  counted as (
    select products.category_id, count(*) as products from public.products
    where products.category_id is not null and private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
    group by products.category_id
  ),
  summed as (
    select above.id, sum(counted.products) as products
    from tree join counted on counted.category_id = tree.id cross join lateral unnest(tree.ids) as above (id) group by above.id
  )
  select categories.id, categories.parent_id, categories.slug,
    coalesce(categories.translations -> lower(left(category_tree.locale, 2)) ->> 'title', categories.title),
    coalesce(categories.translations -> lower(left(category_tree.locale, 2)) ->> 'description', categories.description),
    categories.depth, categories.position, tree.path, coalesce(counted.products, 0), coalesce(summed.products, 0)::bigint
  from tree
  join public.categories on categories.id = tree.id
  left join counted on counted.category_id = tree.id
  left join summed on summed.id = tree.id
  order by tree.place;
$$;
comment on function public.category_tree(text) is
  'Every category, parents before children, in the order a menu shows them: own_products are on sale in it, products in it and below. locale: id or en; what is not translated comes in the base text.';
grant execute on function public.category_tree(text) to anon, authenticated, service_role;
