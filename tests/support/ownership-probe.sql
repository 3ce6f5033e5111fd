-- Whose every row is, and what a verb answers to an id: installed in a clone by ownership.ts, never in a real database.
create schema if not exists probe;

create table probe.owned (
  person uuid not null,
  relation text not null,
  id uuid not null,
  state text,
  primary key (person, relation, id)
);

-- A row is a person's when any of its uuids names that person, a course they teach, or a row that is theirs.
create function probe.find_owned(people uuid[])
returns void
language plpgsql
as $$
declare
  v_column record;
  v_rows bigint;
  v_found bigint;
begin
  insert into probe.owned select person, 'profiles', person from unnest(people) as person;
  insert into probe.owned select profile_id, 'products', product_id from public.course_instructors where profile_id = any (people);
  loop
    v_found := 0;
    for v_column in
      select format('%I.%I', relnamespace::regnamespace::text, relname) as relation, relname as name, columns.attname as named, keys.attname as key,
        exists (select from pg_attribute where attrelid = pg_class.oid and attname = 'status') as has_status
      from pg_class
      join pg_index on indrelid = pg_class.oid and indisprimary and indnkeyatts = 1
      join pg_attribute as keys on keys.attrelid = pg_class.oid and keys.attnum = indkey[0] and keys.atttypid = 'uuid'::regtype
      join pg_attribute as columns on columns.attrelid = pg_class.oid and columns.atttypid = 'uuid'::regtype and columns.attnum > 0
      where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and relkind = 'r'
    loop
      execute format('insert into probe.owned select distinct owned.person, %L, t.%I, %s from %s as t join probe.owned on owned.id = t.%I on conflict do nothing',
        v_column.name, v_column.key, case when v_column.has_status then 't.status' else 'null' end, v_column.relation, v_column.named);
      get diagnostics v_rows = row_count;
      v_found := v_found + v_rows;
    end loop;
    exit when v_found = 0;
  end loop;
end
$$;

-- What a verb answers to a person, undone whatever it did: 'ok' and the answer, or how it refused. Times and the id that was asked are left out of it.
create function probe.answer(claims text, statement text, body jsonb, id text)
returns text
language plpgsql
as $$
declare
  v_answer text;
  v_detail text;
begin
  begin
    perform set_config('request.jwt.claims', claims, true), set_config('request.headers', '{}', true),
      set_config('search_path', 'public, extensions', true), set_config('role', 'authenticated', true);
    execute statement into v_answer using body;
    raise sqlstate 'ZZ001' using message = 'ok ' || coalesce(v_answer, 'null');
  exception
    when sqlstate 'ZZ001' then v_answer := sqlerrm;
    when others then
      get stacked diagnostics v_detail = pg_exception_detail;
      v_answer := sqlstate || ' ' || sqlerrm || ' ' || v_detail;
  end;
  return replace(regexp_replace(v_answer, '\d{4}-\d\d-\d\dT[\d:.]+', '…', 'g'), id, '…');
end
$$;
