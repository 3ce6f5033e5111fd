/*
Pricing, taxing: the taxes of the lines of a quote. See the taxes file for the promise.
*/

create function private.tax_rates_at(tax_category text, country text, province text)
returns public.tax_rates[]
language plpgsql -- for each line of every purchase that is taxed: keeps its plan
stable
security invoker
set search_path = ''
as $$
begin
  return array(
    select tax_rates from public.tax_rates
    where tax_rates.country = tax_rates_at.country and tax_rates.tax_category = tax_rates_at.tax_category
      and (tax_rates.province is null or lower(btrim(tax_rates.province)) = lower(btrim(tax_rates_at.province)))
      and tax_rates.valid_from <= now() and tax_rates.valid_until > now()
    order by tax_rates.inclusive desc, tax_rates.name, tax_rates.province nulls first, tax_rates.id);
end
$$;
comment on function private.tax_rates_at(text, text, text) is 'The rates that a thing of this tax category carries at this place now: the inclusive ones first, in the order in which they are told.';

create function private.tax_line(line private.order_line, country text, province text)
returns private.order_line
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_amount constant bigint := line.subtotal_amount - line.discount_amount;
  v_rates public.tax_rates[];
  v_weights bigint[] := '{}';
  v_inclusive bigint := 0;
  v_parts bigint[];
  v_part bigint;
begin
  -- a voucher for many purposes: what is bought with it is taxed
  if v_amount = 0 or line.kind = 'gift_card' then
    return line;
  end if;
  v_rates := private.tax_rates_at(line.tax_category, tax_line.country, tax_line.province);
  for v_index in 1 .. cardinality(v_rates) loop
    if v_rates[v_index].inclusive then
      v_weights := v_weights || v_rates[v_index].basis_points::bigint;
      v_inclusive := v_inclusive + v_rates[v_index].basis_points;
    end if;
  end loop;
  line.tax_included_amount := round(v_amount::numeric * v_inclusive / (10000 + v_inclusive));
  v_parts := private.split_amount(line.tax_included_amount, v_weights);
  for v_index in 1 .. cardinality(v_rates) loop
    if v_rates[v_index].inclusive then
      v_part := v_parts[v_index];
    else
      v_part := round((v_amount - line.tax_included_amount)::numeric * v_rates[v_index].basis_points / 10000);
      line.tax_amount := line.tax_amount + v_part;
    end if;
    line.taxes := coalesce(line.taxes, '[]') || jsonb_build_object('name', v_rates[v_index].name, 'basis_points', v_rates[v_index].basis_points,
      'inclusive', v_rates[v_index].inclusive, 'amount', v_part);
  end loop;
  return line;
end
$$;
comment on function private.tax_line(private.order_line, text, text) is
  'The line with its taxes, computed on what discounts left: the inclusive ones contained in it, the others on top of the net price.';

create function private.sum_taxes(lines private.order_line[])
returns jsonb
language plpgsql -- in every purchase that is taxed: keeps its plan
immutable
security invoker
set search_path = ''
as $$
declare
  v_taxes jsonb := '[]';
  v_line private.order_line;
begin
  foreach v_line in array sum_taxes.lines loop
    v_taxes := v_taxes || coalesce(v_line.taxes, '[]');
  end loop;
  return private.taxes_by_name(v_taxes);
end
$$;
comment on function private.sum_taxes(private.order_line[]) is 'The taxes of lines by name and rate, for the foot of a quote.';

create function private.taxes_by_name(taxes jsonb)
returns jsonb
language plpgsql -- keeps its plan
immutable
security invoker
set search_path = ''
as $$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('name', summed.name, 'basis_points', summed.basis_points, 'inclusive', summed.inclusive, 'amount', summed.amount)
      order by summed.inclusive desc, summed.name, summed.basis_points), '[]')
    from (
      select tax ->> 'name' as name, (tax ->> 'basis_points')::integer as basis_points, (tax ->> 'inclusive')::boolean as inclusive, sum((tax ->> 'amount')::bigint)::bigint as amount
      from jsonb_array_elements(taxes_by_name.taxes) as tax group by 1, 2, 3
    ) as summed);
end
$$;
comment on function private.taxes_by_name(jsonb) is 'Taxes of several lines, those of one name and rate in one sum.';
