/*
Imports, reading: what the cells of a file mean. One place for all kinds, used by runs and, the other way round, by exports.

Promise: a column that is not in the file leaves what is there as it is; an empty cell empties, except where a row could not be without
(kind, status, tax_category, the title of a variant, its position), which it leaves as it is. What an export writes, an import reads as no change.
*/

create function private.import_columns(kind text)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
  select case import_columns.kind
    when 'products' then array['slug', 'kind', 'status', 'title', 'summary', 'description', 'category', 'tax_category', 'tags', 'image_url', 'publish_at', 'unpublish_at',
      'title:id', 'title:en', 'summary:id', 'summary:en', 'description:id', 'description:en', 'sku', 'variant_title', 'variant_title:id', 'variant_title:en', 'position', 'weight_grams',
      'option1', 'value1', 'option2', 'value2', 'option3', 'value3', 'option4', 'value4', 'option5', 'value5', 'parts']
    when 'prices' then array['sku', 'currency', 'price_list', 'min_quantity', 'amount', 'starts_at', 'ends_at']
    when 'stock' then array['sku', 'location', 'on_hand', 'stock_mode', 'backorder_limit', 'ships_at'] end;
$$;
comment on function private.import_columns(text) is 'The columns of a kind of file in the order of an export; files of products have attribute:<key> and variant_attribute:<key> beside them.';

