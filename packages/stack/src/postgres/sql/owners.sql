-- Owners and grants of what @supabase/lite made as superuser, as a hosted project has them.
grant usage on schema auth to anon, authenticated, service_role, postgres;
grant select, references, trigger on auth.users to postgres;

-- The owner of migrations keeps their history, and writes policies on storage.
alter schema supabase_migrations owner to postgres;
alter table supabase_migrations.schema_migrations owner to postgres;
alter table supabase_migrations.seed_files owner to postgres;

grant supabase_storage_admin to postgres;
alter schema storage owner to supabase_storage_admin;
alter table storage.buckets owner to supabase_storage_admin;
alter table storage.objects owner to supabase_storage_admin;
grant usage on schema storage to anon, authenticated, service_role;
grant all on storage.buckets, storage.objects to anon, authenticated, service_role;
