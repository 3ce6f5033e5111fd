-- Measures what an actor really reaches in a table, row by row, and undoes it: installed in a clone by access.ts, never in a real database.
create schema probe;

create table probe.actors (
  name text primary key,
  position integer generated always as identity,
  role text not null,
  claims text not null
);

-- One statement as an actor: how many rows it reached; -1 when a grant is missing; -2 when a constraint or a trigger refused, which they do
-- only after grants and policies had let the actor through. Anything else is a fault and is thrown.
create function probe.reached(actor probe.actors, statement text, row_data jsonb, row_place tid)
returns bigint
language plpgsql
as $$
declare
  v_reached bigint;
begin
  begin
    perform set_config('request.jwt.claims', actor.claims, true);
    perform set_config('role', actor.role, true);
    execute statement using row_data, row_place;
    get diagnostics v_reached = row_count;
    raise sqlstate 'ZZ001' using message = v_reached::text;
  exception
    when sqlstate 'ZZ001' then return sqlerrm::bigint;
    when insufficient_privilege then
      if sqlerrm like '%row-level security%' then return 0; end if;
      if sqlerrm ~ '^permission denied for (table|view|column|relation) ' then return -1; end if;
      raise;
    when integrity_constraint_violation or sqlstate 'PGRST' then return -2;
  end;
end
$$;

-- Columns of a relation a role may name in a command; null when there is no grant at all.
create function probe.columns(relation regclass, role text, command text)
returns text[]
language sql
as $$
  select nullif(array_agg(quote_ident(attname) order by attnum) filter (where has_column_privilege(role, relation, attnum, command)), '{}')
  from pg_attribute
  where attrelid = relation and attnum > 0 and not attisdropped
    and (command = 'select' or (attidentity <> 'a' and attgenerated = ''));
$$;

-- How many rows of a relation an actor reaches with a command, in one statement where that goes through and row by row where not;
-- -1 when a grant is missing.
create function probe.count_reached(relation regclass, command text, columns text[], actor probe.actors)
returns bigint
language plpgsql
as $$
declare
  v_statement text := case command
    when 'select' then format('select 1 from %s', relation)
    when 'insert' then format('insert into %s (%s) select %2$s from jsonb_populate_record(null::%1$s, $1)', relation, array_to_string(columns, ', '))
    when 'update' then format('update %s set %s', relation, (select string_agg(format('%s = %1$s', c), ', ') from unnest(columns) as c))
    when 'delete' then format('delete from %s', relation)
  end;
  v_row record;
  v_reached bigint := -2;
  v_sum bigint := 0;
begin
  if command <> 'insert' then
    v_reached := probe.reached(actor, v_statement, null, null);
    v_statement := v_statement || ' where ctid = $2';
  end if;
  if v_reached > -2 then
    return v_reached;
  end if;
  for v_row in execute format('select ctid as place, to_jsonb(t) as data from %s as t', relation) loop
    v_reached := probe.reached(actor, v_statement, v_row.data, v_row.place);
    if v_reached = -1 then
      return -1;
    end if;
    v_sum := v_sum + abs(sign(v_reached));
  end loop;
  return v_sum;
end
$$;

-- How many rows there are and how many the actor reaches, with a word for it: none, some or all of the rows; no when nothing is granted; empty
-- when there is no row to tell by.
create function probe.level(relation regclass, command text, actor probe.actors)
returns jsonb
language plpgsql
as $$
declare
  v_columns text[];
  v_rows bigint;
  v_reached bigint;
begin
  if command <> 'delete' then
    v_columns := probe.columns(relation, actor.role, command);
  elsif has_table_privilege(actor.role, relation, 'delete') then
    v_columns := '{}';
  end if;
  if v_columns is null then
    return jsonb_build_object('level', 'no');
  end if;
  execute format('select count(*) from %s', relation) into v_rows;
  v_reached := probe.count_reached(relation, command, v_columns, actor);
  return jsonb_build_object('rows', v_rows, 'reached', v_reached, 'level', case
    when v_reached < 0 then 'no'
    when v_rows = 0 then 'empty'
    when v_reached = 0 then 'none'
    when v_reached < v_rows then 'some'
    else 'all'
  end);
end
$$;

-- What each role was granted in one relation: true, false, or the columns.
create function probe.grants(relation regclass)
returns jsonb
language sql
as $$
  select jsonb_object_agg(role, (
    select jsonb_object_agg(command, case
      when command = 'delete' then to_jsonb(has_table_privilege(role, relation, 'delete'))
      when has_table_privilege(role, relation, command) then 'true'::jsonb
      else coalesce(to_jsonb(probe.columns(relation, role, command)), 'false'::jsonb) end)
    from unnest(array['select', 'insert', 'update', 'delete']) as command
  ))
  from unnest(array['anon', 'authenticated', 'service_role']) as role;
$$;

-- What each actor reaches in one relation with these commands.
create function probe.levels(relation regclass, commands text[])
returns jsonb
language sql
as $$
  select jsonb_agg(jsonb_build_object('actor', actors.name, 'levels', (
    select jsonb_object_agg(command, probe.level(relation, command, actors)) from unnest(commands) as command
  )) order by actors.position)
  from probe.actors;
$$;

-- Whether some actor reaches something else in one relation with these commands than `before`, an answer of probe.levels. Looks no further than
-- the first who does, and first at those who do most often: a buyer, who may do everything, and who bought nothing.
create function probe.differs(relation regclass, commands text[], before jsonb)
returns boolean
language plpgsql
as $$
declare
  v_actor probe.actors;
begin
  for v_actor in select actors.* from probe.actors
    order by coalesce(array_position(array['first', 'admin', 'stranger', 'anon'], actors.name), 9), actors.position
  loop
    if (select jsonb_object_agg(command, probe.level(relation, command, v_actor)) from unnest(commands) as command)
      is distinct from (select seen -> 'levels' from jsonb_array_elements(before) as seen where seen ->> 'actor' = v_actor.name)
    then
      return true;
    end if;
  end loop;
  return false;
end
$$;
