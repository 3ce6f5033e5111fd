/*
Gifts, verbs: buying, correcting and claiming. See the gifts file for the promise and the order of locks.
*/

create type private.gift_wish as (variant_id uuid, recipient_email text, recipient_name text, message text, deliver_at timestamptz);
comment on type private.gift_wish is 'One gift on its way into an order.';

create function private.parse_gift_time(value text)
returns timestamptz
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  return parse_gift_time.value::timestamptz;
exception when invalid_datetime_format or datetime_field_overflow or invalid_text_representation or invalid_parameter_value then
  return '-infinity'; -- which no gift may have
end
$$;
comment on function private.parse_gift_time(text) is 'A time as it came in JSON; what is none is -infinity.';

create function private.check_gift(wish private.gift_wish)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
  if coalesce(wish.recipient_email, '') = '' then
    perform private.fail('invalid_email', 422, 'A gift goes to an e-mail address.', 'Send recipient_email.');
  end if;
  perform private.check_email(wish.recipient_email);
  if length(wish.recipient_name) > 200 or length(wish.message) > 2000 or wish.recipient_name ~ '[[:cntrl:]]' then
    perform private.fail('invalid_gift', 422, 'A name has at most 200 characters in one line, a message at most 2000.', 'Shorten it.');
  end if;
  if wish.deliver_at < now() - interval '1 day' or wish.deliver_at > now() + interval '1 year' then
    perform private.fail('invalid_gift', 422, 'A gift is delivered at once or at some time of the coming year.', 'Correct deliver_at, ISO 8601, or leave it out.');
  end if;
end
$$;
comment on function private.check_gift(private.gift_wish) is 'Refuses invalid_email and invalid_gift.';

