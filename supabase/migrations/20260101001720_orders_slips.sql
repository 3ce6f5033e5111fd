/*
Orders, slips: what somebody meant who mistyped one digit of a number or a phone.

Promise: a digit that is wrong, left out, one too many, or has changed places with the next still finds, when nothing is as it was typed. Not by trigrams, of which one
wrong digit spoils three: whatever the slip is, the first or the last half is as it was typed and finds its candidates in the same index, and a pattern of
every slip looks at those. Of a number every slip is named and looked up.
Under concurrency: reads only.
*/

create function private.digit_slips(digits text)
returns text
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
  -- half of fewer digits is in too many phones; more has nobody's phone
  if length(digit_slips.digits) not between 9 and 20 then
    return null;
  end if;
  return (
    select '(?:^|\n)[0-9]*(?:' || string_agg(distinct slips.slip, '|') || ')[0-9]*(?:$|\n)'
    from generate_series(1, length(digit_slips.digits)) as position
    cross join lateral (select left(digits, position - 1) as before, substr(digits, position, 1) as digit, substr(digits, position + 1) as after) as parts
    cross join lateral (values (parts.before || '[0-9]' || parts.after), (parts.before || parts.digit || '[0-9]' || parts.after), (parts.before || parts.after),
      (parts.before || left(parts.after, 1) || parts.digit || substr(parts.after, 2))) as slips (slip));
end
$$;
comment on function private.digit_slips(text) is 'A regular expression for lines of digits that contain these with one slip; null when they are too few or too many for a phone.';

create function private.order_numbers_alike(words text)
returns text[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_digits text := (regexp_match(order_numbers_alike.words, '^(?:s?l?-)?([0-9]{5,18})$'))[1];
  v_longest integer := (select length(order_numbers.last_value::text) from private.order_numbers);
begin
  if v_digits is null or length(v_digits) > v_longest + 1 then
    return '{}';
  end if;
  return array(
    select distinct 'SL-' || slips.slip
    from generate_series(1, length(v_digits)) as position, generate_series(0, 9) as other
    cross join lateral (select left(v_digits, position - 1) as before, substr(v_digits, position, 1) as digit, substr(v_digits, position + 1) as after) as parts
    cross join lateral (values (parts.before || other || parts.after), (parts.before || other || parts.digit || parts.after), (v_digits || other), (parts.before || parts.after),
      (parts.before || left(parts.after, 1) || parts.digit || substr(parts.after, 2))) as slips (slip)
    where length(slips.slip) between 6 and v_longest and slips.slip !~ '^0' and slips.slip <> v_digits);
end
$$;
comment on function private.order_numbers_alike(text) is 'Every number an order can have that is these digits with one slip, for the index on numbers; none when they are no number.';

create function private.contains_words(search private.order_search, name text, phone text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_name constant text := private.search_text(contains_words.name);
  v_digits constant text := regexp_replace(contains_words.phone, '\D', '', 'g');
begin
  return coalesce(v_name like search.pattern, false) or coalesce(contains_words.phone like search.pattern, false) or coalesce(v_digits like search.digits_pattern, false)
    or search.alike and coalesce(case when search.numbers_alike is null then extensions.word_similarity(search.words, v_name) >= search.likeness
      else regexp_like(v_digits, search.slip) end, false);
end
$$;
comment on function private.contains_words(private.order_search, text, text) is 'Whether a recipient or an e-mail, or a phone however it is grouped, contains the words of a search, or is alike.';
