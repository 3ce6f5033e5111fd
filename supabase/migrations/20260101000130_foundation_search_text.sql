/*
Foundation, search text: the one form in which words are compared, whether orders are searched or products; and whether a text says anything.

Promise: case, accents and spaces never decide whether something is found, and what nobody can see is no reason, note or reference.
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
declare
  v_spaced text;
begin
  -- ASCII has nothing to normalize and no accents, is most texts, and is read several times as fast so; a test compares the two ways
  if octet_length(original) = length(original) then
    v_spaced := lower(original collate "C");
    if strpos(v_spaced, E'\n') + strpos(v_spaced, E'\t') + strpos(v_spaced, E'\r') + strpos(v_spaced, E'\x0b') + strpos(v_spaced, E'\x0c') > 0 then
      v_spaced := translate(v_spaced, E'\t\n\x0b\x0c\r', '     ');
    end if;
    v_spaced := btrim(v_spaced);
    if strpos(v_spaced, '  ') > 0 then
      v_spaced := array_to_string(array_remove(string_to_array(v_spaced, ' '), ''), ' ');
    end if;
    return v_spaced;
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

create function private.said(original text)
returns text
language plpgsql -- as search_text
immutable
parallel safe
security invoker
set search_path = ''
as $$
begin
  -- spaces of every width, control characters, and what is only there to join, part or direct letters; no pattern, which would go over long blanks again and again
  return nullif(btrim(original, E'\x01\x02\x03\x04\x05\x06\x07\b\t\n\x0b\f\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f \x7f'
    || E'\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f'
    || E'\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u200e\u200f'
    || E'\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\u2800\u3000\u3164\ufeff\uffa0'), '');
end
$$;
comment on function private.said(text) is 'A reason, note or reference as somebody reads it: without white and invisible characters around it; null when nothing is left. Every verb that asks for one asks this.';
