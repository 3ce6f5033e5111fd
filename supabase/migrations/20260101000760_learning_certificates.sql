/*
Learning, certificates: proof of a completed course that others can check.

Promise: a completed enrolment has at most one certificate, which says what was true when it was issued and is never changed; it can be
revoked, with a reason, and then says so to whoever asks. Numbers cannot be guessed: 75 of their bits are chance.
Under concurrency: the unique key on the enrolment decides between two listeners of the same event.
*/

create table public.certificates (
  id uuid primary key default gen_random_uuid(),
  number text not null unique,
  enrollment_id uuid not null unique references public.enrollments (id) on delete restrict,
  product_id uuid not null references public.courses (product_id) on delete restrict,
  learner_id uuid not null references public.profiles (id) on delete restrict,
  learner_name text not null,
  course_title text not null,
  score_percent integer,
  completed_on date not null,
  issued_at timestamptz not null,
  time_zone text not null,
  issuer text not null,
  locale text not null,
  verify_url text not null,
  pdf_path text,
  pdf_sha256 text,
  pdf_bytes integer,
  revoked_at timestamptz,
  revoked_by uuid references public.profiles (id) on delete restrict,
  revoke_reason text,
  constraint certificates_have_a_number_nobody_guesses check (number ~ '^CERT-[0-9]{4}(-[0-9A-HJKMNP-TV-Z]{5}){3}$'),
  constraint certificates_speak_a_known_language check (locale in ('id', 'en')),
  constraint certificates_know_their_pdf_wholly check (num_nulls(pdf_path, pdf_sha256, pdf_bytes) in (0, 3)),
  constraint certificates_keep_a_readable_hash check (pdf_sha256 ~ '^[0-9a-f]{64}$'),
  constraint certificates_are_revoked_for_a_reason check ((revoked_at is not null) = (revoke_reason is not null))
);
comment on table public.certificates is 'Proof of completed courses, as issued: name, title and dates are copies. completed_on is a date of time_zone.';
create index on public.certificates (product_id);
create index on public.certificates (learner_id);
create index on public.certificates (revoked_by);

create function private.tg_certificates__refuse_change()
returns trigger
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_pdf text[] := '{pdf_path,pdf_sha256,pdf_bytes}';
  v_revocation text[] := '{revoked_at,revoked_by,revoke_reason}';
begin
  if tg_op = 'UPDATE' and (old.pdf_path is null and to_jsonb(new) - v_pdf = to_jsonb(old) - v_pdf
    or old.revoked_at is null and to_jsonb(new) - v_revocation = to_jsonb(old) - v_revocation) then
    return new;
  end if;
  perform private.fail('append_only', 409, format('Certificate %s is issued: it is never changed or removed.', old.number), 'Revoke it.');
  return null;
end
$$;
comment on function private.tg_certificates__refuse_change() is 'Only where the PDF is kept and the revocation are written, once each.';

create trigger _100_refuse_change before update or delete on public.certificates for each row execute function private.tg_certificates__refuse_change();
create trigger _900_audit after update of revoked_at on public.certificates for each row execute function private.tg__audit('id');

alter table public.certificates enable row level security;
create policy select_own_or_teachers on public.certificates for select to authenticated
  using (learner_id = (select auth.uid()) or product_id in (select private.taught_courses()) or (select private.has_permission('enrollments.read')));
grant select on public.certificates to authenticated, service_role;
-- not granted: any write. issue_certificate and revoke_certificate write.

-- issue ------------------------------------------------------------------------------------------------------------------------------

create function private.new_certificate_number(issued_in integer)
returns text
language sql
volatile
security invoker
set search_path = ''
as $$
  -- bytes 6 and 8 of a random uuid are not all chance: 6 is left out, and of 8 the lower five bits are
  select 'CERT-' || lpad(issued_in::text, 4, '0') || string_agg(
    case when place in (0, 5, 11) then '-' else '' end || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(chance.bytes, place) & 31) + 1, 1), '' order by place)
  from (select uuid_send(gen_random_uuid()) as bytes) as chance, unnest(array[0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15]) as place;
$$;
comment on function private.new_certificate_number(integer) is 'CERT-year-xxxxx-xxxxx-xxxxx, without letters that are taken for figures.';

create function private.issue_certificate(enrollment_id uuid, verify_base text)
returns uuid
language plpgsql
volatile
security invoker
set search_path = ''
as $$
declare
  v_certificate public.certificates;
  v_zone text := private.setting('shop_time_zone') #>> '{}';
  v_number text := private.new_certificate_number(extract(year from now() at time zone v_zone)::integer);
begin
  insert into public.certificates (number, enrollment_id, product_id, learner_id, learner_name, course_title, score_percent,
    completed_on, issued_at, time_zone, issuer, locale, verify_url)
  select v_number, enrollments.id, results.product_id, profiles.id,
    coalesce(nullif(btrim(profiles.first_name || ' ' || profiles.last_name), ''), split_part(profiles.email, '@', 1)),
    products.title, results.score_percent, (results.passed_at at time zone v_zone)::date, clock_timestamp(), v_zone,
    private.setting('seller_name') #>> '{}', profiles.locale, issue_certificate.verify_base || v_number
  from public.enrollments
  join public.results on results.enrollment_id = enrollments.id
  join public.courses on courses.product_id = results.product_id
  join public.products on products.id = results.product_id
  join public.profiles on profiles.id = enrollments.learner_id
  where enrollments.id = issue_certificate.enrollment_id and enrollments.status = 'completed' and results.passed_at is not null
    and courses.has_certificate and profiles.closed_at is null
  on conflict on constraint certificates_enrollment_id_key do nothing
  returning * into v_certificate;
  if v_certificate.id is not null then
    perform private.emit('certificate.issued', 'certificate', v_certificate.id);
  end if;
  return v_certificate.id;
