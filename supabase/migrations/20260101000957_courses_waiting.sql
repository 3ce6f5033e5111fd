/*
Courses, waiting: what a learner reads of the lists they are on. See the waiting list's file for who gets the next seat.

Promise: a place is counted at the moment of asking, and tells nothing of the others but how many are before.
*/

create function private.lists_waited_on(person_id uuid)
returns setof public.waitlist_entries
language plpgsql
stable
rows 10 -- nobody waits for hundreds
security invoker
set search_path = ''
as $$
begin
  return query
    select waitlist_entries.* from public.waitlist_entries
    where waitlist_entries.learner_id = lists_waited_on.person_id
      and (waitlist_entries.status = 'waiting' or waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now());
end
$$;
comment on function private.lists_waited_on(uuid) is 'The waiting lists somebody is on, those included on which a seat is offered to them.';

create function private.my_waitlist()
returns setof jsonb
language plpgsql
volatile
security definer -- a place counts other people's rows
set search_path = ''
as $$
begin
  return query
    select private.waitlist_document(entries) || jsonb_build_object('title', products.title, 'slug', products.slug, 'intake_title', intakes.title)
    from private.lists_waited_on(private.require_person()) as entries
    join public.intakes on intakes.id = entries.intake_id
    join public.products on products.id = intakes.product_id
    order by entries.position;
end
$$;
comment on function private.my_waitlist() is 'Does the work of public.my_waitlist.';
grant execute on function private.my_waitlist() to authenticated;

create function public.my_waitlist()
returns setof jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select * from private.my_waitlist();
$$;
comment on function public.my_waitlist() is 'The waiting lists the caller is on: {id, intake_id, status, place, offer_expires_at, max_amount, currency, created_at, title, slug, intake_title}. Errors: sign_in_required.';
grant execute on function public.my_waitlist() to authenticated;