create function private.is_variant_column(name text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
  select is_variant_column.name ~ '^(slug|sku|variant_title(:(id|en))?|position|weight_grams|option[1-5]|value[1-5]|parts|variant_attribute:.*)$';
$$;
comment on function private.is_variant_column(text) is 'Whether a column of a file of products says something of the row''s variant; all others are of the product, and equal in all its rows.';

create function private.note_finding(import_id uuid, row_number integer, column_name text, code text, message text)
returns void
language sql
volatile
security invoker
set search_path = ''
as $$
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  values (note_finding.import_id, note_finding.row_number, note_finding.column_name, note_finding.code, note_finding.message);
$$;
comment on function private.note_finding(uuid, integer, text, text, text) is 'Notes one thing that is wrong with a file.';

create function private.check_import_header(import_id uuid)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_import public.imports;
  v_known text[];
  v_needed text[];
begin
  select * into v_import from public.imports where imports.id = check_import_header.import_id;
  v_known := private.import_columns(v_import.kind);
  v_needed := case v_import.kind when 'products' then '{slug}' when 'prices' then '{sku,currency,amount}' else '{sku,on_hand}' end;
  insert into private.import_findings (import_id, row_number, column_name, code, message)
  select v_import.id, 1, left(names.name, 100), 'unknown_column', format('A file of %s has no column of this name.', v_import.kind)
  from unnest(v_import.columns) as names (name)
  where names.name <> all (v_known) and not (v_import.kind = 'products' and names.name ~ '^(variant_)?attribute:[a-z][a-z0-9_]{0,62}$')
  union all
  select v_import.id, 1, left(names.name, 100), 'double_column', 'Two columns have this name.'
  from unnest(v_import.columns) as names (name) group by names.name having count(*) > 1
  union all
  select v_import.id, 1, needed, 'missing_column', format('A file of %s has this column.', v_import.kind)
  from unnest(v_needed) as needed where needed <> all (v_import.columns);
end
$$;
comment on function private.check_import_header(uuid) is 'Notes unknown_column, double_column and missing_column.';

create function private.find_broken_constraints(import_id uuid, staged regclass, target regclass, columns jsonb)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_rules text;
begin
  -- one look at each row, at all rules: nearly always none is broken
  select string_agg(format('case when not (%s) then %L end', rules.condition, jsonb_build_object(
    'column', coalesce(find_broken_constraints.columns ->> rules.column_name, rules.column_name),
    'message', upper(left(rules.conname, 1)) || replace(substr(rules.conname, 2), '_', ' ') || '.')), ', ' order by rules.conname) into v_rules
  from (
    select pg_constraint.conname, pg_get_expr(pg_constraint.conbin, pg_constraint.conrelid) as condition, min(pg_attribute.attname) as column_name
    from pg_catalog.pg_constraint
    join pg_catalog.pg_attribute on pg_attribute.attrelid = pg_constraint.conrelid and pg_attribute.attnum = any (pg_constraint.conkey)
    left join pg_catalog.pg_attribute as ours on ours.attrelid = find_broken_constraints.staged and ours.attname = pg_attribute.attname and not ours.attisdropped
    where pg_constraint.conrelid = find_broken_constraints.target and pg_constraint.contype = 'c'
    group by pg_constraint.oid, pg_constraint.conname, pg_constraint.conbin, pg_constraint.conrelid
    having bool_and(ours.attname is not null)
  ) as rules;
  execute format($sql$
    insert into private.import_findings (import_id, row_number, column_name, code, message)
    select staged.import_id, staged.row_number, rule ->> 'column', 'invalid_value', rule ->> 'message'
    from (select import_id, row_number, concat_ws(',', %s) as broken from %s where import_id = $1 offset 0) as staged
    cross join lateral jsonb_array_elements(('[' || staged.broken || ']')::jsonb) as rule
    where staged.broken <> ''$sql$, v_rules, find_broken_constraints.staged)
  using find_broken_constraints.import_id;
end
$$;
comment on function private.find_broken_constraints(uuid, regclass, regclass, jsonb) is
  'Asks the check constraints of a table about staged rows that have its columns, so that no rule is written twice; the name of a constraint is the sentence. columns: what a column of the table is called in the file.';

create function private.import_row_id(first bigint, rest text, row_number integer)
returns uuid
language sql
immutable
security invoker
return (lpad(to_hex((first + row_number) % 4294967296), 8, '0') || rest)::uuid;
comment on function private.import_row_id(bigint, text, integer) is
  'A new id for what a row makes: a random place to count from, and the rest of a random id. The ids of a file follow each other as its rows do, so that the dozen indexes with an id in them are written in one place and not all over. Inlined.';

create function private.read_time(cell text)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if cell ~ '^\d{4}-\d\d-\d\d$' and pg_input_is_valid(cell || 'T00:00:00Z', 'timestamptz') then
    return (cell || 'T00:00:00Z')::timestamptz;
  elsif cell ~ '^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$' and pg_input_is_valid(cell, 'timestamptz') then
    return cell::timestamptz;
  end if;
  return null;
end
$$;
comment on function private.read_time(text) is 'A moment as 2026-01-31T09:00:00Z or with +07:00, or a day, which begins at midnight UTC; null when it is neither.';

create function private.read_whole_number(cell text)
returns bigint
language sql
immutable
security invoker
return case when cell ~ '^-?\d{1,18}$' then cell::bigint end;
comment on function private.read_whole_number(text) is 'A whole number, null when it is none. No thousands, no currency: they mean another thing in every country. Inlined.';

create function private.write_time(moment timestamptz)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
  select to_char(write_time.moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
$$;
comment on function private.write_time(timestamptz) is 'A moment as an export writes it, to the microsecond.';

create function private.read_translations(record jsonb, prefix text, fields text[], known jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_texts jsonb;
  v_read jsonb := coalesce(read_translations.known, '{}');
  v_locale text;
  v_field text;
  v_cell text;
begin
  foreach v_locale in array '{id,en}'::text[] loop
    v_texts := coalesce(v_read -> v_locale, '{}');
    foreach v_field in array read_translations.fields loop
      v_cell := record ->> (prefix || v_field || ':' || v_locale);
      if v_cell = '' then
        v_texts := v_texts - v_field;
      elsif v_cell is not null then
        v_texts := v_texts || jsonb_build_object(v_field, v_cell);
      end if;
    end loop;
    if v_texts <> '{}' or v_read ? v_locale then
      v_read := case when v_texts = '{}' then v_read - v_locale else jsonb_set(v_read, array[v_locale], v_texts) end;
    end if;
  end loop;
  return v_read;
end
$$;
comment on function private.read_translations(jsonb, text, text[], jsonb) is 'The translations that cells such as title:en make of those that are known.';

create function private.read_attributes(record jsonb, columns text[], types jsonb, known jsonb)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_read jsonb := coalesce(read_attributes.known, '{}');
  v_column text;
  v_key text;
  v_cell text;
begin
  foreach v_column in array read_attributes.columns loop
    v_key := split_part(v_column, ':', 2);
    v_cell := record ->> v_column;
    if coalesce(v_cell, '') = '' then
      v_read := v_read - v_key;
      continue;
    end if;
    v_read := v_read || jsonb_build_object(v_key, case
      when types ->> v_key in ('integer', 'decimal') and v_cell ~ '^-?\d+(\.\d+)?$' and length(v_cell) <= 62 then to_jsonb(v_cell::numeric)
      when types ->> v_key = 'boolean' and v_cell in ('true', 'false') then to_jsonb(v_cell::boolean)
      else to_jsonb(v_cell) end);
  end loop;
  return v_read;
end
$$;
comment on function private.read_attributes(jsonb, text[], jsonb, jsonb) is
  'The attributes that cells make of those that are known, each of the type {key: type} that its schema asks for; what cannot be read so stays text, and private.attributes_problem says what is wrong with it.';

create function private.read_options(record jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
  select coalesce(jsonb_object_agg(read_options.record ->> ('option' || place), read_options.record ->> ('value' || place)), '{}')
  from generate_series(1, 5) as place
  where read_options.record ->> ('option' || place) <> '' and read_options.record ->> ('value' || place) <> '';
$$;
comment on function private.read_options(jsonb) is 'The choices of a row as {option: value}; an option without a value is none.';

create function private.read_parts(cell text)
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
declare
  v_named text[];
  v_part text;
  v_parts jsonb := '{}';
begin
  foreach v_part in array string_to_array(coalesce(read_parts.cell, ''), ';') loop
    v_named := regexp_match(btrim(v_part), '^([A-Za-z0-9][A-Za-z0-9._-]{0,63})(?:\*([1-9][0-9]{0,2}))?$');
    if v_named is null or v_parts ? v_named[1] or coalesce(v_named[2], '1')::integer > 100 then
      return null;
    end if;
    v_parts := v_parts || jsonb_build_object(v_named[1], coalesce(v_named[2], '1')::integer);
  end loop;
  return v_parts;
end
$$;
comment on function private.read_parts(text) is 'The parts of a bundle, written SKU*2;OTHER*1, as {sku: quantity}; null when the cell is none, or names a part twice.';

create function private.parts_of(bundle_variant_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_object_agg(variants.sku, bundle_items.quantity), '{}')
    from public.bundle_items join public.variants on variants.id = bundle_items.component_variant_id where bundle_items.bundle_variant_id = parts_of.bundle_variant_id);
end
$$;
comment on function private.parts_of(uuid) is 'The parts of a bundle as {sku: quantity}.';

create function private.merge_records(records jsonb[])
returns jsonb
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select jsonb_object_agg(merged.key, merged.value) from (
      select cells.key, coalesce(max(nullif(cells.value, '')), '') as value
      from unnest(merge_records.records) as record cross join lateral jsonb_each_text(record) as cells group by cells.key
    ) as merged);
end
$$;
comment on function private.merge_records(jsonb[]) is 'The rows of one product as one: what any of them says. That no two say different things is looked at apart.';
