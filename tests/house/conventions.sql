-- The conventions of the project as catalogue queries: every row is a failure. conventions.test.ts proves that this returns nothing on
-- our schema and that each rule fires on conventions-bad-sample.sql. `supabase db advisors` runs beside it (advisors.test.ts).
with
-- The one list of private functions that clients (anon, authenticated) may execute, reviewed here: helpers that policies or the invoker
-- functions of the API call. The second column names the clients.
allowed (name, clients) as (
  values
    ('private.has_permission', 'authenticated'),
    -- PostgREST calls it as whoever asks
    ('private.before_request', 'anon, authenticated'),
    ('private.is_on_sale', 'anon, authenticated'),
    ('private.is_filled', 'anon, authenticated'),
    -- the condition of triggers, which is asked as whoever writes
    ('private.is_importing', 'authenticated'),
    -- show visitors what is on sale, and look at that themselves
    ('private.collection_products', 'anon, authenticated'),
    ('private.list_products', 'anon, authenticated'),
    ('private.media_file', 'anon, authenticated'),
    ('private.product_document', 'anon, authenticated'),
    -- read public tables with the caller's rights
    ('private.attribute_schema', 'anon, authenticated'),
    ('private.category_subtree', 'anon, authenticated'),
    -- policies ask them what somebody teaches and studies, and what is open to them
    ('private.is_lesson_open', 'authenticated'),
    ('private.attended_intakes', 'authenticated'),
    ('private.attended_sessions', 'authenticated'),
    ('private.studied_courses', 'authenticated'),
    ('private.taught_courses', 'authenticated'),
    ('private.taught_intakes', 'authenticated'),
    ('private.taught_sessions', 'authenticated'),
    -- policies ask them what organisations somebody belongs to
    ('private.managed_organisations', 'authenticated'),
    ('private.own_organisations', 'authenticated'),
    -- each does the work of the invoker function of the same name in public
    ('private.arrange_images', 'authenticated'),
    ('private.acknowledge_concern', 'authenticated'),
    ('private.add_address', 'authenticated'),
    ('private.add_order_note', 'authenticated'),
    ('private.add_complaint_message', 'authenticated'),
    ('private.assign_complaint', 'authenticated'),
    ('private.evidence_document', 'authenticated'),
    ('private.get_complaint', 'authenticated'),
    ('private.open_complaint', 'authenticated'),
    ('private.remove_evidence', 'authenticated'),
    ('private.reopen_complaint', 'authenticated'),
    ('private.resolve_complaint', 'authenticated'),
    ('private.search_complaints', 'authenticated'),
    ('private.start_complaint_review', 'authenticated'),
    ('private.start_evidence', 'authenticated'),
    ('private.update_complaint', 'authenticated'),
    ('private.withdraw_complaint', 'authenticated'),
    ('private.create_organisation', 'authenticated'),
    ('private.order_gifts', 'authenticated'),
    ('private.order_gift_cards', 'authenticated'),
    ('private.change_gift_card_purchase', 'authenticated'),
    ('private.quote_renewal', 'authenticated'),
    ('private.renew_access', 'authenticated'),
    ('private.set_course_renewal', 'authenticated'),
    ('private.transfer_enrollment', 'authenticated'),
    ('private.change_gift', 'authenticated'),
    ('private.claim_gift', 'authenticated'),
    ('private.grant_seat', 'authenticated'),
    ('private.withdraw_seat', 'authenticated'),
    ('private.update_organisation', 'authenticated'),
    ('private.set_organisation_role', 'authenticated'),
    ('private.organisation_people', 'authenticated'),
    ('private.quote_seats', 'authenticated'),
    ('private.order_seats', 'authenticated'),
    ('private.organisation_progress', 'authenticated'),
    ('private.invite_to_seats', 'authenticated'),
    ('private.retire_currency', 'authenticated'),
    ('private.revoke_invite', 'authenticated'),
    ('private.claim_seat', 'authenticated'),
    ('private.assign_seat', 'authenticated'),
    ('private.reclaim_seat', 'authenticated'),
    ('private.remove_organisation_member', 'authenticated'),
    ('private.add_to_cart', 'authenticated'),
    ('private.add_currency', 'authenticated'),
    ('private.adjust_stock', 'authenticated'),
    ('private.apply_coupon', 'authenticated'),
    ('private.audit_head', 'authenticated'),
    ('private.cancel_enrollment', 'authenticated'),
    ('private.cancel_intake', 'authenticated'),
    ('private.cancellation_quote', 'authenticated'),
    ('private.cancel_draft_order', 'authenticated'),
    ('private.change_draft_order', 'authenticated'),
    ('private.change_order_address', 'authenticated'),
    ('private.create_draft_order', 'authenticated'),
    ('private.get_draft_order', 'authenticated'),
    ('private.open_concerns', 'authenticated'),
    ('private.place_draft_order', 'authenticated'),
    ('private.cancel_order', 'authenticated'),
    ('private.capture_payment', 'authenticated'),
    ('private.change_address', 'authenticated'),
    ('private.change_cart_item', 'authenticated'),
    ('private.clear_cart', 'authenticated'),
    ('private.close_intake', 'authenticated'),
    ('private.complete_lesson', 'authenticated'),
    ('private.course_outline', 'anon, authenticated'),
    ('private.create_location', 'authenticated'),
    ('private.create_shipment', 'authenticated'),
    ('private.deliver_shipment', 'authenticated'),
    ('private.my_deliveries', 'authenticated'),
    ('private.order_shipments', 'authenticated'),
    ('private.work_on_shipment', 'authenticated'),
    ('private.deduct_stock', 'authenticated'),
    ('private.duplicate_intake', 'authenticated'),
    ('private.enroll', 'authenticated'),
    ('private.lesson_document', 'anon, authenticated'),
    ('private.explain_order_money', 'authenticated'),
    ('private.export_file', 'authenticated'),
    ('private.find_import', 'authenticated'),
    ('private.find_upload', 'authenticated'),
    ('private.generate_coupons', 'authenticated'),
    ('private.generate_variants', 'authenticated'),
    ('private.get_cart', 'authenticated'),
    ('private.edit_order', 'authenticated'),
    ('private.fulfil_order', 'authenticated'),
    ('private.get_order', 'authenticated'),
    ('private.order_payments', 'authenticated'),
    ('private.gift_card_balance', 'authenticated'),
    ('private.grade_submission', 'authenticated'),
    ('private.grant_role', 'authenticated'),
    ('private.grant_store_credit', 'authenticated'),
    ('private.invoice_document', 'authenticated'),
    ('private.issue_gift_card', 'authenticated'),
    ('private.join_waitlist', 'authenticated'),
    ('private.leave_waitlist', 'authenticated'),
    ('private.merge_cart', 'authenticated'),
    ('private.message_intake', 'authenticated'),
    ('private.move_category', 'authenticated'),
    ('private.my_calendar', 'authenticated'),
    ('private.my_courses', 'authenticated'),
    ('private.my_downloads', 'authenticated'),
    ('private.my_waitlist', 'authenticated'),
    ('private.note_attendance', 'authenticated'),
    ('private.pay_with_gift_card', 'authenticated'),
    ('private.pay_with_store_credit', 'authenticated'),
    ('private.redeem_gift_card', 'authenticated'),
    ('private.renew_gift_card_code', 'authenticated'),
    ('private.pay_with_saved_method', 'authenticated'),
    ('private.place_order', 'authenticated'),
    ('private.prepare_upload', 'authenticated'),
    ('private.proof_document', 'authenticated'),
    ('private.publish_intake', 'authenticated'),
    ('private.put_quiz', 'authenticated'),
    ('private.quiz_questions', 'authenticated'),
    ('private.quote', 'anon, authenticated'),
    ('private.record_payment', 'authenticated'),
    ('private.record_transfer_refund', 'authenticated'),
    ('private.refund_order', 'authenticated'),
    ('private.set_shipping_method', 'authenticated'),
    ('private.shipping_offers', 'anon, authenticated'),
    ('private.release_stock', 'authenticated'),
    ('private.remove_address', 'authenticated'),
    ('private.remove_coupon', 'authenticated'),
    ('private.remove_from_cart', 'authenticated'),
    ('private.reserve_stock', 'authenticated'),
    ('private.resolve_order_review', 'authenticated'),
    ('private.renew_calendar_link', 'authenticated'),
    ('private.retry_process', 'authenticated'),
    ('private.retry_refund', 'authenticated'),
    ('private.review_payment_proof', 'authenticated'),
    ('private.revoke_certificate', 'authenticated'),
    ('private.revoke_role', 'authenticated'),
    ('private.roster', 'authenticated'),
    ('private.search_orders', 'authenticated'),
    ('private.popular_products', 'anon, authenticated'),
    ('private.similar_products', 'anon, authenticated'),
    ('private.recommended_products', 'authenticated'),
    ('private.record_payout', 'authenticated'),
    ('private.cancel_payout', 'authenticated'),
    ('private.readable_report_kinds', 'authenticated'),
    ('private.request_report', 'authenticated'),
    ('private.get_report', 'authenticated'),
    ('private.report_sheet', 'authenticated'),
    ('private.search_products', 'anon, authenticated'),
    ('private.set_cart_address', 'authenticated'),
    ('private.set_cart_currency', 'authenticated'),
    ('private.set_low_stock_threshold', 'authenticated'),
    ('private.set_stock_mode', 'authenticated'),
    ('private.start_payment', 'authenticated'),
    ('private.start_proof', 'authenticated'),
    ('private.my_subscriptions', 'authenticated'),
    ('private.subscription_offers', 'anon, authenticated'),
    ('private.start_subscription', 'authenticated'),
    ('private.change_subscription', 'authenticated'),
    ('private.set_subscription_method', 'authenticated'),
    ('private.enroll_by_subscription', 'authenticated'),
    ('private.write_off_instalments', 'authenticated'),
    ('private.set_instalment_method', 'authenticated'),
    ('private.get_instalments', 'authenticated'),
    ('private.start_instalments', 'authenticated'),
    ('private.start_saving_method', 'authenticated'),
    ('private.set_default_payment_method', 'authenticated'),
    ('private.remove_payment_method', 'authenticated'),
    ('private.suggest_products', 'anon, authenticated'),
    ('private.start_quiz', 'authenticated'),
    ('private.start_transfer', 'authenticated'),
    ('private.start_export', 'authenticated'),
    ('private.start_import', 'authenticated'),
    ('private.start_upload', 'authenticated'),
    ('private.stock_by_location', 'authenticated'),
    ('private.submit_assignment', 'authenticated'),
    ('private.submit_quiz', 'authenticated'),
    ('private.transfer_stock', 'authenticated'),
    ('private.update_location', 'authenticated'),
    ('private.update_process', 'authenticated'),
    ('private.use_download', 'authenticated'),
    ('private.void_payment', 'authenticated'),
    ('private.variant_prices', 'anon, authenticated'),
    ('private.verify_audit', 'authenticated'),
    ('private.verify_certificate', 'anon, authenticated')
),
rel as (
  select
    c.oid, c.oid::regclass::text as name, c.relkind, c.relrowsecurity, c.relacl, c.relowner, c.reloptions,
    c.relnamespace::regnamespace::text as schema, obj_description(c.oid, 'pg_class') as doc
  from pg_class c
  where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype = 'e')
),
col as (
  select rel.name || '.' || a.attname as name, rel.relkind, a.attname, a.atttypid::regtype::text as type
  from rel join pg_attribute a on a.attrelid = rel.oid
  where a.attnum > 0 and not a.attisdropped and rel.relkind in ('r', 'p', 'v', 'm')
),
fn as (
  select
    p.oid, p.oid::regprocedure::text as name, p.pronamespace::regnamespace::text as schema, p.proname, p.prokind, p.proconfig, p.prosecdef, p.prosqlbody,
    p.proargnames, p.prosrc, p.prorettype, p.proacl, p.proowner, obj_description(p.oid, 'pg_proc') as doc
  from pg_proc p
  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    and not exists (select 1 from pg_depend d where d.objid = p.oid and d.deptype = 'e')
),
fk as (
  select k.conrelid, k.conrelid::regclass || '.' || k.conname as name, k.confdeltype, k.conkey
  from pg_constraint k
  where k.contype = 'f' and k.connamespace in ('public'::regnamespace, 'private'::regnamespace) and k.conparentid = 0
),
-- Indexes that serve a foreign key: its columns lead the index, in any order, and no row that refers to something is left out.
serving as (
  select i.indrelid, (i.indkey::int2[])[0:i.indnkeyatts - 1] as keys, i.indkey
  from pg_index i
  where i.indisvalid
    and (
      i.indpred is null
      or pg_get_expr(i.indpred, i.indrelid) = (
        select '(' || string_agg(format('%I IS NOT NULL', a.attname), ' AND ' order by a.attnum) || ')'
        from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any (i.indkey::int2[])
      )
    )
),
policy as (
  select
    schemaname || '.' || tablename || '.' || policyname as name, policyname, cmd, roles,
    -- What is left when every call that runs once per statement is taken out.
    regexp_replace(concat_ws(' ', qual, with_check), 'select\s+(auth|private)\.\w+\([^()]*\)', '', 'gi') as per_row
  from pg_policies
  where schemaname in ('public', 'private')
),
client_grant as (
  select rel.name, rel.relkind, coalesce(r.rolname, 'public') as grantee, acl.privilege_type
  from rel
  cross join lateral aclexplode(coalesce(rel.relacl, acldefault(case when rel.relkind = 'S' then 's' else 'r' end::"char", rel.relowner))) acl
  left join pg_roles r on r.oid = acl.grantee
  where r.rolname in ('anon', 'authenticated') or acl.grantee = 0
)
select 'table without row level security' as rule, name as what from rel
  where relkind in ('r', 'p') and schema = 'public' and not relrowsecurity