end
$$;
comment on function private.issue_certificate(uuid, text) is 'The certificate of a completed enrolment, if its course has one and it was not issued yet: its id, else null. verify_base: where others check it, up to the number.';

create function private.keep_certificate_pdf(certificate_id uuid, path text, sha256 text, bytes integer)
returns void
language plpgsql
volatile
security invoker
set search_path = ''
as $$
begin
  update public.certificates set pdf_path = keep_certificate_pdf.path, pdf_sha256 = keep_certificate_pdf.sha256, pdf_bytes = keep_certificate_pdf.bytes
  where certificates.id = keep_certificate_pdf.certificate_id and certificates.pdf_path is null;
  if not exists (
    select from public.certificates where certificates.id = keep_certificate_pdf.certificate_id
      and certificates.pdf_path = keep_certificate_pdf.path and certificates.pdf_sha256 = keep_certificate_pdf.sha256
  ) then
    perform private.fail('certificate_pdf_differs', 409, 'This certificate already has another PDF.', 'Read the one that is kept: it is the one that was sent.');
  end if;
end
$$;
comment on function private.keep_certificate_pdf(uuid, text, text, integer) is 'Remembers where the PDF is kept and its hash, once; the same again is fine, another one is refused.';

-- check ------------------------------------------------------------------------------------------------------------------------------

create function private.verify_certificate(number text)
returns jsonb
language plpgsql
stable
security definer -- whoever holds the number may check it, and sees what is printed on it and no more
set search_path = ''
as $$
declare
  v_answer jsonb;
begin
  select jsonb_build_object('number', certificates.number, 'learner_name', certificates.learner_name, 'course_title', certificates.course_title,
    'issuer', certificates.issuer, 'completed_on', certificates.completed_on, 'issued_at', certificates.issued_at,
    'status', case when certificates.revoked_at is null then 'valid' else 'revoked' end, 'revoked_at', certificates.revoked_at)
  into v_answer
  from public.certificates where certificates.number = upper(btrim(verify_certificate.number));
  if v_answer is null then
    perform private.fail('certificate_not_found', 404, 'There is no certificate with this number.', 'Compare it with the print, letter by letter.');
  end if;
  return v_answer;
end
$$;
comment on function private.verify_certificate(text) is 'Does the work of public.verify_certificate.';
grant execute on function private.verify_certificate(text) to anon, authenticated;

create function public.verify_certificate(number text)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
  select private.verify_certificate(verify_certificate.number);
$$;
comment on function public.verify_certificate(text) is
  'Anyone with the number: {number, learner_name, course_title, issuer, completed_on, issued_at, status: valid|revoked, revoked_at}. Errors: certificate_not_found.';
grant execute on function public.verify_certificate(text) to anon, authenticated;

create function private.revoke_certificate(certificate_id uuid, reason text, idempotency_key text)
returns jsonb
language plpgsql
volatile
security definer -- staff may not write certificates, only revoke them
set search_path = ''
as $$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(revoke_certificate.certificate_id, revoke_certificate.reason);
  v_answer jsonb := private.recall_answer(v_person_id, revoke_certificate.idempotency_key, 'revoke_certificate', v_body);
  v_certificate public.certificates;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not private.has_permission('learning.write') then
    perform private.fail('permission_denied', 403, 'Revoking certificates needs the permission learning.write.', 'Ask an admin for a role that has it.');
  end if;
  if private.said(revoke_certificate.reason) is null or length(revoke_certificate.reason) > 500 then
    perform private.fail('reason_required', 422, 'A certificate is revoked for a reason of 1 to 500 characters.', 'Say why.');
  end if;
  update public.certificates set revoked_at = now(), revoked_by = v_person_id, revoke_reason = private.said(revoke_certificate.reason)
  where certificates.id = revoke_certificate.certificate_id and certificates.revoked_at is null
  returning * into v_certificate;
  if v_certificate.id is null then
    perform private.fail('certificate_not_found', 404, 'There is no such certificate, or it is revoked already.', 'Check the id.');
  end if;
  perform private.emit('certificate.revoked', 'certificate', v_certificate.id);
  return private.remember_answer(v_person_id, revoke_certificate.idempotency_key, 'revoke_certificate', v_body, private.verify_certificate(v_certificate.number));
end
$$;
comment on function private.revoke_certificate(uuid, text, text) is 'Does the work of public.revoke_certificate.';
grant execute on function private.revoke_certificate(uuid, text, text) to authenticated;

create function public.revoke_certificate(certificate_id uuid, reason text, idempotency_key text default null)
returns jsonb
language sql
volatile
security invoker
set search_path = ''
as $$
  select private.revoke_certificate(revoke_certificate.certificate_id, revoke_certificate.reason, revoke_certificate.idempotency_key);
$$;
comment on function public.revoke_certificate(uuid, text, text) is
  'Staff (learning.write): revokes a certificate for a reason and answers what verify_certificate now says. The public sees that, not the reason. '
  'Errors: permission_denied, reason_required, certificate_not_found, idempotency_key_reused, sign_in_required.';
grant execute on function public.revoke_certificate(uuid, text, text) to authenticated;