create function private.parse_gifts(lines jsonb)
returns private.gift_wish[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
  v_most integer := private.setting('max_order_lines');
  v_hint constant text := 'Send [{"variant_id": "<uuid>", "gift": {"recipient_email": "…", "recipient_name": "…", "message": "…", "deliver_at": "…"}}, …].';
  v_line jsonb;
  v_wish private.gift_wish;
  v_wishes private.gift_wish[] := '{}';
begin
  if jsonb_typeof(parse_gifts.lines) is distinct from 'array' or jsonb_array_length(parse_gifts.lines) not between 1 and v_most then
    perform private.fail('invalid_lines', 422, format('An order of gifts is a list of 1 to %s of them.', v_most), v_hint);
  end if;
  for v_line in select jsonb_array_elements(parse_gifts.lines) loop
    if jsonb_typeof(v_line) <> 'object' or v_line - array['variant_id', 'gift'] <> '{}' or jsonb_typeof(v_line -> 'gift') is distinct from 'object'
      or coalesce(v_line ->> 'variant_id', '') !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$'
      or (v_line -> 'gift') - array['recipient_email', 'recipient_name', 'message', 'deliver_at'] <> '{}'
      or exists (select from jsonb_each(v_line -> 'gift') as field where jsonb_typeof(field.value) not in ('string', 'null')) then
      perform private.fail('invalid_lines', 422, 'A line has variant_id and gift, and a gift has recipient_email, recipient_name, message and deliver_at as texts, and nothing else.', v_hint);
    end if;
    v_wish := row((v_line ->> 'variant_id')::uuid, btrim(v_line #>> '{gift,recipient_email}'), v_line #>> '{gift,recipient_name}', v_line #>> '{gift,message}',
      private.parse_gift_time(v_line #>> '{gift,deliver_at}'));
    perform private.check_gift(v_wish);
    v_wishes := v_wishes || v_wish;
  end loop;
  return v_wishes;
end
$$;
comment on function private.parse_gifts(jsonb) is 'Gifts as they were sent, one line each. Refuses invalid_lines, invalid_email and invalid_gift.';

create function private.order_gifts(lines jsonb, currency text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write orders, only place them
set search_path = ''
as $$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', order_gifts.lines, 'currency', order_gifts.currency);
  v_answer jsonb := private.recall_answer(v_customer_id, order_gifts.idempotency_key, 'order_gifts', v_body);
  v_gifts private.gift_wish[];
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_gifts := private.parse_gifts(order_gifts.lines);
  v_order_id := private.place_for_others(v_customer_id, array(
    select row(gift.variant_id, count(*)::integer)::private.wish from unnest(v_gifts) as gift group by gift.variant_id order by gift.variant_id), order_gifts.currency);
  update public.orders set purpose = 'gift' where orders.id = v_order_id;
  insert into public.gifts (order_item_id, intake_id, buyer_id, recipient_email, recipient_name, message, deliver_at)
  select order_items.id, intakes.id, v_customer_id, gift.recipient_email, gift.recipient_name, gift.message, gift.deliver_at
  from unnest(v_gifts) as gift
  join public.order_items on order_items.order_id = v_order_id and order_items.variant_id = gift.variant_id
  join public.intakes on intakes.variant_id = gift.variant_id;
  if exists (select from public.orders where orders.id = v_order_id and orders.status = 'paid') then
    perform private.open_seats(v_order_id);
  end if;
  return private.remember_answer(v_customer_id, order_gifts.idempotency_key, 'order_gifts', v_body, private.order_document(v_order_id));
end
$$;
comment on function private.order_gifts(jsonb, text, text) is 'Does the work of public.order_gifts.';
grant execute on function private.order_gifts(jsonb, text, text) to authenticated;

create function public.order_gifts(lines jsonb, currency text default null, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.order_gifts(order_gifts.lines, order_gifts.currency, order_gifts.idempotency_key);
$$;
comment on function public.order_gifts(jsonb, text, text) is
  'Buys seats as gifts, one per line [{variant_id, gift: {recipient_email, recipient_name?, message?, deliver_at?}}], and answers the order, pending like one of place_order. Once it is paid each seat '
  'waits to be claimed, and its code is mailed to its recipient at deliver_at. Several gifts of one course are one line of the order. Errors: invalid_lines, invalid_email, invalid_gift, '
  'variant_not_found, price_missing, currency_not_supported, intake_not_open, intake_closed, intake_cancelled, out_of_stock, promotion_used_up, idempotency_key_reused, sign_in_required.';
grant execute on function public.order_gifts(jsonb, text, text) to authenticated;

create function private.gift_document(gift_id uuid)
returns jsonb
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  return (
    select to_jsonb(gifts) - array['created_at', 'updated_at', 'reminded_at'] from public.gifts where gifts.id = gift_document.gift_id);
end
$$;
comment on function private.gift_document(uuid) is 'A gift as its verbs answer it; its code is in no table.';

create function private.change_gift(gift_id uuid, recipient_email text, recipient_name text, message text, deliver_at timestamptz, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- buyers may not write gifts, only say where they go
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(change_gift.gift_id, change_gift.recipient_email, change_gift.recipient_name, change_gift.message, change_gift.deliver_at);
  v_answer jsonb := private.recall_answer(v_person_id, change_gift.idempotency_key, 'change_gift', v_body);
  v_gift public.gifts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_gift from public.gifts where gifts.id = change_gift.gift_id and gifts.buyer_id = v_person_id for update;
  if v_gift.id is null then
    perform private.fail('gift_not_found', 404, 'You gave no such gift.', 'Read your gifts.');
  end if;
  if v_gift.status not in ('unpaid', 'waiting') or v_gift.expires_at <= now() then
    perform private.fail('gift_ended', 409, format('This gift is %s: nothing can be changed.', v_gift.status), 'Buy another one.');
  end if;
  perform private.check_gift(row(null, coalesce(change_gift.recipient_email, v_gift.recipient_email), change_gift.recipient_name, change_gift.message, change_gift.deliver_at)::private.gift_wish);
  update public.gifts
  set recipient_email = coalesce(change_gift.recipient_email, gifts.recipient_email), recipient_name = coalesce(change_gift.recipient_name, gifts.recipient_name),
    message = coalesce(change_gift.message, gifts.message), deliver_at = coalesce(change_gift.deliver_at, gifts.deliver_at), announced_at = null
  where gifts.id = v_gift.id;
  -- whoever had the old mail has nothing any more
  delete from private.claim_codes where claim_codes.gift_id = v_gift.id;
  perform private.announce_due_gifts(1000, order_items.order_id) from public.order_items where order_items.id = v_gift.order_item_id;
  return private.remember_answer(v_person_id, change_gift.idempotency_key, 'change_gift', v_body, private.gift_document(v_gift.id));
end
$$;
comment on function private.change_gift(uuid, text, text, text, timestamptz, text) is 'Does the work of public.change_gift.';
grant execute on function private.change_gift(uuid, text, text, text, timestamptz, text) to authenticated;

create function public.change_gift(
  gift_id uuid, recipient_email text default null, recipient_name text default null, message text default null, deliver_at timestamptz default null, idempotency_key text default null
)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.change_gift(change_gift.gift_id, change_gift.recipient_email, change_gift.recipient_name, change_gift.message,
    change_gift.deliver_at, change_gift.idempotency_key);
$$;
comment on function public.change_gift(uuid, text, text, text, timestamptz, text) is
  'The buyer corrects a gift that nobody claimed yet; what is left out stays. Codes that were mailed end, and a new one is mailed: at once, or at deliver_at. Answers the gift. Errors: gift_not_found, '
  'gift_ended, invalid_email, invalid_gift, idempotency_key_reused, sign_in_required.';
grant execute on function public.change_gift(uuid, text, text, text, timestamptz, text) to authenticated;

create function private.claim_gift(code text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- the code is the proof
set search_path = ''
as $$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(encode(private.claim_code_hash(claim_gift.code), 'hex'));
  v_answer jsonb := private.recall_answer(v_learner_id, claim_gift.idempotency_key, 'claim_gift', v_body);
  v_gift public.gifts;
  v_enrollment_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select gifts.* into v_gift from private.claim_codes join public.gifts on gifts.id = claim_codes.gift_id
  where claim_codes.code_hash = private.claim_code_hash(claim_gift.code);
  if v_gift.id is null then
    perform private.fail('claim_code_not_found', 404, 'There is no such code.', 'Check it letter by letter, or ask who gave it to you.');
  end if;
  perform private.stop_waiting(v_gift.intake_id, v_learner_id);
  select * into v_gift from public.gifts where gifts.id = v_gift.id for update;
  if v_gift.status <> 'waiting' or v_gift.expires_at <= now()
    or not exists (select from private.claim_codes where claim_codes.code_hash = private.claim_code_hash(claim_gift.code) and claim_codes.gift_id = v_gift.id) then
    perform private.fail('gift_ended', 409, 'This gift was claimed, given back or ran out.', 'Ask who gave it to you.');
  end if;
  perform private.refuse_over(v_gift.intake_id);
  v_enrollment_id := private.sit_down(v_gift.intake_id, v_learner_id, v_gift.order_item_id);
  update public.gifts set status = 'claimed', claimed_at = now(), learner_id = v_learner_id, enrollment_id = v_enrollment_id where gifts.id = v_gift.id;
  perform private.emit('gift.claimed', 'gift', v_gift.id, jsonb_build_object('enrollment_id', v_enrollment_id));
  return private.remember_answer(v_learner_id, claim_gift.idempotency_key, 'claim_gift', v_body,
    jsonb_build_object('gift_id', v_gift.id, 'intake_id', v_gift.intake_id, 'enrollment_id', v_enrollment_id, 'message', v_gift.message));
end
$$;
comment on function private.claim_gift(text, text) is 'Does the work of public.claim_gift.';
grant execute on function private.claim_gift(text, text) to authenticated;

create function public.claim_gift(code text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.claim_gift(claim_gift.code, claim_gift.idempotency_key);
$$;
comment on function public.claim_gift(text, text) is
  'Takes the seat of a gift by the code in its mail and answers {gift_id, intake_id, enrollment_id, message}. Errors: claim_code_not_found, gift_ended, already_enrolled, order_already_open, '
  'intake_closed, intake_cancelled, idempotency_key_reused, sign_in_required.';
grant execute on function public.claim_gift(text, text) to authenticated;

create function private.issue_gift_code(gift_id uuid)
returns text
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_code text := private.new_claim_code();
begin
  perform from public.gifts where gifts.id = issue_gift_code.gift_id and gifts.status = 'waiting' and gifts.announced_at is not null and gifts.expires_at > now() for share;
  if not found then
    return null;
  end if;
  insert into private.claim_codes (code_hash, gift_id) values (private.claim_code_hash(v_code), issue_gift_code.gift_id);
  return v_code;
end
$$;
comment on function private.issue_gift_code(uuid) is 'A code for a mail about a gift, null when nobody can claim it now. As private.issue_invite_code.';