union all select 'table or view without comment', name from rel where relkind in ('r', 'p', 'v', 'm', 'f') and doc is null
union all select 'view that runs as its owner', name from rel
  where relkind = 'v' and schema = 'public' and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1']
-- Postgres refuses such a write before it looks at grants, and PostgREST makes a 500 of it.
union all select 'view that answers a write with a server error', name from rel
  where relkind = 'v' and schema = 'public' and pg_relation_is_updatable(oid, true) & 28 <> 28
union all select 'materialized view or foreign table in the API', name from rel where relkind in ('m', 'f') and schema = 'public'
union all select 'time without zone', name from col where type in ('timestamp without time zone', 'time without time zone')
union all select 'amount that is not bigint', name from col
  where attname ~ '(^|_)amount$' and type <> 'bigint' and relkind in ('r', 'p')
union all select 'function without comment', name from fn where doc is null
-- A body that was parsed when the function was made resolves nothing later; a setting would only keep it from being inlined. An aggregate has none.
union all select 'function without empty search_path', name from fn
  where not coalesce(proconfig, '{}') @> array['search_path=""'] and (prosqlbody is null and prokind <> 'a' or prosecdef)
union all select 'security definer in the API', name from fn where prosecdef and schema = 'public'
union all select 'security definer open to anon', name from fn
  where prosecdef and has_function_privilege('anon', oid, 'execute')
    and not exists (select 1 from allowed where allowed.name = fn.schema || '.' || fn.proname and allowed.clients like '%anon%')
