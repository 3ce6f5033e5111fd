/*
Foundation, search text: the one form in which words are compared, whether orders are searched or products.

Promise: case, accents and spaces never decide whether something is found.
Under concurrency: nothing is read or written.
*/

create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;

create function private.search_text(original text)
returns text
language plpgsql -- keeps its plan: a sql function that is not inlined is planned at every call
immutable -- unaccent is only stable because its rules are a file; ours are named, and change with a major version of Postgres
strict
parallel safe
security invoker
set search_path = ''
as $$
begin
  -- ASCII has nothing to normalize and no accents, is most texts, and is read several times as fast so; a test compares the two ways
  if octet_length(original) = length(original) then
    return array_to_string(array_remove(string_to_array(translate(lower(original collate pg_catalog.pg_c_utf8), E'\t\n\x0b\x0c\r', '     '), ' '), ''), ' ');
  end if;
  return btrim(regexp_replace(
    lower(extensions.unaccent('extensions.unaccent', normalize(original, NFKC)) collate pg_catalog.pg_c_utf8), '\s+', ' ', 'g'));
end
$$;
comment on function private.search_text(text) is 'A text as searches compare it: without accents, in lower case, with single spaces.';

create function private.search_pattern(words text)
returns text
language sql
immutable
parallel safe
security invoker
set search_path = ''
as $$
  select '%' || regexp_replace(search_pattern.words, '([\\%_])', '\\\1', 'g') || '%';
$$;
comment on function private.search_pattern(text) is 'The pattern of like for everything that contains these words, in which % and _ are just characters.';