union all select 'function executable by everyone', name from fn
  where exists (select 1 from aclexplode(coalesce(proacl, acldefault('f', proowner))) acl where acl.grantee = 0)
union all select 'private function callable by clients', name || ' by ' || client from fn, unnest(array['anon', 'authenticated']) as client
  where schema = 'private' and has_function_privilege(client, oid, 'execute')
    and not exists (select 1 from allowed where allowed.name = fn.schema || '.' || fn.proname and client = any (string_to_array(allowed.clients, ', ')))
union all select 'allowed private function that does not exist', name from allowed
  where not exists (select 1 from fn where fn.schema || '.' || fn.proname = allowed.name)
union all select 'overloaded function in the API', proname::text from fn where schema = 'public' group by proname having count(*) > 1
union all select 'argument with p_ prefix on the wire', name from fn
  where exists (select 1 from unnest(proargnames) as a where a like 'p\_%')
union all select 'trigger function off pattern', name from fn
  where prorettype in ('trigger'::regtype, 'event_trigger'::regtype) and (schema <> 'private' or proname !~ '^tg(_[a-z0-9_]+)?__[a-z0-9_]+$')
-- tabs, wide and invisible characters are nothing: private.said knows them all
union all select 'reason, note or reference asked for without private.said', name from fn
  where prosrc ~* '(btrim\((coalesce\()?[a-z_.> '']*(reason|note|reference)''?\)?|(reason|note|reference), ''''\) !?~)'
union all select 'foreign key without on delete', name from fk where confdeltype = 'a'
union all select 'foreign key without index', name from fk
  where not exists (
    select 1 from serving
    where serving.indrelid = fk.conrelid
      and (select array_agg(k order by k) from unnest(serving.keys[1:cardinality(fk.conkey)]) as k) = (select array_agg(k order by k) from unnest(fk.conkey) as k)
  )
union all select 'check constraint without a sentence name', conrelid::regclass || '.' || conname from pg_constraint
  where contype = 'c' and connamespace in ('public'::regnamespace, 'private'::regnamespace) and conname ~ '_check[0-9]*$'
union all select 'policy open to role public', name from policy where 'public' = any (roles)
union all select 'policy for all commands', name from policy where cmd = 'ALL'
union all select 'policy name off pattern', name from policy where policyname !~ ('^(' || lower(cmd) || ')_[a-z_]+$')
union all select 'policy calls a function per row', name from policy
  where per_row ~* '(auth\.(uid|role|email|jwt)|private\.has_permission)\('
union all select 'whole-table write grant to clients', name || ' ' || grantee || ' ' || privilege_type from client_grant
  where relkind <> 'S' and privilege_type in ('INSERT', 'UPDATE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
union all select 'private relation granted to clients', name || ' ' || grantee || ' ' || privilege_type from client_grant where name like 'private.%'
union all select 'sequence granted to clients', name || ' ' || grantee || ' ' || privilege_type from client_grant where relkind = 'S'
union all select 'trigger without order prefix', t.tgrelid::regclass || '.' || t.tgname from pg_trigger t
  join pg_proc p on p.oid = t.tgfoid
  where not t.tgisinternal and t.tgparentid = 0 and t.tgname !~ '^_[0-9]{3}_[a-z0-9_]+$'
    and p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
order by 1, 2;
