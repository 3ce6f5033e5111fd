-- Generated from supabase/migrations by `npm run schema`. Do not edit.

set local check_function_bodies = off;

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON SEQUENCES FROM "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON SEQUENCES FROM "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON SEQUENCES FROM "service_role";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" GRANT EXECUTE ON FUNCTIONS TO PUBLIC;

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON FUNCTIONS FROM "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON FUNCTIONS FROM "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON FUNCTIONS FROM "service_role";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON TABLES FROM "anon";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON TABLES FROM "authenticated";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" IN SCHEMA "public" REVOKE ALL ON TABLES FROM "service_role";

CREATE SCHEMA "private" AUTHORIZATION "postgres";

CREATE EXTENSION "btree_gist" SCHEMA "extensions";

CREATE EXTENSION "pg_trgm" SCHEMA "extensions";

CREATE EXTENSION "unaccent" SCHEMA "extensions";

CREATE SEQUENCE "private"."order_numbers" AS bigint INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 100001 CACHE 1 NO CYCLE;

CREATE TABLE "private"."cached_reads" ("path" text NOT NULL, "settings_prefix" text NOT NULL, CONSTRAINT "cached_reads_are_paths_of_the_api" CHECK ((path ~ '^/(rpc/)?[a-z][a-z0-9_]*$'::text)), CONSTRAINT "cached_reads_keep_to_known_settings" CHECK ((settings_prefix = ANY (ARRAY['catalog'::text, 'stock'::text]))), CONSTRAINT "cached_reads_pkey" PRIMARY KEY (path));

CREATE TABLE "private"."coupon_guesses" ("person_id" uuid NOT NULL, "wrong" integer NOT NULL, "since" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "coupon_guesses_are_counted_upwards" CHECK ((wrong > 0)), CONSTRAINT "coupon_guesses_pkey" PRIMARY KEY (person_id));

CREATE TABLE "private"."customer_search" ("profile_id" uuid NOT NULL, "content" text NOT NULL, CONSTRAINT "customer_search_pkey" PRIMARY KEY (profile_id));

CREATE TABLE "private"."idempotency_keys" ("person_id" uuid NOT NULL, "key" text NOT NULL, "verb" text NOT NULL, "body_hash" text NOT NULL, "answer" jsonb NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "idempotency_keys_are_of_sane_length" CHECK (((length(key) >= 1) AND (length(key) <= 255))), CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY (person_id, key));

CREATE TABLE "private"."invoice_series" ("kind" text NOT NULL, "year" integer NOT NULL, "last_serial" integer NOT NULL DEFAULT 0, CONSTRAINT "invoice_series_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))), CONSTRAINT "invoice_series_pkey" PRIMARY KEY (kind, year));

CREATE TABLE "private"."low_stock_marks" ("variant_id" uuid NOT NULL, "threshold" integer NOT NULL, "low_since" timestamp with time zone, CONSTRAINT "low_stock_marks_pkey" PRIMARY KEY (variant_id));

CREATE TABLE "private"."process_reporters" ("reporter" text NOT NULL, "task" text NOT NULL, CONSTRAINT "process_reporters_are_snake_case" CHECK ((reporter ~ '^[a-z][a-z_]{1,40}$'::text)), CONSTRAINT "process_reporters_pkey" PRIMARY KEY (reporter, task));

CREATE TABLE "private"."promotion_uses" ("promotion_id" uuid NOT NULL, "customer_id" uuid NOT NULL, "used_count" integer NOT NULL, CONSTRAINT "promotion_uses_are_never_less_than_none" CHECK ((used_count >= 0)), CONSTRAINT "promotion_uses_pkey" PRIMARY KEY (promotion_id, customer_id));

CREATE TABLE "private"."provider_events" ("provider" text NOT NULL, "event_id" text NOT NULL, "type" text NOT NULL, "payload" jsonb NOT NULL, "outcome" text NOT NULL DEFAULT 'received'::text, "error" text, "attempts" integer NOT NULL DEFAULT 0, "request_id" text, "received_at" timestamp with time zone NOT NULL DEFAULT now(), "processed_at" timestamp with time zone, CONSTRAINT "provider_events_are_dated_when_processed" CHECK (((processed_at IS NOT NULL) = (outcome = ANY (ARRAY['applied'::text, 'ignored'::text, 'needs_review'::text])))), CONSTRAINT "provider_events_have_a_known_outcome" CHECK ((outcome = ANY (ARRAY['received'::text, 'applied'::text, 'ignored'::text, 'needs_review'::text, 'failed'::text]))), CONSTRAINT "provider_events_pkey" PRIMARY KEY (provider, event_id));

CREATE TABLE "private"."quiz_papers" ("attempt_id" uuid NOT NULL, "questions" jsonb NOT NULL, CONSTRAINT "quiz_papers_pkey" PRIMARY KEY (attempt_id));

CREATE TABLE "private"."quizzes" ("lesson_id" uuid NOT NULL, "questions" jsonb NOT NULL, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "quizzes_are_lists_of_questions" CHECK (((jsonb_typeof(questions) = 'array'::text) AND ((jsonb_array_length(questions) >= 1) AND (jsonb_array_length(questions) <= 200)))), CONSTRAINT "quizzes_pkey" PRIMARY KEY (lesson_id));

CREATE TABLE "private"."sold_titles" ("variant_id" uuid NOT NULL, "title" text NOT NULL, "content" text NOT NULL, CONSTRAINT "sold_titles_pkey" PRIMARY KEY (variant_id, title));

CREATE TABLE "private"."status_moves" ("machine" text NOT NULL, "from_status" text NOT NULL, "to_status" text NOT NULL, CONSTRAINT "status_moves_pkey" PRIMARY KEY (machine, from_status, to_status));

CREATE TABLE "private"."variant_option_values" ("variant_id" uuid NOT NULL, "option_value_id" uuid NOT NULL, CONSTRAINT "variant_option_values_pkey" PRIMARY KEY (variant_id, option_value_id));

CREATE TABLE "public"."addresses" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "profile_id" uuid NOT NULL, "label" text NOT NULL DEFAULT ''::text, "recipient" text NOT NULL, "phone" text NOT NULL, "country" text NOT NULL DEFAULT 'ID'::text, "province" text NOT NULL, "city" text NOT NULL, "district" text NOT NULL DEFAULT ''::text, "subdistrict" text NOT NULL DEFAULT ''::text, "street" text NOT NULL, "postal_code" text NOT NULL, "default_since" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "addresses_are_in_a_country" CHECK ((country ~ '^[A-Z]{2}$'::text)), CONSTRAINT "addresses_are_in_a_province_and_a_city" CHECK ((((length(btrim(province)) >= 1) AND (length(btrim(province)) <= 100)) AND ((length(btrim(city)) >= 1) AND (length(btrim(city)) <= 100)))), CONSTRAINT "addresses_fit_on_a_label" CHECK ((((((((label || recipient) || province) || city) || district) || subdistrict) || street) !~ '[\u0001-\u0009\u000b-\u001f\u007f]'::text)), CONSTRAINT "addresses_have_a_label_of_sane_length" CHECK ((length(label) <= 50)), CONSTRAINT "addresses_have_a_phone_that_can_be_dialled" CHECK ((phone ~ '^\+?[0-9][0-9 ()\-]{5,19}$'::text)), CONSTRAINT "addresses_have_a_postal_code_of_sane_form" CHECK (((postal_code ~ '^[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?$'::text) AND ((country <> 'ID'::text) OR (postal_code ~ '^[0-9]{5}$'::text)))), CONSTRAINT "addresses_have_districts_of_sane_length" CHECK (((length(district) <= 100) AND (length(subdistrict) <= 100))), CONSTRAINT "addresses_lead_to_a_street" CHECK (((length(btrim(street)) >= 1) AND (length(btrim(street)) <= 500))), CONSTRAINT "addresses_name_who_takes_the_parcel" CHECK (((length(btrim(recipient)) >= 1) AND (length(btrim(recipient)) <= 150))), CONSTRAINT "addresses_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."addresses" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."audit_log" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "actor_id" uuid, "actor_role" text NOT NULL, "action" text NOT NULL, "table_name" text NOT NULL, "row_key" text NOT NULL, "before" jsonb, "after" jsonb, "request_id" text, "occurred_at" timestamp with time zone NOT NULL DEFAULT now(), "previous_hash" bytea NOT NULL, "hash" bytea NOT NULL, CONSTRAINT "audit_log_knows_its_actions" CHECK ((action = ANY (ARRAY['insert'::text, 'update'::text, 'delete'::text]))), CONSTRAINT "audit_log_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."audit_log" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."backorders" ("holder_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "number" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "quantity" integer NOT NULL, "open_quantity" integer NOT NULL, "ships_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "backorders_are_filled_at_most_once" CHECK (((open_quantity >= 0) AND (open_quantity <= quantity))), CONSTRAINT "backorders_are_of_something" CHECK ((quantity > 0)), CONSTRAINT "backorders_pkey" PRIMARY KEY (holder_id, variant_id));

ALTER TABLE "public"."backorders" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."bundle_items" ("bundle_variant_id" uuid NOT NULL, "component_variant_id" uuid NOT NULL, "quantity" integer NOT NULL DEFAULT 1, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "bundle_items_are_a_sane_number" CHECK (((quantity >= 1) AND (quantity <= 100))), CONSTRAINT "bundle_items_are_parts_of_something_else" CHECK ((bundle_variant_id <> component_variant_id)), CONSTRAINT "bundle_items_pkey" PRIMARY KEY (bundle_variant_id, component_variant_id));

ALTER TABLE "public"."bundle_items" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."cart_coupons" ("cart_id" uuid NOT NULL, "coupon_id" uuid NOT NULL, "added_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), CONSTRAINT "cart_coupons_pkey" PRIMARY KEY (cart_id, coupon_id));

ALTER TABLE "public"."cart_coupons" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."cart_items" ("cart_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "quantity" integer NOT NULL, "seen_title" text, "seen_unit_amount" bigint, "seen_problem" text, "added_at" timestamp with time zone NOT NULL DEFAULT clock_timestamp(), CONSTRAINT "cart_items_are_bought_by_the_piece" CHECK (((quantity >= 1) AND (quantity <= 1000))), CONSTRAINT "cart_items_pkey" PRIMARY KEY (cart_id, variant_id));

ALTER TABLE "public"."cart_items" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."carts" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "customer_id" uuid NOT NULL, "status" text NOT NULL DEFAULT 'open'::text, "currency" text NOT NULL, "shipping_address_id" uuid, "order_id" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "expires_at" timestamp with time zone NOT NULL, CONSTRAINT "carts_are_of_one_order" UNIQUE (order_id), CONSTRAINT "carts_have_a_known_status" CHECK ((status = ANY (ARRAY['open'::text, 'ordered'::text, 'abandoned'::text]))), CONSTRAINT "carts_pkey" PRIMARY KEY (id), CONSTRAINT "carts_that_are_ordered_have_an_order" CHECK (((status <> 'ordered'::text) OR (order_id IS NOT NULL))));

ALTER TABLE "public"."carts" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."categories" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "parent_id" uuid, "parent_depth" integer, "slug" text NOT NULL, "title" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "position" integer NOT NULL DEFAULT 0, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "categories_have_a_parent_or_are_at_the_top" CHECK (((parent_id IS NULL) = (parent_depth IS NULL))), CONSTRAINT "categories_have_a_slug_for_urls" CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 120))), CONSTRAINT "categories_have_a_text_of_sane_length" CHECK ((length(description) <= 50000)), CONSTRAINT "categories_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "categories_pkey" PRIMARY KEY (id), CONSTRAINT "categories_slug_key" UNIQUE (slug));

ALTER TABLE "public"."categories" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."category_attributes" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "category_id" uuid NOT NULL, "key" text NOT NULL, "title" text NOT NULL, "type" text NOT NULL, "level" text NOT NULL DEFAULT 'product'::text, "required" boolean NOT NULL DEFAULT false, "filterable" boolean NOT NULL DEFAULT true, "unit" text, "min" numeric, "max" numeric, "choices" text[], "position" integer NOT NULL DEFAULT 0, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "category_attributes_are_at_a_known_level" CHECK ((level = ANY (ARRAY['product'::text, 'variant'::text]))), CONSTRAINT "category_attributes_are_of_a_known_type" CHECK ((type = ANY (ARRAY['text'::text, 'integer'::text, 'decimal'::text, 'boolean'::text, 'choice'::text]))), CONSTRAINT "category_attributes_have_a_key_of_sane_form" CHECK ((key ~ '^[a-z][a-z0-9_]{0,62}$'::text)), CONSTRAINT "category_attributes_have_a_key_of_their_own" UNIQUE (category_id, key), CONSTRAINT "category_attributes_have_a_range_that_holds_something" CHECK ((min <= max)), CONSTRAINT "category_attributes_have_a_short_unit" CHECK (((length(btrim(unit)) >= 1) AND (length(btrim(unit)) <= 20))), CONSTRAINT "category_attributes_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "category_attributes_have_limits_when_they_are_numbers" CHECK ((((min IS NULL) AND (max IS NULL) AND (unit IS NULL)) OR (type = ANY (ARRAY['integer'::text, 'decimal'::text])))), CONSTRAINT "category_attributes_offer_a_few_choices" CHECK ((((cardinality(choices) >= 1) AND (cardinality(choices) <= 200)) AND (array_position(choices, NULL::text) IS NULL) AND (array_position(choices, ''::text) IS NULL))), CONSTRAINT "category_attributes_offer_choices_when_they_are_one" CHECK (((choices IS NOT NULL) = (type = 'choice'::text))), CONSTRAINT "category_attributes_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."category_attributes" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."certificates" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "number" text NOT NULL, "enrollment_id" uuid NOT NULL, "product_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "learner_name" text NOT NULL, "course_title" text NOT NULL, "score_percent" integer, "completed_on" date NOT NULL, "issued_at" timestamp with time zone NOT NULL, "time_zone" text NOT NULL, "issuer" text NOT NULL, "locale" text NOT NULL, "verify_url" text NOT NULL, "pdf_path" text, "pdf_sha256" text, "pdf_bytes" integer, "revoked_at" timestamp with time zone, "revoked_by" uuid, "revoke_reason" text, CONSTRAINT "certificates_are_revoked_for_a_reason" CHECK (((revoked_at IS NOT NULL) = (revoke_reason IS NOT NULL))), CONSTRAINT "certificates_enrollment_id_key" UNIQUE (enrollment_id), CONSTRAINT "certificates_have_a_number_nobody_guesses" CHECK ((number ~ '^CERT-[0-9]{4}(-[0-9A-HJKMNP-TV-Z]{5}){3}$'::text)), CONSTRAINT "certificates_keep_a_readable_hash" CHECK ((pdf_sha256 ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "certificates_know_their_pdf_wholly" CHECK ((num_nulls(pdf_path, pdf_sha256, pdf_bytes) = ANY (ARRAY[0, 3]))), CONSTRAINT "certificates_number_key" UNIQUE (number), CONSTRAINT "certificates_pkey" PRIMARY KEY (id), CONSTRAINT "certificates_speak_a_known_language" CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))));

ALTER TABLE "public"."certificates" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."collection_members" ("collection_id" uuid NOT NULL, "product_id" uuid NOT NULL, "position" integer NOT NULL DEFAULT 0, CONSTRAINT "collection_members_pkey" PRIMARY KEY (collection_id, product_id));

ALTER TABLE "public"."collection_members" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."collection_rules" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "collection_id" uuid NOT NULL, "type" text NOT NULL, "category_id" uuid, "tag" text, "kind" text, "key" text, "equals" jsonb, "currency" text, "min" numeric, "max" numeric, CONSTRAINT "collection_rules_are_of_a_known_type" CHECK ((type = ANY (ARRAY['category'::text, 'tag'::text, 'kind'::text, 'attribute'::text, 'price'::text]))), CONSTRAINT "collection_rules_compare_with_one_value" CHECK ((jsonb_typeof(equals) = ANY (ARRAY['string'::text, 'number'::text, 'boolean'::text]))), CONSTRAINT "collection_rules_have_a_range_that_holds_something" CHECK ((min <= max)), CONSTRAINT "collection_rules_have_texts_of_sane_length" CHECK ((((length(tag) >= 1) AND (length(tag) <= 100)) AND ((length(key) >= 1) AND (length(key) <= 63)) AND (currency ~ '^[A-Z]{3}$'::text))), CONSTRAINT "collection_rules_name_a_known_kind" CHECK ((kind = ANY (ARRAY['course'::text, 'physical'::text, 'digital'::text, 'bundle'::text]))), CONSTRAINT "collection_rules_pkey" PRIMARY KEY (id), CONSTRAINT "collection_rules_say_what_their_type_needs" CHECK (
CASE type
    WHEN 'category'::text THEN ((category_id IS NOT NULL) AND (num_nonnulls(tag, kind, key, equals, currency, min, max) = 0))
    WHEN 'tag'::text THEN ((tag IS NOT NULL) AND (num_nonnulls(category_id, kind, key, equals, currency, min, max) = 0))
    WHEN 'kind'::text THEN ((kind IS NOT NULL) AND (num_nonnulls(category_id, tag, key, equals, currency, min, max) = 0))
    WHEN 'attribute'::text THEN ((key IS NOT NULL) AND (num_nonnulls(category_id, tag, kind, currency) = 0) AND ((equals IS NULL) = (num_nonnulls(min, max) > 0)))
    WHEN 'price'::text THEN ((currency IS NOT NULL) AND (num_nonnulls(category_id, tag, kind, key, equals) = 0) AND (num_nonnulls(min, max) > 0))
    ELSE true
END));

ALTER TABLE "public"."collection_rules" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."collections" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "slug" text NOT NULL, "title" text NOT NULL, "description" text NOT NULL DEFAULT ''::text, "status" text NOT NULL DEFAULT 'draft'::text, "publish_at" timestamp with time zone, "unpublish_at" timestamp with time zone, "match" text NOT NULL DEFAULT 'all'::text, "position" integer NOT NULL DEFAULT 0, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "collections_close_after_they_opened" CHECK ((unpublish_at > publish_at)), CONSTRAINT "collections_have_a_known_status" CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text]))), CONSTRAINT "collections_have_a_slug_for_urls" CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 120))), CONSTRAINT "collections_have_a_text_of_sane_length" CHECK ((length(description) <= 50000)), CONSTRAINT "collections_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "collections_match_all_rules_or_any" CHECK ((match = ANY (ARRAY['all'::text, 'any'::text]))), CONSTRAINT "collections_pkey" PRIMARY KEY (id), CONSTRAINT "collections_slug_key" UNIQUE (slug));

ALTER TABLE "public"."collections" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."coupons" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "promotion_id" uuid NOT NULL, "code" text NOT NULL, "customer_id" uuid, "usage_limit" integer, "used_count" integer NOT NULL DEFAULT 0, "revoked_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "coupons_are_limited_to_a_positive_number" CHECK ((usage_limit > 0)), CONSTRAINT "coupons_are_never_used_beyond_their_limit" CHECK (((used_count >= 0) AND (used_count <= usage_limit))), CONSTRAINT "coupons_are_written_in_capitals_and_digits" CHECK ((code ~ '^[A-Z0-9]{4,40}$'::text)), CONSTRAINT "coupons_code_key" UNIQUE (code), CONSTRAINT "coupons_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."coupons" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."course_instructors" ("product_id" uuid NOT NULL, "profile_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "course_instructors_pkey" PRIMARY KEY (product_id, profile_id));

ALTER TABLE "public"."course_instructors" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."course_prerequisites" ("product_id" uuid NOT NULL, "required_product_id" uuid NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "course_prerequisites_are_other_courses" CHECK ((product_id <> required_product_id)), CONSTRAINT "course_prerequisites_pkey" PRIMARY KEY (product_id, required_product_id));

ALTER TABLE "public"."course_prerequisites" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."course_sections" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "title" text NOT NULL, "position" integer NOT NULL DEFAULT 0, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "course_sections_can_be_named_with_their_course" UNIQUE (id, product_id), CONSTRAINT "course_sections_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "course_sections_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."course_sections" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."courses" ("product_id" uuid NOT NULL, "level" text NOT NULL DEFAULT 'beginner'::text, "language" text NOT NULL DEFAULT 'id'::text, "duration_minutes" integer, "is_sequential" boolean NOT NULL DEFAULT false, "completion_rule" text NOT NULL DEFAULT 'all_lessons'::text, "completion_percent" integer, "has_certificate" boolean NOT NULL DEFAULT true, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "courses_are_completed_by_a_known_rule" CHECK ((completion_rule = ANY (ARRAY['all_lessons'::text, 'percent'::text, 'score'::text]))), CONSTRAINT "courses_are_completed_by_a_sane_percentage" CHECK (((completion_percent >= 1) AND (completion_percent <= 100))), CONSTRAINT "courses_are_held_in_a_known_language" CHECK ((language = ANY (ARRAY['id'::text, 'en'::text]))), CONSTRAINT "courses_have_a_known_level" CHECK ((level = ANY (ARRAY['beginner'::text, 'intermediate'::text, 'advanced'::text]))), CONSTRAINT "courses_pkey" PRIMARY KEY (product_id), CONSTRAINT "courses_say_how_many_percent_complete_them" CHECK (((completion_rule <> 'all_lessons'::text) = (completion_percent IS NOT NULL))), CONSTRAINT "courses_take_some_time" CHECK ((duration_minutes > 0)));

ALTER TABLE "public"."courses" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."currencies" ("code" text NOT NULL, "name" text NOT NULL, "minor_units" integer NOT NULL, CONSTRAINT "currencies_have_an_iso_code" CHECK ((code ~ '^[A-Z]{3}$'::text)), CONSTRAINT "currencies_have_sane_minor_units" CHECK (((minor_units >= 0) AND (minor_units <= 3))), CONSTRAINT "currencies_pkey" PRIMARY KEY (code));

ALTER TABLE "public"."currencies" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."customer_group_members" ("customer_group_id" uuid NOT NULL, "profile_id" uuid NOT NULL, "added_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "customer_group_members_pkey" PRIMARY KEY (customer_group_id, profile_id));

ALTER TABLE "public"."customer_group_members" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."customer_groups" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "name" text NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "customer_groups_have_a_name_people_can_read" CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 100))), CONSTRAINT "customer_groups_name_key" UNIQUE (name), CONSTRAINT "customer_groups_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."customer_groups" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."digital_files" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "variant_id" uuid, "file_name" text NOT NULL, "position" integer NOT NULL DEFAULT 0, "max_downloads" integer, "access_days" integer, "mime_type" text, "byte_size" bigint, "sha256" text, "ready_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "digital_files_are_known_once_ready" CHECK (((ready_at IS NULL) OR ((mime_type IS NOT NULL) AND (byte_size > 0) AND (sha256 IS NOT NULL)))), CONSTRAINT "digital_files_are_open_for_some_days" CHECK (((access_days >= 1) AND (access_days <= 36500))), CONSTRAINT "digital_files_are_taken_a_few_times" CHECK (((max_downloads >= 1) AND (max_downloads <= 1000))), CONSTRAINT "digital_files_have_a_hash_of_their_bytes" CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "digital_files_have_a_name_to_save_them_under" CHECK (((file_name ~ '^[^/\\[:cntrl:]]{1,200}$'::text) AND (file_name !~ '^\.+$'::text))), CONSTRAINT "digital_files_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."digital_files" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."downloads" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "order_item_id" uuid NOT NULL, "digital_file_id" uuid NOT NULL, "customer_id" uuid NOT NULL, "max_downloads" integer NOT NULL, "used_count" integer NOT NULL DEFAULT 0, "granted_at" timestamp with time zone NOT NULL DEFAULT now(), "expires_at" timestamp with time zone, "ended_at" timestamp with time zone, CONSTRAINT "downloads_are_granted_once_per_line" UNIQUE (order_item_id, digital_file_id), CONSTRAINT "downloads_are_used_no_more_often_than_granted" CHECK (((used_count >= 0) AND (used_count <= max_downloads))), CONSTRAINT "downloads_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."downloads" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."enrollments" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "intake_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "order_item_id" uuid, "status" text NOT NULL, "enrolled_at" timestamp with time zone, "ended_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "enrollments_are_dated_once_active" CHECK (((enrolled_at IS NOT NULL) OR (status = ANY (ARRAY['reserved'::text, 'cancelled'::text, 'expired'::text])))), CONSTRAINT "enrollments_end_when_they_are_over" CHECK (((ended_at IS NOT NULL) = (status = ANY (ARRAY['cancelled'::text, 'expired'::text])))), CONSTRAINT "enrollments_have_a_known_status" CHECK ((status = ANY (ARRAY['reserved'::text, 'active'::text, 'suspended'::text, 'completed'::text, 'cancelled'::text, 'expired'::text]))), CONSTRAINT "enrollments_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."enrollments" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."events" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "name" text NOT NULL, "subject_type" text NOT NULL, "subject_id" uuid NOT NULL, "payload" jsonb NOT NULL DEFAULT '{}'::jsonb, "actor_id" uuid, "correlation_id" text, "occurred_at" timestamp with time zone NOT NULL DEFAULT now(), "relayed_at" timestamp with time zone, CONSTRAINT "events_are_named_subject_dot_verb" CHECK ((name ~ '^[a-z_]+\.[a-z_]+$'::text)), CONSTRAINT "events_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."events" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."intakes" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "title" text NOT NULL, "seats" integer, "enroll_opens_at" timestamp with time zone NOT NULL DEFAULT now(), "enroll_closes_at" timestamp with time zone, "starts_at" timestamp with time zone, "ends_at" timestamp with time zone, "time_zone" text NOT NULL DEFAULT 'Asia/Jakarta'::text, "location" text, "access_days" integer, "has_waitlist" boolean NOT NULL DEFAULT true, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "intakes_give_access_for_some_days" CHECK (((access_days >= 1) AND (access_days <= 36500))), CONSTRAINT "intakes_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "intakes_have_seats_or_are_not_counted" CHECK (((seats >= 0) AND (seats <= 1000000))), CONSTRAINT "intakes_open_before_they_close" CHECK ((enroll_closes_at > enroll_opens_at)), CONSTRAINT "intakes_pkey" PRIMARY KEY (id), CONSTRAINT "intakes_start_before_they_end" CHECK ((ends_at > starts_at)), CONSTRAINT "intakes_variant_id_key" UNIQUE (variant_id));

ALTER TABLE "public"."intakes" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."invoice_lines" ("invoice_id" uuid NOT NULL, "position" integer NOT NULL, "title" text NOT NULL, "sku" text, "quantity" integer NOT NULL, "unit_amount" bigint NOT NULL, "subtotal_amount" bigint NOT NULL, "discount_amount" bigint NOT NULL DEFAULT 0, "tax_amount" bigint NOT NULL DEFAULT 0, "tax_included_amount" bigint NOT NULL DEFAULT 0, "total_amount" bigint NOT NULL, "taxes" jsonb NOT NULL DEFAULT '[]'::jsonb, CONSTRAINT "invoice_lines_add_up" CHECK (((quantity > 0) AND (unit_amount >= 0) AND (subtotal_amount = (unit_amount * quantity)) AND (total_amount = ((subtotal_amount - discount_amount) + tax_amount)))), CONSTRAINT "invoice_lines_pkey" PRIMARY KEY (invoice_id, "position"), CONSTRAINT "invoice_lines_take_off_no_more_than_there_is" CHECK ((((discount_amount >= 0) AND (discount_amount <= subtotal_amount)) AND (tax_amount >= 0) AND ((tax_included_amount >= 0) AND (tax_included_amount <= (subtotal_amount - discount_amount))))));

ALTER TABLE "public"."invoice_lines" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."invoices" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "kind" text NOT NULL, "year" integer NOT NULL, "serial" integer NOT NULL, "order_id" uuid NOT NULL, "refund_id" uuid, "corrects_id" uuid, "issued_at" timestamp with time zone NOT NULL, "time_zone" text NOT NULL, "paid_on" date, "currency" text NOT NULL, "minor_units" integer NOT NULL, "subtotal_amount" bigint NOT NULL, "discount_amount" bigint NOT NULL DEFAULT 0, "tax_amount" bigint NOT NULL DEFAULT 0, "tax_included_amount" bigint NOT NULL DEFAULT 0, "shipping_amount" bigint NOT NULL DEFAULT 0, "total_amount" bigint NOT NULL, "seller_name" text NOT NULL, "seller_address" text NOT NULL, "seller_tax_id" text NOT NULL, "buyer_name" text NOT NULL, "buyer_email" text, "locale" text NOT NULL, "pdf_path" text, "pdf_sha256" text, "pdf_bytes" integer, CONSTRAINT "invoices_add_up" CHECK ((total_amount = (((subtotal_amount - discount_amount) + tax_amount) + shipping_amount))), CONSTRAINT "invoices_are_about_money" CHECK (((total_amount > 0) AND (subtotal_amount >= 0) AND (discount_amount >= 0) AND (tax_amount >= 0) AND (shipping_amount >= 0) AND ((tax_included_amount >= 0) AND (tax_included_amount <= (subtotal_amount - discount_amount))))), CONSTRAINT "invoices_are_numbered_from_one" CHECK ((serial > 0)), CONSTRAINT "invoices_are_numbered_once_per_series" UNIQUE (kind, year, serial), CONSTRAINT "invoices_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text]))), CONSTRAINT "invoices_count_the_year_of_the_shop" CHECK (((year)::numeric = EXTRACT(year FROM (issued_at AT TIME ZONE time_zone)))), CONSTRAINT "invoices_keep_a_readable_hash" CHECK ((pdf_sha256 ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "invoices_know_their_pdf_wholly" CHECK ((num_nulls(pdf_path, pdf_sha256, pdf_bytes) = ANY (ARRAY[0, 3]))), CONSTRAINT "invoices_pkey" PRIMARY KEY (id), CONSTRAINT "invoices_say_what_a_credit_note_corrects" CHECK ((((kind = 'credit_note'::text) = (corrects_id IS NOT NULL)) AND ((kind = 'credit_note'::text) = (refund_id IS NOT NULL)))), CONSTRAINT "invoices_speak_a_known_language" CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))));

ALTER TABLE "public"."invoices" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."learning_files" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "lesson_id" uuid NOT NULL, "product_id" uuid NOT NULL, "owner_id" uuid NOT NULL, "enrollment_id" uuid, "submission_id" uuid, "file_name" text NOT NULL, "content_type" text NOT NULL, "bytes" integer NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "learning_files_are_handed_in_by_learners" CHECK (((submission_id IS NULL) OR (enrollment_id IS NOT NULL))), CONSTRAINT "learning_files_can_be_named_with_their_lesson" UNIQUE (id, lesson_id), CONSTRAINT "learning_files_have_a_name_for_a_folder" CHECK ((((length(file_name) >= 1) AND (length(file_name) <= 200)) AND (file_name !~ '[/\\[:cntrl:]]'::text))), CONSTRAINT "learning_files_have_some_bytes" CHECK ((bytes > 0)), CONSTRAINT "learning_files_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."learning_files" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."ledger_accounts" ("code" text NOT NULL, "name" text NOT NULL, "kind" text NOT NULL, CONSTRAINT "ledger_accounts_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['asset'::text, 'liability'::text, 'income'::text, 'expense'::text]))), CONSTRAINT "ledger_accounts_pkey" PRIMARY KEY (code));

ALTER TABLE "public"."ledger_accounts" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."ledger_entries" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "transaction_id" uuid NOT NULL, "account" text NOT NULL, "currency" text NOT NULL, "amount" bigint NOT NULL, CONSTRAINT "ledger_entries_move_something" CHECK ((amount <> 0)), CONSTRAINT "ledger_entries_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."ledger_entries" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."ledger_transactions" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "effect_key" text NOT NULL, "order_id" uuid NOT NULL, "posted_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "ledger_transactions_effect_key_key" UNIQUE (effect_key), CONSTRAINT "ledger_transactions_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."ledger_transactions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."lesson_contents" ("lesson_id" uuid NOT NULL, "product_id" uuid NOT NULL, "body" text NOT NULL DEFAULT ''::text, "video_url" text, "file_id" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "lesson_contents_are_of_sane_length" CHECK ((length(body) <= 200000)), CONSTRAINT "lesson_contents_link_videos_on_the_web" CHECK (((video_url ~ '^https://'::text) AND (length(video_url) <= 2000))), CONSTRAINT "lesson_contents_pkey" PRIMARY KEY (lesson_id));

ALTER TABLE "public"."lesson_contents" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."lesson_progress" ("enrollment_id" uuid NOT NULL, "lesson_id" uuid NOT NULL, "product_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "score_percent" integer, "completed_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "lesson_progress_has_a_sane_score" CHECK (((score_percent >= 0) AND (score_percent <= 100))), CONSTRAINT "lesson_progress_pkey" PRIMARY KEY (enrollment_id, lesson_id));

ALTER TABLE "public"."lesson_progress" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."lessons" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "section_id" uuid NOT NULL, "kind" text NOT NULL, "title" text NOT NULL, "position" integer NOT NULL DEFAULT 0, "duration_minutes" integer, "is_required" boolean NOT NULL DEFAULT true, "is_preview" boolean NOT NULL DEFAULT false, "opens_at" timestamp with time zone, "opens_after_days" integer, "pass_percent" integer, "max_attempts" integer, "time_limit_minutes" integer, "withdrawn_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "lessons_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['video'::text, 'text'::text, 'file'::text, 'quiz'::text, 'assignment'::text]))), CONSTRAINT "lessons_are_passed_when_they_are_graded" CHECK (((kind = ANY (ARRAY['quiz'::text, 'assignment'::text])) = (pass_percent IS NOT NULL))), CONSTRAINT "lessons_are_passed_with_a_sane_percentage" CHECK (((pass_percent >= 0) AND (pass_percent <= 100))), CONSTRAINT "lessons_can_be_named_with_their_course" UNIQUE (id, product_id), CONSTRAINT "lessons_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "lessons_limit_only_graded_attempts" CHECK (((max_attempts IS NULL) OR ((kind = ANY (ARRAY['quiz'::text, 'assignment'::text])) AND ((max_attempts >= 1) AND (max_attempts <= 1000))))), CONSTRAINT "lessons_limit_only_the_time_of_quizzes" CHECK (((time_limit_minutes IS NULL) OR ((kind = 'quiz'::text) AND ((time_limit_minutes >= 1) AND (time_limit_minutes <= 1440))))), CONSTRAINT "lessons_open_after_some_days" CHECK (((opens_after_days >= 0) AND (opens_after_days <= 3650))), CONSTRAINT "lessons_pkey" PRIMARY KEY (id), CONSTRAINT "lessons_preview_what_is_not_graded" CHECK (((NOT is_preview) OR (kind = ANY (ARRAY['video'::text, 'text'::text, 'file'::text])))), CONSTRAINT "lessons_take_some_time" CHECK ((duration_minutes > 0)));

ALTER TABLE "public"."lessons" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."locations" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "code" text NOT NULL, "name" text NOT NULL, "kind" text NOT NULL DEFAULT 'place'::text, "priority" integer NOT NULL DEFAULT 100, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "deactivated_at" timestamp with time zone, CONSTRAINT "locations_are_drawn_in_a_sane_order" CHECK (((priority >= 0) AND (priority <= 10000))), CONSTRAINT "locations_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['main'::text, 'place'::text, 'allowance'::text]))), CONSTRAINT "locations_code_key" UNIQUE (code), CONSTRAINT "locations_have_a_code_of_sane_form" CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,40}$'::text)), CONSTRAINT "locations_have_a_name_people_can_read" CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 200))), CONSTRAINT "locations_keep_main_and_the_allowance" CHECK (((kind = 'place'::text) OR (deactivated_at IS NULL))), CONSTRAINT "locations_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."locations" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."media" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "variant_id" uuid, "alt" text NOT NULL DEFAULT ''::text, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "position" integer NOT NULL DEFAULT 0, "mime_type" text, "byte_size" integer, "width" integer, "height" integer, "sha256" text, "ready_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "media_are_at_most_ten_megabytes" CHECK (((byte_size >= 1) AND (byte_size <= 10485760))), CONSTRAINT "media_are_known_once_ready" CHECK (((ready_at IS NULL) OR ((mime_type IS NOT NULL) AND (byte_size IS NOT NULL) AND (sha256 IS NOT NULL) AND (width > 0) AND (height > 0)))), CONSTRAINT "media_are_pictures" CHECK ((mime_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text, 'image/gif'::text, 'image/avif'::text]))), CONSTRAINT "media_have_a_hash_of_their_bytes" CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "media_have_a_text_of_sane_length" CHECK ((length(alt) <= 500)), CONSTRAINT "media_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."media" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."notifications" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "profile_id" uuid NOT NULL, "type" text NOT NULL, "channel" text NOT NULL, "effect_key" text NOT NULL, "recipient" text NOT NULL, "subject" text NOT NULL, "content" text NOT NULL, "status" text NOT NULL DEFAULT 'pending'::text, "error" text, "correlation_id" text, "read_at" timestamp with time zone, "sent_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "notifications_are_dated_once_sent" CHECK (((sent_at IS NOT NULL) = (status = 'sent'::text))), CONSTRAINT "notifications_are_of_a_known_type" CHECK ((type = ANY (ARRAY['welcome'::text, 'order_confirmation'::text, 'payment_failed'::text, 'refund'::text, 'invoice'::text, 'promotion'::text, 'seat_offer'::text, 'low_stock'::text, 'proof_rejected'::text]))), CONSTRAINT "notifications_effect_key_key" UNIQUE (effect_key), CONSTRAINT "notifications_have_a_known_status" CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'failed'::text]))), CONSTRAINT "notifications_pkey" PRIMARY KEY (id), CONSTRAINT "notifications_use_a_known_channel" CHECK ((channel = ANY (ARRAY['email'::text, 'sms'::text, 'push'::text, 'whatsapp'::text]))));

ALTER TABLE "public"."notifications" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."order_items" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "order_id" uuid NOT NULL, "parent_id" uuid, "variant_id" uuid NOT NULL, "kind" text NOT NULL, "sku" text NOT NULL, "title" text NOT NULL, "quantity" integer NOT NULL, "unit_amount" bigint NOT NULL, "subtotal_amount" bigint NOT NULL, "discount_amount" bigint NOT NULL DEFAULT 0, "tax_amount" bigint NOT NULL DEFAULT 0, "tax_included_amount" bigint NOT NULL DEFAULT 0, "total_amount" bigint NOT NULL, "pricing" jsonb NOT NULL DEFAULT '{}'::jsonb, "snapshot" jsonb NOT NULL DEFAULT '{}'::jsonb, "backordered_quantity" integer NOT NULL DEFAULT 0, "ships_at" timestamp with time zone, CONSTRAINT "order_items_add_up" CHECK (((unit_amount >= 0) AND (subtotal_amount = (unit_amount * quantity)) AND (total_amount = ((subtotal_amount - discount_amount) + tax_amount)))), CONSTRAINT "order_items_are_bought_by_the_piece" CHECK (((quantity >= 1) AND (quantity <= 100000))), CONSTRAINT "order_items_backorder_what_they_sell" CHECK (((backordered_quantity >= 0) AND (backordered_quantity <= quantity))), CONSTRAINT "order_items_name_a_variant_once" UNIQUE NULLS NOT DISTINCT (order_id, variant_id, parent_id), CONSTRAINT "order_items_pkey" PRIMARY KEY (id), CONSTRAINT "order_items_take_off_no_more_than_there_is" CHECK ((((discount_amount >= 0) AND (discount_amount <= subtotal_amount)) AND (tax_amount >= 0) AND ((tax_included_amount >= 0) AND (tax_included_amount <= (subtotal_amount - discount_amount))))));

ALTER TABLE "public"."order_items" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."orders" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "number" text NOT NULL DEFAULT ('SL-'::text || nextval('private.order_numbers'::regclass)), "customer_id" uuid NOT NULL, "status" text NOT NULL, "currency" text NOT NULL, "subtotal_amount" bigint NOT NULL, "discount_amount" bigint NOT NULL DEFAULT 0, "tax_amount" bigint NOT NULL DEFAULT 0, "tax_included_amount" bigint NOT NULL DEFAULT 0, "shipping_amount" bigint NOT NULL DEFAULT 0, "total_amount" bigint NOT NULL, "placed_at" timestamp with time zone NOT NULL DEFAULT now(), "expires_at" timestamp with time zone, "paid_at" timestamp with time zone, "cancelled_at" timestamp with time zone, "cancel_reason" text, "shipping_address" jsonb, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "orders_add_up" CHECK ((total_amount = (((subtotal_amount - discount_amount) + tax_amount) + shipping_amount))), CONSTRAINT "orders_are_dated_when_paid" CHECK (((paid_at IS NOT NULL) OR (status = ANY (ARRAY['pending'::text, 'cancelled'::text, 'expired'::text, 'needs_review'::text, 'refunded'::text])))), CONSTRAINT "orders_expire_only_while_unpaid" CHECK (((status <> 'pending'::text) OR (expires_at IS NOT NULL))), CONSTRAINT "orders_go_to_one_address" CHECK ((jsonb_typeof(shipping_address) = 'object'::text)), CONSTRAINT "orders_have_a_known_status" CHECK ((status = ANY (ARRAY['pending'::text, 'paid'::text, 'processing'::text, 'shipped'::text, 'delivered'::text, 'completed'::text, 'cancelled'::text, 'expired'::text, 'refunded'::text, 'partially_refunded'::text, 'needs_review'::text]))), CONSTRAINT "orders_never_pay_the_buyer" CHECK (((subtotal_amount >= 0) AND (discount_amount >= 0) AND (tax_amount >= 0) AND (shipping_amount >= 0) AND (total_amount >= 0) AND ((tax_included_amount >= 0) AND (tax_included_amount <= (subtotal_amount - discount_amount))))), CONSTRAINT "orders_number_key" UNIQUE (number), CONSTRAINT "orders_pkey" PRIMARY KEY (id), CONSTRAINT "orders_say_when_they_were_cancelled" CHECK (((status <> 'cancelled'::text) OR (cancelled_at IS NOT NULL))));

ALTER TABLE "public"."orders" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."payment_proofs" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "payment_id" uuid NOT NULL, "status" text NOT NULL DEFAULT 'uploading'::text, "mime_type" text, "byte_size" integer, "sha256" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "submitted_at" timestamp with time zone, "reviewed_at" timestamp with time zone, "reviewed_by" uuid, "reason" text, CONSTRAINT "payment_proofs_are_dated_when_reviewed" CHECK (((reviewed_at IS NOT NULL) = (status = ANY (ARRAY['approved'::text, 'rejected'::text])))), CONSTRAINT "payment_proofs_are_images_or_pdfs" CHECK ((mime_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text, 'application/pdf'::text]))), CONSTRAINT "payment_proofs_are_known_by_their_content" CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)), CONSTRAINT "payment_proofs_are_of_sane_size" CHECK (((byte_size >= 1) AND (byte_size <= 5242880))), CONSTRAINT "payment_proofs_are_rejected_for_a_reason" CHECK (((status <> 'rejected'::text) OR (btrim(COALESCE(reason, ''::text)) <> ''::text))), CONSTRAINT "payment_proofs_have_a_file_once_submitted" CHECK (((status = 'uploading'::text) OR (num_nulls(mime_type, byte_size, sha256, submitted_at) = 0))), CONSTRAINT "payment_proofs_have_a_known_status" CHECK ((status = ANY (ARRAY['uploading'::text, 'submitted'::text, 'approved'::text, 'rejected'::text]))), CONSTRAINT "payment_proofs_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."payment_proofs" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."payments" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "order_id" uuid NOT NULL, "attempt" integer NOT NULL, "provider" text NOT NULL DEFAULT 'stripe'::text, "method" text NOT NULL DEFAULT 'checkout'::text, "status" text NOT NULL DEFAULT 'pending'::text, "currency" text NOT NULL, "amount" bigint NOT NULL, "captured_amount" bigint NOT NULL DEFAULT 0, "refunded_amount" bigint NOT NULL DEFAULT 0, "session_id" text, "provider_payment_id" text, "checkout_url" text, "expires_at" timestamp with time zone, "failure_code" text, "failure_message" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "settled_at" timestamp with time zone, CONSTRAINT "payments_are_numbered_per_order" UNIQUE (order_id, attempt), CONSTRAINT "payments_by_transfer_have_no_provider" CHECK (((provider = 'manual_transfer'::text) = (method = 'manual_transfer'::text))), CONSTRAINT "payments_give_back_no_more_than_they_took" CHECK ((((refunded_amount >= 0) AND (refunded_amount <= captured_amount)) AND (captured_amount <= amount))), CONSTRAINT "payments_have_a_known_method" CHECK ((method = ANY (ARRAY['checkout'::text, 'manual_transfer'::text]))), CONSTRAINT "payments_have_a_known_provider" CHECK ((provider = ANY (ARRAY['stripe'::text, 'manual_transfer'::text]))), CONSTRAINT "payments_have_a_known_status" CHECK ((status = ANY (ARRAY['pending'::text, 'processing'::text, 'success'::text, 'failed'::text, 'expired'::text, 'cancelled'::text, 'refunding'::text, 'refunded'::text, 'refund_failed'::text]))), CONSTRAINT "payments_pay_something" CHECK ((amount > 0)), CONSTRAINT "payments_pkey" PRIMARY KEY (id), CONSTRAINT "payments_session_id_key" UNIQUE (session_id), CONSTRAINT "payments_took_money_when_they_succeeded" CHECK (((captured_amount > 0) = (status = ANY (ARRAY['success'::text, 'refunding'::text, 'refunded'::text, 'refund_failed'::text])))));

ALTER TABLE "public"."payments" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."permissions" ("name" text NOT NULL, "description" text NOT NULL, CONSTRAINT "permissions_are_named_domain_dot_verb" CHECK ((name ~ '^[a-z_]+\.[a-z_]+$'::text)), CONSTRAINT "permissions_pkey" PRIMARY KEY (name));

ALTER TABLE "public"."permissions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."price_list_prices" ("price_list_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "currency" text NOT NULL, "min_quantity" integer NOT NULL DEFAULT 1, "amount" bigint NOT NULL, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "price_list_prices_are_between_nothing_and_ten_billion" CHECK (((amount >= 0) AND (amount <= '1000000000000'::bigint))), CONSTRAINT "price_list_prices_begin_at_a_quantity_one_can_buy" CHECK (((min_quantity >= 1) AND (min_quantity <= 1000))), CONSTRAINT "price_list_prices_pkey" PRIMARY KEY (price_list_id, variant_id, currency, min_quantity));

ALTER TABLE "public"."price_list_prices" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."price_lists" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "name" text NOT NULL, "status" text NOT NULL DEFAULT 'draft'::text, "starts_at" timestamp with time zone, "ends_at" timestamp with time zone, "customer_group_id" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "price_lists_have_a_known_status" CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'archived'::text]))), CONSTRAINT "price_lists_have_a_name_people_can_read" CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 100))), CONSTRAINT "price_lists_pkey" PRIMARY KEY (id), CONSTRAINT "price_lists_start_before_they_end" CHECK ((ends_at > starts_at)));

ALTER TABLE "public"."price_lists" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."prices" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "variant_id" uuid NOT NULL, "currency" text NOT NULL, "amount" bigint NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "prices_are_between_nothing_and_ten_billion" CHECK (((amount >= 0) AND (amount <= '1000000000000'::bigint))), CONSTRAINT "prices_are_one_per_currency" UNIQUE (variant_id, currency), CONSTRAINT "prices_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."prices" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."processes" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "task" text NOT NULL, "event_id" bigint, "subject_type" text NOT NULL, "subject_id" uuid, "status" text NOT NULL DEFAULT 'queued'::text, "attempts" integer NOT NULL DEFAULT 0, "error" text, "message" text, "progress" integer, "correlation_id" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "started_at" timestamp with time zone, "reported_at" timestamp with time zone, "finished_at" timestamp with time zone, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "processes_count_attempts_upwards" CHECK ((attempts >= 0)), CONSTRAINT "processes_count_progress_in_percent" CHECK (((progress >= 0) AND (progress <= 100))), CONSTRAINT "processes_end_when_they_are_done" CHECK (((finished_at IS NOT NULL) = (status = ANY (ARRAY['done'::text, 'failed'::text, 'cancelled'::text])))), CONSTRAINT "processes_have_a_known_status" CHECK ((status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'done'::text, 'failed'::text, 'cancelled'::text]))), CONSTRAINT "processes_pkey" PRIMARY KEY (id), CONSTRAINT "processes_run_once_per_event" UNIQUE (task, event_id));

ALTER TABLE "public"."processes" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."product_option_values" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "option_id" uuid NOT NULL, "title" text NOT NULL, "position" integer NOT NULL DEFAULT 0, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, CONSTRAINT "product_option_values_are_named_once_per_option" UNIQUE (option_id, title), CONSTRAINT "product_option_values_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "product_option_values_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."product_option_values" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."product_options" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "title" text NOT NULL, "position" integer NOT NULL DEFAULT 0, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, CONSTRAINT "product_options_are_named_once_per_product" UNIQUE (product_id, title), CONSTRAINT "product_options_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "product_options_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."product_options" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."products" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "kind" text NOT NULL, "slug" text NOT NULL, "title" text NOT NULL, "summary" text NOT NULL DEFAULT ''::text, "description" text NOT NULL DEFAULT ''::text, "image_url" text, "status" text NOT NULL DEFAULT 'draft'::text, "publish_at" timestamp with time zone, "unpublish_at" timestamp with time zone, "category_id" uuid, "tags" text[] NOT NULL DEFAULT '{}'::text[], "attributes" jsonb NOT NULL DEFAULT '{}'::jsonb, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "tax_category" text NOT NULL DEFAULT 'standard'::text, CONSTRAINT "products_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['course'::text, 'physical'::text, 'digital'::text, 'bundle'::text]))), CONSTRAINT "products_go_off_sale_after_they_came_on_it" CHECK ((unpublish_at > publish_at)), CONSTRAINT "products_have_a_few_tags_for_urls" CHECK (((cardinality(tags) <= 30) AND (array_position(tags, NULL::text) IS NULL) AND ((tags = '{}'::text[]) OR (array_to_string(tags, ','::text) ~ '^[a-z0-9]+(-[a-z0-9]+)*(,[a-z0-9]+(-[a-z0-9]+)*)*$'::text)) AND (length(array_to_string(tags, ''::text)) <= 1500))), CONSTRAINT "products_have_a_known_status" CHECK ((status = ANY (ARRAY['draft'::text, 'published'::text, 'archived'::text]))), CONSTRAINT "products_have_a_slug_for_urls" CHECK (((slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (length(slug) <= 120))), CONSTRAINT "products_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "products_have_attributes_by_name" CHECK ((jsonb_typeof(attributes) = 'object'::text)), CONSTRAINT "products_have_texts_of_sane_length" CHECK (((length(summary) <= 500) AND (length(description) <= 50000))), CONSTRAINT "products_pkey" PRIMARY KEY (id), CONSTRAINT "products_show_images_from_the_web" CHECK ((image_url ~ '^(https?://|/)'::text)), CONSTRAINT "products_slug_key" UNIQUE (slug));

ALTER TABLE "public"."products" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."profiles" ("id" uuid NOT NULL, "email" text, "first_name" text NOT NULL DEFAULT ''::text, "last_name" text NOT NULL DEFAULT ''::text, "phone" text, "locale" text NOT NULL DEFAULT 'id'::text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "closed_at" timestamp with time zone, CONSTRAINT "profiles_are_blank_once_closed" CHECK (((closed_at IS NULL) OR ((email IS NULL) AND (phone IS NULL) AND (first_name = ''::text) AND (last_name = ''::text)))), CONSTRAINT "profiles_have_a_phone_that_can_be_dialled" CHECK ((phone ~ '^\+?[0-9][0-9 ()\-]{5,19}$'::text)), CONSTRAINT "profiles_have_names_of_sane_length" CHECK (((length(first_name) <= 100) AND (length(last_name) <= 100))), CONSTRAINT "profiles_pkey" PRIMARY KEY (id), CONSTRAINT "profiles_speak_a_known_language" CHECK ((locale = ANY (ARRAY['id'::text, 'en'::text]))));

ALTER TABLE "public"."profiles" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."promotion_categories" ("promotion_id" uuid NOT NULL, "category_id" uuid NOT NULL, CONSTRAINT "promotion_categories_pkey" PRIMARY KEY (promotion_id, category_id));

ALTER TABLE "public"."promotion_categories" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."promotion_products" ("promotion_id" uuid NOT NULL, "product_id" uuid NOT NULL, CONSTRAINT "promotion_products_pkey" PRIMARY KEY (promotion_id, product_id));

ALTER TABLE "public"."promotion_products" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."promotion_redemptions" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "promotion_id" uuid NOT NULL, "coupon_id" uuid, "order_id" uuid NOT NULL, "customer_id" uuid NOT NULL, "amount" bigint NOT NULL, "currency" text NOT NULL, "redeemed_at" timestamp with time zone NOT NULL DEFAULT now(), "expires_at" timestamp with time zone, "given_back_at" timestamp with time zone, CONSTRAINT "promotion_redemptions_pkey" PRIMARY KEY (id), CONSTRAINT "promotion_redemptions_take_off_something_or_nothing" CHECK ((amount >= 0)));

ALTER TABLE "public"."promotion_redemptions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."promotions" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "name" text NOT NULL, "kind" text NOT NULL, "status" text NOT NULL DEFAULT 'draft'::text, "automatic" boolean NOT NULL DEFAULT false, "combinable" boolean NOT NULL DEFAULT false, "priority" integer NOT NULL DEFAULT 0, "basis_points" integer, "amount" bigint, "currency" text, "buy_quantity" integer, "get_quantity" integer, "minimum_amount" bigint NOT NULL DEFAULT 0, "minimum_quantity" integer NOT NULL DEFAULT 0, "starts_at" timestamp with time zone, "ends_at" timestamp with time zone, "usage_limit" integer, "per_user_limit" integer, "used_count" integer NOT NULL DEFAULT 0, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "promotions_are_limited_to_a_positive_number" CHECK (((usage_limit > 0) AND (per_user_limit > 0))), CONSTRAINT "promotions_are_never_used_beyond_their_limit" CHECK (((used_count >= 0) AND (used_count <= usage_limit))), CONSTRAINT "promotions_are_of_a_known_kind" CHECK ((kind = ANY (ARRAY['percent'::text, 'fixed'::text, 'free_shipping'::text, 'buy_x_get_y'::text]))), CONSTRAINT "promotions_ask_for_a_sane_minimum" CHECK (((minimum_amount >= 0) AND ((minimum_quantity >= 0) AND (minimum_quantity <= 50000)))), CONSTRAINT "promotions_have_a_known_status" CHECK ((status = ANY (ARRAY['draft'::text, 'active'::text, 'archived'::text]))), CONSTRAINT "promotions_have_a_name_people_can_read" CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 100))), CONSTRAINT "promotions_pkey" PRIMARY KEY (id), CONSTRAINT "promotions_say_what_one_buys_and_gets" CHECK ((((kind = 'buy_x_get_y'::text) = (buy_quantity IS NOT NULL)) AND ((kind = 'buy_x_get_y'::text) = (get_quantity IS NOT NULL)) AND ((buy_quantity >= 1) AND (buy_quantity <= 1000)) AND ((get_quantity >= 1) AND (get_quantity <= 1000)))), CONSTRAINT "promotions_start_before_they_end" CHECK ((ends_at > starts_at)), CONSTRAINT "promotions_take_off_a_share_of_the_price" CHECK ((((kind = ANY (ARRAY['percent'::text, 'buy_x_get_y'::text])) = (basis_points IS NOT NULL)) AND ((basis_points >= 1) AND (basis_points <= 10000)))), CONSTRAINT "promotions_take_off_an_amount_in_a_currency" CHECK ((((kind = 'fixed'::text) = (amount IS NOT NULL)) AND ((amount >= 1) AND (amount <= '1000000000000'::bigint)) AND (((amount IS NOT NULL) OR (minimum_amount > 0)) <= (currency IS NOT NULL)))));

ALTER TABLE "public"."promotions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."quiz_attempts" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "enrollment_id" uuid NOT NULL, "lesson_id" uuid NOT NULL, "product_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "number" integer NOT NULL, "max_attempts" integer, "started_at" timestamp with time zone NOT NULL DEFAULT now(), "due_at" timestamp with time zone, "submitted_at" timestamp with time zone, "answers" jsonb, "score_percent" integer, "is_passed" boolean, CONSTRAINT "quiz_attempts_are_graded_when_submitted" CHECK ((num_nulls(submitted_at, score_percent, is_passed) = ANY (ARRAY[0, 3]))), CONSTRAINT "quiz_attempts_are_numbered_once" UNIQUE (enrollment_id, lesson_id, number), CONSTRAINT "quiz_attempts_have_a_sane_score" CHECK (((score_percent >= 0) AND (score_percent <= 100))), CONSTRAINT "quiz_attempts_pkey" PRIMARY KEY (id), CONSTRAINT "quiz_attempts_stay_within_their_limit" CHECK (((number >= 1) AND (number <= COALESCE(max_attempts, 1000000)))));

ALTER TABLE "public"."quiz_attempts" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."refunds" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "payment_id" uuid NOT NULL, "order_id" uuid NOT NULL, "amount" bigint NOT NULL, "currency" text NOT NULL, "reason" text NOT NULL, "note" text, "status" text NOT NULL DEFAULT 'pending'::text, "provider_refund_id" text, "failure" text, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "refunds_give_something_back" CHECK ((amount > 0)), CONSTRAINT "refunds_have_a_known_reason" CHECK ((reason = ANY (ARRAY['order_cancelled'::text, 'late_payment'::text, 'undeliverable'::text, 'duplicate_payment'::text, 'by_provider'::text]))), CONSTRAINT "refunds_have_a_known_status" CHECK ((status = ANY (ARRAY['pending'::text, 'success'::text, 'failed'::text]))), CONSTRAINT "refunds_pkey" PRIMARY KEY (id), CONSTRAINT "refunds_provider_refund_id_key" UNIQUE (provider_refund_id));

ALTER TABLE "public"."refunds" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."reservations" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "holder_id" uuid NOT NULL, "variant_id" uuid NOT NULL, "slot" integer NOT NULL, "location_id" uuid NOT NULL, "quantity" integer NOT NULL, "status" text NOT NULL DEFAULT 'held'::text, "expires_at" timestamp with time zone NOT NULL, "created_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "reservations_have_a_known_status" CHECK ((status = ANY (ARRAY['held'::text, 'claimed'::text, 'released'::text]))), CONSTRAINT "reservations_hold_something" CHECK ((quantity > 0)), CONSTRAINT "reservations_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."reservations" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."results" ("enrollment_id" uuid NOT NULL, "product_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "progress_percent" integer, "score_percent" integer, "passed_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "results_are_of_sane_size" CHECK ((((progress_percent >= 0) AND (progress_percent <= 100)) AND ((score_percent >= 0) AND (score_percent <= 100)))), CONSTRAINT "results_pkey" PRIMARY KEY (enrollment_id));

ALTER TABLE "public"."results" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."role_members" ("profile_id" uuid NOT NULL, "role" text NOT NULL, "granted_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "role_members_pkey" PRIMARY KEY (profile_id, role), "granted_by" uuid DEFAULT auth.uid());

ALTER TABLE "public"."role_members" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."role_permissions" ("role" text NOT NULL, "permission" text NOT NULL, CONSTRAINT "role_permissions_pkey" PRIMARY KEY (role, permission));

ALTER TABLE "public"."role_permissions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."roles" ("name" text NOT NULL, "description" text NOT NULL, CONSTRAINT "roles_are_snake_case" CHECK ((name ~ '^[a-z][a-z_]{1,40}$'::text)), CONSTRAINT "roles_pkey" PRIMARY KEY (name));

ALTER TABLE "public"."roles" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."settings" ("key" text NOT NULL, "value" jsonb NOT NULL, "description" text NOT NULL, "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "settings_in_seconds_are_whole_numbers" CHECK (((key !~~ '%\_seconds'::text) OR ((value)::text ~ '^[0-9]{1,8}$'::text))), CONSTRAINT "settings_keys_are_snake_case" CHECK ((key ~ '^[a-z][a-z0-9_]{1,62}$'::text)), CONSTRAINT "settings_pkey" PRIMARY KEY (key));

ALTER TABLE "public"."settings" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."status_changes" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "machine" text NOT NULL, "subject_id" uuid NOT NULL, "from_status" text NOT NULL, "to_status" text NOT NULL, "reason" text, "actor_id" uuid, "request_id" text, "changed_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "status_changes_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."status_changes" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."stock_holds" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "status" text NOT NULL DEFAULT 'held'::text, "note" text, "expires_at" timestamp with time zone NOT NULL, "held_by" uuid, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "stock_holds_have_a_known_status" CHECK ((status = ANY (ARRAY['held'::text, 'released'::text, 'deducted'::text, 'expired'::text]))), CONSTRAINT "stock_holds_have_a_note_of_sane_length" CHECK ((length(note) <= 500)), CONSTRAINT "stock_holds_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."stock_holds" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."stock_movements" ("id" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "variant_id" uuid NOT NULL, "location_id" uuid NOT NULL, "quantity" integer NOT NULL, "reason" text NOT NULL, "reference_id" uuid, "note" text, "moved_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "stock_movements_have_a_known_reason" CHECK ((reason = ANY (ARRAY['capacity'::text, 'sale'::text, 'return'::text, 'backorder'::text, 'transfer'::text, 'deduction'::text, 'receipt'::text, 'count'::text, 'damage'::text, 'loss'::text, 'found'::text, 'correction'::text, 'supplier_return'::text, 'own_use'::text]))), CONSTRAINT "stock_movements_have_a_note_of_sane_length" CHECK ((length(note) <= 500)), CONSTRAINT "stock_movements_move_something" CHECK ((quantity <> 0)), CONSTRAINT "stock_movements_pkey" PRIMARY KEY (id), "actor_id" uuid DEFAULT auth.uid());

ALTER TABLE "public"."stock_movements" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."stock_slots" ("variant_id" uuid NOT NULL, "slot" integer NOT NULL, "location_id" uuid NOT NULL, "available" integer NOT NULL DEFAULT 0, "reserved" integer NOT NULL DEFAULT 0, "watched_at" timestamp with time zone, CONSTRAINT "stock_slots_are_at_most_64_each" CHECK ((((slot >= 0) AND (slot <= 191)) AND ((slot < 64) = (location_id = '00000000-0000-4000-8000-000000000001'::uuid)) AND ((slot >= 128) = (location_id = '00000000-0000-4000-8000-000000000002'::uuid)))), CONSTRAINT "stock_slots_never_hold_less_than_nothing" CHECK ((reserved >= 0)), CONSTRAINT "stock_slots_never_sell_what_is_not_there" CHECK ((available >= 0)), CONSTRAINT "stock_slots_pkey" PRIMARY KEY (variant_id, slot, location_id));

ALTER TABLE "public"."stock_slots" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."stock_slots" SET (fillfactor=40);

CREATE TABLE "public"."submissions" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "enrollment_id" uuid NOT NULL, "lesson_id" uuid NOT NULL, "product_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "number" integer NOT NULL, "max_attempts" integer, "body" text NOT NULL DEFAULT ''::text, "submitted_at" timestamp with time zone NOT NULL DEFAULT now(), "graded_at" timestamp with time zone, "graded_by" uuid, "score_percent" integer, "feedback" text, CONSTRAINT "submissions_are_graded_wholly" CHECK ((num_nulls(graded_at, score_percent) = ANY (ARRAY[0, 2]))), CONSTRAINT "submissions_are_numbered_once" UNIQUE (enrollment_id, lesson_id, number), CONSTRAINT "submissions_are_of_sane_length" CHECK (((length(body) <= 100000) AND (length(feedback) <= 20000))), CONSTRAINT "submissions_have_a_sane_score" CHECK (((score_percent >= 0) AND (score_percent <= 100))), CONSTRAINT "submissions_pkey" PRIMARY KEY (id), CONSTRAINT "submissions_stay_within_their_limit" CHECK (((number >= 1) AND (number <= COALESCE(max_attempts, 1000000)))));

ALTER TABLE "public"."submissions" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."tax_categories" ("code" text NOT NULL, "name" text NOT NULL, CONSTRAINT "tax_categories_have_a_snake_case_code" CHECK ((code ~ '^[a-z][a-z0-9_]{0,40}$'::text)), CONSTRAINT "tax_categories_pkey" PRIMARY KEY (code));

ALTER TABLE "public"."tax_categories" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."tax_rates" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "country" text NOT NULL, "province" text, "tax_category" text NOT NULL, "name" text NOT NULL, "basis_points" integer NOT NULL, "inclusive" boolean NOT NULL, "valid_from" timestamp with time zone NOT NULL DEFAULT '-infinity'::timestamp with time zone, "valid_until" timestamp with time zone NOT NULL DEFAULT 'infinity'::timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "tax_rates_are_at_most_the_price" CHECK (((basis_points >= 0) AND (basis_points <= 10000))), CONSTRAINT "tax_rates_begin_before_they_end" CHECK ((valid_until > valid_from)), CONSTRAINT "tax_rates_have_a_name_people_can_read" CHECK (((length(btrim(name)) >= 1) AND (length(btrim(name)) <= 40))), CONSTRAINT "tax_rates_have_an_iso_country" CHECK ((country ~ '^[A-Z]{2}$'::text)), CONSTRAINT "tax_rates_name_a_province_or_none" CHECK (((length(btrim(province)) >= 1) AND (length(btrim(province)) <= 100))), CONSTRAINT "tax_rates_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."tax_rates" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."variants" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "product_id" uuid NOT NULL, "sku" text NOT NULL, "title" text NOT NULL, "stock_mode" text NOT NULL DEFAULT 'tracked'::text, "position" integer NOT NULL DEFAULT 0, "option_value_ids" uuid[] NOT NULL DEFAULT '{}'::uuid[], "attributes" jsonb NOT NULL DEFAULT '{}'::jsonb, "translations" jsonb NOT NULL DEFAULT '{}'::jsonb, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), "backorder_limit" integer, "preorder_ships_at" timestamp with time zone, "low_stock_threshold" integer, CONSTRAINT "variants_are_low_at_a_sane_number" CHECK (((low_stock_threshold >= 0) AND (low_stock_threshold <= 1000000))), CONSTRAINT "variants_belong_to_one_product" UNIQUE (id, product_id), CONSTRAINT "variants_count_stock_in_a_known_mode" CHECK ((stock_mode = ANY (ARRAY['none'::text, 'tracked'::text, 'backorder'::text, 'preorder'::text]))), CONSTRAINT "variants_have_a_sku_of_sane_form" CHECK ((sku ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)), CONSTRAINT "variants_have_a_title_people_can_read" CHECK (((length(btrim(title)) >= 1) AND (length(btrim(title)) <= 200))), CONSTRAINT "variants_have_attributes_by_name" CHECK ((jsonb_typeof(attributes) = 'object'::text)), CONSTRAINT "variants_pkey" PRIMARY KEY (id), CONSTRAINT "variants_say_how_much_they_sell_beyond_stock" CHECK ((((backorder_limit IS NOT NULL) = (stock_mode = ANY (ARRAY['backorder'::text, 'preorder'::text]))) AND ((backorder_limit >= 0) AND (backorder_limit <= 1000000)))), CONSTRAINT "variants_say_when_a_preorder_ships" CHECK (((preorder_ships_at IS NOT NULL) = (stock_mode = 'preorder'::text))), CONSTRAINT "variants_sku_key" UNIQUE (sku));

ALTER TABLE "public"."variants" ENABLE ROW LEVEL SECURITY;

CREATE TABLE "public"."waitlist_entries" ("id" uuid NOT NULL DEFAULT gen_random_uuid(), "position" bigint GENERATED ALWAYS AS IDENTITY NOT NULL, "intake_id" uuid NOT NULL, "learner_id" uuid NOT NULL, "status" text NOT NULL DEFAULT 'waiting'::text, "offer_expires_at" timestamp with time zone, "created_at" timestamp with time zone NOT NULL DEFAULT now(), "updated_at" timestamp with time zone NOT NULL DEFAULT now(), CONSTRAINT "waitlist_entries_have_a_known_status" CHECK ((status = ANY (ARRAY['waiting'::text, 'offered'::text, 'accepted'::text, 'expired'::text, 'left'::text]))), CONSTRAINT "waitlist_entries_offer_for_a_limited_time" CHECK (((status <> 'offered'::text) OR (offer_expires_at IS NOT NULL))), CONSTRAINT "waitlist_entries_pkey" PRIMARY KEY (id));

ALTER TABLE "public"."waitlist_entries" ENABLE ROW LEVEL SECURITY;

ALTER TABLE "public"."categories" ADD COLUMN "depth" integer GENERATED ALWAYS AS ((COALESCE(parent_depth, 0) + 1)) STORED NOT NULL;

ALTER TABLE "public"."digital_files" ADD COLUMN "path" text GENERATED ALWAYS AS (((product_id || '/'::text) || id)) STORED NOT NULL;

ALTER TABLE "public"."invoices" ADD COLUMN "number" text GENERATED ALWAYS AS (((((
CASE kind
    WHEN 'invoice'::text THEN 'INV'::text
    ELSE 'CN'::text
END || '-'::text) || (year)::text) || '-'::text) || lpad((serial)::text, GREATEST(6, length((serial)::text)), '0'::text))) STORED NOT NULL;

ALTER TABLE "public"."learning_files" ADD COLUMN "path" text GENERATED ALWAYS AS ((((
CASE
    WHEN (enrollment_id IS NULL) THEN 'lessons/'::text
    ELSE 'submissions/'::text
END || (lesson_id)::text) || '/'::text) || (id)::text)) STORED NOT NULL;

ALTER TABLE "public"."media" ADD COLUMN "path" text GENERATED ALWAYS AS (((product_id || '/'::text) || id)) STORED NOT NULL;

CREATE TYPE "private"."drawn_slot" AS ("slot" integer, "location_id" uuid, "quantity" integer);

CREATE TYPE "private"."found_coupon" AS ("coupon_id" uuid, "refusal" jsonb);

CREATE TYPE "private"."lesson_state" AS ("lesson_id" uuid, "section_id" uuid, "ordinal" integer, "lock_reason" text, "opens_at" timestamp with time zone, "waits_for" uuid, "completed_at" timestamp with time zone, "score_percent" integer);

CREATE TYPE "private"."list_price" AS ("amount" bigint, "reason" jsonb);

CREATE TYPE "private"."order_line" AS ("variant_id" uuid, "quantity" integer, "kind" text, "sku" text, "title" text, "unit_amount" bigint, "counted" boolean, "intake_id" uuid, "snapshot" jsonb, "product_id" uuid, "category_id" uuid, "tax_category" text, "base_unit_amount" bigint, "price_reason" jsonb, "subtotal_amount" bigint, "discount_amount" bigint, "tax_amount" bigint, "tax_included_amount" bigint, "discounts" jsonb, "taxes" jsonb, "parent_variant_id" uuid, "problem" jsonb);

CREATE TYPE "private"."order_search" AS ("words" text, "pattern" text, "digits_pattern" text, "alike" boolean, "likeness" real, "titles" text[], "variants" uuid[], "in_many_numbers" boolean, "everyone" boolean, "names" boolean, "person_id" uuid, "statuses" text[], "placed_from" timestamp with time zone, "placed_to" timestamp with time zone, "min_amount" bigint, "max_amount" bigint, "currency" text, "before_at" timestamp with time zone, "before_id" uuid, "max_rows" integer);

CREATE TYPE "private"."promoted" AS ("lines" private.order_line[], "discounts" jsonb, "problems" jsonb);

CREATE TYPE "private"."quote" AS ("currency" text, "lines" private.order_line[], "subtotal_amount" bigint, "discount_amount" bigint, "tax_amount" bigint, "tax_included_amount" bigint, "shipping_amount" bigint, "total_amount" bigint, "discounts" jsonb, "taxes" jsonb, "problems" jsonb);

CREATE TYPE "private"."priced_cart" AS ("cart" public.carts, "quote" private.quote, "address" public.addresses);

CREATE TYPE "private"."stock_line" AS ("variant_id" uuid, "location_id" uuid, "quantity" integer, "delta" integer, "counted" integer);

CREATE TYPE "private"."wish" AS ("variant_id" uuid, "quantity" integer);

CREATE OR REPLACE FUNCTION private.accept_offer(intake_id uuid, learner_id uuid, order_id uuid, expires_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_entry_id uuid;
begin
  -- locked before its reservation, as whoever declines or ends it does; never waited for, since we may hold slots that they wait for
  select waitlist_entries.id into v_entry_id from public.waitlist_entries
  where waitlist_entries.intake_id = accept_offer.intake_id and waitlist_entries.learner_id = accept_offer.learner_id
    and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now()
  for update skip locked;
  if v_entry_id is null then
    return false;
  end if;
  update public.reservations set holder_id = accept_offer.order_id, expires_at = coalesce(accept_offer.expires_at, reservations.expires_at)
  where reservations.holder_id = v_entry_id and reservations.status = 'held';
  if not found then
    return false; -- it ran out by another's clock in this very moment
  end if;
  update public.waitlist_entries set status = 'accepted' where waitlist_entries.id = v_entry_id;
  if accept_offer.expires_at is null then
    perform private.settle_reservations(accept_offer.order_id, 'claimed');
  end if;
  return true;
end
$function$;

CREATE OR REPLACE FUNCTION private.access_ends_at(enrolled_at timestamp with time zone, starts_at timestamp with time zone, access_days integer)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select greatest(access_ends_at.enrolled_at, access_ends_at.starts_at) + access_ends_at.access_days * interval '24 hours';
$function$;

CREATE OR REPLACE FUNCTION private.activate_enrollments(order_item_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.enrollments set status = 'active', enrolled_at = now(), ended_at = null
  where enrollments.order_item_id = any (activate_enrollments.order_item_ids) and enrollments.status in ('reserved', 'expired');
$function$;

CREATE OR REPLACE FUNCTION private.add_address(recipient text, phone text, street text, city text, province text, postal_code text, district text, subdistrict text, country text, label text, make_default boolean, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(recipient, phone, street, city, province, postal_code, district, subdistrict, country, label, make_default);
  v_answer jsonb := private.recall_answer(v_person_id, add_address.idempotency_key, 'add_address', v_body);
  v_most integer := private.setting('max_addresses');
  v_address public.addresses;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_address.recipient := coalesce(add_address.recipient, '');
  v_address.phone := coalesce(add_address.phone, '');
  v_address.street := coalesce(add_address.street, '');
  v_address.city := coalesce(add_address.city, '');
  v_address.province := coalesce(add_address.province, '');
  v_address.postal_code := coalesce(add_address.postal_code, '');
  v_address.district := coalesce(add_address.district, '');
  v_address.subdistrict := coalesce(add_address.subdistrict, '');
  v_address.country := coalesce(add_address.country, 'ID');
  v_address.label := coalesce(add_address.label, '');
  v_address := private.check_address(v_address);
  perform private.lock_addresses();
  if (select count(*) from public.addresses where addresses.profile_id = v_person_id) >= v_most then
    perform private.fail('too_many_addresses', 409, format('A person keeps at most %s addresses.', v_most), 'Remove one that is not used any more, or change it.');
  end if;
  insert into public.addresses (profile_id, label, recipient, phone, country, province, city, district, subdistrict, street, postal_code)
  values (v_person_id, v_address.label, v_address.recipient, v_address.phone, v_address.country, v_address.province, v_address.city, v_address.district,
    v_address.subdistrict, v_address.street, v_address.postal_code)
  returning * into v_address;
  if add_address.make_default or not exists (
    select from public.addresses where addresses.profile_id = v_person_id and addresses.default_since is not null
  ) then
    perform private.make_default_address(v_person_id, v_address.id);
  end if;
  return private.remember_answer(v_person_id, add_address.idempotency_key, 'add_address', v_body,
    (select to_jsonb(addresses) - 'profile_id' from public.addresses where addresses.id = v_address.id));
end
$function$;

CREATE OR REPLACE FUNCTION private.add_to_cart(variant_id uuid, quantity integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('variant_id', add_to_cart.variant_id, 'quantity', add_to_cart.quantity);
  v_answer jsonb := private.recall_answer(v_person_id, add_to_cart.idempotency_key, 'add_to_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if add_to_cart.quantity is null or add_to_cart.quantity not between 1 and 1000 then
    perform private.refuse_cart_quantity();
  end if;
  if not exists (select from public.variants where variants.id = add_to_cart.variant_id) then
    perform private.fail('variant_not_found', 404, 'This thing is not on sale.', 'Read the catalogue again.', add_to_cart.variant_id::text);
  end if;
  v_cart := private.open_cart(v_person_id);
  insert into public.cart_items as item (cart_id, variant_id, quantity) values (v_cart.id, add_to_cart.variant_id, add_to_cart.quantity)
  on conflict on constraint cart_items_pkey do update set quantity = least(item.quantity + excluded.quantity, 1000);
  perform private.check_cart_limits(v_cart.id, add_to_cart.variant_id);
  return private.answer_cart(v_person_id, add_to_cart.idempotency_key, 'add_to_cart', v_body, v_cart.id, add_to_cart.variant_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.add_units(variant_id uuid, location_id uuid, quantity integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_first integer := private.first_slot(add_units.location_id);
  v_on_hand bigint;
  v_slots integer := 1;
begin
  select coalesce(sum(stock_slots.available + stock_slots.reserved), 0) + add_units.quantity into v_on_hand
  from public.stock_slots where stock_slots.variant_id = add_units.variant_id and stock_slots.location_id = add_units.location_id;
  -- a power of two, so that a larger set of slots contains the smaller one; about four units each
  while v_slots < 64 and v_slots * 4 < v_on_hand loop
    v_slots := v_slots * 2;
  end loop;
  -- slot 0 of main as well, whatever the place: private.lock_stock begins there
  insert into public.stock_slots (variant_id, slot, location_id, watched_at)
  select add_units.variant_id, wanted.slot, wanted.location_id, (select now() from private.low_stock_marks where low_stock_marks.variant_id = add_units.variant_id)
  from (
    select v_first + number * (64 / v_slots), add_units.location_id from generate_series(0, v_slots - 1) as number
    union select 0, private.main_location()
  ) as wanted (slot, location_id)
  on conflict do nothing;
  update public.stock_slots set available = available + share.quantity
  from (
    select stock_slots.slot,
      add_units.quantity / count(*) over () + case when row_number() over (order by stock_slots.slot) <= add_units.quantity % count(*) over () then 1 else 0 end as quantity
    from public.stock_slots where stock_slots.variant_id = add_units.variant_id and stock_slots.location_id = add_units.location_id
  ) as share
  where stock_slots.variant_id = add_units.variant_id and stock_slots.slot = share.slot and stock_slots.location_id = add_units.location_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.address_problem(lines private.order_line[], address_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if address_problem.address_id is null and private.needs_address(address_problem.lines) then
    return private.problem('address_required', 422, 'Something in this order is sent by post, and there is no address to send it to.',
      'Add an address (add_address), or send shipping_address_id.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.address_snapshot(address_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select to_jsonb(addresses) - array['id', 'profile_id', 'label', 'default_since', 'created_at', 'updated_at']
    from public.addresses where addresses.id = address_snapshot.address_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.adjust_stock(lines jsonb, reason text, note text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', adjust_stock.lines, 'reason', adjust_stock.reason, 'note', adjust_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, adjust_stock.idempotency_key, 'adjust_stock', v_body);
  v_lines private.stock_line[];
  v_line private.stock_line;
  v_changes jsonb := '[]';
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(adjust_stock.lines, '{delta,counted}', true);
  perform private.check_stock_note(adjust_stock.note);
  perform private.check_stock_reason(adjust_stock.reason, line) from unnest(v_lines) as line;
  perform private.open_books(v_lines);
  foreach v_line in array v_lines loop
    v_line.delta := coalesce(v_line.delta, v_line.counted - (
      select coalesce(sum(stock_slots.available + stock_slots.reserved), 0)::integer from public.stock_slots
      where stock_slots.variant_id = v_line.variant_id and stock_slots.location_id = v_line.location_id));
    if v_line.delta <> 0 then
      perform private.change_stock(v_line, v_line.delta, adjust_stock.reason, null, adjust_stock.note);
    end if;
    v_changes := v_changes || jsonb_build_object('variant_id', v_line.variant_id, 'location_id', v_line.location_id, 'delta', v_line.delta);
  end loop;
  return private.remember_answer(v_person_id, adjust_stock.idempotency_key, 'adjust_stock', v_body, jsonb_build_object('lines', v_changes) || private.close_books(v_lines));
end
$function$;

CREATE OR REPLACE FUNCTION private.adopt_refund(payment_id uuid, provider_refund_id text, amount bigint, currency text, status text, failure text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment(adopt_refund.payment_id);
  v_refund public.refunds;
begin
  -- known; or done by hand at the provider when it was about to be sent: it is that refund, and the worker finds it done
  select refunds.* into v_refund from public.refunds
  where refunds.provider_refund_id = adopt_refund.provider_refund_id
    or refunds.payment_id = v_payment.id and refunds.status = 'pending' and refunds.provider_refund_id is null and adopt_refund.status = 'success'
      and refunds.amount = adopt_refund.amount and refunds.currency = upper(adopt_refund.currency)
  order by refunds.provider_refund_id nulls last limit 1;
  if v_refund.id is not null then
    return private.record_refund_result(v_refund.id, adopt_refund.provider_refund_id, adopt_refund.status, adopt_refund.failure);
  end if;
  if upper(adopt_refund.currency) <> v_payment.currency or adopt_refund.amount > v_payment.captured_amount - v_payment.refunded_amount then
    return private.flag_order(v_payment.order_id, 'the provider refunded more than was captured');
  end if;
  insert into public.refunds (payment_id, order_id, amount, currency, reason, status, provider_refund_id, failure)
  values (v_payment.id, v_payment.order_id, adopt_refund.amount, v_payment.currency, 'by_provider', adopt_refund.status, adopt_refund.provider_refund_id, adopt_refund.failure)
  returning * into v_refund;
  -- one that failed is kept so that a late word of its success is known to be old
  if adopt_refund.status = 'success' then
    perform private.settle_refund(v_refund, v_payment);
  end if;
  return 'applied';
end
$function$;

CREATE OR REPLACE FUNCTION private.all_combinations(product_id uuid)
 RETURNS TABLE(value_ids uuid[], title text, sku_tail text)
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with recursive ordered as (
    select product_options.id, row_number() over (order by product_options.position, product_options.title, product_options.id) as place
    from public.product_options where product_options.product_id = all_combinations.product_id
  ),
  grown as (
    select 0::bigint as place, '{}'::uuid[] as value_ids, '{}'::text[] as titles, '{}'::integer[] as places
    union all
    select ordered.place, grown.value_ids || product_option_values.id, grown.titles || product_option_values.title, grown.places || product_option_values.position
    from grown join ordered on ordered.place = grown.place + 1
    join public.product_option_values on product_option_values.option_id = ordered.id
    where cardinality(grown.value_ids) < 5
  )
  select grown.value_ids, array_to_string(grown.titles, ' / '),
    (select string_agg('-' || coalesce(nullif(regexp_replace(upper(word), '[^A-Z0-9]+', '', 'g'), ''), left(md5(word), 6)), '' order by place)
      from unnest(grown.titles) with ordinality as words (word, place))
  from grown where grown.place = (select max(ordered.place) from ordered)
  order by grown.places, grown.titles;
$function$;

CREATE OR REPLACE FUNCTION private.allowance_location()
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select '00000000-0000-4000-8000-000000000002'::uuid; $function$;

CREATE OR REPLACE FUNCTION private.answer_cart(person_id uuid, idempotency_key text, verb text, body jsonb, cart_id uuid, touched uuid DEFAULT NULL::uuid, changes jsonb DEFAULT '[]'::jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_cart public.carts;
  v_priced private.priced_cart;
  v_reduced jsonb;
  v_changes jsonb := answer_cart.changes;
begin
  update public.carts
  set expires_at = private.cart_expiry(),
    order_id = case when answer_cart.verb = 'get_cart' then carts.order_id end -- whoever changes a cart that came back makes it another
  where carts.id = answer_cart.cart_id
  returning * into v_cart;
  v_priced := private.price_cart(v_cart);
  if answer_cart.touched is not null then
    perform private.refuse_problem(private.line_problem((v_priced.quote).lines, answer_cart.touched));
  end if;
  v_reduced := private.reduce_to_stock(v_priced, answer_cart.touched);
  if v_reduced <> '[]' then
    v_priced := private.price_cart(v_cart);
  end if;
  v_changes := v_changes || v_reduced || private.cart_changes(v_priced, answer_cart.touched);
  perform private.mark_seen(v_priced);
  return private.remember_answer(answer_cart.person_id, answer_cart.idempotency_key, answer_cart.verb, answer_cart.body,
    private.cart_document(v_priced, v_changes));
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_coupon(code text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(apply_coupon.code);
  v_answer jsonb := private.recall_answer(v_person_id, apply_coupon.idempotency_key, 'apply_coupon', v_body);
  v_found private.found_coupon;
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_found := private.find_coupon(v_person_id, coalesce(apply_coupon.code, ''));
  if v_found.refusal is not null then
    return v_found.refusal;
  end if;
  v_cart := private.open_cart(v_person_id);
  insert into public.cart_coupons (cart_id, coupon_id) values (v_cart.id, v_found.coupon_id) on conflict do nothing;
  if cardinality(private.cart_coupon_ids(v_cart.id)) > (private.setting('max_order_coupons'))::integer then
    perform private.fail('too_many_coupons', 422, 'These are more codes than one order may use.', 'Remove one first (remove_coupon).');
  end if;
  perform private.refuse_problem(private.coupon_problem_in((private.price_cart(v_cart)).quote, v_found.coupon_id));
  return private.answer_cart(v_person_id, apply_coupon.idempotency_key, 'apply_coupon', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_overtaken_events(provider text, payment_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_event_id text;
begin
  for v_event_id in
    update private.provider_events set outcome = 'received', processed_at = null
    from public.payments
    where payments.id = apply_overtaken_events.payment_id and provider_events.provider = apply_overtaken_events.provider
      and provider_events.outcome = 'ignored' and provider_events.payload #>> '{data,object,payment_intent}' = payments.provider_payment_id
      and (provider_events.type like 'refund.%' or provider_events.type like 'charge.%')
    returning provider_events.event_id
  loop
    perform private.apply_provider_event(apply_overtaken_events.provider, v_event_id);
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_payment_intent(intent jsonb, payment_id uuid)
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select case intent ->> 'status'
    when 'succeeded' then private.settle_payment(apply_payment_intent.payment_id, (intent ->> 'amount_received')::bigint, intent ->> 'currency', intent ->> 'id')
    when 'processing' then private.process_payment(apply_payment_intent.payment_id)
    when 'canceled' then private.fail_payment(apply_payment_intent.payment_id, 'cancelled', null, null)
    -- a declined try: the page stays open and the buyer may try again
    when 'requires_payment_method' then private.fail_payment(apply_payment_intent.payment_id, null,
      coalesce(intent #>> '{last_payment_error,decline_code}', intent #>> '{last_payment_error,code}'), intent #>> '{last_payment_error,message}')
    else 'ignored'
  end;
$function$;

CREATE OR REPLACE FUNCTION private.apply_pending_provider_events(max_events integer DEFAULT 100)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_event private.provider_events;
  v_applied integer := 0;
begin
  for v_event in
    select * from private.provider_events
    where provider_events.processed_at is null and provider_events.attempts < 20 and provider_events.received_at < now() - interval '5 seconds'
    order by provider_events.received_at limit apply_pending_provider_events.max_events for update skip locked
  loop
    if private.try_provider_event(v_event.provider, v_event.event_id) <> 'failed' then
      v_applied := v_applied + 1;
    end if;
  end loop;
  return v_applied;
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_promotion(promoted private.promoted, promotion public.promotions, coupon public.coupons, line_discounts bigint[])
 RETURNS private.promoted
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_lines private.order_line[] := promoted.lines;
  v_sum bigint := 0;
begin
  for v_index in 1 .. cardinality(v_lines) loop
    continue when line_discounts[v_index] = 0;
    v_sum := v_sum + line_discounts[v_index];
    v_lines[v_index].discount_amount := v_lines[v_index].discount_amount + line_discounts[v_index];
    v_lines[v_index].discounts := coalesce(v_lines[v_index].discounts, '[]')
      || jsonb_build_object('promotion_id', promotion.id, 'name', promotion.name, 'code', coupon.code, 'amount', line_discounts[v_index]);
  end loop;
  promoted.lines := v_lines;
  promoted.discounts := coalesce(promoted.discounts, '[]')
    || jsonb_build_object('promotion_id', promotion.id, 'coupon_id', coupon.id, 'name', promotion.name, 'code', coupon.code, 'kind', promotion.kind, 'amount', v_sum);
  return promoted;
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_promotions(person_id uuid, currency text, lines private.order_line[], coupon_ids uuid[])
 RETURNS private.promoted
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_promoted private.promoted;
  v_candidate record;
  v_problem jsonb;
  v_discounts bigint[];
  v_used uuid[] := '{}';
  v_alone boolean := false;
begin
  v_promoted.lines := apply_promotions.lines;
  for v_candidate in
    select offered.promotion, offered.coupon from (
      select promotions as promotion, null::public.coupons as coupon from public.promotions
      where promotions.status = 'active' and promotions.automatic
        and (promotions.starts_at is null or promotions.starts_at <= now()) and (promotions.ends_at is null or promotions.ends_at > now())
      union all
      select promotions, coupons from public.coupons join public.promotions on promotions.id = coupons.promotion_id
      where coupons.id = any (apply_promotions.coupon_ids)
    ) as offered
    order by (offered.promotion).priority desc, (offered.coupon).id is null, (offered.promotion).created_at, (offered.promotion).id, (offered.coupon).id
  loop
    v_discounts := null;
    v_problem := null;
    if (v_candidate.coupon).id is null then
      continue when v_alone or v_used <> '{}' and not (v_candidate.promotion).combinable or (v_candidate.promotion).id = any (v_used)
        or private.is_used_up(v_candidate.promotion, null, apply_promotions.person_id) is not null;
    else
      v_problem := private.coupon_problem(v_candidate.promotion, v_candidate.coupon, apply_promotions.person_id);
    end if;
    if v_problem is null then
      v_discounts := private.discounts_of(v_candidate.promotion, apply_promotions.currency, v_promoted.lines);
      if v_discounts is not null and (v_candidate.promotion).kind <> 'free_shipping' and 0 = all (v_discounts) then
        v_discounts := null;
      end if;
    end if;
    if (v_candidate.coupon).id is not null and v_problem is null then
      v_problem := case
        when v_discounts is null then private.problem('coupon_not_applicable', 422, format('The code %s does not fit this order.', (v_candidate.coupon).code),
          'Check what it is for and its minimum, or remove it.', (v_candidate.coupon).code)
        when v_alone or v_used <> '{}' and not (v_candidate.promotion).combinable or (v_candidate.promotion).id = any (v_used) then
          private.problem('coupon_not_combinable', 409, format('The code %s cannot be used together with another offer in this order.', (v_candidate.coupon).code),
            'Remove it, or the other code.', (v_candidate.coupon).code)
      end;
    end if;
    if v_problem is not null then
      v_promoted.problems := coalesce(v_promoted.problems, '[]') || v_problem;
    elsif v_discounts is not null then
      v_promoted := private.apply_promotion(v_promoted, v_candidate.promotion, v_candidate.coupon, v_discounts);
      v_used := v_used || (v_candidate.promotion).id;
      v_alone := v_alone or not (v_candidate.promotion).combinable;
    end if;
  end loop;
  return v_promoted;
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_provider_event(provider text, event_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_event private.provider_events;
  v_object jsonb;
  v_payment_id uuid;
  v_order_id uuid;
  v_outcome text := 'ignored';
begin
  select * into v_event from private.provider_events
  where provider_events.provider = apply_provider_event.provider and provider_events.event_id = apply_provider_event.event_id for update;
  if v_event.processed_at is not null then
    return 'duplicate';
  end if;
  v_object := v_event.payload #> '{data,object}';
  -- a refund and the capture it belongs to must not miss each other: whoever comes second sees what the first one wrote
  perform pg_advisory_xact_lock(hashtextextended('seatline.capture ' || coalesce(v_object ->> 'payment_intent', v_object ->> 'id', ''), 0));
  v_payment_id := private.event_payment(v_object);
  select payments.order_id into v_order_id from public.payments where payments.id = v_payment_id;
  perform private.give_reason(v_event.type);
  if v_object #>> '{metadata,order_id}' <> v_order_id::text then
    v_outcome := private.flag_order(v_order_id, 'the provider names another order than the payment''s');
  elsif v_payment_id is not null then
    v_outcome := case
      when v_event.type like 'checkout.session.%' then private.apply_session(v_object, v_event.type, v_payment_id)
      when v_event.type like 'payment\_intent.%' then private.apply_payment_intent(v_object, v_payment_id)
      when v_event.type like 'refund.%' or v_event.type = 'charge.refund.updated' then private.apply_refund(v_object, v_payment_id)
      when v_event.type = 'charge.dispute.created' then private.flag_order(v_order_id, 'the customer disputes the payment')
      else 'ignored'
    end;
    if v_outcome = 'applied' and (v_event.type like 'checkout.session.%' or v_event.type like 'payment\_intent.%') then
      perform private.apply_overtaken_events(v_event.provider, v_payment_id);
    end if;
  elsif v_object #>> '{metadata,payment_id}' is not null then
    v_outcome := 'needs_review'; -- it says it is ours and is not: another environment, or a lie
  end if;
  update private.provider_events set outcome = v_outcome, processed_at = now(), attempts = provider_events.attempts + 1, error = null
  where provider_events.provider = v_event.provider and provider_events.event_id = v_event.event_id;
  perform private.give_reason(null);
  return v_outcome;
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_refund(refund jsonb, payment_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_ours text := refund #>> '{metadata,refund_id}';
  v_status text := case refund ->> 'status' when 'succeeded' then 'success' when 'failed' then 'failed' when 'canceled' then 'failed' else 'pending' end;
begin
  if v_ours ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    if not exists (
      select from public.refunds where refunds.id = v_ours::uuid and refunds.payment_id = apply_refund.payment_id
        and refunds.amount = (refund ->> 'amount')::bigint and refunds.currency = upper(refund ->> 'currency')
    ) then
      return private.flag_order((select payments.order_id from public.payments where payments.id = apply_refund.payment_id),
        'the provider refunded something else than was asked for');
    end if;
    return private.record_refund_result(v_ours::uuid, refund ->> 'id', v_status, refund ->> 'failure_reason');
  end if;
  if v_status = 'pending' then
    return 'ignored';
  end if;
  return private.adopt_refund(apply_refund.payment_id, refund ->> 'id', (refund ->> 'amount')::bigint, refund ->> 'currency', v_status, refund ->> 'failure_reason');
end
$function$;

CREATE OR REPLACE FUNCTION private.apply_session(session jsonb, type text, payment_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if session ->> 'client_reference_id' is distinct from (select payments.order_id::text from public.payments where payments.id = apply_session.payment_id) then
    return private.flag_order((select payments.order_id from public.payments where payments.id = apply_session.payment_id), 'a session names another order than its payment');
  end if;
  return case
    when session ->> 'payment_status' = 'paid' then private.settle_payment(apply_session.payment_id,
      (session ->> 'amount_total')::bigint, session ->> 'currency', session ->> 'payment_intent')
    when apply_session.type = 'checkout.session.async_payment_failed' then private.fail_payment(apply_session.payment_id, 'failed', 'payment_failed', 'The provider could not collect the payment.')
    when session ->> 'status' = 'expired' then private.fail_payment(apply_session.payment_id, 'expired', null, null)
    when session ->> 'status' = 'complete' then private.process_payment(apply_session.payment_id)
    else 'ignored'
  end;
end
$function$;

CREATE OR REPLACE FUNCTION private.assess_enrollment(enrollment_id uuid)
 RETURNS public.results
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_enrollment public.enrollments;
  v_course public.courses;
  v_lessons record;
  v_result public.results;
begin
  select * into v_enrollment from public.enrollments where enrollments.id = assess_enrollment.enrollment_id for update;
  select courses.* into v_course from public.courses join public.intakes on intakes.product_id = courses.product_id where intakes.id = v_enrollment.intake_id;
  select count(*) > 0 and count(*) = count(lesson_progress.completed_at) as are_complete,
    100 * count(lesson_progress.completed_at) / nullif(count(*), 0) as progress_percent,
    round(avg(coalesce(lesson_progress.score_percent, 0)) filter (where lessons.pass_percent is not null)) as score_percent
  into v_lessons
  from public.lessons left join public.lesson_progress on lesson_progress.lesson_id = lessons.id and lesson_progress.enrollment_id = v_enrollment.id
  where lessons.product_id = v_course.product_id and lessons.withdrawn_at is null and lessons.is_required;
  insert into public.results as kept (enrollment_id, product_id, learner_id, progress_percent, score_percent, passed_at)
  values (v_enrollment.id, v_course.product_id, v_enrollment.learner_id, v_lessons.progress_percent, v_lessons.score_percent,
    case when v_enrollment.status = 'active' and case v_course.completion_rule
      when 'percent' then v_lessons.progress_percent >= v_course.completion_percent
      when 'score' then v_lessons.score_percent >= v_course.completion_percent
      else v_lessons.are_complete end then now() end)
  on conflict on constraint results_pkey do update set
    progress_percent = excluded.progress_percent, score_percent = excluded.score_percent, passed_at = coalesce(kept.passed_at, excluded.passed_at)
  returning * into v_result;
  if v_result.passed_at is not null and v_enrollment.status = 'active' then
    update public.enrollments set status = 'completed' where enrollments.id = v_enrollment.id and enrollments.status = 'active';
    if found then
      perform private.emit('course.completed', 'enrollment', v_enrollment.id);
    end if;
  end if;
  return v_result;
end
$function$;

CREATE OR REPLACE FUNCTION private.attach_payment_session(payment_id uuid, session_id text, url text, expires_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
begin
  update public.payments
  set session_id = attach_payment_session.session_id, checkout_url = attach_payment_session.url, expires_at = attach_payment_session.expires_at
  where payments.id = attach_payment_session.payment_id
    and (payments.session_id is null or payments.session_id = attach_payment_session.session_id)
  returning * into v_payment;
  if v_payment.id is null then
    if exists (select from public.payments where payments.id = attach_payment_session.payment_id) then
      perform private.fail('payment_session_conflict', 409, 'This attempt has another session already.', 'Use that one: start the payment again.');
    end if;
    perform private.fail('payment_not_found', 404, 'There is no such payment.', 'Start the payment first.');
  end if;
  return private.payment_document(v_payment);
end
$function$;

CREATE OR REPLACE FUNCTION private.attempt_document(attempt public.quiz_attempts)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- answers are shown when they can help nobody any more: passed, or no attempt left
  v_open_book boolean := attempt.submitted_at is not null and (attempt.is_passed or attempt.number >= attempt.max_attempts);
begin
  return to_jsonb(attempt) - '{product_id,learner_id}'::text[] || (
    select jsonb_build_object('questions', jsonb_agg(
      case when v_open_book then question.item else question.item - '{answer,explanation}'::text[] end
        || case when attempt.submitted_at is null then '{}'
          else jsonb_build_object('is_right', private.is_right_answer(question.item, attempt.answers -> (question.place - 1)::integer)) end
      order by question.place))
    from private.quiz_papers cross join lateral jsonb_array_elements(quiz_papers.questions) with ordinality as question (item, place)
    where quiz_papers.attempt_id = attempt.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.attribute_schema(category_id uuid)
 RETURNS SETOF public.category_attributes
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with recursive path as (
    select categories.id, categories.parent_id, categories.depth from public.categories where categories.id = attribute_schema.category_id
    union
    select categories.id, categories.parent_id, categories.depth from public.categories join path on categories.id = path.parent_id
  )
  select category_attributes.* from path join public.category_attributes on category_attributes.category_id = path.id
  order by path.depth, category_attributes.position, category_attributes.key;
$function$;

CREATE OR REPLACE FUNCTION private.attributes_problem(schema public.category_attributes[], attributes jsonb, level text, complete boolean)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_attribute public.category_attributes;
  v_left jsonb := attributes_problem.attributes;
  v_problem text;
begin
  foreach v_attribute in array attributes_problem.schema loop
    continue when v_attribute.level <> attributes_problem.level;
    if v_left ? v_attribute.key then
      v_problem := private.value_problem(v_attribute, v_left -> v_attribute.key);
      v_left := v_left - v_attribute.key;
    elsif attributes_problem.complete and v_attribute.required then
      v_problem := 'is required';
    end if;
    if v_problem is not null then
      return jsonb_build_object('key', v_attribute.key, 'problem', format('%s %s.', v_attribute.title, left(v_problem, 300)));
    end if;
  end loop;
  if v_left <> '{}' then
    return jsonb_build_object('key', (select left(min(keys.key), 60) from jsonb_object_keys(v_left) as keys (key)), 'problem', 'An attribute is not in the schema of the category.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.audit_chain_breaks()
 RETURNS TABLE(audit_id bigint, problem text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select chained.id,
    case when chained.hash <> chained.expected_hash then 'altered' else 'a row before it is missing' end
  from (
    select audit_log.id, audit_log.hash, audit_log.previous_hash, private.audit_hash(audit_log) as expected_hash,
      lag(audit_log.hash, 1, '\x00') over (order by audit_log.id) as hash_before
    from public.audit_log
  ) as chained
  where chained.hash <> chained.expected_hash or chained.previous_hash <> chained.hash_before;
$function$;

CREATE OR REPLACE FUNCTION private.audit_hash(entry public.audit_log)
 RETURNS bytea
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select sha256(entry.previous_hash || convert_to(jsonb_build_array(
    entry.actor_id, entry.actor_role, entry.action, entry.table_name, entry.row_key, entry.before, entry.after, entry.request_id,
    extract(epoch from entry.occurred_at)
  )::text, 'UTF8'));
$function$;

CREATE OR REPLACE FUNCTION private.best_list_price(variant_id uuid, quantity integer, currency text, person_id uuid, base_amount bigint)
 RETURNS private.list_price
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_price private.list_price;
begin
  select price_list_prices.amount, jsonb_build_object(
      'kind', case when price_lists.customer_group_id is not null then 'group' when price_list_prices.min_quantity > 1 then 'tier' else 'sale' end,
      'price_list_id', price_lists.id, 'name', price_lists.name, 'min_quantity', price_list_prices.min_quantity, 'until', price_lists.ends_at)
  into v_price.amount, v_price.reason
  from public.price_list_prices
  join public.price_lists on price_lists.id = price_list_prices.price_list_id
  where price_list_prices.variant_id = best_list_price.variant_id and price_list_prices.currency = best_list_price.currency
    and price_list_prices.min_quantity <= best_list_price.quantity and price_list_prices.amount < best_list_price.base_amount
    and price_lists.status = 'active' and (price_lists.starts_at is null or price_lists.starts_at <= now())
    and (price_lists.ends_at is null or price_lists.ends_at > now())
    and (price_lists.customer_group_id is null or exists (
      select from public.customer_group_members
      where customer_group_members.customer_group_id = price_lists.customer_group_id and customer_group_members.profile_id = best_list_price.person_id))
  order by price_list_prices.amount, price_lists.customer_group_id is not null, price_list_prices.min_quantity, price_lists.created_at, price_lists.id
  limit 1;
  return v_price;
end
$function$;

CREATE OR REPLACE FUNCTION private.cancel_order(order_id uuid, reason text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('order_id', cancel_order.order_id, 'reason', cancel_order.reason);
  v_answer jsonb := private.recall_answer(v_person_id, cancel_order.idempotency_key, 'cancel_order', v_body);
  v_order public.orders;
  v_by_staff boolean;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if length(cancel_order.reason) > 500 then
    perform private.fail('invalid_reason', 422, 'A reason has at most 500 characters.', 'Shorten it.');
  end if;
  perform private.find_order(cancel_order.order_id, 'orders.cancel');
  select * into v_order from public.orders where orders.id = cancel_order.order_id for update;
  v_by_staff := private.is_service() or private.has_permission('orders.cancel');
  if v_order.status = 'pending' then
    perform private.end_order(v_order.id, 'cancelled', coalesce(cancel_order.reason, 'cancelled by the customer'));
    perform private.give_back_promotions(array[v_order.id]);
  elsif v_order.status = 'paid' and (v_by_staff or v_order.total_amount = 0) then
    perform private.undo_order(v_order.id, coalesce(cancel_order.reason, 'cancelled'));
  else
    perform private.fail('order_not_cancellable', 409, format('An order that is %s cannot be cancelled this way.', v_order.status),
      case when v_order.status = 'paid' then 'Ask the shop: staff can cancel it and give the money back.' else 'Read the order again.' end);
  end if;
  return private.remember_answer(v_person_id, cancel_order.idempotency_key, 'cancel_order', v_body, private.order_document(v_order.id));
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_changes(priced private.priced_cart, touched uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('code', change.code, 'variant_id', seen.variant_id, 'title', coalesce(seen.title, seen.seen_title),
      'from', change.old_value, 'to', change.new_value) order by seen.added_at, seen.variant_id), '[]')
    from (
      select cart_items.*, line.title, line.unit_amount, private.line_problem((priced.quote).lines, cart_items.variant_id) ->> 'code' as problem
      from public.cart_items join unnest((priced.quote).lines) as line on line.variant_id = cart_items.variant_id and line.parent_variant_id is null
      where cart_items.cart_id = (priced.cart).id and cart_items.variant_id is distinct from cart_changes.touched
    ) as seen
    cross join lateral (
      select 'price_changed' as code, to_jsonb(seen.seen_unit_amount) as old_value, to_jsonb(seen.unit_amount) as new_value
      where seen.seen_unit_amount <> seen.unit_amount
      union all select 'not_available', null, to_jsonb(seen.problem) where seen.problem <> coalesce(seen.seen_problem, '')
      union all select 'available_again', to_jsonb(seen.seen_problem), null where seen.problem is null and seen.seen_problem is not null
    ) as change);
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_coupon_ids(cart_id uuid)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return array(
    select cart_coupons.coupon_id from public.cart_coupons where cart_coupons.cart_id = cart_coupon_ids.cart_id order by cart_coupons.added_at, cart_coupons.coupon_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_document(priced private.priced_cart, changes jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lines jsonb := private.cart_lines(priced);
  v_problems jsonb := coalesce((priced.quote).problems, '[]') || coalesce(private.address_problem((priced.quote).lines, (priced.address).id), '[]');
begin
  if v_lines = '[]' then
    v_problems := jsonb_build_array(private.problem('cart_empty', 409, 'There is nothing in this cart.', 'Add something first (add_to_cart).'));
  end if;
  return jsonb_build_object(
    'id', (priced.cart).id, 'currency', (priced.cart).currency, 'expires_at', (priced.cart).expires_at,
    'lines', v_lines, 'quote', private.quote_document(priced.quote) - array['lines', 'problems', 'currency'],
    'shipping_address', private.address_snapshot((priced.address).id) || jsonb_build_object('id', (priced.address).id),
    'coupon_codes', (
      select coalesce(jsonb_agg(coupons.code order by cart_coupons.added_at, coupons.code), '[]')
      from public.cart_coupons join public.coupons on coupons.id = cart_coupons.coupon_id where cart_coupons.cart_id = (priced.cart).id),
    'changes', cart_document.changes, 'problems', v_problems);
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_expiry()
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return now() + make_interval(days => (private.setting('cart_days'))::integer);
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_lines(priced private.priced_cart)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(
      private.line_document(line) - 'parent_variant_id' || jsonb_build_object(
        'title', coalesce(line.title, cart_items.seen_title), 'added_at', cart_items.added_at,
        'problem', private.line_problem((priced.quote).lines, line.variant_id),
        'components', (
          select coalesce(jsonb_agg(jsonb_build_object('variant_id', part.variant_id, 'kind', part.kind, 'sku', part.sku, 'title', part.title, 'quantity', part.quantity)
            order by part.title, part.variant_id), '[]')
          from unnest((priced.quote).lines) as part where part.parent_variant_id = line.variant_id))
      order by cart_items.added_at, cart_items.variant_id), '[]')
    from public.cart_items
    join unnest((priced.quote).lines) as line on line.variant_id = cart_items.variant_id and line.parent_variant_id is null
    where cart_items.cart_id = (priced.cart).id);
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_moved(priced private.priced_cart)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_line private.order_line;
begin
  foreach v_line in array (priced.quote).lines loop
    if v_line.problem ->> 'code' = 'out_of_stock' then
      return true; -- there may be fewer left than the cart asks for
    end if;
  end loop;
  return private.cart_changes(priced, null) <> '[]';
end
$function$;

CREATE OR REPLACE FUNCTION private.cart_needs_care(customer_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (
    select from public.carts left join public.orders on orders.id = carts.order_id
    where carts.customer_id = cart_needs_care.customer_id and (
      carts.status = 'open' and (carts.expires_at <= now() or orders.paid_at is not null)
      or carts.status = 'ordered' and carts.expires_at > now() and orders.status in ('expired', 'cancelled') and orders.paid_at is null));
end
$function$;

CREATE OR REPLACE FUNCTION private.cash_account(provider text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case cash_account.provider when 'manual_transfer' then 'bank' else 'cash_in_transit' end;
$function$;

CREATE OR REPLACE FUNCTION private.category_height(category_id uuid)
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select coalesce(max(below.depth) - min(below.depth) + 1, 1)
  from public.categories as below where below.id in (select private.category_subtree(category_height.category_id));
$function$;

CREATE OR REPLACE FUNCTION private.category_path(category_id uuid, locale text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with recursive path as (
    select categories.* from public.categories where categories.id = category_path.category_id
    union
    select categories.* from public.categories join path on categories.id = path.parent_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', path.id, 'slug', path.slug,
    'title', coalesce(path.translations -> category_path.locale ->> 'title', path.title)) order by path.depth), '[]') from path;
$function$;

CREATE OR REPLACE FUNCTION private.category_subtree(category_id uuid)
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with recursive subtree as (
    select categories.id from public.categories where categories.id = category_subtree.category_id
    union -- not "all": it ends even inside a statement that is about to be refused for a circle
    select categories.id from public.categories join subtree on categories.parent_id = subtree.id
  )
  select subtree.id from subtree;
$function$;

CREATE OR REPLACE FUNCTION private.change_address(address_id uuid, recipient text, phone text, street text, city text, province text, postal_code text, district text, subdistrict text, country text, label text, make_default boolean, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(address_id, recipient, phone, street, city, province, postal_code, district, subdistrict, country, label, make_default);
  v_answer jsonb := private.recall_answer(v_person_id, change_address.idempotency_key, 'change_address', v_body);
  v_address public.addresses;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.lock_addresses();
  v_address := private.find_own_address(change_address.address_id);
  v_address.recipient := coalesce(change_address.recipient, v_address.recipient);
  v_address.phone := coalesce(change_address.phone, v_address.phone);
  v_address.street := coalesce(change_address.street, v_address.street);
  v_address.city := coalesce(change_address.city, v_address.city);
  v_address.province := coalesce(change_address.province, v_address.province);
  v_address.postal_code := coalesce(change_address.postal_code, v_address.postal_code);
  v_address.district := coalesce(change_address.district, v_address.district);
  v_address.subdistrict := coalesce(change_address.subdistrict, v_address.subdistrict);
  v_address.country := coalesce(change_address.country, v_address.country);
  v_address.label := coalesce(change_address.label, v_address.label);
  v_address := private.check_address(v_address);
  update public.addresses
  set label = v_address.label, recipient = v_address.recipient, phone = v_address.phone, country = v_address.country, province = v_address.province,
    city = v_address.city, district = v_address.district, subdistrict = v_address.subdistrict, street = v_address.street, postal_code = v_address.postal_code
  where addresses.id = v_address.id;
  if change_address.make_default then
    perform private.make_default_address(v_person_id, v_address.id);
  end if;
  return private.remember_answer(v_person_id, change_address.idempotency_key, 'change_address', v_body,
    (select to_jsonb(addresses) - 'profile_id' from public.addresses where addresses.id = v_address.id));
end
$function$;

CREATE OR REPLACE FUNCTION private.change_capacity(variant_id uuid, delta integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if change_capacity.delta = 0 then
    return;
  end if;
  perform private.lock_stock(array[change_capacity.variant_id]);
  perform private.release_due_units(change_capacity.variant_id);
  if change_capacity.delta > 0 then
    perform private.add_units(change_capacity.variant_id, private.main_location(), change_capacity.delta);
    perform private.pass_on_free_units(change_capacity.variant_id);
  elsif private.take_units(change_capacity.variant_id, private.main_location(), -change_capacity.delta) > 0 then
    perform private.fail('capacity_in_use', 409, 'More units are sold or held than the new number allows.', 'Cancel some first, or choose a larger number.');
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason)
  values (change_capacity.variant_id, private.main_location(), change_capacity.delta, 'capacity');
  perform private.note_low_stock(change_capacity.variant_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.change_cart_item(variant_id uuid, quantity integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('variant_id', change_cart_item.variant_id, 'quantity', change_cart_item.quantity);
  v_answer jsonb := private.recall_answer(v_person_id, change_cart_item.idempotency_key, 'change_cart_item', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if change_cart_item.quantity is null or change_cart_item.quantity not between 1 and 1000 then
    perform private.refuse_cart_quantity();
  end if;
  v_cart := private.lock_cart(v_person_id);
  update public.cart_items set quantity = change_cart_item.quantity
  where cart_items.cart_id = v_cart.id and cart_items.variant_id = change_cart_item.variant_id;
  if not found then
    perform private.refuse_missing_item();
  end if;
  perform private.check_cart_limits(v_cart.id, change_cart_item.variant_id);
  return private.answer_cart(v_person_id, change_cart_item.idempotency_key, 'change_cart_item', v_body, v_cart.id, change_cart_item.variant_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.change_stock(line private.stock_line, delta integer, reason text, reference_id uuid, note text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if change_stock.delta > 0 then
    perform private.add_units(line.variant_id, line.location_id, change_stock.delta);
  elsif private.take_units(line.variant_id, line.location_id, -change_stock.delta) > 0 then
    perform private.fail('out_of_stock', 409, 'There are not so many free units in this place: others are held for orders, or not there.', 'Take fewer, or from another place.', line.variant_id::text);
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id, note)
  values (line.variant_id, line.location_id, change_stock.delta, change_stock.reason, change_stock.reference_id, change_stock.note);
end
$function$;

CREATE OR REPLACE FUNCTION private.check_address(address public.addresses)
 RETURNS public.addresses
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_problem text;
begin
  address.country := upper(btrim(address.country));
  address.postal_code := btrim(address.postal_code);
  address.recipient := btrim(address.recipient);
  v_problem := case
    when length(address.recipient) not between 1 and 150 then 'recipient must have 1 to 150 characters.'
    when address.phone !~ '^\+?[0-9][0-9 ()\-]{5,19}$' then 'phone must be a number that can be dialled, such as +62 812 3456 7890.'
    when address.country !~ '^[A-Z]{2}$' then 'country must be an ISO 3166-1 code of two letters, such as ID.'
    when length(btrim(address.province)) not between 1 and 100 then 'province must have 1 to 100 characters.'
    when length(btrim(address.city)) not between 1 and 100 then 'city must have 1 to 100 characters.'
    when length(address.district) > 100 or length(address.subdistrict) > 100 then 'district and subdistrict have at most 100 characters.'
    when length(btrim(address.street)) not between 1 and 500 then 'street must have 1 to 500 characters.'
    when address.country = 'ID' and address.postal_code !~ '^[0-9]{5}$' then 'postal_code must have five digits.'
    when address.postal_code !~ '^[A-Za-z0-9](?:[A-Za-z0-9 -]{0,10}[A-Za-z0-9])?$' then 'postal_code must have 1 to 12 letters and digits.'
    when length(address.label) > 50 then 'label has at most 50 characters.'
    when address.label || address.recipient || address.province || address.city || address.district || address.subdistrict || address.street
      ~ '[\u0001-\u0009\u000b-\u001f\u007f]' then 'An address has no control characters.'
  end;
  if v_problem is not null then
    perform private.fail('invalid_address', 422, v_problem, 'Correct it and send the address again.');
  end if;
  return address;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_answers(attempt public.quiz_attempts, answers jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.quiz_attempts where quiz_attempts.id = attempt.id and quiz_attempts.submitted_at is not null) then
    perform private.fail('attempt_over', 409, 'This attempt was handed in already.', 'Start the next one.');
  end if;
  if attempt.due_at + make_interval(secs => (private.setting('quiz_grace_seconds'))::integer) < now() then
    perform private.fail('quiz_time_over', 409, 'The time of this attempt is over.', 'Start the next one, if there is one left.', attempt.due_at::text);
  end if;
  if coalesce(jsonb_typeof(answers), '') <> 'array' or pg_column_size(answers) > 200000
    or jsonb_array_length(answers) <> (select jsonb_array_length(quiz_papers.questions) from private.quiz_papers where quiz_papers.attempt_id = attempt.id)
  then
    perform private.fail('invalid_answers', 422, 'Answers are a list with one entry per question.', 'Send null for a question that is left out.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_availability(person_id uuid, lines private.order_line[])
 RETURNS private.order_line[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lines private.order_line[] := check_availability.lines;
  v_line private.order_line;
  v_short uuid[] := array(
    select wanted.variant_id from (
      select line.variant_id, sum(line.quantity) as units from unnest(check_availability.lines) as line
      where line.counted and line.problem is null group by line.variant_id
    ) as wanted
    where wanted.units > private.units_in_reach(wanted.variant_id));
begin
  for v_index in 1 .. cardinality(v_lines) loop
    v_line := v_lines[v_index];
    continue when v_line.problem is not null;
    if v_line.intake_id is not null and check_availability.person_id is not null then
      v_line.problem := private.second_seat_problem(check_availability.person_id, v_line.intake_id);
    end if;
    if v_line.problem is null and v_line.variant_id = any (v_short) then
      v_line.problem := private.stock_problem(check_availability.person_id, v_line);
    end if;
    v_lines[v_index] := v_line;
  end loop;
  return v_lines;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_cart_limits(cart_id uuid, variant_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_most_lines integer := private.setting('max_order_lines');
  v_most_units integer := private.setting('max_cart_quantity');
begin
  if (select count(*) from public.cart_items where cart_items.cart_id = check_cart_limits.cart_id) > v_most_lines then
    perform private.fail('cart_full', 409, format('A cart has at most %s lines.', v_most_lines), 'Order what is in it, or remove a line first.');
  end if;
  if exists (
    select from public.cart_items
    where cart_items.cart_id = check_cart_limits.cart_id and cart_items.variant_id = check_cart_limits.variant_id and cart_items.quantity > v_most_units
  ) then
    perform private.refuse_cart_quantity();
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_currency(currency text)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not exists (select from public.currencies where currencies.code = check_currency.currency) then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_goods(variant_ids uuid[], counted boolean DEFAULT true)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_wanted uuid;
  v_found record;
begin
  foreach v_wanted in array check_goods.variant_ids loop
    select products.kind, variants.stock_mode into v_found
    from public.variants join public.products on products.id = variants.product_id where variants.id = v_wanted;
    if v_found.kind is null then
      perform private.fail('variant_not_found', 404, 'There is no such variant.', 'Check the variant ids.', v_wanted::text);
    elsif v_found.kind = 'course' then
      perform private.fail('seats_follow_the_intake', 409, 'The seats of a course are as many as its intake says.', 'Change seats of the intake.', v_wanted::text);
    elsif v_found.kind = 'bundle' then
      perform private.fail('bundle_has_no_stock', 409, 'A bundle has no stock of its own.', 'Name its parts.', v_wanted::text);
    elsif check_goods.counted and v_found.stock_mode = 'none' then
      perform private.fail('not_counted', 409, 'This is not counted.', 'Call set_stock_mode first.', v_wanted::text);
    end if;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_location(name text, priority integer)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if length(btrim(check_location.name)) not between 1 and 200 then
    perform private.fail('invalid_location', 422, 'The name of a place has 1 to 200 characters.', 'Correct name.');
  end if;
  if check_location.priority not between 1 and 9999 then
    perform private.fail('invalid_location', 422, 'priority is a whole number from 1 to 9999; the smallest is drawn first.', 'Correct priority.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_order_search(q text, statuses text[], placed_from timestamp with time zone, placed_to timestamp with time zone, min_amount bigint, max_amount bigint, currency text, max_rows integer)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_problem text := case
    when length(check_order_search.q) > 100 then 'The words to search for have at most 100 characters.'
    when check_order_search.max_rows not between 1 and 100 then 'A page has 1 to 100 orders.'
    when check_order_search.currency !~ '^[A-Z]{3}$' then 'A currency is an ISO 4217 code such as IDR.'
    when check_order_search.min_amount > check_order_search.max_amount then 'min_amount is more than max_amount.'
    when check_order_search.placed_from > check_order_search.placed_to then 'placed_from is after placed_to.'
    when cardinality(check_order_search.statuses) > 20 then 'There are not that many statuses.'
    when exists (
      select from unnest(check_order_search.statuses) as status
      where status is null or not exists (
        select from private.status_moves where status_moves.machine = 'order' and status in (status_moves.from_status, status_moves.to_status)
      )
    ) then 'A status of an order is one of those that orders have.'
  end;
begin
  if v_problem is not null then
    perform private.fail('invalid_search', 422, v_problem, 'Correct it, or leave it out.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_place(country text, province text)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if check_place.country !~ '^[A-Z]{2}$' or length(check_place.province) > 100 or check_place.country is null and check_place.province is not null then
    perform private.fail('invalid_place', 422, 'A place is an ISO 3166-1 code of two capitals, and a province of at most 100 characters within it.', 'Send a country such as ID, or leave both out.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_stock_mode(mode text, backorder_limit integer, ships_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_beyond boolean := coalesce(check_stock_mode.mode, '') in ('backorder', 'preorder');
begin
  if coalesce(check_stock_mode.mode, '') not in ('none', 'tracked', 'backorder', 'preorder') then
    perform private.fail('invalid_stock_mode', 422, 'A stock mode is none, tracked, backorder or preorder.', 'Correct mode.');
  end if;
  if v_beyond and coalesce(check_stock_mode.backorder_limit, -1) not between 0 and 1000000 or not v_beyond and check_stock_mode.backorder_limit is not null then
    perform private.fail('invalid_stock_mode', 422, 'backorder_limit is a whole number from 0 to 1000000 in the modes backorder and preorder, and absent in others.', 'Correct backorder_limit.');
  end if;
  if (check_stock_mode.mode = 'preorder') <> (check_stock_mode.ships_at is not null) then
    perform private.fail('invalid_stock_mode', 422, 'ships_at goes with the mode preorder, and with no other.', 'Correct ships_at.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_stock_note(note text)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if length(check_stock_note.note) > 500 then
    perform private.fail('invalid_reason', 422, 'A note has at most 500 characters.', 'Shorten it.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_stock_reason(reason text, line private.stock_line)
 RETURNS void
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if coalesce(check_stock_reason.reason, '') not in ('receipt', 'count', 'damage', 'loss', 'found', 'correction', 'supplier_return', 'own_use') then
    perform private.fail('invalid_stock_reason', 422, 'A reason is receipt, found, damage, loss, supplier_return, own_use, count or correction.', 'Correct reason.');
  end if;
  if (line.counted is not null) <> (check_stock_reason.reason = 'count')
    or check_stock_reason.reason in ('receipt', 'found') and line.delta < 0 or check_stock_reason.reason in ('damage', 'loss', 'supplier_return', 'own_use') and line.delta > 0 then
    perform private.fail('invalid_stock_reason', 422, 'count goes with counted; receipt and found add units; damage, loss, supplier_return and own_use take them away.', 'Correct reason or delta.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_transfer(payment public.payments)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if payment.method <> 'manual_transfer' or payment.status <> 'pending' or payment.expires_at <= now() then
    perform private.fail('transfer_not_open', 409, 'This payment does not wait for a transfer.', 'Read the order; start the transfer again while the order is pending.');
  end if;
  if private.is_under_review(payment.id) then
    perform private.fail('proof_under_review', 409, 'A proof of this payment is being looked at.', 'Wait for the answer: another one can follow if it is rejected.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_upload(file_name text, content_type text, bytes integer, max_bytes integer, content_types jsonb)
 RETURNS void
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if coalesce(length(file_name), 0) not between 1 and 200 or file_name ~ '[/\\[:cntrl:]]' then
    perform private.fail('invalid_file', 422, 'A file needs a name of 1 to 200 characters without slashes.', 'Send the name alone, without its folder.');
  end if;
  if coalesce(bytes, 0) not between 1 and max_bytes then
    perform private.fail('invalid_file', 422, 'The file is empty or too large.', 'Make it smaller.', json_build_object('max_bytes', max_bytes)::text);
  end if;
  if coalesce(content_type, '') !~ '^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,100}$' or not coalesce(content_types ? content_type, true) then
    perform private.fail('invalid_file', 422, 'Files of this type are not taken.', 'Send one of the types that details names.', content_types::text);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.check_waitable(intake_id uuid, learner_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_found record;
begin
  -- one statement, so one moment: a seat that the learner took is either still free in it or already theirs
  select intakes.has_waitlist,
    intakes.seats is null or exists (select from public.stock_slots where stock_slots.variant_id = intakes.variant_id and stock_slots.available > 0) as seat_free,
    exists (select from public.enrollments where enrollments.intake_id = intakes.id and enrollments.learner_id = check_waitable.learner_id
      and enrollments.status in ('reserved', 'active', 'suspended', 'completed')) as enrolled,
    exists (select from public.waitlist_entries where waitlist_entries.intake_id = intakes.id and waitlist_entries.learner_id = check_waitable.learner_id
      and waitlist_entries.status in ('waiting', 'offered')) as waiting
  into v_found from public.intakes where intakes.id = check_waitable.intake_id;
  if not v_found.has_waitlist then
    perform private.fail('no_waitlist', 409, 'This intake keeps no waiting list.', 'Choose another intake of the course.');
  end if;
  if v_found.enrolled then
    perform private.fail('already_enrolled', 409, 'You have a seat in this intake already.', 'Find it among your courses.');
  end if;
  if v_found.waiting then
    perform private.fail('already_waiting', 409, 'You are on this waiting list already.', 'Read my_waitlist for your place.');
  end if;
  if v_found.seat_free then
    perform private.fail('seats_available', 409, 'There are seats left: nobody has to wait.', 'Call enroll or place_order.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.claim_promotions(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lost public.promotion_redemptions;
begin
  if not exists (select from public.promotion_redemptions where promotion_redemptions.order_id = claim_promotions.order_id) then
    return;
  end if;
  update public.promotion_redemptions set expires_at = null
  where promotion_redemptions.order_id = claim_promotions.order_id and promotion_redemptions.given_back_at is null;
  for v_lost in
    select distinct on (promotion_redemptions.promotion_id) promotion_redemptions.* from public.promotion_redemptions
    where promotion_redemptions.order_id = claim_promotions.order_id and not exists (
      select from public.promotion_redemptions as kept
      where kept.order_id = claim_promotions.order_id and kept.promotion_id = promotion_redemptions.promotion_id and kept.given_back_at is null)
    order by promotion_redemptions.promotion_id, promotion_redemptions.redeemed_at desc
  loop
    perform private.use_promotion(v_lost.promotion_id, v_lost.coupon_id, v_lost.order_id, v_lost.customer_id, v_lost.amount, v_lost.currency, null);
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.clear_amounts(line private.order_line)
 RETURNS private.order_line
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  line.subtotal_amount := coalesce(line.unit_amount * line.quantity, 0);
  line.discount_amount := 0;
  line.tax_amount := 0;
  line.tax_included_amount := 0;
  return line;
end
$function$;

CREATE OR REPLACE FUNCTION private.clear_cart(idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := '{}';
  v_answer jsonb := private.recall_answer(v_person_id, clear_cart.idempotency_key, 'clear_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  if v_cart.id is null then
    return private.get_cart(null);
  end if;
  delete from public.cart_items where cart_items.cart_id = v_cart.id;
  delete from public.cart_coupons where cart_coupons.cart_id = v_cart.id;
  return private.answer_cart(v_person_id, clear_cart.idempotency_key, 'clear_cart', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.clear_due_holds(intake public.intakes, learner_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_entry_id uuid;
begin
  update public.waitlist_entries set status = 'expired'
  where waitlist_entries.intake_id = intake.id and waitlist_entries.learner_id = clear_due_holds.learner_id
    and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at <= now()
  returning waitlist_entries.id into v_entry_id;
  if v_entry_id is not null then
    perform private.settle_reservations(v_entry_id, 'released');
  end if;
  if exists (select from public.reservations
    where reservations.variant_id = intake.variant_id and reservations.status = 'held' and reservations.expires_at <= now()) then
    perform private.lock_stock(array[intake.variant_id]);
    perform private.release_due_units(intake.variant_id);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.close_books(lines private.stock_line[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_id uuid;
  v_filled integer := 0;
begin
  for v_variant_id in select distinct line.variant_id from unnest(close_books.lines) as line order by 1 loop
    v_filled := v_filled + private.fill_backorders(v_variant_id);
    perform private.note_low_stock(v_variant_id);
  end loop;
  return jsonb_build_object('filled', v_filled, 'levels', (
    select jsonb_agg(to_jsonb(stock_levels) order by stock_levels.variant_id) from public.stock_levels
    where stock_levels.variant_id in (select line.variant_id from unnest(close_books.lines) as line)));
end
$function$;

CREATE OR REPLACE FUNCTION private.close_overdue_attempt(enrollment_id uuid, lesson_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.quiz_attempts set submitted_at = now(), answers = '[]', score_percent = 0, is_passed = false
  where quiz_attempts.enrollment_id = close_overdue_attempt.enrollment_id and quiz_attempts.lesson_id = close_overdue_attempt.lesson_id
    and quiz_attempts.submitted_at is null
    and quiz_attempts.due_at + make_interval(secs => (private.setting('quiz_grace_seconds'))::integer) < now();
$function$;

CREATE OR REPLACE FUNCTION private.close_payments(order_id uuid, order_status text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment_id uuid;
begin
  for v_payment_id in
    update public.payments set status = case when close_payments.order_status = 'expired' then 'expired' else 'cancelled' end
    where payments.order_id = close_payments.order_id and payments.status = 'pending'
    returning payments.id
  loop
    perform private.emit('payment.cancelled', 'payment', v_payment_id);
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.collection_condition(collection public.collections)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(string_agg(private.rule_condition(collection_rules), case collection.match when 'any' then ' or ' else ' and ' end), 'false')
  from public.collection_rules where collection_rules.collection_id = collection.id;
$function$;

CREATE OR REPLACE FUNCTION private.collection_products(slug text, locale text, currency text, cursor text, max_rows integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_collection public.collections;
  v_locale text := private.short_locale(collection_products.locale);
begin
  select * into v_collection from public.collections
  where collections.slug = collection_products.slug
    and (private.is_on_sale(collections.status, collections.publish_at, collections.unpublish_at) or private.is_service() or private.has_permission('catalog.read'));
  if v_collection.id is null then
    perform private.fail('collection_not_found', 404, 'There is no such collection.', 'Read the collections table for those there are.');
  end if;
  return jsonb_build_object('collection', jsonb_build_object('id', v_collection.id, 'slug', v_collection.slug,
      'title', coalesce(v_collection.translations -> v_locale ->> 'title', v_collection.title),
      'description', coalesce(v_collection.translations -> v_locale ->> 'description', v_collection.description)))
    || private.page_of_products(v_collection.id, private.collection_condition(v_collection),
      collection_products.locale, collection_products.currency, collection_products.cursor, collection_products.max_rows);
end
$function$;

CREATE OR REPLACE FUNCTION private.complete_lesson(lesson_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(complete_lesson.lesson_id);
  v_answer jsonb := private.recall_answer(v_learner_id, complete_lesson.idempotency_key, 'complete_lesson', v_body);
  v_enrollment public.enrollments;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(complete_lesson.lesson_id, v_learner_id, array['video', 'text', 'file']);
  perform private.record_progress(v_enrollment.id, complete_lesson.lesson_id, null, true);
  return private.remember_answer(v_learner_id, complete_lesson.idempotency_key, 'complete_lesson', v_body,
    private.progress_document(private.assess_enrollment(v_enrollment.id), complete_lesson.lesson_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.complete_variants(product_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.variants
  set option_value_ids = variants.option_value_ids || array(
    select (
      select product_option_values.id from public.product_option_values where product_option_values.option_id = product_options.id
      order by product_option_values.position, product_option_values.id limit 1
    )
    from public.product_options
    where product_options.product_id = variants.product_id and not exists (
      select from public.product_option_values
      where product_option_values.option_id = product_options.id and product_option_values.id = any (variants.option_value_ids)
    )
  )
  where variants.product_id = complete_variants.product_id and variants.option_value_ids <> '{}';
$function$;

CREATE OR REPLACE FUNCTION private.compute_quote(person_id uuid, wishes private.wish[], currency text, coupon_ids uuid[] DEFAULT '{}'::uuid[], country text DEFAULT NULL::text, province text DEFAULT NULL::text)
 RETURNS private.quote
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return private.total_quote(compute_quote.person_id, compute_quote.currency,
    private.price_wishes(compute_quote.person_id, compute_quote.wishes, compute_quote.currency), compute_quote.coupon_ids, compute_quote.country, compute_quote.province);
end
$function$;

CREATE OR REPLACE FUNCTION private.confirm_order(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_item record;
  v_retaken boolean := false;
begin
  -- from here on nobody releases what is still held, so what is missing now is all that will be
  perform from public.reservations where reservations.holder_id = confirm_order.order_id and reservations.status = 'held' order by reservations.id for update;
  -- what was released before is taken again, if it is still there
  for v_item in
    select lines.variant_id, lines.title, lines.missing, array_agg(lines.variant_id) over () as variant_ids
    from (
      select order_items.variant_id, min(order_items.title) as title,
        sum(order_items.quantity)::integer - private.held_units(confirm_order.order_id, order_items.variant_id) as missing
      from public.order_items join public.variants on variants.id = order_items.variant_id
      where order_items.order_id = confirm_order.order_id and variants.stock_mode <> 'none'
      group by order_items.variant_id
    ) as lines
    where lines.missing > 0 order by lines.variant_id
  loop
    perform private.lock_holds(array[confirm_order.order_id], v_item.variant_ids);
    if private.reserve_units(confirm_order.order_id, v_item.variant_id, v_item.missing, now() + interval '1 minute') is null then
      perform private.fail('out_of_stock', 409, format('%s sold out before the payment came.', v_item.title), 'The money goes back.');
    end if;
    v_retaken := true;
  end loop;
  if v_retaken then
    perform private.note_backorders(confirm_order.order_id);
  end if;
  perform private.settle_reservations(confirm_order.order_id, 'claimed');
  update public.orders set status = 'paid', paid_at = now() where orders.id = confirm_order.order_id;
  perform private.activate_enrollments(array(select order_items.id from public.order_items where order_items.order_id = confirm_order.order_id));
  perform private.grant_downloads(confirm_order.order_id);
  perform private.post_sale(confirm_order.order_id);
  perform private.claim_promotions(confirm_order.order_id);
  perform private.emit('order.paid', 'order', confirm_order.order_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.continue_order_search(search private.order_search, cursor text)
 RETURNS private.order_search
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_search private.order_search := continue_order_search.search;
  v_fits boolean := continue_order_search.cursor ~ '^[ea][0-9a-f]{40}$'
    and right(continue_order_search.cursor, 8) = private.order_search_fingerprint(continue_order_search.search);
begin
  if v_fits then
    select orders.id, orders.placed_at into v_search.before_id, v_search.before_at from public.orders
    where orders.id = substr(continue_order_search.cursor, 2, 32)::uuid and (search.everyone or orders.customer_id = search.person_id);
    v_search.alike := left(continue_order_search.cursor, 1) = 'a';
  end if;
  if continue_order_search.cursor is not null and v_search.before_id is null then
    perform private.fail('invalid_cursor', 422, 'This cursor is not one that this search gave.', 'Pass next_cursor as it came, with the same words and filters; start without it.');
  end if;
  return v_search;
end
$function$;

CREATE OR REPLACE FUNCTION private.copy_order_lines(invoice_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.invoice_lines (invoice_id, position, title, sku, quantity, unit_amount, subtotal_amount, discount_amount, tax_amount,
    tax_included_amount, total_amount, taxes)
  select invoices.id, row_number() over (order by order_items.title, order_items.id), order_items.title, order_items.sku, order_items.quantity,
    order_items.unit_amount, order_items.subtotal_amount, order_items.discount_amount, order_items.tax_amount, order_items.tax_included_amount,
    order_items.total_amount, coalesce(order_items.pricing -> 'taxes', '[]')
  from public.invoices join public.order_items on order_items.order_id = invoices.order_id
  where invoices.id = copy_order_lines.invoice_id and order_items.parent_id is null; -- a bundle is invoiced as one thing
$function$;

CREATE OR REPLACE FUNCTION private.count_use(promotion_id uuid, coupon_id uuid, customer_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_promotion public.promotions;
  v_coupon public.coupons;
begin
  for v_try in 1 .. 2 loop
    update public.promotions set used_count = promotions.used_count + 1
    where promotions.id = count_use.promotion_id and promotions.used_count < promotions.usage_limit
    returning * into v_promotion;
    exit when found;
    -- shared until we commit: whoever gives it a limit meanwhile waits, and then counts this use
    select * into v_promotion from public.promotions where promotions.id = count_use.promotion_id for key share;
    exit when v_promotion.usage_limit is null;
    if v_promotion.used_count >= v_promotion.usage_limit then
      perform private.refuse_use('by all', v_promotion.name, count_use.coupon_id);
    end if;
    -- else it got its limit while we looked
  end loop;
  insert into private.promotion_uses as uses (promotion_id, customer_id, used_count) values (count_use.promotion_id, count_use.customer_id, 1)
  on conflict on constraint promotion_uses_pkey do update set used_count = uses.used_count + 1
  where uses.used_count < v_promotion.per_user_limit or v_promotion.per_user_limit is null;
  if not found then
    perform private.refuse_use('by the person', v_promotion.name, count_use.coupon_id);
  end if;
  for v_try in 1 .. 2 loop
    exit when count_use.coupon_id is null;
    update public.coupons set used_count = coupons.used_count + 1
    where coupons.id = count_use.coupon_id and coupons.used_count < coupons.usage_limit;
    exit when found;
    select * into v_coupon from public.coupons where coupons.id = count_use.coupon_id for key share;
    exit when v_coupon.usage_limit is null;
    if v_coupon.used_count >= v_coupon.usage_limit then
      perform private.refuse_use('by all', v_promotion.name, count_use.coupon_id);
    end if;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.coupon_code(typed text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select upper(regexp_replace(coupon_code.typed, '[\s-]', '', 'g'));
$function$;

CREATE OR REPLACE FUNCTION private.coupon_problem(promotion public.promotions, coupon public.coupons, person_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_used_up text;
begin
  if coupon.revoked_at is not null or promotion.status <> 'active' or coupon.customer_id <> coalesce(coupon_problem.person_id, '00000000-0000-0000-0000-000000000000') then
    return private.problem('coupon_not_found', 404, 'This code is not valid.', 'Check its letters, or remove it.', coupon.code);
  elsif promotion.starts_at > now() then
    return private.problem('coupon_not_started', 409, format('The code %s is not valid yet.', coupon.code), 'Try again when it has begun, or remove it.', coupon.code);
  elsif promotion.ends_at <= now() then
    return private.problem('coupon_expired', 409, format('The code %s is not valid any more.', coupon.code), 'Remove it.', coupon.code);
  end if;
  v_used_up := private.is_used_up(promotion, coupon, coupon_problem.person_id);
  if v_used_up = 'by all' then
    return private.problem('coupon_used_up', 409, format('The code %s is used up.', coupon.code), 'Remove it.', coupon.code);
  elsif v_used_up = 'by the person' then
    return private.problem('coupon_already_used', 409, format('You have used the code %s as often as one person may.', coupon.code), 'Remove it.', coupon.code);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.coupon_problem_in(quote private.quote, coupon_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select problem from jsonb_array_elements(quote.problems) as problem
    where problem ->> 'code' like 'coupon\_%'
      and problem ->> 'details' = (select coupons.code from public.coupons where coupons.id = coupon_problem_in.coupon_id)
    limit 1);
end
$function$;

CREATE OR REPLACE FUNCTION private.course_lock(enrollment_id uuid, product_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return coalesce((
    select case
      when enrollments.status = 'reserved' then 'unpaid'
      when enrollments.status = 'suspended' then 'suspended'
      when enrollments.status in ('cancelled', 'expired') then 'not_enrolled'
      when private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days) <= now() then 'access_over'
      when intakes.starts_at > now() then 'not_started'
      when exists (
        select from public.course_prerequisites
        where course_prerequisites.product_id = course_lock.product_id and not exists (
          select from public.enrollments as earlier join public.intakes as earlier_intakes on earlier_intakes.id = earlier.intake_id
          where earlier.learner_id = enrollments.learner_id and earlier.status = 'completed'
            and earlier_intakes.product_id = course_prerequisites.required_product_id)
      ) then 'prerequisites'
      else '' end
    from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.id = course_lock.enrollment_id
  ), 'not_enrolled');
end
$function$;

CREATE OR REPLACE FUNCTION private.course_outline(product_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_enrollment_id uuid := private.enrollment_in(course_outline.product_id, auth.uid());
  v_answer jsonb;
begin
  select jsonb_build_object(
    'product_id', products.id, 'slug', products.slug, 'title', products.title,
    'is_sequential', courses.is_sequential, 'completion_rule', courses.completion_rule, 'completion_percent', courses.completion_percent,
    'has_certificate', courses.has_certificate,
    'lock_reason', nullif(private.course_lock(v_enrollment_id, products.id), ''),
    'enrollment', (
      select jsonb_build_object('id', enrollments.id, 'intake_id', enrollments.intake_id, 'status', enrollments.status, 'enrolled_at', enrollments.enrolled_at,
        'access_ends_at', private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days),
        'progress_percent', results.progress_percent, 'score_percent', results.score_percent, 'passed_at', results.passed_at)
      from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
      left join public.results on results.enrollment_id = enrollments.id
      where enrollments.id = v_enrollment_id),
    'prerequisites', (
      select coalesce(jsonb_agg(jsonb_build_object('product_id', required.id, 'slug', required.slug, 'title', required.title) order by required.title, required.id), '[]')
      from public.course_prerequisites join public.products as required on required.id = course_prerequisites.required_product_id
      where course_prerequisites.product_id = products.id and private.is_on_sale(required.status, required.publish_at, required.unpublish_at)),
    'sections', private.outline_sections(products.id, v_enrollment_id))
  into v_answer
  from public.products join public.courses on courses.product_id = products.id
  where products.id = course_outline.product_id
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or v_enrollment_id is not null
      or products.id in (select private.taught_courses()) or private.has_permission('catalog.read'));
  if v_answer is null then
    perform private.fail('course_not_found', 404, 'There is no such course.', 'List the courses and take an id from there.');
  end if;
  return v_answer;
end
$function$;

CREATE OR REPLACE FUNCTION private.create_location(code text, name text, priority integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('code', create_location.code, 'name', create_location.name, 'priority', create_location.priority);
  v_answer jsonb := private.recall_answer(v_person_id, create_location.idempotency_key, 'create_location', v_body);
  v_location public.locations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(create_location.code, '') !~ '^[a-z0-9][a-z0-9-]{0,40}$' then
    perform private.fail('invalid_location', 422, 'The code of a place has small letters, digits and hyphens, at most 41.', 'Correct code.');
  end if;
  perform private.check_location(coalesce(create_location.name, ''), coalesce(create_location.priority, 100));
  insert into public.locations (code, name, priority) values (create_location.code, btrim(create_location.name), coalesce(create_location.priority, 100))
  on conflict on constraint locations_code_key do nothing returning * into v_location;
  if v_location.id is null then
    perform private.fail('already_exists', 409, 'There is a place with this code.', 'Choose another code, or change that place.');
  end if;
  return private.remember_answer(v_person_id, create_location.idempotency_key, 'create_location', v_body, to_jsonb(v_location));
end
$function$;

CREATE OR REPLACE FUNCTION private.credit_note_of(refund_id uuid)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select invoices.id from public.invoices where invoices.refund_id = credit_note_of.refund_id;
$function$;

CREATE OR REPLACE FUNCTION private.deduct_stock(hold_id uuid, lines jsonb, note text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('hold_id', deduct_stock.hold_id, 'lines', deduct_stock.lines, 'note', deduct_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body);
  v_lines private.stock_line[];
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_stock_note(deduct_stock.note);
  if (deduct_stock.hold_id is null) = (deduct_stock.lines is null) then
    perform private.fail('invalid_lines', 422, 'Either a hold is delivered or lines are.', 'Send hold_id or lines.');
  end if;
  if deduct_stock.hold_id is not null then
    perform private.end_stock_hold(deduct_stock.hold_id, 'deducted');
    return private.remember_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body, private.stock_hold_document(deduct_stock.hold_id));
  end if;
  v_lines := private.parse_stock_lines(deduct_stock.lines, '{quantity}', true);
  perform private.open_books(v_lines);
  perform private.change_stock(line, -line.quantity, 'deduction', null, deduct_stock.note) from unnest(v_lines) as line;
  return private.remember_answer(v_person_id, deduct_stock.idempotency_key, 'deduct_stock', v_body, private.close_books(v_lines));
end
$function$;

CREATE OR REPLACE FUNCTION private.default_address(profile_id uuid)
 RETURNS uuid
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select addresses.id from public.addresses where addresses.profile_id = default_address.profile_id and addresses.default_since is not null;
$function$;

CREATE OR REPLACE FUNCTION private.deliver_paid_order(order_id uuid, payment_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_status text := (select orders.status from public.orders where orders.id = deliver_paid_order.order_id);
begin
  if v_status = 'needs_review' then
    return; -- its owner decides
  elsif v_status = 'cancelled' then
    perform private.request_refund(deliver_paid_order.payment_id, 'late_payment', 'paid after the order was cancelled');
  elsif v_status not in ('pending', 'expired') then
    perform private.request_refund(deliver_paid_order.payment_id, 'duplicate_payment', 'the order was paid already');
  else
    begin
      perform private.confirm_order(deliver_paid_order.order_id);
    exception when sqlstate 'PGRST' or unique_violation then
      -- everything confirm_order did is undone; the money goes back
      if v_status = 'pending' then
        perform private.end_order(deliver_paid_order.order_id, 'cancelled', 'sold out before the payment came');
        perform private.give_back_promotions(array[deliver_paid_order.order_id]);
      end if;
      perform private.request_refund(deliver_paid_order.payment_id, case when v_status = 'pending' then 'undeliverable' else 'late_payment' end,
        'what was ordered is no longer available');
    end;
    perform private.close_payments(deliver_paid_order.order_id, 'paid');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.delivery_address(customer_id uuid, lines private.order_line[], wanted_id uuid)
 RETURNS public.addresses
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_address public.addresses;
begin
  if private.needs_address(delivery_address.lines) then
    select * into v_address from public.addresses
    where addresses.id = coalesce(delivery_address.wanted_id, private.default_address(delivery_address.customer_id));
  end if;
  return v_address;
end
$function$;

CREATE OR REPLACE FUNCTION private.discard_abandoned_uploads(older_than interval DEFAULT '1 day'::interval)
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  with media as (
    delete from public.media where media.ready_at is null and media.created_at < now() - discard_abandoned_uploads.older_than returning 1
  ), files as (
    delete from public.digital_files where digital_files.ready_at is null and digital_files.created_at < now() - discard_abandoned_uploads.older_than returning 1
  )
  select ((select count(*) from media) + (select count(*) from files))::integer;
$function$;

CREATE OR REPLACE FUNCTION private.discard_upload(kind text, upload_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  delete from public.media where media.id = discard_upload.upload_id and media.ready_at is null and discard_upload.kind = 'image';
  delete from public.digital_files where digital_files.id = discard_upload.upload_id and digital_files.ready_at is null and discard_upload.kind = 'file';
end
$function$;

CREATE OR REPLACE FUNCTION private.discounts_of(promotion public.promotions, currency text, lines private.order_line[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_covered boolean[] := '{}';
  v_left bigint[] := '{}';
  v_units bigint[];
  v_discounts bigint[] := '{}';
  v_amount bigint := 0;
  v_quantity bigint := 0;
  v_sum bigint := 0;
  v_line private.order_line;
begin
  if promotion.currency <> discounts_of.currency then
    return null;
  end if;
  foreach v_line in array discounts_of.lines loop
    v_covered := v_covered || (v_line.unit_amount is not null and v_line.parent_variant_id is null
      and private.promotion_covers(promotion.id, v_line.product_id, v_line.category_id));
    v_left := v_left || case when v_covered[cardinality(v_covered)] then v_line.subtotal_amount - v_line.discount_amount else 0 end;
    if v_covered[cardinality(v_covered)] then
      v_amount := v_amount + v_line.subtotal_amount;
      v_quantity := v_quantity + v_line.quantity;
      v_sum := v_sum + v_left[cardinality(v_left)];
    end if;
  end loop;
  if v_quantity = 0 or v_amount < promotion.minimum_amount or v_quantity < promotion.minimum_quantity then
    return null;
  end if;
  if promotion.kind = 'fixed' then
    return private.split_amount(least(promotion.amount, v_sum), v_left);
  elsif promotion.kind = 'buy_x_get_y' then
    v_units := private.get_units(promotion, discounts_of.lines, v_covered);
  end if;
  for v_index in 1 .. cardinality(discounts_of.lines) loop
    v_discounts := v_discounts || case promotion.kind
      when 'percent' then round(v_left[v_index]::numeric * promotion.basis_points / 10000)::bigint
      when 'buy_x_get_y' then least(v_left[v_index],
        round(coalesce(discounts_of.lines[v_index].unit_amount, 0)::numeric * v_units[v_index] * promotion.basis_points / 10000))::bigint
      else 0 end;
  end loop;
  return v_discounts;
end
$function$;

CREATE OR REPLACE FUNCTION private.draw_units(variant_id uuid, quantity integer, reserve boolean)
 RETURNS SETOF private.drawn_slot
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_start integer := floor(random() * 64);
  v_reserved integer := case when draw_units.reserve then draw_units.quantity else 0 end;
  v_drawn private.drawn_slot;
  v_watched_at timestamptz;
begin
  -- Two looks at main without waiting, from a random slot upwards and then below it. The pick is materialised: a plan that runs it twice would take
  -- twice. A slot that another buyer changed while we looked stays locked by us although we do not take it. The block lets go of such slots before
  -- slots are locked in order; without it two buyers at the edge wait for each other in a circle.
  begin
    with pick as materialized (
      select stock_slots.slot, stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot between v_start and 63 and stock_slots.available >= draw_units.quantity
      order by stock_slots.slot limit 1 for update skip locked
    )
    update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
    from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
    returning stock_slots.slot, stock_slots.location_id, draw_units.quantity, stock_slots.watched_at into v_drawn.slot, v_drawn.location_id, v_drawn.quantity, v_watched_at;
    if not found and v_start > 0 then
      with pick as materialized (
        select stock_slots.slot, stock_slots.location_id from public.stock_slots
        where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot < v_start and stock_slots.available >= draw_units.quantity
        order by stock_slots.slot limit 1 for update skip locked
      )
      update public.stock_slots set available = available - draw_units.quantity, reserved = reserved + v_reserved
      from pick where stock_slots.variant_id = draw_units.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = pick.location_id
      returning stock_slots.slot, stock_slots.location_id, draw_units.quantity, stock_slots.watched_at into v_drawn.slot, v_drawn.location_id, v_drawn.quantity, v_watched_at;
    end if;
    if v_drawn.slot is null then
      select * into v_drawn from private.draw_units_elsewhere(draw_units.variant_id, draw_units.quantity, v_reserved, v_start);
      v_watched_at := now(); -- perhaps: the mark itself is asked
    end if;
    if v_drawn.slot is not null then
      return next v_drawn;
      if v_watched_at is not null then
        perform private.note_low_stock(draw_units.variant_id);
      end if;
      return;
    end if;
    raise sqlstate 'SL001';
  exception when sqlstate 'SL001' then null;
  end;
  return query select * from private.draw_units_in_order(draw_units.variant_id, draw_units.quantity, draw_units.reserve);
  if found then
    perform private.note_low_stock(draw_units.variant_id);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.draw_units_elsewhere(variant_id uuid, quantity integer, reserved integer, start integer)
 RETURNS private.drawn_slot
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_location record;
  v_drawn private.drawn_slot;
begin
  if not exists (select from public.stock_slots where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot >= 64) then
    return null;
  end if;
  for v_location in
    select locations.id, locations.kind from public.locations
    where locations.kind <> 'main' and locations.id in (
      select stock_slots.location_id from public.stock_slots
      where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot >= 64 and stock_slots.available >= draw_units_elsewhere.quantity)
    order by locations.kind = 'allowance', locations.priority, locations.id
  loop
    -- a snapshot: a real unit that is being freed in this moment may be missed, see the head of this file
    exit when v_location.kind = 'allowance' and private.has_real_units(draw_units_elsewhere.variant_id);
    with pick as materialized (
      select stock_slots.slot from public.stock_slots
      where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.location_id = v_location.id and stock_slots.slot >= 64
        and stock_slots.available >= draw_units_elsewhere.quantity
      order by stock_slots.slot % 64 < draw_units_elsewhere.start, stock_slots.slot limit 1 for update skip locked
    )
    update public.stock_slots set available = stock_slots.available - draw_units_elsewhere.quantity, reserved = stock_slots.reserved + draw_units_elsewhere.reserved
    from pick where stock_slots.variant_id = draw_units_elsewhere.variant_id and stock_slots.slot = pick.slot and stock_slots.location_id = v_location.id
    returning stock_slots.slot, stock_slots.location_id, draw_units_elsewhere.quantity into v_drawn;
    exit when v_drawn.slot is not null;
  end loop;
  return v_drawn;
end
$function$;

CREATE OR REPLACE FUNCTION private.draw_units_in_order(variant_id uuid, quantity integer, reserve boolean)
 RETURNS SETOF private.drawn_slot
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_missing integer := draw_units_in_order.quantity;
  v_free bigint;
  v_real bigint;
  v_drawn private.drawn_slot;
begin
  -- A snapshot answers most of the sold-out crowd without a lock: units that a running purchase took still count as free in it.
  select coalesce(sum(stock_slots.available), 0) into v_free from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_free < v_missing and not exists (
    select from public.reservations
    where reservations.variant_id = draw_units_in_order.variant_id and reservations.status = 'held' and reservations.expires_at <= now()
  ) then
    return;
  end if;
  perform private.lock_stock(array[draw_units_in_order.variant_id]);
  select coalesce(sum(stock_slots.available) filter (where stock_slots.slot < 128), 0) into v_real
  from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_real < v_missing then
    perform private.release_due_units(draw_units_in_order.variant_id);
  end if;
  select coalesce(sum(stock_slots.available), 0) into v_free from public.stock_slots where stock_slots.variant_id = draw_units_in_order.variant_id;
  if v_free < v_missing then
    return;
  end if;
  for v_drawn in
    select stock_slots.slot, stock_slots.location_id, stock_slots.available
    from public.stock_slots left join public.locations on stock_slots.slot >= 64 and locations.id = stock_slots.location_id
    where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.available > 0
    order by stock_slots.slot >= 128, locations.priority nulls first, stock_slots.location_id, stock_slots.available desc, stock_slots.slot
  loop
    v_drawn.quantity := least(v_drawn.quantity, v_missing);
    update public.stock_slots
    set available = available - v_drawn.quantity, reserved = reserved + case when draw_units_in_order.reserve then v_drawn.quantity else 0 end
    where stock_slots.variant_id = draw_units_in_order.variant_id and stock_slots.slot = v_drawn.slot and stock_slots.location_id = v_drawn.location_id;
    return next v_drawn;
    v_missing := v_missing - v_drawn.quantity;
    exit when v_missing = 0;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.emit(name text, subject_type text, subject_id uuid, payload jsonb DEFAULT '{}'::jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.events (name, subject_type, subject_id, payload, actor_id, correlation_id)
  values (emit.name, emit.subject_type, emit.subject_id, emit.payload, auth.uid(), private.request_id());
end
$function$;

CREATE OR REPLACE FUNCTION private.emit_each(names text[], subject_type text, subject_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_actor_id uuid := auth.uid();
  v_request_id text := private.request_id();
begin
  insert into public.events (name, subject_type, subject_id, actor_id, correlation_id)
  select unnest(emit_each.names), emit_each.subject_type, emit_each.subject_id, v_actor_id, v_request_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.end_downloads(order_item_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.downloads set ended_at = now()
  where downloads.order_item_id = any (end_downloads.order_item_ids) and downloads.ended_at is null;
$function$;

CREATE OR REPLACE FUNCTION private.end_enrollments(order_item_ids uuid[], status text)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_ended integer;
begin
  update public.enrollments set status = end_enrollments.status, ended_at = now()
  where enrollments.order_item_id = any (end_enrollments.order_item_ids)
    and (end_enrollments.status = 'cancelled' and enrollments.status in ('reserved', 'active', 'suspended', 'completed') or enrollments.status = 'reserved');
  get diagnostics v_ended = row_count;
  return v_ended;
end
$function$;

CREATE OR REPLACE FUNCTION private.end_order(order_id uuid, status text, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.give_reason(end_order.reason);
  update public.orders
  set status = end_order.status, cancelled_at = case when end_order.status = 'cancelled' then now() end,
    cancel_reason = case when end_order.status = 'cancelled' then end_order.reason end
  where orders.id = end_order.order_id;
  -- stock before enrolments, as buyers take them: the other way round a buyer who waits for the enrolment and has the slot stops us both
  perform private.settle_reservations(end_order.order_id, 'released');
  perform private.end_enrollments(array(select order_items.id from public.order_items where order_items.order_id = end_order.order_id), end_order.status);
  perform private.close_payments(end_order.order_id, end_order.status);
  perform private.emit('order.' || end_order.status, 'order', end_order.order_id);
  perform private.give_reason(null);
end
$function$;

CREATE OR REPLACE FUNCTION private.end_stock_hold(hold_id uuid, status text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_hold public.stock_holds;
begin
  select * into v_hold from public.stock_holds where stock_holds.id = end_stock_hold.hold_id for update;
  if v_hold.id is null then
    perform private.fail('hold_not_found', 404, 'There is no such hold.', 'Check the id that reserve_stock answered.');
  end if;
  -- whoever found the shelf empty may have released what is due; then nothing of it is delivered
  perform private.lock_holds(array[v_hold.id]);
  if v_hold.status <> 'held' or end_stock_hold.status = 'deducted' and (v_hold.expires_at <= now() or exists (
    select from public.reservations where reservations.holder_id = v_hold.id and reservations.status <> 'held')) then
    perform private.fail('hold_ended', 409, format('This hold is over: %s.', case when v_hold.status = 'held' then 'its time has ended' else v_hold.status end), 'Reserve again.');
  end if;
  update public.stock_holds set status = end_stock_hold.status where stock_holds.id = v_hold.id;
  perform private.settle_reservations(v_hold.id, case when end_stock_hold.status = 'deducted' then 'claimed' else 'released' end);
end
$function$;

CREATE OR REPLACE FUNCTION private.enroll(intake_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(enroll.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, enroll.idempotency_key, 'enroll', v_body);
  v_default_currency text := private.setting('default_currency') #>> '{}';
  v_variant_id uuid;
  v_currency text;
  v_line private.order_line;
  v_order jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  -- the free price if there is one, else the default currency's, else any: it only words the refusal
  select intakes.variant_id, prices.currency into v_variant_id, v_currency
  from public.intakes left join public.prices on prices.variant_id = intakes.variant_id
  where intakes.id = enroll.intake_id
  order by prices.amount > 0, prices.currency = v_default_currency desc limit 1;
  if v_variant_id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Read the course again for its intakes.');
  end if;
  v_line := private.price_line(v_variant_id, 1, coalesce(v_currency, v_default_currency), v_learner_id);
  perform private.refuse_problem(v_line.problem);
  if v_line.unit_amount > 0 then
    perform private.fail('payment_required', 402, format('%s is not free.', v_line.title), 'Use place_order, then the function checkout.', v_variant_id::text);
  end if;
  v_order := private.order_document(private.place_quote(v_learner_id, private.sum_lines(v_currency, array[v_line])));
  return private.remember_answer(v_learner_id, enroll.idempotency_key, 'enroll', v_body,
    jsonb_build_object('enrollment', v_order #> '{items,0,enrollment}', 'order', v_order));
end
$function$;

CREATE OR REPLACE FUNCTION private.enrollment_in(product_id uuid, learner_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (
    select enrollments.id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
    where enrollments.learner_id = enrollment_in.learner_id and intakes.product_id = enrollment_in.product_id
      and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
    order by array_position(array['active', 'completed', 'suspended', 'reserved'], enrollments.status), enrollments.enrolled_at desc, enrollments.id
    limit 1);
end
$function$;

CREATE OR REPLACE FUNCTION private.enrollment_problem(intake_id uuid, opens_at timestamp with time zone, closes_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if enrollment_problem.opens_at > now() then
    return private.problem('intake_not_open', 409, 'Enrolment in this intake has not opened yet.', 'Try again when it opens.',
      json_build_object('intake_id', enrollment_problem.intake_id, 'opens_at', enrollment_problem.opens_at)::text);
  elsif enrollment_problem.closes_at <= now() then
    return private.problem('intake_closed', 409, 'Enrolment in this intake has closed.', 'Choose another intake of the course.',
      json_build_object('intake_id', enrollment_problem.intake_id, 'closed_at', enrollment_problem.closes_at)::text);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.event_payment(object jsonb)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_named text := object #>> '{metadata,payment_id}';
  v_payment_id uuid;
begin
  if v_named ~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
    select payments.id into v_payment_id from public.payments where payments.id = v_named::uuid;
  end if;
  if v_payment_id is null then
    select payments.id into v_payment_id from public.payments
    where payments.session_id = object ->> 'id' or payments.provider_payment_id = coalesce(object ->> 'payment_intent', object ->> 'id') limit 1;
  end if;
  return v_payment_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.expire_due_carts(max_carts integer DEFAULT 100)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_expired integer;
begin
  with due as materialized (
    select carts.id from public.carts where carts.status = 'open' and carts.expires_at <= now()
    order by carts.expires_at limit expire_due_carts.max_carts for update skip locked
  )
  update public.carts set status = 'abandoned' from due where carts.id = due.id;
  get diagnostics v_expired = row_count;
  return v_expired;
end
$function$;

CREATE OR REPLACE FUNCTION private.expire_due_offers(max_offers integer DEFAULT 100)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due uuid[] := array(
    select waitlist_entries.id from public.waitlist_entries
    where waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at <= now()
    order by waitlist_entries.offer_expires_at, waitlist_entries.position limit expire_due_offers.max_offers for update skip locked
  );
  v_entry_id uuid;
begin
  perform private.lock_holds(v_due);
  perform private.lock_waitlists(v_due);
  foreach v_entry_id in array v_due loop
    update public.waitlist_entries set status = 'expired' where waitlist_entries.id = v_entry_id;
    perform private.settle_reservations(v_entry_id, 'released');
  end loop;
  return cardinality(v_due);
end
$function$;

CREATE OR REPLACE FUNCTION private.expire_due_orders(max_orders integer DEFAULT 100)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due uuid[] := array(
    select orders.id from public.orders where orders.status = 'pending' and orders.expires_at <= now()
    order by orders.expires_at limit expire_due_orders.max_orders for update skip locked
  );
  v_order_id uuid;
begin
  perform private.lock_holds(v_due);
  perform private.lock_waitlists(v_due);
  foreach v_order_id in array v_due loop
    perform private.end_order(v_order_id, 'expired', 'hold ended');
  end loop;
  perform private.give_back_promotions(v_due);
  return cardinality(v_due);
end
$function$;

CREATE OR REPLACE FUNCTION private.expire_due_stock_holds(max_holds integer DEFAULT 100)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due uuid[] := array(
    select stock_holds.id from public.stock_holds where stock_holds.status = 'held' and stock_holds.expires_at <= now()
    order by stock_holds.expires_at limit expire_due_stock_holds.max_holds for update skip locked
  );
  v_hold_id uuid;
begin
  perform private.lock_holds(v_due);
  foreach v_hold_id in array v_due loop
    perform private.end_stock_hold(v_hold_id, 'expired');
  end loop;
  return cardinality(v_due);
end
$function$;

CREATE OR REPLACE FUNCTION private.expire_own_due_orders(customer_id uuid, lines private.order_line[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_due uuid[] := array(
    select orders.id from public.orders
    where orders.customer_id = expire_own_due_orders.customer_id and orders.status = 'pending' and orders.expires_at <= now()
    order by orders.id for update skip locked
  );
  v_order_id uuid;
begin
  if v_due = '{}' then
    return v_due;
  end if;
  perform private.lock_holds(v_due, array(select line.variant_id from unnest(expire_own_due_orders.lines) as line));
  perform private.lock_waitlists(v_due, array(select line.variant_id from unnest(expire_own_due_orders.lines) as line));
  foreach v_order_id in array v_due loop
    perform private.end_order(v_order_id, 'expired', 'hold ended');
  end loop;
  return v_due;
end
$function$;

CREATE OR REPLACE FUNCTION private.fail(code text, status integer, message text, hint text DEFAULT NULL::text, details text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  raise sqlstate 'PGRST' using
    message = pg_catalog.json_build_object('code', fail.code, 'message', fail.message, 'details', fail.details, 'hint', fail.hint)::text,
    detail = pg_catalog.json_build_object('status', fail.status, 'headers', pg_catalog.json_build_object('Cache-Control', 'private, no-store'))::text;
end
$function$;

CREATE OR REPLACE FUNCTION private.fail_payment(payment_id uuid, status text, failure_code text, failure_message text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment(fail_payment.payment_id);
begin
  if v_payment.status not in ('pending', 'processing') then
    return 'ignored';
  end if;
  update public.payments
  set status = coalesce(fail_payment.status, payments.status), failure_code = coalesce(fail_payment.failure_code, payments.failure_code),
    failure_message = coalesce(left(fail_payment.failure_message, 500), payments.failure_message),
    settled_at = case when fail_payment.status is not null then now() end
  where payments.id = v_payment.id;
  if fail_payment.status = 'failed' then
    perform private.emit('payment.failed', 'payment', v_payment.id);
  end if;
  return 'applied';
end
$function$;

CREATE OR REPLACE FUNCTION private.fail_process(process_id uuid, error text, final boolean DEFAULT false)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.processes
  set status = case when fail_process.final then 'failed' else 'queued' end,
    finished_at = case when fail_process.final then now() end,
    error = left(fail_process.error, 2000)
  where processes.id = fail_process.process_id and processes.status = 'running';
$function$;

CREATE OR REPLACE FUNCTION private.fail_refund(refund public.refunds, payment public.payments)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if refund.status = 'success' then
    update public.payments set refunded_amount = payments.refunded_amount - refund.amount, status = 'refund_failed' where payments.id = payment.id;
    perform private.post_entries(private.refund_effect_key('refund_failed', refund.id), refund.order_id, refund.currency, (
      select jsonb_object_agg(ledger_entries.account, -ledger_entries.amount)
      from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
      where ledger_transactions.effect_key = private.refund_effect_key('refund', refund.id)));
  else
    update public.payments set status = 'refund_failed' where payments.id = payment.id and payments.status = 'refunding';
  end if;
  perform private.emit('refund.failed', 'refund', refund.id);
  perform private.flag_order(refund.order_id, 'a refund failed at the provider');
end
$function$;

CREATE OR REPLACE FUNCTION private.fill_backorders(variant_id uuid, slot integer DEFAULT NULL::integer, location_id uuid DEFAULT NULL::uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_shelf public.stock_slots;
  v_waiting public.backorders;
  v_quantity integer;
  v_filled integer := 0;
begin
  for v_waiting in
    select * from public.backorders where backorders.variant_id = fill_backorders.variant_id and backorders.open_quantity > 0 order by backorders.number
  loop
    while v_waiting.open_quantity > 0 loop
      select * into v_shelf from public.stock_slots
      where stock_slots.variant_id = fill_backorders.variant_id and stock_slots.slot < 128 and stock_slots.available > 0
        and (fill_backorders.slot is null or stock_slots.slot = fill_backorders.slot and stock_slots.location_id = fill_backorders.location_id)
      order by stock_slots.slot, stock_slots.location_id limit 1;
      if v_shelf.variant_id is null then
        return v_filled;
      end if;
      v_quantity := least(v_waiting.open_quantity, v_shelf.available);
      v_waiting.open_quantity := v_waiting.open_quantity - v_quantity;
      v_filled := v_filled + v_quantity;
      perform private.move_beyond_stock(v_shelf, v_waiting.holder_id, v_quantity);
    end loop;
    perform private.emit('backorder.filled', 'variant', v_waiting.variant_id, jsonb_build_object('holder_id', v_waiting.holder_id));
  end loop;
  return v_filled;
end
$function$;

CREATE OR REPLACE FUNCTION private.fill_waiting_backorders()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_id uuid;
  v_filled integer := 0;
begin
  for v_variant_id in
    select distinct backorders.variant_id from public.backorders
    where backorders.open_quantity > 0 and exists (
      select from public.stock_slots where stock_slots.variant_id = backorders.variant_id and stock_slots.slot < 128 and stock_slots.available > 0)
    order by 1
  loop
    perform private.lock_stock(array[v_variant_id]);
    v_filled := v_filled + private.fill_backorders(v_variant_id);
  end loop;
  return v_filled;
end
$function$;

CREATE OR REPLACE FUNCTION private.find_coupon(person_id uuid, code text)
 RETURNS private.found_coupon
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_found private.found_coupon;
  v_known private.coupon_guesses;
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.coupons/' || find_coupon.person_id, 0));
  select * into v_known from private.coupon_guesses
  where coupon_guesses.person_id = find_coupon.person_id and coupon_guesses.since > now() - interval '1 hour';
  if v_known.wrong >= (private.setting('max_coupon_guesses'))::integer then
    perform set_config('response.headers', format('[{"Retry-After": "%s"}]', ceil(extract(epoch from v_known.since + interval '1 hour' - now()))), true);
    v_found.refusal := private.refuse_and_keep('too_many_coupon_guesses', 429, 'Too many wrong codes were tried.', 'Wait for the seconds in Retry-After, then try again.');
    return v_found;
  end if;
  select coupons.id into v_found.coupon_id
  from public.coupons join public.promotions on promotions.id = coupons.promotion_id
  where coupons.code = private.coupon_code(left(find_coupon.code, 100)) and coupons.revoked_at is null and promotions.status = 'active'
    and (coupons.customer_id is null or coupons.customer_id = find_coupon.person_id);
  if v_found.coupon_id is null then
    insert into private.coupon_guesses as guesses (person_id, wrong) values (find_coupon.person_id, 1)
    on conflict on constraint coupon_guesses_pkey do update
    set wrong = case when v_known.person_id is null then 1 else guesses.wrong + 1 end, since = case when v_known.person_id is null then now() else guesses.since end;
    v_found.refusal := private.refuse_and_keep('coupon_not_found', 404, 'This code is not valid.', 'Check its letters.');
  end if;
  return v_found;
end
$function$;

CREATE OR REPLACE FUNCTION private.find_coupons(codes text[])
 RETURNS private.found_coupon[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid;
  v_all private.found_coupon[] := '{}';
  v_found private.found_coupon;
  v_code text;
begin
  if cardinality(find_coupons.codes) > 0 then
    v_person_id := private.require_person();
  end if;
  if cardinality(find_coupons.codes) > (private.setting('max_order_coupons'))::integer then
    perform private.fail('too_many_coupons', 422, 'These are more codes than one order may use.', 'Send fewer.');
  end if;
  foreach v_code in array coalesce(find_coupons.codes, '{}') loop
    v_found := private.find_coupon(v_person_id, coalesce(v_code, ''));
    v_all := v_all || v_found;
    exit when v_found.refusal is not null;
  end loop;
  return v_all;
end
$function$;

CREATE OR REPLACE FUNCTION private.find_order(order_id uuid, staff_permission text)
 RETURNS public.orders
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
begin
  select * into v_order from public.orders where orders.id = find_order.order_id;
  if v_order.id is null or not (v_order.customer_id is not distinct from auth.uid() or private.is_service() or private.has_permission(find_order.staff_permission)) then
    perform private.fail('order_not_found', 404, 'There is no such order.', 'Check the id, and that you are signed in as the person who placed it.');
  end if;
  return v_order;
end
$function$;

CREATE OR REPLACE FUNCTION private.find_orders(search private.order_search)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
  v_rare constant integer := 2000;
  v_search private.order_search;
  v_about uuid[];
  v_since timestamptz;
  v_newest uuid[];
begin
  if search.pattern is null then
    return private.newest_orders(search, null, null);
  end if;
  perform set_config('pg_trgm.word_similarity_threshold', search.likeness::text, true);
  v_search := private.match_titles(search);
  if not search.everyone then
    return private.newest_orders(v_search, null, null);
  end if;
  -- rare words: collect what they are about and sort
  v_about := private.orders_about(v_search, v_rare);
  if cardinality(v_about) < v_rare and not v_search.in_many_numbers then
    return private.newest_orders(v_search, v_about, null);
  end if;
  -- common words: the newest orders hold a page of them, unless what they are about is over
  select orders.placed_at into v_since from public.orders
  where (search.before_id is null or (orders.placed_at, orders.id) < (search.before_at, search.before_id))
    and (search.statuses is null or orders.status = any (search.statuses))
    and (search.placed_to is null or orders.placed_at < search.placed_to)
  order by orders.placed_at desc, orders.id desc offset v_rare limit 1;
  v_newest := private.newest_orders(v_search, null, v_since);
  if v_since is null or v_since < search.placed_from or cardinality(v_newest) > search.max_rows then
    return v_newest;
  end if;
  return private.newest_orders(v_search, private.orders_about(v_search, null), null);
end
$function$;

CREATE OR REPLACE FUNCTION private.find_own_address(address_id uuid)
 RETURNS public.addresses
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_address public.addresses;
begin
  select * into v_address from public.addresses where addresses.id = find_own_address.address_id and addresses.profile_id = auth.uid();
  if v_address.id is null then
    perform private.fail('address_not_found', 404, 'You have no such address.', 'List your addresses and take one of their ids.');
  end if;
  return v_address;
end
$function$;

CREATE OR REPLACE FUNCTION private.find_upload(kind text, upload_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_found jsonb;
begin
  perform private.require_catalog_write();
  if find_upload.kind = 'image' then
    select jsonb_build_object('kind', 'image', 'id', media.id, 'bucket', 'media', 'path', media.path, 'ready_at', media.ready_at) into v_found
    from public.media where media.id = find_upload.upload_id;
  else
    select jsonb_build_object('kind', 'file', 'id', digital_files.id, 'bucket', 'downloads', 'path', digital_files.path, 'ready_at', digital_files.ready_at) into v_found
    from public.digital_files where digital_files.id = find_upload.upload_id and find_upload.kind = 'file';
  end if;
  if v_found is null then
    perform private.fail('upload_not_found', 404, 'There is no such upload.', 'Start it again.');
  end if;
  return v_found;
end
$function$;

CREATE OR REPLACE FUNCTION private.finish_process(process_id uuid, message text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.processes set status = 'done', finished_at = now(), error = null, message = left(finish_process.message, 500)
  where processes.id = finish_process.process_id and processes.status = 'running';
$function$;

CREATE OR REPLACE FUNCTION private.finish_upload(kind text, upload_id uuid, facts jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_row jsonb;
begin
  if finish_upload.kind = 'image' then
    update public.media
    set mime_type = facts ->> 'mime_type', byte_size = (facts ->> 'byte_size')::integer, sha256 = facts ->> 'sha256',
      width = (facts ->> 'width')::integer, height = (facts ->> 'height')::integer, ready_at = now()
    where media.id = finish_upload.upload_id and media.ready_at is null;
    select to_jsonb(media) into v_row from public.media where media.id = finish_upload.upload_id and media.ready_at is not null;
  else
    update public.digital_files
    set mime_type = facts ->> 'mime_type', byte_size = (facts ->> 'byte_size')::bigint, sha256 = facts ->> 'sha256', ready_at = now()
    where digital_files.id = finish_upload.upload_id and digital_files.ready_at is null and finish_upload.kind = 'file';
    select to_jsonb(digital_files) into v_row from public.digital_files where digital_files.id = finish_upload.upload_id and digital_files.ready_at is not null;
  end if;
  if v_row is null then
    perform private.fail('upload_not_found', 404, 'There is no such upload.', 'Start it again.');
  end if;
  return v_row - 'path';
end
$function$;

CREATE OR REPLACE FUNCTION private.first_misfit(root_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_category_id uuid;
  v_schema public.category_attributes[];
  v_misfit jsonb;
begin
  for v_category_id in select * from private.category_subtree(first_misfit.root_id) loop
    v_schema := array(select schema from private.attribute_schema(v_category_id) as schema);
    select jsonb_build_object('product_id', misfits.id, 'slug', misfits.slug) || misfits.problem into v_misfit
    from (
      select products.id, products.slug, private.attributes_problem(v_schema, products.attributes, 'product', products.status = 'published') as problem
      from public.products where products.category_id = v_category_id
      union all
      select products.id, products.slug, private.attributes_problem(v_schema, variants.attributes, 'variant', products.status = 'published')
      from public.products join public.variants on variants.product_id = products.id where products.category_id = v_category_id
    ) as misfits
    where misfits.problem is not null limit 1;
    if v_misfit is not null then
      return v_misfit;
    end if;
  end loop;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.first_slot(location_id uuid)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case first_slot.location_id when '00000000-0000-4000-8000-000000000001' then 0 when '00000000-0000-4000-8000-000000000002' then 128 else 64 end;
$function$;

CREATE OR REPLACE FUNCTION private.flag_order(order_id uuid, reason text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.give_reason(flag_order.reason);
  update public.orders set status = 'needs_review' where orders.id = flag_order.order_id and exists (
    select from private.status_moves where status_moves.machine = 'order' and status_moves.from_status = orders.status and status_moves.to_status = 'needs_review');
  if found then
    perform private.emit('order.needs_review', 'order', flag_order.order_id, jsonb_build_object('reason', flag_order.reason));
  end if;
  perform private.give_reason(null);
  return 'needs_review';
end
$function$;

CREATE OR REPLACE FUNCTION private.free_sku(wanted text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_base text := case when length(wanted) <= 60 then wanted else left(wanted, 51) || '-' || left(md5(wanted), 8) end;
  v_sku text := v_base;
  v_next integer := 2;
begin
  while exists (select from public.variants where variants.sku = v_sku) loop
    v_sku := v_base || '-' || v_next;
    v_next := v_next + 1;
  end loop;
  return v_sku;
end
$function$;

CREATE OR REPLACE FUNCTION private.free_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  -- a seat that somebody waits for goes from hold to hold: it is never on sale in between, so nobody can jump the queue
  v_passed_on integer := private.pass_on_units(free_units.variant_id, free_units.slot, free_units.location_id, free_units.quantity);
  v_watched_at timestamptz;
begin
  update public.stock_slots
  set reserved = reserved - free_units.quantity + v_passed_on, available = available + free_units.quantity - v_passed_on
  where stock_slots.variant_id = free_units.variant_id and stock_slots.slot = free_units.slot and stock_slots.location_id = free_units.location_id
  returning stock_slots.watched_at into v_watched_at;
  if free_units.slot < 128 and exists (select from public.backorders where backorders.variant_id = free_units.variant_id and backorders.open_quantity > 0) then
    perform from public.stock_slots where stock_slots.variant_id = free_units.variant_id and stock_slots.slot >= 128 order by stock_slots.slot for update;
    perform private.fill_backorders(free_units.variant_id, free_units.slot, free_units.location_id);
  end if;
  if v_watched_at is not null then
    perform private.note_low_stock(free_units.variant_id);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.generate_coupons(promotion_id uuid, count integer, prefix text, usage_limit integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('promotion_id', generate_coupons.promotion_id, 'count', generate_coupons.count, 'prefix', generate_coupons.prefix,
    'usage_limit', generate_coupons.usage_limit);
  v_answer jsonb;
  v_prefix text := private.coupon_code(coalesce(generate_coupons.prefix, ''));
  v_codes text[];
begin
  if not (private.is_service() or private.has_permission('pricing.write')) then
    perform private.fail('permission_denied', 403, 'Making coupons needs the permission pricing.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, generate_coupons.idempotency_key, 'generate_coupons', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(generate_coupons.count, 0) not between 1 and 1000 or v_prefix !~ '^[A-Z0-9]{0,16}$' or coalesce(generate_coupons.usage_limit, 0) not between 0 and 1000000000
    or generate_coupons.usage_limit = 0 then
    perform private.fail('invalid_coupons', 422, 'Coupons are made 1 to 1000 at a time, with a prefix of at most 16 letters A to Z and digits and a limit above 0 or none.', 'Correct count, prefix or usage_limit.');
  end if;
  if not exists (select from public.promotions where promotions.id = generate_coupons.promotion_id) then
    perform private.fail('promotion_not_found', 404, 'There is no such promotion.', 'Read promotions for those there are.');
  end if;
  with made as (
    insert into public.coupons (promotion_id, code, usage_limit)
    select generate_coupons.promotion_id, v_prefix || private.random_code(16), generate_coupons.usage_limit from generate_series(1, generate_coupons.count)
    returning coupons.code
  )
  select array_agg(made.code) into v_codes from made;
  return private.remember_answer(v_person_id, generate_coupons.idempotency_key, 'generate_coupons', v_body,
    jsonb_build_object('promotion_id', generate_coupons.promotion_id, 'codes', to_jsonb(v_codes)));
end
$function$;

CREATE OR REPLACE FUNCTION private.generate_variants(product_id uuid, options jsonb, sku_prefix text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('product_id', generate_variants.product_id, 'options', generate_variants.options, 'sku_prefix', generate_variants.sku_prefix);
  v_answer jsonb := private.recall_answer(v_person_id, generate_variants.idempotency_key, 'generate_variants', v_body);
  v_product public.products;
  v_prefix text;
  v_combination record;
  v_created integer := 0;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_product from public.products where products.id = generate_variants.product_id for no key update;
  if v_product.id is null or v_product.kind = 'course' then
    perform private.fail('product_not_found', 404, 'There is no such product with options.', 'Check the id; a course has intakes instead of options.');
  end if;
  v_prefix := coalesce(nullif(btrim(generate_variants.sku_prefix), ''), upper(v_product.slug));
  if v_prefix !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$' then
    perform private.fail('invalid_options', 422, 'sku_prefix has letters, digits, dots, dashes and underscores only.', 'Send something like TSHIRT, or leave it out.');
  end if;
  perform private.write_options(v_product.id, generate_variants.options);
  perform private.complete_variants(v_product.id);
  for v_combination in select * from private.missing_combinations(v_product.id) loop
    insert into public.variants (product_id, sku, title, position, option_value_ids)
    values (v_product.id, private.free_sku(v_prefix || v_combination.sku_tail), left(v_combination.title, 200), v_combination.position, v_combination.value_ids);
    v_created := v_created + 1;
  end loop;
  return private.remember_answer(v_person_id, generate_variants.idempotency_key, 'generate_variants', v_body, jsonb_build_object('created', v_created,
    'variants', (select coalesce(jsonb_agg(jsonb_build_object('id', variants.id, 'sku', variants.sku, 'title', variants.title, 'position', variants.position,
      'option_value_ids', variants.option_value_ids) order by variants.position, variants.sku), '[]') from public.variants where variants.product_id = v_product.id)));
end
$function$;

CREATE OR REPLACE FUNCTION private.get_cart(idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := '{}';
  v_answer jsonb := private.recall_answer(v_person_id, get_cart.idempotency_key, 'get_cart', v_body);
  v_cart public.carts;
  v_priced private.priced_cart;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if private.cart_needs_care(v_person_id) then
    v_cart := private.lock_cart(v_person_id);
  else
    select * into v_cart from public.carts where carts.customer_id = v_person_id and carts.status = 'open';
  end if;
  if v_cart.id is null then
    v_cart.customer_id := v_person_id;
    v_cart.currency := private.setting('default_currency') #>> '{}';
    return private.cart_document(private.price_cart(v_cart), '[]');
  end if;
  v_priced := private.price_cart(v_cart);
  -- most looks find what was there before, and write nothing
  if not private.cart_moved(v_priced) and v_cart.expires_at > private.cart_expiry() - interval '1 day' then
    return private.cart_document(v_priced, '[]');
  end if;
  v_cart := private.lock_cart(v_person_id);
  if v_cart.id is null then
    -- ordered in another tab at this moment
    return private.get_cart(get_cart.idempotency_key);
  end if;
  return private.answer_cart(v_person_id, get_cart.idempotency_key, 'get_cart', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.get_order(order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.find_order(get_order.order_id, 'orders.read');
  return private.order_document(get_order.order_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.get_units(promotion public.promotions, lines private.order_line[], covered boolean[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_units bigint[] := array_fill(0::bigint, array[cardinality(get_units.lines)]);
  v_quantity bigint := 0;
  v_left bigint;
  v_index integer;
begin
  for v_index in 1 .. cardinality(get_units.lines) loop
    if get_units.covered[v_index] then
      v_quantity := v_quantity + get_units.lines[v_index].quantity;
    end if;
  end loop;
  v_left := v_quantity / (promotion.buy_quantity + promotion.get_quantity) * promotion.get_quantity;
  for v_index in
    select position from generate_subscripts(get_units.lines, 1) as position
    where get_units.covered[position] order by get_units.lines[position].unit_amount, position
  loop
    exit when v_left = 0;
    v_units[v_index] := least(v_left, get_units.lines[v_index].quantity);
    v_left := v_left - v_units[v_index];
  end loop;
  return v_units;
end
$function$;

CREATE OR REPLACE FUNCTION private.give_back_cart(returned public.carts, open_cart public.carts)
 RETURNS public.carts
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_cart public.carts := give_back_cart.open_cart;
begin
  if v_cart.id is null then
    update public.carts set status = 'open' where carts.id = (give_back_cart.returned).id returning * into v_cart;
    return v_cart;
  end if;
  -- whoever filled a new cart meanwhile may have put the same things into it: they are not wanted twice
  insert into public.cart_items as item (cart_id, variant_id, quantity)
  select v_cart.id, cart_items.variant_id, cart_items.quantity from public.cart_items where cart_items.cart_id = (give_back_cart.returned).id
  on conflict on constraint cart_items_pkey do update set quantity = greatest(item.quantity, excluded.quantity);
  update public.carts set status = 'abandoned' where carts.id = (give_back_cart.returned).id;
  return v_cart;
end
$function$;

CREATE OR REPLACE FUNCTION private.give_back_promotions(order_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_promotion_id uuid;
begin
  for v_promotion_id in
    select distinct promotion_redemptions.promotion_id from public.promotion_redemptions
    where promotion_redemptions.order_id = any (give_back_promotions.order_ids) and promotion_redemptions.given_back_at is null order by 1
  loop
    perform private.give_back_uses(give_back_promotions.order_ids, v_promotion_id);
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.give_back_uses(order_ids uuid[], promotion_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_customer_ids uuid[];
  v_coupon_ids uuid[];
begin
  with given_back as (
    update public.promotion_redemptions set given_back_at = now()
    where promotion_redemptions.order_id = any (give_back_uses.order_ids) and promotion_redemptions.promotion_id = give_back_uses.promotion_id
      and promotion_redemptions.given_back_at is null
    returning promotion_redemptions.customer_id, promotion_redemptions.coupon_id
  )
  select array_agg(given_back.customer_id), array_agg(given_back.coupon_id) into v_customer_ids, v_coupon_ids from given_back;
  if v_customer_ids is not null then
    perform private.uncount_uses(give_back_uses.promotion_id, v_customer_ids, v_coupon_ids);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.give_reason(reason text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select set_config('seatline.reason', coalesce(left(reason, 500), ''), true);
$function$;

CREATE OR REPLACE FUNCTION private.grade_submission(submission_id uuid, score_percent integer, feedback text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(grade_submission.submission_id, grade_submission.score_percent, grade_submission.feedback);
  v_answer jsonb := private.recall_answer(v_person_id, grade_submission.idempotency_key, 'grade_submission', v_body);
  v_submission public.submissions;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_submission from public.submissions where submissions.id = grade_submission.submission_id
    and submissions.learner_id <> v_person_id -- nobody marks their own work
    and (submissions.product_id in (select private.taught_courses()) or private.has_permission('learning.write'));
  if v_submission.id is null then
    perform private.fail('submission_not_found', 404, 'There is no such work.', 'Check the id, and that you teach its course.');
  end if;
  if coalesce(grade_submission.score_percent, -1) not between 0 and 100 or length(grade_submission.feedback) > 20000 then
    perform private.fail('invalid_mark', 422, 'A mark is a whole number from 0 to 100, feedback at most 20000 characters.', 'Correct the mark.');
  end if;
  perform from public.enrollments where enrollments.id = v_submission.enrollment_id for update;
  update public.submissions set graded_at = now(), graded_by = v_person_id, score_percent = grade_submission.score_percent, feedback = grade_submission.feedback
  where submissions.id = v_submission.id and submissions.graded_at is null
  returning * into v_submission;
  if v_submission.id is null then
    perform private.fail('already_graded', 409, 'This work has its mark.', 'Marks stay; the learner may hand in again.');
  end if;
  perform private.record_progress(v_submission.enrollment_id, v_submission.lesson_id, v_submission.score_percent,
    v_submission.score_percent >= (select lessons.pass_percent from public.lessons where lessons.id = v_submission.lesson_id));
  perform private.assess_enrollment(v_submission.enrollment_id);
  perform private.emit('assignment.graded', 'submission', v_submission.id);
  return private.remember_answer(v_person_id, grade_submission.idempotency_key, 'grade_submission', v_body, private.submission_document(v_submission));
end
$function$;

CREATE OR REPLACE FUNCTION private.grant_downloads(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.downloads (order_item_id, digital_file_id, customer_id, max_downloads, expires_at)
  select order_items.id, digital_files.id, orders.customer_id,
    coalesce(digital_files.max_downloads, (private.setting('download_limit'))::integer, 5) * order_items.quantity,
    now() + make_interval(days => coalesce(digital_files.access_days, (nullif(private.setting('download_days'), 'null'))::integer))
  from public.orders
  join public.order_items on order_items.order_id = orders.id
  join public.variants on variants.id = order_items.variant_id
  join public.digital_files on digital_files.product_id = variants.product_id and (digital_files.variant_id is null or digital_files.variant_id = variants.id)
  where orders.id = grant_downloads.order_id and order_items.kind <> 'course' and digital_files.ready_at is not null
  order by order_items.id, digital_files.id
  on conflict on constraint downloads_are_granted_once_per_line do update set ended_at = null;
end
$function$;

CREATE OR REPLACE FUNCTION private.grant_role(profile_id uuid, role text)
 RETURNS SETOF public.role_members
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not (private.is_service() or private.has_permission('people.manage')) then
    perform private.fail('permission_denied', 403, 'Granting roles needs the permission people.manage.', 'Ask an admin.');
  end if;
  if not exists (select from public.roles where roles.name = grant_role.role) then
    perform private.fail('role_not_found', 404, 'There is no such role.', 'List the roles and take one of their names.');
  end if;
  -- locked, so that an account which is being deleted is waited for and then found closed
  if not exists (select from public.profiles where profiles.id = grant_role.profile_id and profiles.closed_at is null for share) then
    perform private.fail('profile_not_found', 404, 'There is no such person.', 'Check the profile id.');
  end if;
  insert into public.role_members (profile_id, role) values (grant_role.profile_id, grant_role.role) on conflict do nothing;
  return query select role_members.* from public.role_members where role_members.profile_id = grant_role.profile_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.hand_over_process(process_id uuid, message text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.processes set status = 'waiting', error = null, message = left(hand_over_process.message, 500)
  where processes.id = hand_over_process.process_id and processes.status = 'running';
$function$;

CREATE OR REPLACE FUNCTION private.has_permission(permission text)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select exists (
    select from public.role_members
    join public.role_permissions on role_permissions.role = role_members.role
    where role_members.profile_id = auth.uid() and role_permissions.permission = has_permission.permission
  );
$function$;

CREATE OR REPLACE FUNCTION private.has_real_units(variant_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (select from public.stock_slots where stock_slots.variant_id = has_real_units.variant_id and stock_slots.slot < 128 and stock_slots.available > 0)
    or exists (select from public.reservations
      where reservations.variant_id = has_real_units.variant_id and reservations.status = 'held' and reservations.expires_at <= now() and reservations.slot < 128);
end
$function$;

CREATE OR REPLACE FUNCTION private.held_units(holder_id uuid, variant_id uuid)
 RETURNS integer
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(sum(reservations.quantity), 0)::integer from public.reservations
  where reservations.holder_id = held_units.holder_id and reservations.variant_id = held_units.variant_id and reservations.status = 'held';
$function$;

CREATE OR REPLACE FUNCTION private.hold_line(order_id uuid, person_id uuid, line private.order_line, expires_at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_counted boolean := line.counted;
  v_beyond integer := 0;
begin
  if not v_counted then
    -- it may have begun to be counted since the line was priced; from here on it cannot
    perform from public.variants where variants.id = line.variant_id and variants.stock_mode = 'none' for key share;
    v_counted := not found;
  end if;
  if v_counted and not (line.intake_id is not null
    and private.accept_offer(line.intake_id, hold_line.person_id, hold_line.order_id, hold_line.expires_at)) then
    if hold_line.expires_at is null then
      v_beyond := private.sell_units(line.variant_id, line.quantity, hold_line.order_id);
    else
      v_beyond := private.reserve_units(hold_line.order_id, line.variant_id, line.quantity, hold_line.expires_at);
    end if;
    -- looking for a seat frees holds that are due, and what was freed may just have been offered to this very person
    if v_beyond is null and line.intake_id is not null
      and private.accept_offer(line.intake_id, hold_line.person_id, hold_line.order_id, hold_line.expires_at) then
      v_beyond := 0;
    end if;
  end if;
  if v_beyond is null then
    if line.kind = 'course' then
      -- the last seat may be the buyer's own: then it is not sold out, it is theirs
      perform private.refuse_second_seat(hold_line.person_id, line.intake_id);
      perform private.fail('out_of_stock', 409, format('Every seat in %s is taken.', line.title), 'Join the waiting list (join_waitlist), or choose another intake.', line.variant_id::text);
    end if;
    perform private.fail('out_of_stock', 409, format('There are not %s of %s left.', line.quantity, line.title), 'Lower the quantity or remove the line.', line.variant_id::text);
  end if;
  return v_beyond;
end
$function$;

CREATE OR REPLACE FUNCTION private.hold_locations(location_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_found uuid[] := array(
    select locations.id from public.locations
    where locations.id = any (hold_locations.location_ids) and locations.kind <> 'allowance' and locations.deactivated_at is null order by locations.id for share);
  v_missing uuid := (select wanted from unnest(hold_locations.location_ids) as wanted where wanted <> all (v_found) limit 1);
begin
  if v_missing is not null then
    perform private.fail('location_not_found', 404, 'There is no such place, or it was closed.', 'Read the table locations.', v_missing::text);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.invoice_document(invoice_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_answer jsonb;
begin
  select jsonb_build_object(
    'id', invoices.id, 'kind', invoices.kind, 'number', invoices.number, 'order_id', invoices.order_id, 'order_number', orders.number,
    'refund_id', invoices.refund_id, 'corrects_id', invoices.corrects_id, 'corrects_number', corrected.number,
    'issued_at', invoices.issued_at, 'time_zone', invoices.time_zone, 'paid_on', invoices.paid_on,
    'currency', invoices.currency, 'minor_units', invoices.minor_units, 'subtotal_amount', invoices.subtotal_amount,
    'discount_amount', invoices.discount_amount, 'tax_amount', invoices.tax_amount, 'tax_included_amount', invoices.tax_included_amount,
    'shipping_amount', invoices.shipping_amount, 'total_amount', invoices.total_amount, 'taxes', private.invoice_taxes(invoices.id), 'seller_name', invoices.seller_name,
    'seller_address', invoices.seller_address, 'seller_tax_id', invoices.seller_tax_id, 'buyer_name', invoices.buyer_name,
    'buyer_email', invoices.buyer_email, 'locale', invoices.locale,
    'pdf_path', invoices.pdf_path, 'pdf_sha256', invoices.pdf_sha256, 'pdf_bytes', invoices.pdf_bytes,
    'lines', (
      select jsonb_agg(to_jsonb(invoice_lines) - 'invoice_id' order by invoice_lines.position)
      from public.invoice_lines where invoice_lines.invoice_id = invoices.id))
  into v_answer
  from public.invoices
  join public.orders on orders.id = invoices.order_id
  left join public.invoices as corrected on corrected.id = invoices.corrects_id
  where invoices.id = invoice_document.invoice_id
    and (orders.customer_id = auth.uid() or private.is_service() or private.has_permission('invoices.read'));
  if v_answer is null then
    perform private.fail('invoice_not_found', 404, 'There is no such invoice.', 'Check the id, and that you are signed in as the person it was issued to.');
  end if;
  return v_answer;
end
$function$;

CREATE OR REPLACE FUNCTION private.invoice_of(order_id uuid)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select invoices.id from public.invoices where invoices.order_id = invoice_of.order_id and invoices.kind = 'invoice';
$function$;

CREATE OR REPLACE FUNCTION private.invoice_taxes(invoice_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('name', summed.name, 'basis_points', summed.basis_points, 'inclusive', summed.inclusive, 'amount', summed.amount)
    order by summed.inclusive desc, summed.name, summed.basis_points), '[]')
  from (
    select tax ->> 'name' as name, (tax ->> 'basis_points')::integer as basis_points, (tax ->> 'inclusive')::boolean as inclusive, sum((tax ->> 'amount')::bigint)::bigint as amount
    from public.invoice_lines cross join lateral jsonb_array_elements(invoice_lines.taxes) as tax
    where invoice_lines.invoice_id = invoice_taxes.invoice_id group by 1, 2, 3
  ) as summed;
$function$;

CREATE OR REPLACE FUNCTION private.is_in_an_open_order(variant_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return exists (
    select from public.order_items join public.orders on orders.id = order_items.order_id
    where order_items.variant_id = is_in_an_open_order.variant_id and orders.status = 'pending');
end
$function$;

CREATE OR REPLACE FUNCTION private.is_lesson_open(lesson_id uuid, product_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SECURITY DEFINER COST 10000
 SET search_path TO ''
AS $function$
begin
  return exists (
    select from private.lesson_states(is_lesson_open.product_id, private.enrollment_in(is_lesson_open.product_id, auth.uid())) as states
    where states.lesson_id = is_lesson_open.lesson_id and states.lock_reason is null);
end
$function$;

CREATE OR REPLACE FUNCTION private.is_on_sale(status text, publish_at timestamp with time zone, unpublish_at timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
RETURN ((status = 'published'::text) AND ((publish_at IS NULL) OR (publish_at <= now())) AND ((unpublish_at IS NULL) OR (now() < unpublish_at)));

CREATE OR REPLACE FUNCTION private.is_right_answer(question jsonb, answer jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select coalesce(case question ->> 'kind'
    when 'single' then answer = question -> 'answer'
    when 'multiple' then jsonb_typeof(answer) = 'array' and answer @> (question -> 'answer') and answer <@ (question -> 'answer')
    else jsonb_typeof(answer) = 'string' and exists (
      select from jsonb_array_elements_text(question -> 'answer') as accepted
      where lower(btrim(regexp_replace(accepted, '\s+', ' ', 'g'))) = lower(btrim(regexp_replace(left(answer #>> '{}', 5000), '\s+', ' ', 'g'))))
    end, false);
$function$;

CREATE OR REPLACE FUNCTION private.is_service()
 RETURNS boolean
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(auth.role(), 'service_role') = 'service_role';
$function$;

CREATE OR REPLACE FUNCTION private.is_under_review(payment_id uuid)
 RETURNS boolean
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select exists (select from public.payment_proofs where payment_proofs.payment_id = is_under_review.payment_id and payment_proofs.status = 'submitted');
$function$;

CREATE OR REPLACE FUNCTION private.is_used_up(promotion public.promotions, coupon public.coupons, person_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_due boolean := exists (
    select from public.promotion_redemptions
    where promotion_redemptions.promotion_id = promotion.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at <= now());
begin
  if promotion.used_count >= promotion.usage_limit and not v_due
    or coupon.used_count >= coupon.usage_limit and not (v_due and exists (
      select from public.promotion_redemptions
      where promotion_redemptions.coupon_id = coupon.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at <= now())) then
    return 'by all';
  elsif promotion.per_user_limit <= (
    select count(*) from public.promotion_redemptions
    where promotion_redemptions.promotion_id = promotion.id and promotion_redemptions.customer_id = is_used_up.person_id
      and promotion_redemptions.given_back_at is null and (promotion_redemptions.expires_at is null or promotion_redemptions.expires_at > now())
  ) then
    return 'by the person';
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.issue_certificate(enrollment_id uuid, verify_base text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.issue_credit_note(refund_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_refund public.refunds;
  v_amount bigint;
  v_tax bigint;
  v_invoice_id uuid;
  v_invoice public.invoices;
  v_year integer;
  v_credit_note_id uuid := private.credit_note_of(issue_credit_note.refund_id);
begin
  select * into v_refund from public.refunds where refunds.id = issue_credit_note.refund_id and refunds.status = 'success';
  if v_refund.id is null or v_credit_note_id is not null then
    return v_credit_note_id;
  end if;
  -- what a bank sent back is booked back, and booked again when a new try succeeds
  select sum(ledger_entries.amount), sum(ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable') into v_amount, v_tax
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id = v_refund.order_id and ledger_entries.account in ('refunds', 'tax_payable')
    and split_part(ledger_transactions.effect_key, ':', 1) in ('refund', 'refund_failed')
    and split_part(ledger_transactions.effect_key, ':', 2) = v_refund.id::text;
  if coalesce(v_amount, 0) <= 0 then
    return null;
  end if;
  -- the two events of one order are worked on side by side: what is corrected must be there first
  v_invoice_id := private.issue_invoice(v_refund.order_id);
  if v_invoice_id is null then
    return null;
  end if;
  select * into v_invoice from public.invoices where invoices.id = v_invoice_id;
  v_year := private.lock_invoice_series('credit_note');
  v_credit_note_id := private.credit_note_of(v_refund.id);
  if v_credit_note_id is not null then
    return v_credit_note_id;
  end if;
  return private.write_credit_note(v_refund.id, v_invoice, v_amount, coalesce(v_tax, 0), v_year);
end
$function$;

CREATE OR REPLACE FUNCTION private.issue_invoice(order_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_invoice_id uuid := private.invoice_of(issue_invoice.order_id);
  v_year integer;
begin
  if v_invoice_id is not null or not exists (
    select from public.orders where orders.id = issue_invoice.order_id and orders.paid_at is not null and orders.total_amount > 0
  ) then
    return v_invoice_id;
  end if;
  v_year := private.lock_invoice_series('invoice');
  v_invoice_id := private.invoice_of(issue_invoice.order_id);
  if v_invoice_id is not null then
    return v_invoice_id;
  end if;
  insert into public.invoices (kind, year, serial, order_id, issued_at, time_zone, paid_on, currency, minor_units, subtotal_amount,
    discount_amount, tax_amount, tax_included_amount, shipping_amount, total_amount, seller_name, seller_address, seller_tax_id, buyer_name, buyer_email, locale)
  select 'invoice', v_year, private.next_invoice_serial('invoice', v_year), orders.id, clock_timestamp(), shop.time_zone,
    (orders.paid_at at time zone shop.time_zone)::date, orders.currency, currencies.minor_units, orders.subtotal_amount,
    orders.discount_amount, orders.tax_amount, orders.tax_included_amount, orders.shipping_amount, orders.total_amount,
    private.setting('seller_name') #>> '{}', private.setting('seller_address') #>> '{}',
    private.setting('seller_tax_id') #>> '{}', btrim(profiles.first_name || ' ' || profiles.last_name), profiles.email, profiles.locale
  from public.orders
  join public.profiles on profiles.id = orders.customer_id
  join public.currencies on currencies.code = orders.currency
  cross join (select private.setting('shop_time_zone') #>> '{}' as time_zone) as shop
  where orders.id = issue_invoice.order_id
  returning invoices.id into v_invoice_id;
  perform private.copy_order_lines(v_invoice_id);
  perform private.emit('invoice.issued', 'invoice', v_invoice_id);
  return v_invoice_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.join_waitlist(intake_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(join_waitlist.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, join_waitlist.idempotency_key, 'join_waitlist', v_body);
  v_intake public.intakes;
  v_entry public.waitlist_entries;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select intakes.* into v_intake from public.intakes
  join public.products on products.id = intakes.product_id
  where intakes.id = join_waitlist.intake_id and private.is_on_sale(products.status, products.publish_at, products.unpublish_at);
  if v_intake.id is null then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Read the course again for its intakes.');
  end if;
  perform private.refuse_problem(private.enrollment_problem(v_intake.id, v_intake.enroll_opens_at, v_intake.enroll_closes_at));
  perform private.clear_due_holds(v_intake, v_learner_id);
  perform private.lock_waitlist(v_intake.id);
  perform private.check_waitable(v_intake.id, v_learner_id);
  insert into public.waitlist_entries (intake_id, learner_id) values (v_intake.id, v_learner_id) returning * into v_entry;
  return private.remember_answer(v_learner_id, join_waitlist.idempotency_key, 'join_waitlist', v_body, private.waitlist_document(v_entry));
end
$function$;

CREATE OR REPLACE FUNCTION private.keep_certificate_pdf(certificate_id uuid, path text, sha256 text, bytes integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.keep_invoice_pdf(invoice_id uuid, path text, sha256 text, bytes integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.invoices set pdf_path = keep_invoice_pdf.path, pdf_sha256 = keep_invoice_pdf.sha256, pdf_bytes = keep_invoice_pdf.bytes
  where invoices.id = keep_invoice_pdf.invoice_id and invoices.pdf_path is null;
  if not exists (
    select from public.invoices where invoices.id = keep_invoice_pdf.invoice_id
      and invoices.pdf_path = keep_invoice_pdf.path and invoices.pdf_sha256 = keep_invoice_pdf.sha256
  ) then
    perform private.fail('invoice_pdf_differs', 409, 'This invoice already has another PDF.', 'Read the one that is kept: it is the one that was sent.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.leave_waitlist(intake_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(leave_waitlist.intake_id);
  v_answer jsonb := private.recall_answer(v_learner_id, leave_waitlist.idempotency_key, 'leave_waitlist', v_body);
  v_entry public.waitlist_entries;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.waitlist_entries set status = 'left'
  where waitlist_entries.intake_id = leave_waitlist.intake_id and waitlist_entries.learner_id = v_learner_id and waitlist_entries.status in ('waiting', 'offered')
  returning * into v_entry;
  if v_entry.id is null then
    perform private.fail('not_waiting', 404, 'You are not on this waiting list.', 'Read my_waitlist for the lists you are on.');
  end if;
  perform private.settle_reservations(v_entry.id, 'released');
  return private.remember_answer(v_learner_id, leave_waitlist.idempotency_key, 'leave_waitlist', v_body, private.waitlist_document(v_entry));
end
$function$;

CREATE OR REPLACE FUNCTION private.lesson_states(product_id uuid, enrollment_id uuid)
 RETURNS SETOF private.lesson_state
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lock text := private.course_lock(lesson_states.enrollment_id, lesson_states.product_id);
begin
  return query
    select found.id, found.section_id, found.ordinal,
      case
        when found.is_preview then null
        when v_lock <> '' then v_lock
        when found.completed_at is not null then null
        when found.due_at > now() then 'not_yet'
        when found.is_sequential and found.ordinal > found.first_missing then 'previous_lesson' end,
      case when not found.is_preview and v_lock in ('', 'not_started') and greatest(found.due_at, found.starts_at) > now() then greatest(found.due_at, found.starts_at) end,
      case when not found.is_preview and v_lock = '' and found.completed_at is null and found.is_sequential and found.ordinal > found.first_missing
        then (array_agg(found.id) filter (where found.ordinal = found.first_missing) over ())[1] end,
      found.completed_at, found.score_percent
    from (
      select listed.*, min(listed.ordinal) filter (where listed.is_required and listed.completed_at is null) over () as first_missing
      from (
        select lessons.id, lessons.section_id, lessons.is_preview, lessons.is_required, courses.is_sequential, seat.starts_at,
          greatest(lessons.opens_at, greatest(seat.enrolled_at, seat.starts_at) + lessons.opens_after_days * interval '24 hours') as due_at,
          lesson_progress.completed_at, lesson_progress.score_percent,
          (row_number() over (order by course_sections.position, course_sections.id, lessons.position, lessons.id))::integer as ordinal
        from public.lessons
        join public.course_sections on course_sections.id = lessons.section_id
        join public.courses on courses.product_id = lessons.product_id
        left join (
          select enrollments.id, enrollments.enrolled_at, intakes.starts_at
          from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
        ) as seat on seat.id = lesson_states.enrollment_id
        left join public.lesson_progress on lesson_progress.enrollment_id = lesson_states.enrollment_id and lesson_progress.lesson_id = lessons.id
        where lessons.product_id = lesson_states.product_id and lessons.withdrawn_at is null
      ) as listed
    ) as found
    order by found.ordinal;
end
$function$;

CREATE OR REPLACE FUNCTION private.line_document(line private.order_line)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('variant_id', line.variant_id, 'parent_variant_id', line.parent_variant_id, 'product_id', line.product_id, 'kind', line.kind,
    'sku', line.sku, 'title', line.title, 'slug', line.snapshot ->> 'slug', 'image_url', line.snapshot ->> 'image_url', 'intake_id', line.intake_id, 'quantity', line.quantity, 'unit_amount', line.unit_amount,
    'base_unit_amount', line.base_unit_amount, 'price_reason', case when line.unit_amount is not null then coalesce(line.price_reason, '{"kind": "base"}') end,
    'subtotal_amount', line.subtotal_amount, 'discount_amount', line.discount_amount, 'tax_amount', line.tax_amount,
    'tax_included_amount', line.tax_included_amount, 'total_amount', line.subtotal_amount - line.discount_amount + line.tax_amount,
    'discounts', coalesce(line.discounts, '[]'), 'taxes', coalesce(line.taxes, '[]'), 'problem', line.problem);
$function$;

CREATE OR REPLACE FUNCTION private.line_pricing(line private.order_line)
 RETURNS jsonb
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  if line.price_reason is null and line.discounts is null and line.taxes is null then
    return '{}';
  end if;
  return jsonb_build_object('base_unit_amount', line.base_unit_amount, 'price_reason', coalesce(line.price_reason, '{"kind": "base"}'),
    'discounts', coalesce(line.discounts, '[]'), 'taxes', coalesce(line.taxes, '[]'));
end
$function$;

CREATE OR REPLACE FUNCTION private.line_problem(lines private.order_line[], variant_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select line.problem from unnest(line_problem.lines) as line
  where line.problem is not null and line_problem.variant_id = coalesce(line.parent_variant_id, line.variant_id)
  order by line.parent_variant_id is not null limit 1;
$function$;

CREATE OR REPLACE FUNCTION private.list_products(kind text, category text, tag text, locale text, currency text, cursor text, max_rows integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_where text := 'true';
  v_category_id uuid;
begin
  if list_products.kind is not null then
    v_where := v_where || format(' and products.kind = %L', list_products.kind);
  end if;
  if list_products.tag is not null then
    v_where := v_where || format(' and products.tags @> %L::text[]', array[list_products.tag]);
  end if;
  if list_products.category is not null then
    select categories.id into v_category_id from public.categories where categories.slug = list_products.category;
    if v_category_id is null then
      perform private.fail('category_not_found', 404, 'There is no such category.', 'Read category_tree for those there are.');
    end if;
    v_where := v_where || format(' and products.category_id = any (%L::uuid[])', array(select private.category_subtree(v_category_id)));
  end if;
  return private.page_of_products(null, v_where, list_products.locale, list_products.currency, list_products.cursor, list_products.max_rows);
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_addresses()
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
begin
  perform from public.profiles where profiles.id = v_person_id for no key update;
  return v_person_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_cart(customer_id uuid)
 RETURNS public.carts
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_cart public.carts;
  v_returned public.carts;
begin
  perform from public.carts
  where carts.customer_id = lock_cart.customer_id and (carts.status = 'open' or carts.status = 'ordered' and carts.expires_at > now())
  order by carts.id for update;
  select * into v_cart from public.carts where carts.customer_id = lock_cart.customer_id and carts.status = 'open';
  if v_cart.expires_at <= now() then
    update public.carts set status = 'abandoned' where carts.id = v_cart.id;
    v_cart := null;
  elsif v_cart.order_id is not null and exists (select from public.orders where orders.id = v_cart.order_id and orders.paid_at is not null) then
    -- the payment came after all, and nobody has touched the cart since it came back
    update public.carts set status = 'ordered' where carts.id = v_cart.id;
    v_cart := null;
  end if;
  for v_returned in
    select carts.* from public.carts join public.orders on orders.id = carts.order_id
    where carts.customer_id = lock_cart.customer_id and carts.status = 'ordered' and carts.expires_at > now()
      and orders.status in ('expired', 'cancelled') and orders.paid_at is null
    order by carts.updated_at
  loop
    v_cart := private.give_back_cart(v_returned, v_cart);
  end loop;
  return v_cart;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_category_tree()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select pg_advisory_xact_lock(hashtextextended('seatline.categories', 0));
$function$;

CREATE OR REPLACE FUNCTION private.lock_goods(variant_ids uuid[], counted boolean DEFAULT true)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform from public.variants where variants.id = any (lock_goods.variant_ids) order by variants.id for no key update;
  perform private.check_goods(lock_goods.variant_ids, lock_goods.counted);
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_holds(holder_ids uuid[], variant_ids uuid[] DEFAULT '{}'::uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_wanted record;
begin
  perform from public.reservations
  where reservations.holder_id = any (lock_holds.holder_ids) and reservations.status = 'held' order by reservations.id for update;
  for v_wanted in
    select touched.variant_id, bool_or(touched.entirely) as entirely
    from (
      -- who bought beyond stock takes what lies on the shelf by now
      select reservations.variant_id, reservations.slot >= 128 from public.reservations
      where reservations.holder_id = any (lock_holds.holder_ids) and reservations.status = 'held'
      union all
      select wanted, true from unnest(lock_holds.variant_ids) as wanted
    ) as touched (variant_id, entirely)
    group by touched.variant_id order by touched.variant_id
  loop
    if v_wanted.entirely then
      perform private.lock_stock(array[v_wanted.variant_id]);
    else
      -- and those beyond stock: a unit that frees may go to who waits there
      perform from public.stock_slots
      where stock_slots.variant_id = v_wanted.variant_id and (stock_slots.slot >= 128 or (stock_slots.slot, stock_slots.location_id) in (
        select reservations.slot, reservations.location_id from public.reservations
        where reservations.holder_id = any (lock_holds.holder_ids) and reservations.variant_id = v_wanted.variant_id and reservations.status = 'held'))
      order by stock_slots.slot, stock_slots.location_id for update;
    end if;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_invoice_series(kind text)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_year integer := extract(year from clock_timestamp() at time zone (private.setting('shop_time_zone') #>> '{}'));
begin
  insert into private.invoice_series (kind, year) values (lock_invoice_series.kind, v_year) on conflict on constraint invoice_series_pkey do nothing;
  perform from private.invoice_series where invoice_series.kind = lock_invoice_series.kind and invoice_series.year = v_year for update;
  return v_year;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_payment(payment_id uuid)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
begin
  perform from public.orders where orders.id = (select payments.order_id from public.payments where payments.id = lock_payment.payment_id) for update;
  select * into v_payment from public.payments where payments.id = lock_payment.payment_id for update;
  return v_payment;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_stock(variant_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_id uuid;
begin
  for v_variant_id in select distinct wanted from unnest(lock_stock.variant_ids) as wanted order by 1 loop
    -- slot 0 first, in a statement of its own: whoever adds slots holds it, so what the next statement sees is all there is
    perform from public.stock_slots where stock_slots.variant_id = v_variant_id and stock_slots.slot = 0 for update;
    perform from public.stock_slots where stock_slots.variant_id = v_variant_id order by stock_slots.slot, stock_slots.location_id for update;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.lock_waitlist(intake_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select pg_advisory_xact_lock(hashtextextended('seatline.waitlist/' || lock_waitlist.intake_id, 0));
$function$;

CREATE OR REPLACE FUNCTION private.lock_waitlists(holder_ids uuid[], variant_ids uuid[] DEFAULT '{}'::uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.lock_waitlist(lists.id) from (
    select intakes.id from public.intakes
    where intakes.has_waitlist and (intakes.variant_id = any (lock_waitlists.variant_ids) or intakes.variant_id in (
      select reservations.variant_id from public.reservations where reservations.holder_id = any (lock_waitlists.holder_ids) and reservations.status = 'held'))
    order by intakes.variant_id
  ) as lists;
end
$function$;

CREATE OR REPLACE FUNCTION private.main_location()
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$ select '00000000-0000-4000-8000-000000000001'::uuid; $function$;

CREATE OR REPLACE FUNCTION private.make_default_address(profile_id uuid, address_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.addresses set default_since = null
  where addresses.profile_id = make_default_address.profile_id and addresses.default_since is not null and addresses.id <> make_default_address.address_id;
  update public.addresses set default_since = now() where addresses.id = make_default_address.address_id and addresses.default_since is null;
end
$function$;

CREATE OR REPLACE FUNCTION private.mark_notification(notification_id uuid, status text, error text DEFAULT NULL::text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update public.notifications
  set status = mark_notification.status, error = mark_notification.error, sent_at = case when mark_notification.status = 'sent' then now() end
  where notifications.id = mark_notification.notification_id and notifications.status <> 'sent';
$function$;

CREATE OR REPLACE FUNCTION private.mark_seen(priced private.priced_cart)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.cart_items
  set seen_title = coalesce(shown.title, cart_items.seen_title), seen_unit_amount = coalesce(shown.unit_amount, cart_items.seen_unit_amount),
    seen_problem = shown.problem
  from (
    select line.variant_id, line.title, line.unit_amount, private.line_problem((priced.quote).lines, line.variant_id) ->> 'code' as problem
    from unnest((priced.quote).lines) as line where line.parent_variant_id is null
  ) as shown
  where cart_items.cart_id = (priced.cart).id and cart_items.variant_id = shown.variant_id
    and (coalesce(shown.title, cart_items.seen_title), coalesce(shown.unit_amount, cart_items.seen_unit_amount), shown.problem)
      is distinct from (cart_items.seen_title, cart_items.seen_unit_amount, cart_items.seen_problem);
end
$function$;

CREATE OR REPLACE FUNCTION private.match_titles(search private.order_search)
 RETURNS private.order_search
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
declare
  v_search private.order_search := match_titles.search;
begin
  v_search.in_many_numbers := private.order_numbers_containing(v_search.words) is null;
  select coalesce(array_agg(distinct sold_titles.title), '{}'), coalesce(array_agg(distinct sold_titles.variant_id), '{}')
  into v_search.titles, v_search.variants
  from private.sold_titles
  where sold_titles.content like v_search.pattern or v_search.alike and sold_titles.content operator(extensions.%>) v_search.words;
  return v_search;
end
$function$;

CREATE OR REPLACE FUNCTION private.media_file(media_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_file jsonb;
begin
  select jsonb_build_object('id', media.id, 'path', media.path, 'mime_type', media.mime_type, 'byte_size', media.byte_size, 'sha256', media.sha256,
    'on_sale', private.is_on_sale(products.status, products.publish_at, products.unpublish_at)) into v_file
  from public.media join public.products on products.id = media.product_id
  where media.id = media_file.media_id and media.ready_at is not null;
  if v_file is null or not ((v_file ->> 'on_sale')::boolean or private.is_service() or private.has_permission('catalog.read')) then
    perform private.fail('media_not_found', 404, 'There is no such picture.', 'Read the product again.');
  end if;
  return v_file;
end
$function$;

CREATE OR REPLACE FUNCTION private.merge_cart(lines jsonb, currency text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', merge_cart.lines, 'currency', merge_cart.currency);
  v_answer jsonb := private.recall_answer(v_person_id, merge_cart.idempotency_key, 'merge_cart', v_body);
  v_cart public.carts;
  v_changes jsonb;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if merge_cart.currency is not null then
    perform private.check_currency(merge_cart.currency);
  end if;
  v_cart := private.open_cart(v_person_id);
  if merge_cart.currency <> v_cart.currency and not exists (select from public.cart_items where cart_items.cart_id = v_cart.id) then
    update public.carts set currency = merge_cart.currency where carts.id = v_cart.id; -- an empty cart has no currency of its own yet
  end if;
  v_changes := private.merge_lines(v_cart.id, merge_cart.lines);
  return private.answer_cart(v_person_id, merge_cart.idempotency_key, 'merge_cart', v_body, v_cart.id, null, v_changes);
end
$function$;

CREATE OR REPLACE FUNCTION private.merge_lines(cart_id uuid, lines jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_most_lines integer := private.setting('max_order_lines');
  v_most_units integer := private.setting('max_cart_quantity');
  v_lines integer := (select count(*) from public.cart_items where cart_items.cart_id = merge_lines.cart_id);
  v_wish record;
  v_changes jsonb := '[]';
begin
  for v_wish in
    select wish.variant_id, wish.quantity, products.kind, cart_items.quantity as present
    from private.parse_lines(merge_lines.lines) as wish
    join public.variants on variants.id = wish.variant_id -- what was deleted meanwhile is gone without a trace
    join public.products on products.id = variants.product_id
    left join public.cart_items on cart_items.cart_id = merge_lines.cart_id and cart_items.variant_id = wish.variant_id
    order by wish.variant_id
  loop
    if v_wish.present is null and v_lines >= v_most_lines then
      v_changes := v_changes || jsonb_build_object('code', 'not_merged', 'variant_id', v_wish.variant_id, 'title', null, 'from', v_wish.quantity, 'to', 0);
      continue;
    end if;
    v_lines := v_lines + case when v_wish.present is null then 1 else 0 end;
    insert into public.cart_items as item (cart_id, variant_id, quantity)
    values (merge_lines.cart_id, v_wish.variant_id, private.merged_quantity(0, v_wish.quantity, v_wish.kind, v_most_units))
    on conflict on constraint cart_items_pkey do update
    set quantity = private.merged_quantity(item.quantity, v_wish.quantity, v_wish.kind, v_most_units);
  end loop;
  return v_changes;
end
$function$;

CREATE OR REPLACE FUNCTION private.merged_quantity(present integer, added integer, kind text, most integer)
 RETURNS integer
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select case when merged_quantity.kind = 'course' then 1
    else greatest(merged_quantity.present, least(merged_quantity.present + merged_quantity.added, merged_quantity.most)) end;
$function$;

CREATE OR REPLACE FUNCTION private.missing_combinations(product_id uuid)
 RETURNS TABLE(value_ids uuid[], title text, sku_tail text, "position" integer)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if (select count(*) > 250 from private.all_combinations(missing_combinations.product_id)) then
    perform private.fail('invalid_options', 422, 'With what the product has already these are more than 250 combinations.', 'Split it into several products.');
  end if;
  return query
    select combinations.value_ids, combinations.title, combinations.sku_tail, combinations.place::integer
    from private.all_combinations(missing_combinations.product_id) with ordinality as combinations (value_ids, title, sku_tail, place)
    where not exists (
      select from public.variants where variants.product_id = missing_combinations.product_id and variants.option_value_ids = combinations.value_ids
    )
    order by combinations.place;
end
$function$;

CREATE OR REPLACE FUNCTION private.move_beyond_stock(shelf public.stock_slots, holder_id uuid, quantity integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.stock_slots set available = available - move_beyond_stock.quantity
  where stock_slots.variant_id = shelf.variant_id and stock_slots.slot = shelf.slot and stock_slots.location_id = shelf.location_id;
  update public.stock_slots set available = stock_slots.available + move_beyond_stock.quantity
  from (
    select lowest.slot from public.stock_slots as lowest where lowest.variant_id = shelf.variant_id and lowest.slot >= 128 order by lowest.available, lowest.slot limit 1
  ) as emptiest
  where stock_slots.variant_id = shelf.variant_id and stock_slots.slot = emptiest.slot and stock_slots.location_id = private.allowance_location();
  update public.backorders set open_quantity = backorders.open_quantity - move_beyond_stock.quantity
  where backorders.holder_id = move_beyond_stock.holder_id and backorders.variant_id = shelf.variant_id;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id) values
    (shelf.variant_id, shelf.location_id, -move_beyond_stock.quantity, 'backorder', move_beyond_stock.holder_id),
    (shelf.variant_id, private.allowance_location(), move_beyond_stock.quantity, 'backorder', move_beyond_stock.holder_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.move_category(category_id uuid, parent_id uuid, "position" integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('category_id', move_category.category_id, 'parent_id', move_category.parent_id, 'position', move_category.position);
  v_answer jsonb := private.recall_answer(v_person_id, move_category.idempotency_key, 'move_category', v_body);
  v_moved public.categories;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.categories
  set parent_id = move_category.parent_id, position = coalesce(move_category.position, categories.position)
  where categories.id = move_category.category_id
  returning * into v_moved;
  if v_moved.id is null then
    perform private.fail('category_not_found', 404, 'There is no such category.', 'Read category_tree for those there are.');
  end if;
  return private.remember_answer(v_person_id, move_category.idempotency_key, 'move_category', v_body,
    to_jsonb(v_moved) - 'parent_depth' - 'created_at' - 'updated_at');
end
$function$;

CREATE OR REPLACE FUNCTION private.my_courses()
 RETURNS TABLE(enrollment_id uuid, status text, state text, product_id uuid, slug text, title text, summary text, image_url text, intake_id uuid, intake_title text, starts_at timestamp with time zone, ends_at timestamp with time zone, time_zone text, location text, enrolled_at timestamp with time zone, order_id uuid, order_number text, progress_percent integer, next_lesson jsonb, next_session jsonb, access_ends_at timestamp with time zone, result text, score_percent integer, certificate_number text)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select enrollments.id, enrollments.status,
      case when enrollments.status in ('reserved', 'suspended') then enrollments.status when access.ends_at <= now() then 'ended' else 'active' end,
      products.id, products.slug, products.title, products.summary, products.image_url,
      intakes.id, intakes.title, intakes.starts_at, intakes.ends_at, intakes.time_zone, intakes.location,
      enrollments.enrolled_at, orders.id, orders.number,
      progress.percent, (
        select jsonb_build_object('id', lessons.id, 'kind', lessons.kind, 'title', lessons.title, 'duration_minutes', lessons.duration_minutes)
        from public.lessons where lessons.id = progress.next_lesson_id
      ), null::jsonb, access.ends_at, case when results.passed_at is not null then 'passed' end, results.score_percent, certificates.number
    from public.enrollments
    join public.intakes on intakes.id = enrollments.intake_id
    join public.products on products.id = intakes.product_id
    left join public.order_items on order_items.id = enrollments.order_item_id
    left join public.orders on orders.id = order_items.order_id
    left join public.results on results.enrollment_id = enrollments.id
    left join public.certificates on certificates.enrollment_id = enrollments.id and certificates.revoked_at is null
    cross join lateral (select private.access_ends_at(enrollments.enrolled_at, intakes.starts_at, intakes.access_days) as ends_at offset 0) as access
    cross join lateral (
      select (100 * count(lesson_progress.completed_at) / nullif(count(*), 0))::integer as percent,
        (array_agg(lessons.id order by course_sections.position, course_sections.id, lessons.position, lessons.id) filter (where lesson_progress.completed_at is null))[1] as next_lesson_id
      from public.lessons
      join public.course_sections on course_sections.id = lessons.section_id
      left join public.lesson_progress on lesson_progress.enrollment_id = enrollments.id and lesson_progress.lesson_id = lessons.id
      where lessons.product_id = intakes.product_id and lessons.is_required and lessons.withdrawn_at is null
    ) as progress
    where enrollments.learner_id = private.require_person() and enrollments.status in ('reserved', 'active', 'suspended', 'completed')
    order by enrollments.created_at desc, enrollments.id;
end
$function$;

CREATE OR REPLACE FUNCTION private.my_downloads()
 RETURNS TABLE(download_id uuid, order_id uuid, order_number text, product_id uuid, slug text, title text, file_name text, mime_type text, byte_size bigint, used_count integer, max_downloads integer, granted_at timestamp with time zone, expires_at timestamp with time zone, ended_at timestamp with time zone)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select downloads.id, orders.id, orders.number, products.id, products.slug, order_items.title, digital_files.file_name, digital_files.mime_type, digital_files.byte_size,
      downloads.used_count, downloads.max_downloads, downloads.granted_at, downloads.expires_at, downloads.ended_at
    from public.downloads
    join public.digital_files on digital_files.id = downloads.digital_file_id
    join public.products on products.id = digital_files.product_id
    join public.order_items on order_items.id = downloads.order_item_id
    join public.orders on orders.id = order_items.order_id
    where downloads.customer_id = private.require_person()
    order by downloads.granted_at desc, downloads.id;
end
$function$;

CREATE OR REPLACE FUNCTION private.my_waitlist()
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return query
    select private.waitlist_document(waitlist_entries) || jsonb_build_object('title', products.title, 'slug', products.slug, 'intake_title', intakes.title)
    from public.waitlist_entries
    join public.intakes on intakes.id = waitlist_entries.intake_id
    join public.products on products.id = intakes.product_id
    where waitlist_entries.learner_id = private.require_person()
      and (waitlist_entries.status = 'waiting' or waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now())
    order by waitlist_entries.position;
end
$function$;

CREATE OR REPLACE FUNCTION private.needed_units(lines private.order_line[])
 RETURNS private.order_line[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_line private.order_line;
  v_last private.order_line;
  v_needed private.order_line[] := '{}';
begin
  for v_line in select line.* from unnest(needed_units.lines) as line order by line.variant_id, line.parent_variant_id nulls first loop
    if v_line.variant_id = v_last.variant_id then
      if v_line.intake_id is not null then
        perform private.fail('invalid_quantity', 422, format('%s is in this order twice, and a learner takes one seat.', v_line.title), 'Remove it, or the bundle that contains it.', v_line.variant_id::text);
      end if;
      v_last.quantity := v_last.quantity + v_line.quantity;
      v_needed[cardinality(v_needed)] := v_last;
    else
      v_needed := v_needed || v_line;
      v_last := v_line;
    end if;
  end loop;
  return v_needed;
end
$function$;

CREATE OR REPLACE FUNCTION private.needs_address(lines private.order_line[])
 RETURNS boolean
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_line private.order_line;
begin
  foreach v_line in array needs_address.lines loop
    if v_line.kind = 'physical' then
      return true;
    end if;
  end loop;
  return false;
end
$function$;

CREATE OR REPLACE FUNCTION private.new_certificate_number(issued_in integer)
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- bytes 6 and 8 of a random uuid are not all chance: 6 is left out, and of 8 the lower five bits are
  select 'CERT-' || lpad(issued_in::text, 4, '0') || string_agg(
    case when place in (0, 5, 11) then '-' else '' end || substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', (get_byte(chance.bytes, place) & 31) + 1, 1), '' order by place)
  from (select uuid_send(gen_random_uuid()) as bytes) as chance, unnest(array[0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15]) as place;
$function$;

CREATE OR REPLACE FUNCTION private.newest_orders(search private.order_search, among uuid[], since timestamp with time zone)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
 SET jit TO 'off'
AS $function$
begin
  return array(
    select orders.id from public.orders
    where (search.everyone or orders.customer_id = search.person_id)
      and (search.statuses is null or orders.status = any (search.statuses))
      and (search.placed_from is null or orders.placed_at >= search.placed_from)
      and (search.placed_to is null or orders.placed_at < search.placed_to)
      and (search.min_amount is null or orders.total_amount >= search.min_amount)
      and (search.max_amount is null or orders.total_amount <= search.max_amount)
      and (search.currency is null or orders.currency = search.currency)
      and (search.before_id is null or (orders.placed_at, orders.id) < (search.before_at, search.before_id))
      and (newest_orders.since is null or orders.placed_at >= newest_orders.since)
      and (search.pattern is null
        or newest_orders.among is not null and orders.id = any (newest_orders.among)
        or (newest_orders.among is null or search.in_many_numbers) and orders.number like upper(search.pattern)
        -- scalar on purpose: as exists (…) the planner may read a whole table to hash it
        or newest_orders.among is null and search.titles <> '{}' and (
          select bool_or(order_items.title = any (search.titles)) from public.order_items where order_items.order_id = orders.id)
        or newest_orders.among is null and search.names and (
          select customer_search.content like search.pattern or customer_search.content like search.digits_pattern
            or search.alike and extensions.word_similarity(search.words, customer_search.content) >= search.likeness
          from private.customer_search where customer_search.profile_id = orders.customer_id))
    order by orders.placed_at desc, orders.id desc limit search.max_rows + 1
  );
end
$function$;

CREATE OR REPLACE FUNCTION private.next_invoice_serial(kind text, year integer)
 RETURNS integer
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  update private.invoice_series set last_serial = invoice_series.last_serial + 1
  where invoice_series.kind = next_invoice_serial.kind and invoice_series.year = next_invoice_serial.year
  returning invoice_series.last_serial;
$function$;

CREATE OR REPLACE FUNCTION private.note_backorders(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_beyond record;
  v_item record;
begin
  update public.order_items set backordered_quantity = 0, ships_at = null
  where order_items.order_id = note_backorders.order_id and order_items.backordered_quantity > 0;
  for v_beyond in
    select taken.variant_id, sum(taken.quantity)::integer as quantity, min(variants.preorder_ships_at) as ships_at
    from (
      select reservations.variant_id, reservations.quantity from public.reservations
      where reservations.holder_id = note_backorders.order_id and reservations.status = 'held' and reservations.slot >= 128
      union all
      select backorders.variant_id, backorders.quantity from public.backorders where backorders.holder_id = note_backorders.order_id
    ) as taken join public.variants on variants.id = taken.variant_id group by taken.variant_id
  loop
    for v_item in
      select order_items.id, order_items.quantity from public.order_items
      where order_items.order_id = note_backorders.order_id and order_items.variant_id = v_beyond.variant_id order by order_items.id
    loop
      update public.order_items set backordered_quantity = least(v_item.quantity, v_beyond.quantity), ships_at = v_beyond.ships_at where order_items.id = v_item.id;
      v_beyond.quantity := v_beyond.quantity - least(v_item.quantity, v_beyond.quantity);
      exit when v_beyond.quantity = 0;
    end loop;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.note_customers(profile_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into private.customer_search (profile_id, content)
  select profiles.id, concat_ws(E'\n', private.search_text(profiles.first_name || ' ' || profiles.last_name), private.search_text(profiles.email),
    profiles.phone, regexp_replace(profiles.phone, '\D', '', 'g'),
    (select string_agg(distinct private.search_text(addresses.recipient), E'\n') from public.addresses where addresses.profile_id = profiles.id))
  from public.profiles where note_customers.profile_ids is null or profiles.id = any (note_customers.profile_ids)
  on conflict (profile_id) do update set content = excluded.content;
$function$;

CREATE OR REPLACE FUNCTION private.note_low_stock(variant_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_mark record;
begin
  with watched as materialized (
    select low_stock_marks.variant_id from private.low_stock_marks where low_stock_marks.variant_id = note_low_stock.variant_id for update skip locked
  ), stock as (
    select coalesce(sum(stock_slots.available), 0) as available from public.stock_slots
    where stock_slots.variant_id = note_low_stock.variant_id and stock_slots.slot < 128
  )
  update private.low_stock_marks set low_since = case when stock.available <= low_stock_marks.threshold then now() end
  from watched, stock
  where low_stock_marks.variant_id = watched.variant_id and (low_stock_marks.low_since is null) = (stock.available <= low_stock_marks.threshold)
  returning low_stock_marks.low_since, low_stock_marks.threshold, stock.available into v_mark;
  if v_mark.low_since is not null then
    perform private.emit('stock.low', 'variant', note_low_stock.variant_id, jsonb_build_object('available', v_mark.available, 'threshold', v_mark.threshold));
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.note_titles(variant_ids uuid[])
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into private.sold_titles (variant_id, title, content)
  select named.variant_id, named.title, private.search_text(named.title)
  from (
    -- as private.price_line words it; a test compares
    select variants.id as variant_id,
      case when intakes.id is null or intakes.title = products.title then products.title else products.title || ' · ' || intakes.title end as title
    from public.variants
    join public.products on products.id = variants.product_id
    left join public.intakes on intakes.variant_id = variants.id
    where note_titles.variant_ids is null or variants.id = any (note_titles.variant_ids)
  ) as named
  on conflict do nothing;
$function$;

CREATE OR REPLACE FUNCTION private.open_attempt(enrollment public.enrollments, lesson public.lessons)
 RETURNS public.quiz_attempts
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_used integer := (select count(*) from public.quiz_attempts where quiz_attempts.enrollment_id = enrollment.id and quiz_attempts.lesson_id = lesson.id);
  v_attempt public.quiz_attempts;
begin
  if v_used >= lesson.max_attempts then
    perform private.fail('attempts_used_up', 409, 'All attempts at this are used.', 'Ask those who teach the course.', lesson.max_attempts::text);
  end if;
  if not exists (select from private.quizzes where quizzes.lesson_id = lesson.id) then
    perform private.fail('quiz_not_ready', 409, 'This quiz has no questions yet.', 'Come back later.');
  end if;
  insert into public.quiz_attempts (enrollment_id, lesson_id, product_id, learner_id, number, max_attempts, due_at)
  values (enrollment.id, lesson.id, lesson.product_id, enrollment.learner_id, v_used + 1, lesson.max_attempts,
    now() + make_interval(mins => lesson.time_limit_minutes))
  returning * into v_attempt;
  insert into private.quiz_papers (attempt_id, questions) select v_attempt.id, quizzes.questions from private.quizzes where quizzes.lesson_id = lesson.id;
  return v_attempt;
end
$function$;

CREATE OR REPLACE FUNCTION private.open_books(lines private.stock_line[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_ids uuid[] := array(select distinct line.variant_id from unnest(open_books.lines) as line order by 1);
begin
  perform private.lock_goods(v_variant_ids);
  perform private.hold_locations(array(select distinct line.location_id from unnest(open_books.lines) as line));
  perform private.lock_stock(v_variant_ids);
  perform private.release_due_units(wanted) from unnest(v_variant_ids) as wanted;
end
$function$;

CREATE OR REPLACE FUNCTION private.open_cart(person_id uuid)
 RETURNS public.carts
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_cart public.carts;
begin
  loop
    v_cart := private.lock_cart(open_cart.person_id);
    if v_cart.id is null then
      insert into public.carts (customer_id, currency, expires_at)
      values (open_cart.person_id, private.setting('default_currency') #>> '{}', private.cart_expiry())
      on conflict (customer_id) where (status = 'open') do nothing
      returning * into v_cart;
    end if;
    -- null again: another tab made it in this moment
    exit when v_cart.id is not null;
  end loop;
  return v_cart;
end
$function$;

CREATE OR REPLACE FUNCTION private.open_enrollments(order_id uuid, person_id uuid, lines private.order_line[], item_ids uuid[], first_status text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_intake_id uuid;
begin
  for v_index in 1 .. cardinality(open_enrollments.lines) loop
    v_intake_id := (open_enrollments.lines[v_index]).intake_id;
    continue when v_intake_id is null;
    insert into public.enrollments (intake_id, learner_id, order_item_id, status, enrolled_at)
    values (v_intake_id, open_enrollments.person_id, open_enrollments.item_ids[v_index], open_enrollments.first_status,
      case when open_enrollments.first_status = 'active' then now() end)
    on conflict (intake_id, learner_id) where (status in ('reserved', 'active', 'suspended', 'completed')) do nothing;
    continue when found;
    perform private.refuse_second_seat(open_enrollments.person_id, v_intake_id);
    -- it ended this very moment
    perform private.fail('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.open_payment(order_id uuid, method text)
 RETURNS public.payments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_payment public.payments;
begin
  select * into v_order from public.orders where orders.id = open_payment.order_id for update;
  if v_order.status <> 'pending' then
    perform private.fail('order_not_payable', 409, format('Order %s is %s: there is nothing to pay.', v_order.number, v_order.status), 'Read the order; place a new one if it ended.');
  end if;
  if v_order.expires_at <= now() then
    perform private.fail('order_expired', 409, format('The hold of order %s has ended.', v_order.number), 'Place a new order.');
  end if;
  select * into v_payment from public.payments where payments.order_id = v_order.id and payments.status in ('pending', 'processing');
  if v_payment.status = 'processing' or v_payment.method <> open_payment.method and private.is_under_review(v_payment.id) then
    perform private.fail('payment_in_progress', 409, 'A payment for this order is being processed.', 'Wait for it: the order changes by itself.');
  end if;
  if v_payment.expires_at <= now() then
    update public.payments set status = 'expired' where payments.id = v_payment.id;
    v_payment.id := null;
  elsif v_payment.method <> open_payment.method then
    -- the buyer chose another way: the first one is closed, and what still comes by it is given back
    perform private.close_payments(v_order.id, 'cancelled');
    v_payment.id := null;
  end if;
  if v_payment.id is null then
    insert into public.payments (order_id, attempt, provider, method, currency, amount)
    select v_order.id, coalesce(max(payments.attempt), 0) + 1, case when open_payment.method = 'manual_transfer' then 'manual_transfer' else 'stripe' end,
      open_payment.method, v_order.currency, v_order.total_amount
    from public.payments where payments.order_id = v_order.id
    returning * into v_payment;
  end if;
  return v_payment;
end
$function$;

CREATE OR REPLACE FUNCTION private.open_payments(older_than interval DEFAULT '00:02:00'::interval, max_rows integer DEFAULT 50)
 RETURNS SETOF public.payments
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select payments.* from public.payments
  join public.orders on orders.id = payments.order_id
  where payments.created_at < now() - open_payments.older_than and orders.status <> 'needs_review'
    and (payments.status in ('pending', 'processing')
      -- a page closed lately may have been paid in its last second
      or payments.status in ('expired', 'cancelled', 'failed') and payments.updated_at > now() - interval '1 hour')
    and payments.session_id is not null
  order by payments.updated_at limit open_payments.max_rows;
$function$;

CREATE OR REPLACE FUNCTION private.open_submission(enrollment public.enrollments, lesson_id uuid, body text)
 RETURNS public.submissions
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lesson public.lessons;
  v_before record;
  v_submission public.submissions;
begin
  select * into v_lesson from public.lessons where lessons.id = open_submission.lesson_id;
  select count(*) as count, count(*) filter (where submissions.graded_at is null) as waiting into v_before from public.submissions
  where submissions.enrollment_id = enrollment.id and submissions.lesson_id = v_lesson.id;
  if v_before.waiting > 0 then
    perform private.fail('submission_waits', 409, 'Your work waits for its mark.', 'Hand in again once it is graded.');
  end if;
  if v_before.count >= v_lesson.max_attempts then
    perform private.fail('attempts_used_up', 409, 'All attempts at this are used.', 'Ask those who teach the course.', v_lesson.max_attempts::text);
  end if;
  insert into public.submissions (enrollment_id, lesson_id, product_id, learner_id, number, max_attempts, body)
  values (enrollment.id, v_lesson.id, v_lesson.product_id, enrollment.learner_id, v_before.count + 1, v_lesson.max_attempts, open_submission.body)
  returning * into v_submission;
  return v_submission;
end
$function$;

CREATE OR REPLACE FUNCTION private.order_document(order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_items jsonb;
  v_payments jsonb := '[]';
  v_refunds jsonb := '[]';
begin
  select * into v_order from public.orders where orders.id = order_document.order_id;
  select jsonb_agg(jsonb_build_object(
      'id', order_items.id, 'variant_id', order_items.variant_id, 'kind', order_items.kind, 'sku', order_items.sku, 'title', order_items.title,
      'parent_id', order_items.parent_id, 'quantity', order_items.quantity, 'unit_amount', order_items.unit_amount,
      'subtotal_amount', order_items.subtotal_amount, 'discount_amount', order_items.discount_amount, 'tax_amount', order_items.tax_amount,
      'tax_included_amount', order_items.tax_included_amount, 'total_amount', order_items.total_amount, 'pricing', order_items.pricing,
      'backordered_quantity', order_items.backordered_quantity, 'ships_at', order_items.ships_at,
      'enrollment', case when enrollments.id is not null then jsonb_build_object(
        'id', enrollments.id, 'intake_id', enrollments.intake_id, 'status', enrollments.status, 'enrolled_at', enrollments.enrolled_at) end
    ) order by order_items.title, order_items.id) into v_items
  from public.order_items left join public.enrollments on enrollments.order_item_id = order_items.id
  where order_items.order_id = order_document.order_id;
  if v_order.total_amount > 0 then
    select coalesce(jsonb_agg(private.payment_document(payments) order by payments.attempt), '[]') into v_payments
    from public.payments where payments.order_id = order_document.order_id;
    select coalesce(jsonb_agg(jsonb_build_object('id', refunds.id, 'payment_id', refunds.payment_id, 'amount', refunds.amount,
      'currency', refunds.currency, 'status', refunds.status, 'reason', refunds.reason) order by refunds.created_at), '[]') into v_refunds
    from public.refunds where refunds.order_id = order_document.order_id;
  end if;
  return jsonb_build_object(
    'id', v_order.id, 'number', v_order.number, 'status', v_order.status, 'currency', v_order.currency,
    'subtotal_amount', v_order.subtotal_amount, 'discount_amount', v_order.discount_amount, 'tax_amount', v_order.tax_amount,
    'tax_included_amount', v_order.tax_included_amount, 'shipping_amount', v_order.shipping_amount, 'total_amount', v_order.total_amount,
    'placed_at', v_order.placed_at, 'expires_at', v_order.expires_at, 'paid_at', v_order.paid_at,
    'cancelled_at', v_order.cancelled_at, 'cancel_reason', v_order.cancel_reason, 'shipping_address', v_order.shipping_address,
    'items', v_items, 'payments', v_payments, 'refunds', v_refunds);
end
$function$;

CREATE OR REPLACE FUNCTION private.order_numbers_containing(words text)
 RETURNS text[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_parts text[] := regexp_match(order_numbers_containing.words, '^((?:s?l)?-)?([0-9]{1,18})$');
  v_digits text := v_parts[2];
  v_longest integer := (select length(order_numbers.last_value::text) from private.order_numbers);
  v_many numeric;
begin
  if v_parts is null then
    return case when strpos('sl-', order_numbers_containing.words) = 0 then '{}'::text[] end;
  end if;
  select sum(10.0 ^ (digits - length(v_digits)) * case when v_parts[1] is null then digits - length(v_digits) + 1 else 1 end) into v_many
  from generate_series(greatest(6, length(v_digits)), v_longest) as digits;
  if v_many > 5000 then
    return null;
  end if;
  return array(
    select 'SL-' || case when before > 0 then head::text else '' end || v_digits || case when after > 0 then lpad(tail::text, after, '0') else '' end
    from generate_series(greatest(6, length(v_digits)), v_longest) as digits,
      generate_series(0, case when v_parts[1] is null then digits - length(v_digits) else 0 end) as before,
      lateral (select digits - length(v_digits) - before as after) as rest,
      generate_series(case when before > 0 then (10 ^ (before - 1))::bigint else 0 end, case when before > 0 then (10 ^ before)::bigint - 1 else 0 end) as head,
      generate_series(0, (10 ^ after)::bigint - 1) as tail
  );
end
$function$;

CREATE OR REPLACE FUNCTION private.order_search_fingerprint(search private.order_search)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select left(md5(jsonb_build_array(search.words, search.person_id, search.statuses, extract(epoch from search.placed_from), extract(epoch from search.placed_to),
    search.min_amount, search.max_amount, search.currency)::text), 8);
$function$;

CREATE OR REPLACE FUNCTION private.order_search_rows(order_ids uuid[], names boolean)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object(
      'id', orders.id, 'number', orders.number, 'status', orders.status, 'currency', orders.currency, 'total_amount', orders.total_amount,
      'placed_at', orders.placed_at,
      'customer_name', case when order_search_rows.names then btrim(profiles.first_name || ' ' || profiles.last_name) end,
      'customer_email', case when order_search_rows.names then profiles.email end,
      'item_titles', items.titles, 'item_count', items.units
    ) order by orders.placed_at desc, orders.id desc), '[]')
  from public.orders
  join public.profiles on profiles.id = orders.customer_id
  cross join lateral (
    select coalesce(jsonb_agg(order_items.title order by order_items.title, order_items.id), '[]') as titles, coalesce(sum(order_items.quantity), 0) as units
    from public.order_items where order_items.order_id = orders.id
  ) as items
  where orders.id = any (order_search_rows.order_ids);
$function$;

CREATE OR REPLACE FUNCTION private.orders_about(search private.order_search, at_most integer)
 RETURNS uuid[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET plan_cache_mode TO 'force_custom_plan'
 SET jit TO 'off'
AS $function$
declare
  v_numbers text[] := private.order_numbers_containing(search.words);
begin
  return array(
    select orders.id from public.orders where orders.number = any (v_numbers)
    union all
    select order_items.order_id from public.order_items
    where order_items.variant_id = any (search.variants) and order_items.title = any (search.titles)
    union all
    select orders.id from private.customer_search join public.orders on orders.customer_id = customer_search.profile_id
    where search.names and (customer_search.content like search.pattern or customer_search.content like search.digits_pattern
      or search.alike and customer_search.content operator(extensions.%>) search.words)
    limit orders_about.at_most
  );
end
$function$;

CREATE OR REPLACE FUNCTION private.outline_sections(product_id uuid, enrollment_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select coalesce(jsonb_agg(jsonb_build_object('id', course_sections.id, 'title', course_sections.title, 'lessons', coalesce(listed.lessons, '[]'))
      order by course_sections.position, course_sections.id), '[]')
    from public.course_sections
    left join (
      select lessons.section_id, jsonb_agg(jsonb_build_object(
        'id', lessons.id, 'kind', lessons.kind, 'title', lessons.title, 'duration_minutes', lessons.duration_minutes,
        'is_required', lessons.is_required, 'is_preview', lessons.is_preview, 'pass_percent', lessons.pass_percent,
        'max_attempts', lessons.max_attempts, 'time_limit_minutes', lessons.time_limit_minutes,
        'lock_reason', states.lock_reason, 'opens_at', states.opens_at, 'waits_for', states.waits_for,
        'completed_at', states.completed_at, 'score_percent', states.score_percent) order by states.ordinal) as lessons
      from private.lesson_states(outline_sections.product_id, outline_sections.enrollment_id) as states
      join public.lessons on lessons.id = states.lesson_id
      group by lessons.section_id
    ) as listed on listed.section_id = course_sections.id
    where course_sections.product_id = outline_sections.product_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.page_of_products(collection_id uuid, condition text, locale text, currency text, cursor text, max_rows integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_rows integer := least(greatest(coalesce(page_of_products.max_rows, 20), 1), 100);
  v_after text[] := regexp_match(page_of_products.cursor, '^(-?[0-9]{1,10})\.([0-9]{1,17})\.([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$');
  v_currency text := coalesce(page_of_products.currency, private.setting('default_currency') #>> '{}');
  v_older text := 'true';
  v_ruled text := format('(%s)', page_of_products.condition);
  v_cards jsonb;
  v_keys text[];
begin
  if page_of_products.cursor is not null and (v_after is null or v_after[1]::bigint not between -2147483648 and 2147483647) then
    perform private.fail('invalid_cursor', 422, 'This cursor is not one that this list gave.', 'Pass next_cursor as it came; start without it.');
  end if;
  if not exists (select from public.currencies where currencies.code = v_currency) then
    perform private.fail('currency_not_supported', 422, 'This shop does not sell in that currency.', 'Read the currencies table for the ones it does.');
  end if;
  if v_after is not null then
    v_older := format('(products.created_at, products.id) < (%L, %L)', to_timestamp(0) + v_after[2]::bigint * interval '1 microsecond', v_after[3]);
    v_ruled := v_ruled || case when v_after[1] = '2147483647' then ' and ' || v_older else '' end;
  end if;
  -- two lists, each in the order of an index: what was picked by hand by its place, then what fits by age
  execute format($query$
    select jsonb_agg(private.product_card(found.product, $1, $2) order by found.rank, (found.product).created_at desc, (found.product).id desc),
      array_agg(found.rank || '.' || (extract(epoch from (found.product).created_at) * 1000000)::bigint || '.' || (found.product).id
        order by found.rank, (found.product).created_at desc, (found.product).id desc)
    from (
      select both_lists.product, both_lists.rank from ((
        select products as product, collection_members.position as rank
        from public.collection_members join public.products on products.id = collection_members.product_id
        where collection_members.collection_id = $4 and private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
          and ($5 is null or collection_members.position > $5 or collection_members.position = $5 and %1$s)
        order by collection_members.position, products.created_at desc, products.id desc limit $3
      )
      union all
      (
        select products, 2147483647 from public.products
        where private.is_on_sale(products.status, products.publish_at, products.unpublish_at) and %2$s
          and not exists (select from public.collection_members where collection_members.collection_id = $4 and collection_members.product_id = products.id)
        order by products.created_at desc, products.id desc limit $3
      )) as both_lists
      order by both_lists.rank, (both_lists.product).created_at desc, (both_lists.product).id desc limit $3
    ) as found $query$, v_older, v_ruled)
  into v_cards, v_keys
  using private.short_locale(page_of_products.locale), v_currency, v_rows + 1, page_of_products.collection_id, v_after[1]::integer;
  return jsonb_build_object('data', coalesce(case when cardinality(v_keys) > v_rows then v_cards - v_rows else v_cards end, '[]'),
    'next_cursor', case when cardinality(v_keys) > v_rows then v_keys[v_rows] end);
end
$function$;

CREATE OR REPLACE FUNCTION private.parse_lines(lines jsonb)
 RETURNS TABLE(variant_id uuid, quantity integer)
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_most integer := private.setting('max_order_lines');
  v_hint constant text := 'Send [{"variant_id": "<uuid>", "quantity": 1}, …].';
  v_line jsonb;
begin
  if jsonb_typeof(parse_lines.lines) is distinct from 'array' or jsonb_array_length(parse_lines.lines) = 0 then
    perform private.fail('invalid_lines', 422, 'An order needs a list of at least one line.', v_hint);
  end if;
  if jsonb_array_length(parse_lines.lines) > v_most then
    perform private.fail('invalid_lines', 422, format('An order has at most %s lines.', v_most), 'Split it into several orders.');
  end if;
  for v_line in select jsonb_array_elements(parse_lines.lines) loop
    if jsonb_typeof(v_line) <> 'object' or not v_line ?& array['variant_id', 'quantity'] or v_line - array['variant_id', 'quantity'] <> '{}' then
      perform private.fail('invalid_lines', 422, 'A line has variant_id and quantity, and nothing else; prices come from the catalogue.', v_hint);
    end if;
    if coalesce(v_line ->> 'variant_id', '') !~* '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' then
      perform private.fail('invalid_lines', 422, 'variant_id must be a UUID.', v_hint);
    end if;
    if jsonb_typeof(v_line -> 'quantity') <> 'number' or (v_line ->> 'quantity') !~ '^[1-9][0-9]{0,3}$' then
      perform private.fail('invalid_quantity', 422, 'quantity must be a whole number from 1 to 1000.', v_hint);
    end if;
  end loop;
  -- two lines of one variant are one wish: summed before stock is asked
  return query
    select (line ->> 'variant_id')::uuid, sum((line ->> 'quantity')::integer)::integer
    from jsonb_array_elements(parse_lines.lines) as line group by 1 order by 1;
end
$function$;

CREATE OR REPLACE FUNCTION private.parse_option_matrix(options jsonb)
 RETURNS TABLE(title text, "position" integer, "values" text[])
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_option jsonb;
  v_combinations bigint := 1;
  v_hint constant text := 'Send [{"title": "Size", "values": ["S", "M"]}, …].';
begin
  if jsonb_typeof(parse_option_matrix.options) is distinct from 'array' or jsonb_array_length(parse_option_matrix.options) not between 1 and 5 then
    perform private.fail('invalid_options', 422, 'options is a list of one to five options.', v_hint);
  end if;
  for v_option in select jsonb_array_elements(parse_option_matrix.options) loop
    if jsonb_typeof(v_option) <> 'object' or jsonb_typeof(v_option -> 'title') is distinct from 'string'
      or jsonb_typeof(v_option -> 'values') is distinct from 'array' or v_option - array['title', 'values'] <> '{}' then
      perform private.fail('invalid_options', 422, 'An option has a title and a list of values.', v_hint);
    end if;
    if jsonb_array_length(v_option -> 'values') = 0 or exists (
      select from jsonb_array_elements((v_option -> 'values') || jsonb_build_array(v_option -> 'title')) as word
      where jsonb_typeof(word) <> 'string' or length(btrim(word #>> '{}')) not between 1 and 200
    ) then
      perform private.fail('invalid_options', 422, 'Options and values are texts of 1 to 200 characters, and an option has a value.', v_hint);
    end if;
    v_combinations := v_combinations * jsonb_array_length(v_option -> 'values');
    if v_combinations > 250 then
      perform private.fail('invalid_options', 422, 'One product has at most 250 combinations.', 'Split it into several products.');
    end if;
  end loop;
  return query
    select btrim(named.option ->> 'title'), named.ordinality::integer,
      array(select btrim(word) from jsonb_array_elements_text(named.option -> 'values') with ordinality as words (word, place)
        group by btrim(word) order by min(place))
    from jsonb_array_elements(parse_option_matrix.options) with ordinality as named (option, ordinality);
end
$function$;

CREATE OR REPLACE FUNCTION private.parse_stock_lines(lines jsonb, amounts text[], placed boolean)
 RETURNS private.stock_line[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_hint constant text := format('Send [{"variant_id": "<uuid>", "%s": 1}, …].', amounts[1]);
  v_uuid constant text := '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$';
  v_line jsonb;
  v_amount text;
  v_parsed private.stock_line;
  v_all private.stock_line[] := '{}';
begin
  if jsonb_typeof(parse_stock_lines.lines) is distinct from 'array' or jsonb_array_length(parse_stock_lines.lines) not between 1 and 1000 then
    perform private.fail('invalid_lines', 422, 'lines is a list of 1 to 1000 lines.', v_hint);
  end if;
  for v_line in select jsonb_array_elements(parse_stock_lines.lines) loop
    if jsonb_typeof(v_line) <> 'object' then
      perform private.fail('invalid_lines', 422, 'A line is an object.', v_hint);
    end if;
    if coalesce(v_line ->> 'variant_id', '') !~* v_uuid or coalesce(v_line ->> 'location_id', private.main_location()::text) !~* v_uuid
      or (v_line - amounts - 'variant_id' - (case when placed then 'location_id' else '' end)) <> '{}' then
      perform private.fail('invalid_lines', 422, format('A line has variant_id, %s%s, and nothing else.', array_to_string(amounts, ' or '),
        case when placed then ', perhaps location_id' else '' end), v_hint);
    end if;
    v_amount := (select string_agg(key, '') from jsonb_object_keys(v_line) as key where key = any (amounts));
    if v_amount is null or v_amount <> all (amounts) then
      perform private.fail('invalid_lines', 422, format('A line has one of %s.', array_to_string(amounts, ', ')), v_hint);
    end if;
    if jsonb_typeof(v_line -> v_amount) <> 'number'
      or (v_line ->> v_amount) !~ (case v_amount when 'delta' then '^-?[1-9][0-9]{0,5}$' when 'counted' then '^[0-9]{1,6}$' else '^[1-9][0-9]{0,5}$' end) then
      perform private.fail('invalid_quantity', 422, format('%s is a whole number below a million.', v_amount), 'Correct the line.', v_line ->> 'variant_id');
    end if;
    v_parsed := row((v_line ->> 'variant_id')::uuid, coalesce((v_line ->> 'location_id')::uuid, private.main_location()),
      (v_line ->> 'quantity')::integer, (v_line ->> 'delta')::integer, (v_line ->> 'counted')::integer);
    v_all := v_all || v_parsed;
  end loop;
  if (select count(distinct (line.variant_id, line.location_id)) from unnest(v_all) as line) < cardinality(v_all) then
    perform private.fail('invalid_lines', 422, 'The same variant is named twice.', 'Add its lines up.');
  end if;
  return (select array_agg(line order by line.variant_id, line.location_id) from unnest(v_all) as line);
end
$function$;

CREATE OR REPLACE FUNCTION private.pass_on_free_units(variant_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_slot public.stock_slots;
  v_passed_on integer;
begin
  perform private.lock_stock(array[pass_on_free_units.variant_id]);
  for v_slot in
    select * from public.stock_slots where stock_slots.variant_id = pass_on_free_units.variant_id and stock_slots.available > 0
    order by stock_slots.slot, stock_slots.location_id
  loop
    v_passed_on := private.pass_on_units(v_slot.variant_id, v_slot.slot, v_slot.location_id, v_slot.available);
    exit when v_passed_on = 0;
    update public.stock_slots set available = available - v_passed_on, reserved = reserved + v_passed_on
    where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.pass_on_units(variant_id uuid, slot integer, location_id uuid, quantity integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_intake public.intakes;
  v_entry_id uuid;
  v_until timestamptz;
  v_passed_on integer := 0;
begin
  select * into v_intake from public.intakes where intakes.variant_id = pass_on_units.variant_id;
  if v_intake.id is null or not v_intake.has_waitlist or v_intake.enroll_closes_at <= now() then
    return 0;
  end if;
  perform private.lock_waitlist(v_intake.id);
  v_until := least(now() + make_interval(hours => (private.setting('offer_hours'))::integer), v_intake.enroll_closes_at);
  while v_passed_on < pass_on_units.quantity loop
    update public.waitlist_entries set status = 'offered', offer_expires_at = v_until
    where waitlist_entries.status = 'waiting' and waitlist_entries.id = (
      select next.id from public.waitlist_entries as next where next.intake_id = v_intake.id and next.status = 'waiting' order by next.position limit 1)
    returning waitlist_entries.id into v_entry_id;
    if v_entry_id is not null then
      insert into public.reservations (holder_id, variant_id, slot, location_id, quantity, expires_at)
      values (v_entry_id, pass_on_units.variant_id, pass_on_units.slot, pass_on_units.location_id, 1, v_until);
      perform private.emit('waitlist.offered', 'waitlist_entry', v_entry_id);
      v_passed_on := v_passed_on + 1;
    elsif not exists (select from public.waitlist_entries where waitlist_entries.intake_id = v_intake.id and waitlist_entries.status = 'waiting') then
      exit; -- otherwise the first in line left while we looked: look again
    end if;
  end loop;
  return v_passed_on;
end
$function$;

CREATE OR REPLACE FUNCTION private.payment_document(payment public.payments)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('id', payment.id, 'order_id', payment.order_id, 'attempt', payment.attempt, 'provider', payment.provider,
    'method', payment.method, 'status', payment.status, 'amount', payment.amount, 'currency', payment.currency, 'refunded_amount', payment.refunded_amount,
    'checkout_url', payment.checkout_url, 'expires_at', payment.expires_at,
    'failure_code', payment.failure_code, 'failure_message', payment.failure_message);
$function$;

CREATE OR REPLACE FUNCTION private.place_order(lines jsonb, cart_id uuid, currency text, shipping_address_id uuid, country text, province text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := jsonb_build_object('lines', place_order.lines, 'cart_id', place_order.cart_id, 'currency', place_order.currency,
    'shipping_address_id', place_order.shipping_address_id, 'country', place_order.country, 'province', place_order.province);
  v_answer jsonb := private.recall_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body);
  v_cart public.carts;
  v_currency text;
  v_wishes private.wish[];
  v_lines private.order_line[];
  v_address public.addresses;
  v_quote private.quote;
  v_order_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if place_order.cart_id is not null then
    if place_order.lines is not null then
      perform private.fail('invalid_lines', 422, 'An order is placed from lines or from a cart, not from both.', 'Leave one of lines and cart_id out.');
    end if;
    perform private.lock_cart(v_customer_id);
    select * into v_cart from public.carts where carts.id = place_order.cart_id and carts.customer_id = v_customer_id;
    if v_cart.status = 'ordered' then
      -- another click was quicker: this one answers the same order
      return private.remember_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body, private.order_document(v_cart.order_id));
    end if;
    perform private.refuse_wrong_cart(v_cart);
  end if;
  if place_order.shipping_address_id is not null then
    perform private.find_own_address(place_order.shipping_address_id);
  end if;
  v_currency := coalesce(place_order.currency, v_cart.currency, private.setting('default_currency') #>> '{}');
  perform private.check_currency(v_currency);
  perform private.check_place(place_order.country, place_order.province);
  if v_cart.id is null then
    select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(place_order.lines) as wish;
  else
    select array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id) into v_wishes
    from public.cart_items where cart_items.cart_id = v_cart.id;
  end if;
  v_lines := private.price_wishes(v_customer_id, v_wishes, v_currency);
  v_address := private.delivery_address(v_customer_id, v_lines, coalesce(place_order.shipping_address_id, v_cart.shipping_address_id));
  v_quote := private.total_quote(v_customer_id, v_currency, v_lines, private.cart_coupon_ids(v_cart.id),
    coalesce(v_address.country, place_order.country), case when v_address.id is null then place_order.province else v_address.province end);
  perform private.refuse_problem(v_quote.problems -> 0);
  perform private.refuse_problem(private.address_problem(v_lines, v_address.id));
  v_order_id := private.place_quote(v_customer_id, v_quote);
  if v_address.id is not null then
    update public.orders set shipping_address = private.address_snapshot(v_address.id) where orders.id = v_order_id;
  end if;
  if v_cart.id is not null then
    update public.carts set status = 'ordered', order_id = v_order_id where carts.id = v_cart.id;
  end if;
  return private.remember_answer(v_customer_id, place_order.idempotency_key, 'place_order', v_body, private.order_document(v_order_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.place_quote(customer_id uuid, quote private.quote)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order_id uuid := gen_random_uuid();
  v_expires_at timestamptz;
  v_line private.order_line;
  v_needed private.order_line[] := quote.lines;
  v_beyond integer := 0;
  v_expired uuid[];
begin
  if quote.total_amount > 0 then
    v_expires_at := now() + make_interval(mins => (private.setting('hold_minutes'))::integer);
  end if;
  v_expired := private.expire_own_due_orders(place_quote.customer_id, quote.lines);
  foreach v_line in array quote.lines loop
    if v_line.kind = 'bundle' then
      v_needed := private.needed_units(quote.lines);
      exit;
    end if;
  end loop;
  foreach v_line in array v_needed loop
    v_beyond := v_beyond + private.hold_line(v_order_id, place_quote.customer_id, v_line, v_expires_at);
  end loop;
  perform private.write_order(place_quote.customer_id, quote, v_order_id, v_expires_at);
  if v_beyond > 0 then
    perform private.note_backorders(v_order_id);
  end if;
  perform private.redeem_promotions(v_order_id, place_quote.customer_id, quote, v_expires_at, v_expired);
  return v_order_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.post_entries(effect_key text, order_id uuid, currency text, entries jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_transaction_id uuid;
begin
  insert into public.ledger_transactions (effect_key, order_id) values (post_entries.effect_key, post_entries.order_id)
  on conflict on constraint ledger_transactions_effect_key_key do nothing returning ledger_transactions.id into v_transaction_id;
  insert into public.ledger_entries (transaction_id, account, currency, amount)
  select v_transaction_id, entry.key, post_entries.currency, entry.value::bigint
  from jsonb_each_text(post_entries.entries) as entry
  where v_transaction_id is not null and entry.value::bigint <> 0;
end
$function$;

CREATE OR REPLACE FUNCTION private.post_sale(order_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.post_entries('sale:' || orders.id, orders.id, orders.currency, jsonb_build_object(
    'receivable', orders.total_amount, 'revenue', -(orders.subtotal_amount - orders.tax_included_amount), 'discounts', orders.discount_amount,
    'tax_payable', -(orders.tax_amount + orders.tax_included_amount), 'shipping', -orders.shipping_amount))
  from public.orders where orders.id = post_sale.order_id and orders.total_amount > 0;
$function$;

CREATE OR REPLACE FUNCTION private.prepare_upload(lesson_id uuid, file_name text, content_type text, bytes integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(prepare_upload.lesson_id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes);
  v_answer jsonb := private.recall_answer(v_person_id, prepare_upload.idempotency_key, 'prepare_upload', v_body);
  v_lesson public.lessons;
  v_enrollment public.enrollments;
  v_file public.learning_files;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_lesson from public.lessons where lessons.id = prepare_upload.lesson_id;
  if v_lesson.product_id in (select private.taught_courses()) or private.has_permission('catalog.write') then
    if v_lesson.id is null then
      perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
    end if;
    perform private.check_upload(prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes, (private.setting('lesson_file_max_bytes'))::integer, null);
  else
    v_enrollment := private.study_lesson(prepare_upload.lesson_id, v_person_id, array['assignment']);
    perform private.check_upload(prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes,
      (private.setting('assignment_max_bytes'))::integer, private.setting('assignment_file_types'));
    if (select count(*) from public.learning_files where learning_files.enrollment_id = v_enrollment.id
      and learning_files.lesson_id = v_lesson.id and learning_files.submission_id is null) >= 20 then
      perform private.fail('too_many_files', 409, 'Twenty files wait to be handed in already.', 'Hand some of them in first.');
    end if;
  end if;
  insert into public.learning_files (lesson_id, product_id, owner_id, enrollment_id, file_name, content_type, bytes)
  values (v_lesson.id, v_lesson.product_id, v_person_id, v_enrollment.id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes)
  returning * into v_file;
  return private.remember_answer(v_person_id, prepare_upload.idempotency_key, 'prepare_upload', v_body,
    jsonb_build_object('file_id', v_file.id, 'path', v_file.path));
end
$function$;

CREATE OR REPLACE FUNCTION private.price_cart(cart public.carts)
 RETURNS private.priced_cart
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_priced private.priced_cart;
  v_wishes private.wish[];
  v_lines private.order_line[];
begin
  select coalesce(array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id), '{}') into v_wishes
  from public.cart_items where cart_items.cart_id = cart.id;
  v_lines := private.check_availability(cart.customer_id, private.price_wishes(cart.customer_id, v_wishes, cart.currency));
  v_priced.cart := cart;
  v_priced.address := private.delivery_address(cart.customer_id, v_lines, cart.shipping_address_id);
  v_priced.quote := private.total_quote(cart.customer_id, cart.currency, v_lines, private.cart_coupon_ids(cart.id),
    (v_priced.address).country, (v_priced.address).province);
  return v_priced;
end
$function$;

CREATE OR REPLACE FUNCTION private.price_line(variant_id uuid, quantity integer, currency text, person_id uuid)
 RETURNS private.order_line
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_line private.order_line;
  v_list private.list_price;
  v_opens_at timestamptz;
  v_closes_at timestamptz;
  v_on_sale boolean;
begin
  select variants.id, price_line.quantity, products.kind, variants.sku,
    case when intakes.id is null or intakes.title = products.title then products.title else products.title || ' · ' || intakes.title end,
    prices.amount, variants.stock_mode <> 'none', intakes.id,
    jsonb_build_object('product_id', products.id, 'slug', products.slug, 'image_url', products.image_url, 'starts_at', intakes.starts_at, 'ends_at', intakes.ends_at, 'time_zone', intakes.time_zone),
    products.id, products.category_id, products.tax_category,
    intakes.enroll_opens_at, intakes.enroll_closes_at, private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
  into v_line.variant_id, v_line.quantity, v_line.kind, v_line.sku, v_line.title, v_line.unit_amount, v_line.counted, v_line.intake_id, v_line.snapshot,
    v_line.product_id, v_line.category_id, v_line.tax_category, v_opens_at, v_closes_at, v_on_sale
  from public.variants
  join public.products on products.id = variants.product_id
  left join public.intakes on intakes.variant_id = variants.id
  left join public.prices on prices.variant_id = variants.id and prices.currency = price_line.currency
  where variants.id = price_line.variant_id;
  if v_on_sale is not true or v_line.kind = 'course' and v_line.intake_id is null then
    -- nothing of a thing that is not on sale shows
    v_line := null;
    v_line.variant_id := price_line.variant_id;
    v_line.quantity := price_line.quantity;
    v_line.problem := private.problem('variant_not_found', 404, 'One of these things is not on sale.', 'Read the catalogue again and remove it.', price_line.variant_id::text);
    return private.clear_amounts(v_line);
  end if;
  if price_line.quantity not between 1 and 1000 then
    v_line.problem := private.problem('invalid_quantity', 422, 'One order takes from 1 to 1000 units of one thing.', 'Lower the quantity.', price_line.variant_id::text);
  elsif v_line.unit_amount is null then
    v_line.problem := private.problem('price_missing', 422, format('%s is not sold in %s.', v_line.title, price_line.currency), 'Choose a currency that has a price.', price_line.variant_id::text);
  elsif v_line.kind = 'course' then
    v_line.problem := private.enrollment_problem(v_line.intake_id, v_opens_at, v_closes_at);
    if v_line.problem is null and price_line.quantity <> 1 then
      v_line.problem := private.problem('invalid_quantity', 422, 'A learner takes one seat of an intake.', 'Set the quantity to 1.', price_line.variant_id::text);
    end if;
  end if;
  v_line.base_unit_amount := v_line.unit_amount;
  if v_line.unit_amount > 0 then
    v_list := private.best_list_price(price_line.variant_id, price_line.quantity, price_line.currency, price_line.person_id, v_line.unit_amount);
    v_line.unit_amount := coalesce(v_list.amount, v_line.unit_amount);
    v_line.price_reason := v_list.reason;
  end if;
  return private.clear_amounts(v_line);
end
$function$;

CREATE OR REPLACE FUNCTION private.price_tiers(variant_id uuid, currency text, person_id uuid, base_amount bigint)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select coalesce(jsonb_agg(jsonb_build_object('min_quantity', steps.min_quantity, 'amount', steps.amount, 'reason', steps.reason) order by steps.min_quantity), '[]')
  from (
    select thresholds.min_quantity, (thresholds.price).amount, (thresholds.price).reason,
      min((thresholds.price).amount) over (order by thresholds.min_quantity rows between unbounded preceding and 1 preceding) as amount_before
    from (
      select quantities.min_quantity, private.best_list_price(price_tiers.variant_id, quantities.min_quantity, price_tiers.currency, price_tiers.person_id, price_tiers.base_amount) as price
      from (
        select distinct price_list_prices.min_quantity from public.price_list_prices
        where price_list_prices.variant_id = price_tiers.variant_id and price_list_prices.currency = price_tiers.currency
      ) as quantities
    ) as thresholds
  ) as steps
  where steps.amount < coalesce(steps.amount_before, price_tiers.base_amount) and steps.min_quantity > 1;
$function$;

CREATE OR REPLACE FUNCTION private.price_wishes(person_id uuid, wishes private.wish[], currency text)
 RETURNS private.order_line[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_wish private.wish;
  v_line private.order_line;
  v_lines private.order_line[] := '{}';
begin
  foreach v_wish in array price_wishes.wishes loop
    v_line := private.price_line(v_wish.variant_id, v_wish.quantity, price_wishes.currency, price_wishes.person_id);
    v_lines := v_lines || case when v_line.kind = 'bundle' then private.with_parts(v_line) else array[v_line] end;
  end loop;
  return v_lines;
end
$function$;

CREATE OR REPLACE FUNCTION private.problem(code text, status integer, message text, hint text DEFAULT NULL::text, details text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('code', problem.code, 'status', problem.status, 'message', problem.message, 'hint', problem.hint, 'details', problem.details);
$function$;

CREATE OR REPLACE FUNCTION private.process_payment(payment_id uuid)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment(process_payment.payment_id);
begin
  if v_payment.status <> 'pending' then
    return 'ignored';
  end if;
  update public.payments set status = 'processing' where payments.id = v_payment.id;
  return 'applied';
end
$function$;

CREATE OR REPLACE FUNCTION private.product_attributes(product public.products, locale text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('key', schema.key, 'title', coalesce(schema.translations -> product_attributes.locale ->> 'title', schema.title),
      'type', schema.type, 'unit', schema.unit, 'value', product.attributes -> schema.key) order by place)
    from private.attribute_schema(product.category_id) with ordinality as schema
      (id, category_id, key, title, type, level, required, filterable, unit, min, max, choices, "position", translations, created_at, updated_at, place)
    where product.attributes ? schema.key
  ), '[]');
end
$function$;

CREATE OR REPLACE FUNCTION private.product_card(product public.products, locale text, currency text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object(
    'id', product.id, 'kind', product.kind, 'slug', product.slug,
    'title', coalesce(product.translations -> product_card.locale ->> 'title', product.title),
    'summary', coalesce(product.translations -> product_card.locale ->> 'summary', product.summary),
    'image_url', product.image_url, 'category_id', product.category_id, 'tags', to_jsonb(product.tags), 'attributes', product.attributes,
    'created_at', product.created_at,
    'image', (
      select jsonb_build_object('id', media.id, 'alt', coalesce(media.translations -> product_card.locale ->> 'alt', media.alt), 'width', media.width, 'height', media.height)
      from public.media where media.product_id = product.id and media.ready_at is not null order by media.position, media.id limit 1
    ),
    'price', private.product_price(product.id, product_card.currency));
end
$function$;

CREATE OR REPLACE FUNCTION private.product_choices(product_id uuid, locale text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', product_options.id, 'title', coalesce(product_options.translations -> product_choices.locale ->> 'title', product_options.title),
      'values', (
        select jsonb_agg(jsonb_build_object('id', product_option_values.id,
            'title', coalesce(product_option_values.translations -> product_choices.locale ->> 'title', product_option_values.title))
          order by product_option_values.position, product_option_values.id)
        from public.product_option_values where product_option_values.option_id = product_options.id
      )) order by product_options.position, product_options.title)
    from public.product_options where product_options.product_id = product_choices.product_id
  ), '[]');
end
$function$;

CREATE OR REPLACE FUNCTION private.product_document(slug text, product_id uuid, locale text, currency text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_locale text := private.short_locale(product_document.locale);
  v_product public.products;
begin
  select * into v_product from public.products
  where (products.id = product_document.product_id or product_document.product_id is null and products.slug = product_document.slug)
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or private.is_service() or private.has_permission('catalog.read'));
  if v_product.id is null then
    perform private.fail('product_not_found', 404, 'There is no such product on sale.', 'List the catalogue and take a slug or id from there.');
  end if;
  return private.product_card(v_product, v_locale, coalesce(product_document.currency, private.setting('default_currency') #>> '{}'))
    || jsonb_build_object(
      'description', coalesce(v_product.translations -> v_locale ->> 'description', v_product.description),
      'status', v_product.status, 'publish_at', v_product.publish_at, 'unpublish_at', v_product.unpublish_at,
      'categories', private.category_path(v_product.category_id, v_locale),
      'facts', private.product_attributes(v_product, v_locale),
      'options', private.product_choices(v_product.id, v_locale),
      'variants', private.product_variants(v_product.id, v_locale, product_document.currency),
      'images', (
        select coalesce(jsonb_agg(jsonb_build_object('id', media.id, 'variant_id', media.variant_id, 'alt', coalesce(media.translations -> v_locale ->> 'alt', media.alt),
          'mime_type', media.mime_type, 'width', media.width, 'height', media.height) order by media.position, media.id), '[]')
        from public.media where media.product_id = v_product.id and media.ready_at is not null
      ),
      'files', (
        select coalesce(jsonb_agg(jsonb_build_object('file_name', digital_files.file_name, 'mime_type', digital_files.mime_type, 'byte_size', digital_files.byte_size,
          'variant_id', digital_files.variant_id) order by digital_files.position, digital_files.id), '[]')
        from public.digital_files where digital_files.product_id = v_product.id and digital_files.ready_at is not null
      ));
end
$function$;

CREATE OR REPLACE FUNCTION private.product_price(product_id uuid, currency text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object('variant_id', variants.id, 'currency', prices.currency, 'amount', effective.amount, 'base_amount', prices.amount)
    from public.variants
    join public.prices on prices.variant_id = variants.id and prices.currency = product_price.currency
    cross join lateral (
      select coalesce((private.best_list_price(variants.id, 1, prices.currency, auth.uid(), prices.amount)).amount, prices.amount) as amount
    ) as effective
    where variants.product_id = product_price.product_id
    order by effective.amount, variants.position, variants.id limit 1
  );
end
$function$;

CREATE OR REPLACE FUNCTION private.product_variants(product_id uuid, locale text, currency text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object('id', variants.id, 'sku', variants.sku,
      'title', coalesce(variants.translations -> product_variants.locale ->> 'title', variants.title),
      'option_value_ids', to_jsonb(variants.option_value_ids), 'attributes', variants.attributes,
      'stock_mode', variants.stock_mode, 'units_available', private.sellable_units(variants.id),
      'prices', (
        select coalesce(jsonb_agg(jsonb_build_object('currency', prices.currency, 'amount', coalesce(listed.amount, prices.amount),
          'base_amount', prices.amount, 'reason', listed.reason) order by prices.currency), '[]')
        from public.prices
        cross join lateral private.best_list_price(variants.id, 1, prices.currency, auth.uid(), prices.amount) as listed
        where prices.variant_id = variants.id and (product_variants.currency is null or prices.currency = product_variants.currency)
      )) order by variants.position, variants.sku)
    from public.variants where variants.product_id = product_variants.product_id
  ), '[]');
end
$function$;

CREATE OR REPLACE FUNCTION private.production_document(event_id bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_customer public.profiles;
begin
  select orders.* into v_order from public.events join public.orders on orders.id = events.subject_id
  where events.id = production_document.event_id and events.name = 'order.paid';
  -- the world moved on: whatever is not on its way to the customer any more is not to be made
  if v_order.id is null or v_order.status not in ('paid', 'processing', 'partially_refunded') then
    return null;
  end if;
  select * into v_customer from public.profiles where profiles.id = v_order.customer_id;
  return jsonb_build_object(
    'type', 'order.paid', 'effect_key', 'order.paid:' || v_order.id,
    'order', private.order_document(v_order.id) - array['payments', 'refunds'],
    'customer', jsonb_build_object('id', v_customer.id, 'name', btrim(v_customer.first_name || ' ' || v_customer.last_name), 'email', v_customer.email,
      'phone', v_customer.phone, 'locale', v_customer.locale));
end
$function$;

CREATE OR REPLACE FUNCTION private.progress_document(result public.results, lesson_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object('enrollment_id', result.enrollment_id, 'status', enrollments.status, 'lesson_id', lesson_progress.lesson_id,
      'completed_at', lesson_progress.completed_at, 'lesson_score_percent', lesson_progress.score_percent,
      'progress_percent', result.progress_percent, 'score_percent', result.score_percent, 'passed_at', result.passed_at)
    from public.enrollments join public.lesson_progress on lesson_progress.enrollment_id = enrollments.id
    where enrollments.id = result.enrollment_id and lesson_progress.lesson_id = progress_document.lesson_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.promise_units(holder_id uuid, variant_id uuid, quantity integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.backorders as promised (holder_id, variant_id, quantity, open_quantity, ships_at)
  select promise_units.holder_id, variants.id, promise_units.quantity, promise_units.quantity, variants.preorder_ships_at
  from public.variants where variants.id = promise_units.variant_id
  on conflict on constraint backorders_pkey do update
  set quantity = promised.quantity + excluded.quantity, open_quantity = promised.open_quantity + excluded.quantity;
end
$function$;

CREATE OR REPLACE FUNCTION private.promotion_covers(promotion_id uuid, product_id uuid, category_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return exists (
      select from public.promotion_products
      where promotion_products.promotion_id = promotion_covers.promotion_id and promotion_products.product_id = promotion_covers.product_id)
    or exists (
      select from public.promotion_categories
      where promotion_categories.promotion_id = promotion_covers.promotion_id
        and promotion_covers.category_id in (select private.category_subtree(promotion_categories.category_id)))
    or not exists (select from public.promotion_products where promotion_products.promotion_id = promotion_covers.promotion_id)
    and not exists (select from public.promotion_categories where promotion_categories.promotion_id = promotion_covers.promotion_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.proof_document(proof_id uuid, own boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_answer jsonb;
begin
  select to_jsonb(payment_proofs) - 'reviewed_by' || jsonb_build_object('order_id', orders.id, 'order_number', orders.number) into v_answer
  from public.payment_proofs
  join public.payments on payments.id = payment_proofs.payment_id
  join public.orders on orders.id = payments.order_id
  where payment_proofs.id = proof_document.proof_id
    and (orders.customer_id = auth.uid() or proof_document.own is not true and (private.is_service() or private.has_permission('payments.read')));
  if v_answer is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  return v_answer;
end
$function$;

CREATE OR REPLACE FUNCTION private.purge_idempotency_keys(older_than interval DEFAULT '30 days'::interval)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_purged integer;
begin
  delete from private.idempotency_keys where idempotency_keys.created_at < now() - purge_idempotency_keys.older_than;
  get diagnostics v_purged = row_count;
  return v_purged;
end
$function$;

CREATE OR REPLACE FUNCTION private.put_quiz(lesson_id uuid, questions jsonb, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_lesson public.lessons;
  v_person_id uuid;
  v_body jsonb := jsonb_build_array(put_quiz.lesson_id, put_quiz.questions);
  v_answer jsonb;
  v_problem text;
begin
  select * into v_lesson from public.lessons where lessons.id = put_quiz.lesson_id and lessons.kind = 'quiz';
  v_person_id := private.require_teacher(coalesce(v_lesson.product_id, gen_random_uuid()));
  v_answer := private.recall_answer(v_person_id, put_quiz.idempotency_key, 'put_quiz', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if v_lesson.id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Make a lesson of kind quiz first.');
  end if;
  if coalesce(jsonb_typeof(put_quiz.questions), '') <> 'array' or jsonb_array_length(put_quiz.questions) not between 1 and 200 then
    perform private.fail('invalid_quiz', 422, 'A quiz is a list of 1 to 200 questions.', 'Send an array of {kind, prompt, choices, answer}.');
  end if;
  select format('Question %s: %s.', question.place, private.question_problem(question.item)) into v_problem
  from jsonb_array_elements(put_quiz.questions) with ordinality as question (item, place)
  where private.question_problem(question.item) is not null order by question.place limit 1;
  if v_problem is not null then
    perform private.fail('invalid_quiz', 422, 'A question cannot be asked like that.', 'Correct the question that details names.', v_problem);
  end if;
  insert into private.quizzes (lesson_id, questions) values (v_lesson.id, put_quiz.questions)
  on conflict on constraint quizzes_pkey do update set questions = excluded.questions, updated_at = now();
  return private.remember_answer(v_person_id, put_quiz.idempotency_key, 'put_quiz', v_body,
    jsonb_build_object('lesson_id', v_lesson.id, 'questions', put_quiz.questions));
end
$function$;

CREATE OR REPLACE FUNCTION private.question_problem(question jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_kind text := question ->> 'kind';
  v_choices jsonb := question -> 'choices';
  v_answer jsonb := question -> 'answer';
  v_count integer;
begin
  if jsonb_typeof(question) is distinct from 'object' then return 'is not an object'; end if;
  if v_kind is null or v_kind not in ('single', 'multiple', 'text') then return 'kind must be single, multiple or text'; end if;
  if jsonb_typeof(question -> 'prompt') is distinct from 'string' or length(btrim(question ->> 'prompt')) not between 1 and 5000 then
    return 'prompt must be text of 1 to 5000 characters';
  end if;
  if question ? 'points' and (question -> 'points' #>> '{}') !~ '^[1-9][0-9]?$' then return 'points must be 1 to 99'; end if;
  if question ? 'explanation' and (jsonb_typeof(question -> 'explanation') <> 'string' or length(question ->> 'explanation') > 5000) then
    return 'explanation must be text of at most 5000 characters';
  end if;
  if v_kind = 'text' then
    if not jsonb_path_exists(coalesce(v_answer, 'null'), 'strict $ ? (@.type() == "array" && @.size() > 0 && @.size() <= 20)')
      or jsonb_path_exists(v_answer, '$[*] ? (@.type() != "string")') then return 'answer must be a list of the accepted texts'; end if;
    return null;
  end if;
  if not jsonb_path_exists(coalesce(v_choices, 'null'), 'strict $ ? (@.type() == "array" && @.size() >= 2 && @.size() <= 20)')
    or jsonb_path_exists(v_choices, '$[*] ? (@.type() != "string" || @ == "")') then return 'choices must be 2 to 20 texts'; end if;
  v_count := jsonb_array_length(v_choices);
  if v_kind = 'single' then
    v_answer := jsonb_build_array(v_answer);
  end if;
  if jsonb_typeof(v_answer) is distinct from 'array' or jsonb_array_length(v_answer) not between 1 and v_count
    or exists (select from jsonb_array_elements(v_answer) as chosen
      where jsonb_typeof(chosen) <> 'number' or chosen #>> '{}' !~ '^[0-9]{1,2}$' or (chosen #>> '{}')::integer >= v_count) then
    return 'answer must name choices by their place, from 0';
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.queue_notification(profile_id uuid, type text, channel text, effect_key text, subject text, content text)
 RETURNS TABLE(notification_id uuid, status text, recipient text)
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  insert into public.notifications (profile_id, type, channel, effect_key, recipient, subject, content, correlation_id)
  select profiles.id, queue_notification.type, queue_notification.channel, queue_notification.effect_key, profiles.email,
    queue_notification.subject, queue_notification.content, private.request_id()
  from public.profiles where profiles.id = queue_notification.profile_id and profiles.email is not null
  on conflict on constraint notifications_effect_key_key do nothing;
  return query
    select notifications.id, notifications.status, notifications.recipient from public.notifications
    where notifications.effect_key = queue_notification.effect_key;
end
$function$;

CREATE OR REPLACE FUNCTION private.queue_process(task text, event_id bigint, subject_type text, subject_id uuid, correlation_id text DEFAULT NULL::text)
 RETURNS uuid
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.processes (task, event_id, subject_type, subject_id, correlation_id)
  values (queue_process.task, queue_process.event_id, queue_process.subject_type, queue_process.subject_id, queue_process.correlation_id)
  on conflict on constraint processes_run_once_per_event do update set task = excluded.task
  returning processes.id;
$function$;

CREATE OR REPLACE FUNCTION private.quiz_questions(lesson_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.require_teacher(coalesce((select lessons.product_id from public.lessons where lessons.id = quiz_questions.lesson_id), gen_random_uuid()));
  return coalesce((select quizzes.questions from private.quizzes where quizzes.lesson_id = quiz_questions.lesson_id), '[]');
end
$function$;

CREATE OR REPLACE FUNCTION private.quote(lines jsonb, cart_id uuid, currency text, coupon_codes text[], country text, province text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_cart public.carts;
  v_wishes private.wish[];
  v_lines private.order_line[];
  v_address public.addresses;
  v_found private.found_coupon[];
  v_coupon_ids uuid[];
begin
  if (quote.lines is null) = (quote.cart_id is null) then
    perform private.fail('invalid_lines', 422, 'A quote is for lines or for a cart, not for both.', 'Send one of lines and cart_id.');
  end if;
  perform private.check_place(quote.country, quote.province);
  if quote.cart_id is null then
    select array_agg(row(wish.variant_id, wish.quantity)::private.wish order by wish.variant_id) into v_wishes from private.parse_lines(quote.lines) as wish;
  else
    select * into v_cart from public.carts where carts.id = quote.cart_id and carts.customer_id = private.require_person();
    perform private.refuse_wrong_cart(v_cart);
    select array_agg(row(cart_items.variant_id, cart_items.quantity)::private.wish order by cart_items.variant_id) into v_wishes
    from public.cart_items where cart_items.cart_id = v_cart.id;
  end if;
  v_cart.currency := coalesce(quote.currency, v_cart.currency, private.setting('default_currency') #>> '{}');
  perform private.check_currency(v_cart.currency);
  v_found := private.find_coupons(quote.coupon_codes);
  if v_found[cardinality(v_found)].refusal is not null then
    return v_found[cardinality(v_found)].refusal;
  end if;
  v_lines := private.price_wishes(auth.uid(), v_wishes, v_cart.currency);
  v_coupon_ids := array(select found.coupon_id from unnest(v_found) as found);
  if v_cart.id is not null then
    v_coupon_ids := private.cart_coupon_ids(v_cart.id) || v_coupon_ids;
    v_address := private.delivery_address(v_cart.customer_id, v_lines, v_cart.shipping_address_id);
  end if;
  return private.quote_document(private.total_quote(auth.uid(), v_cart.currency, private.check_availability(auth.uid(), v_lines), v_coupon_ids,
    coalesce(v_address.country, quote.country), case when v_address.id is null then quote.province else v_address.province end));
end
$function$;

CREATE OR REPLACE FUNCTION private.quote_document(quote private.quote)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_build_object('currency', quote.currency,
    'lines', coalesce((
      select jsonb_agg(private.line_document(quote.lines[position]) order by position) from generate_subscripts(quote.lines, 1) as position), '[]'),
    'subtotal_amount', quote.subtotal_amount, 'discount_amount', quote.discount_amount, 'tax_amount', quote.tax_amount,
    'tax_included_amount', quote.tax_included_amount, 'shipping_amount', quote.shipping_amount, 'total_amount', quote.total_amount,
    'discounts', coalesce(quote.discounts, '[]'), 'taxes', coalesce(quote.taxes, '[]'), 'problems', coalesce(quote.problems, '[]'));
$function$;

CREATE OR REPLACE FUNCTION private.random_code(length integer)
 RETURNS text
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  -- 32 letters that nobody mistakes for another, five bits each, from the system's source of randomness
  select string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + (get_byte(source.bytes, position) & 31), 1), '' order by position)
  from (select sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) as bytes) as source, generate_series(0, random_code.length - 1) as position;
$function$;

CREATE OR REPLACE FUNCTION private.read_order_search(q text, statuses text[], placed_from timestamp with time zone, placed_to timestamp with time zone, min_amount bigint, max_amount bigint, currency text, max_rows integer)
 RETURNS private.order_search
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_search private.order_search;
  v_digits text;
begin
  perform private.check_order_search(q, statuses, placed_from, placed_to, min_amount, max_amount, currency, max_rows);
  if private.is_service() then
    v_search.everyone := true;
    v_search.names := true;
  else
    v_search.person_id := private.require_person();
    v_search.everyone := private.has_permission('orders.read');
    v_search.names := v_search.everyone and private.has_permission('people.read');
  end if;
  v_search.words := nullif(private.search_text(read_order_search.q), '');
  v_search.pattern := private.search_pattern(v_search.words);
  -- a phone is found however its digits are grouped, and with the 0 of the country's own form
  v_digits := ltrim(regexp_replace(v_search.words, '\D', '', 'g'), '0');
  if v_search.words ~ '^[+0-9 ()-]+$' and length(v_digits) >= 5 then
    v_search.digits_pattern := private.search_pattern(v_digits);
  end if;
  v_search.alike := false;
  v_search.likeness := case when length(v_search.words) < 6 then 0.5 else 0.4 end; -- short words are alike soon
  v_search.statuses := nullif(read_order_search.statuses, '{}');
  v_search.placed_from := read_order_search.placed_from;
  v_search.placed_to := read_order_search.placed_to;
  v_search.min_amount := read_order_search.min_amount;
  v_search.max_amount := read_order_search.max_amount;
  v_search.currency := read_order_search.currency;
  v_search.max_rows := coalesce(read_order_search.max_rows, 20);
  return v_search;
end
$function$;

CREATE OR REPLACE FUNCTION private.recall_answer(person_id uuid, key text, verb text, body jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_known private.idempotency_keys;
begin
  if recall_answer.key is null then
    return null;
  end if;
  if length(recall_answer.key) not between 1 and 255 then
    perform private.fail('invalid_idempotency_key', 422, 'An idempotency key has 1 to 255 characters.', 'Send a UUID.');
  end if;
  perform pg_advisory_xact_lock(hashtextextended(recall_answer.person_id::text || recall_answer.key, 0));
  select * into v_known from private.idempotency_keys
  where idempotency_keys.person_id = recall_answer.person_id and idempotency_keys.key = recall_answer.key;
  if not found then
    return null;
  end if;
  if v_known.verb <> recall_answer.verb or v_known.body_hash <> md5(recall_answer.body::text) then
    perform private.fail('idempotency_key_reused', 422, 'This idempotency key was used for another request.', 'Send a new key for a new request, and the same key only to repeat one.');
  end if;
  return v_known.answer;
end
$function$;

CREATE OR REPLACE FUNCTION private.receive_provider_event(provider text, event_id text, type text, payload jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if coalesce(length(receive_provider_event.event_id), 0) not between 1 and 255 or coalesce(length(receive_provider_event.type), 0) not between 1 and 255
    or jsonb_typeof(receive_provider_event.payload #> '{data,object}') is distinct from 'object' then
    perform private.fail('invalid_provider_event', 422, 'A provider event has an id, a type and data.object.', 'Pass the provider''s event as it came.');
  end if;
  insert into private.provider_events (provider, event_id, type, payload, request_id)
  values (receive_provider_event.provider, receive_provider_event.event_id, receive_provider_event.type, receive_provider_event.payload, private.request_id())
  on conflict do nothing;
  return jsonb_build_object('event_id', receive_provider_event.event_id,
    'outcome', private.try_provider_event(receive_provider_event.provider, receive_provider_event.event_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.record_progress(enrollment_id uuid, lesson_id uuid, score_percent integer, is_passed boolean)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  insert into public.lesson_progress as kept (enrollment_id, lesson_id, product_id, learner_id, score_percent, completed_at)
  select enrollments.id, lessons.id, lessons.product_id, enrollments.learner_id, record_progress.score_percent, case when record_progress.is_passed then now() end
  from public.enrollments, public.lessons
  where enrollments.id = record_progress.enrollment_id and lessons.id = record_progress.lesson_id
  on conflict on constraint lesson_progress_pkey do update set
    score_percent = greatest(kept.score_percent, excluded.score_percent), completed_at = coalesce(kept.completed_at, excluded.completed_at);
$function$;

CREATE OR REPLACE FUNCTION private.record_refund_result(refund_id uuid, provider_refund_id text, status text, failure text DEFAULT NULL::text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = record_refund_result.refund_id));
  v_refund public.refunds;
begin
  select * into v_refund from public.refunds where refunds.id = record_refund_result.refund_id for update;
  if v_refund.id is null
    or v_refund.status <> 'failed' and v_refund.provider_refund_id <> coalesce(record_refund_result.provider_refund_id, '')
    or v_refund.status = 'failed' and v_refund.provider_refund_id = record_refund_result.provider_refund_id then
    return 'ignored'; -- not here; about another try than the one that counts; failed, which is for good: only a new try may succeed
  end if;
  if record_refund_result.status = 'success' and v_refund.status <> 'success' and v_refund.amount > v_payment.captured_amount - v_payment.refunded_amount then
    return private.flag_order(v_payment.order_id, 'the provider refunded more than was captured');
  end if;
  update public.refunds set provider_refund_id = coalesce(record_refund_result.provider_refund_id, refunds.provider_refund_id) where refunds.id = v_refund.id;
  if record_refund_result.status = v_refund.status or v_refund.status = 'success' and record_refund_result.status = 'pending' then
    return 'ignored';
  end if;
  update public.refunds set status = record_refund_result.status, failure = record_refund_result.failure where refunds.id = v_refund.id;
  if record_refund_result.status = 'success' then
    perform private.settle_refund(v_refund, v_payment);
  elsif record_refund_result.status = 'failed' then
    perform private.fail_refund(v_refund, v_payment);
  else
    update public.payments set status = 'refunding' where payments.id = v_payment.id and payments.status = 'refund_failed';
  end if;
  return 'applied';
end
$function$;

CREATE OR REPLACE FUNCTION private.record_transfer_refund(refund_id uuid, reference text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(record_transfer_refund.refund_id, record_transfer_refund.reference);
  v_answer jsonb := private.recall_answer(v_person_id, record_transfer_refund.idempotency_key, 'record_transfer_refund', v_body);
  v_payment public.payments;
  v_status text;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not (private.is_service() or private.has_permission('payments.refund')) then
    perform private.fail('permission_denied', 403, 'Giving money back needs the permission payments.refund.', 'Ask an admin for a role that has it.');
  end if;
  if length(btrim(coalesce(record_transfer_refund.reference, ''))) not between 1 and 200 then
    perform private.fail('invalid_reason', 422, 'The bank''s reference of the transfer has 1 to 200 characters.', 'Copy it from the bank''s receipt.');
  end if;
  v_payment := private.lock_payment((select refunds.payment_id from public.refunds where refunds.id = record_transfer_refund.refund_id));
  select refunds.status into v_status from public.refunds where refunds.id = record_transfer_refund.refund_id for update;
  if v_status is null then
    perform private.fail('refund_not_found', 404, 'There is no such refund.', 'Read the refunds of the order.');
  end if;
  if v_payment.provider <> 'manual_transfer' or v_status <> 'pending' then
    perform private.fail('refund_not_open', 409, 'This refund does not wait for a transfer by hand.', 'Read it again: it was sent, or the provider sends it.');
  end if;
  perform private.give_reason(record_transfer_refund.reference);
  perform private.record_refund_result(record_transfer_refund.refund_id, 'transfer_' || record_transfer_refund.refund_id, 'success');
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, record_transfer_refund.idempotency_key, 'record_transfer_refund', v_body,
    private.refund_document(record_transfer_refund.refund_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.redeem_promotions(order_id uuid, customer_id uuid, quote private.quote, expires_at timestamp with time zone, ended_order_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_used record;
begin
  if quote.discounts is null and redeem_promotions.ended_order_ids = '{}' then
    return;
  end if;
  for v_used in
    select coalesce(given.promotion_id, (used.use ->> 'promotion_id')::uuid) as promotion_id, used.use
    from jsonb_array_elements(quote.discounts) as used (use)
    full join (
      select distinct promotion_redemptions.promotion_id from public.promotion_redemptions
      where promotion_redemptions.order_id = any (redeem_promotions.ended_order_ids) and promotion_redemptions.given_back_at is null
    ) as given on given.promotion_id = (used.use ->> 'promotion_id')::uuid
    order by 1
  loop
    perform private.give_back_uses(redeem_promotions.ended_order_ids, v_used.promotion_id);
    if v_used.use is not null then
      perform private.use_promotion(v_used.promotion_id, (v_used.use ->> 'coupon_id')::uuid, redeem_promotions.order_id,
        redeem_promotions.customer_id, (v_used.use ->> 'amount')::bigint, quote.currency, redeem_promotions.expires_at);
    end if;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.reduce_to_stock(priced private.priced_cart, touched uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_item record;
  v_left bigint;
  v_changes jsonb := '[]';
begin
  for v_item in
    select line.variant_id, line.quantity, line.title from unnest((priced.quote).lines) as line
    where line.parent_variant_id is null and line.quantity > 1 and line.variant_id is distinct from reduce_to_stock.touched
      and private.line_problem((priced.quote).lines, line.variant_id) ->> 'code' = 'out_of_stock'
  loop
    v_left := private.units_in_reach(v_item.variant_id);
    continue when v_left < 1 or v_left >= v_item.quantity;
    update public.cart_items set quantity = v_left where cart_items.cart_id = (priced.cart).id and cart_items.variant_id = v_item.variant_id;
    v_changes := v_changes || jsonb_build_object('code', 'quantity_reduced', 'variant_id', v_item.variant_id, 'title', v_item.title,
      'from', v_item.quantity, 'to', v_left);
  end loop;
  return v_changes;
end
$function$;

CREATE OR REPLACE FUNCTION private.refund_document(refund_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (select to_jsonb(refunds) - 'provider_refund_id' from public.refunds where refunds.id = refund_document.refund_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.refund_effect_key(effect text, refund_id uuid)
 RETURNS text
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select refund_effect_key.effect || ':' || refund_effect_key.refund_id || coalesce(':' || nullif(count(*), 0) + 1, '')
  from public.ledger_transactions where ledger_transactions.effect_key like 'refund\_failed:' || refund_effect_key.refund_id || '%';
$function$;

CREATE OR REPLACE FUNCTION private.refund_order(order_id uuid, note text)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.request_refund(payments.id, 'order_cancelled', refund_order.note)
  from public.payments where payments.order_id = refund_order.order_id and payments.status = 'success';
$function$;

CREATE OR REPLACE FUNCTION private.refuse_and_keep(code text, status integer, message text, hint text DEFAULT NULL::text, details text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select set_config('response.status', refuse_and_keep.status::text, true);
  select jsonb_build_object('code', refuse_and_keep.code, 'message', refuse_and_keep.message, 'details', refuse_and_keep.details, 'hint', refuse_and_keep.hint);
$function$;

CREATE OR REPLACE FUNCTION private.refuse_broken_values(root_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_twice record;
  v_misfit jsonb;
begin
  select schema.key into v_twice
  from private.category_subtree(refuse_broken_values.root_id) as below (id) cross join lateral private.attribute_schema(below.id) as schema
  group by below.id, schema.key having count(*) > 1 limit 1;
  if found then
    perform private.fail('attribute_exists', 409, format('A category above or below defines %s already.', v_twice.key), 'Choose another key, or change that one.', v_twice.key);
  end if;
  v_misfit := private.first_misfit(refuse_broken_values.root_id);
  if v_misfit is not null then
    perform private.fail('attribute_in_use', 409, format('The product %s would no longer fit: %s', v_misfit ->> 'slug', v_misfit ->> 'problem'),
      'Change that product first.', v_misfit::text);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_cart_quantity()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.fail('invalid_quantity', 422, format('A cart takes from 1 to %s units of one thing.', private.setting('max_cart_quantity')),
    'Lower the quantity; remove_from_cart takes the line out.');
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_download(download_id uuid, customer_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_download public.downloads;
begin
  select * into v_download from public.downloads
  where downloads.id = refuse_download.download_id and downloads.customer_id = refuse_download.customer_id;
  if v_download.id is null then
    perform private.fail('download_not_found', 404, 'There is no such download.', 'Read my_downloads for those you have.');
  elsif v_download.ended_at is not null then
    perform private.fail('download_ended', 409, 'This download ended when its order was cancelled or refunded.', 'Buy it again to have it again.');
  elsif v_download.expires_at <= now() then
    perform private.fail('download_expired', 409, 'The time for this download is over.', 'Ask the shop.', v_download.expires_at::text);
  end if;
  perform private.fail('download_limit_reached', 409, format('This file was downloaded %s times, which is all that was bought.', v_download.used_count), 'Ask the shop.');
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_locked(state private.lesson_state)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if state.lock_reason is null then
    return;
  end if;
  perform private.fail('lesson_locked', 409, case state.lock_reason
      when 'unpaid' then 'The order of this seat is not paid yet.'
      when 'suspended' then 'This seat is suspended.'
      when 'access_over' then 'The time to learn in this course is over.'
      when 'not_started' then 'This intake has not started yet.'
      when 'prerequisites' then 'Another course must be completed first.'
      when 'not_yet' then 'This lesson opens later.'
      when 'previous_lesson' then 'The lessons of this course open one after the other.'
      else 'This lesson is for those who have a seat in the course.' end,
    'details says the reason, when it opens, and which lesson comes first.',
    json_build_object('reason', state.lock_reason, 'opens_at', state.opens_at, 'waits_for', state.waits_for)::text);
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_missing_item()
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.fail('cart_item_not_found', 404, 'This is not in your cart.', 'Read your cart again (get_cart).');
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_problem(problem jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if jsonb_typeof(refuse_problem.problem) = 'object' then
    perform private.fail(refuse_problem.problem ->> 'code', (refuse_problem.problem ->> 'status')::integer, refuse_problem.problem ->> 'message',
      refuse_problem.problem ->> 'hint', refuse_problem.problem ->> 'details');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_second_seat(learner_id uuid, intake_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.refuse_problem(private.second_seat_problem(refuse_second_seat.learner_id, refuse_second_seat.intake_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_use(used_up text, name text, coupon_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_code text := (select coupons.code from public.coupons where coupons.id = refuse_use.coupon_id);
begin
  if v_code is null then
    perform private.fail('promotion_used_up', 409, format('%s has just been used up.', refuse_use.name), 'Ask for the price again and show it: it is higher now.');
  elsif refuse_use.used_up = 'by the person' then
    perform private.fail('coupon_already_used', 409, format('You have used the code %s as often as one person may.', v_code), 'Remove it.', v_code);
  end if;
  perform private.fail('coupon_used_up', 409, format('The code %s is used up.', v_code), 'Remove it.', v_code);
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_while_promised(variant public.variants, mode text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if variant.stock_mode = 'none' and refuse_while_promised.mode <> 'none' then
    -- waits for buyers who found it uncounted; those who come later look again, in private.hold_line, and find it counted
    perform from public.variants where variants.id = variant.id for update;
    if private.is_in_an_open_order(variant.id) then
      perform private.fail('stock_mode_in_use', 409, 'An unpaid order contains this, and it was not counted when it was placed.', 'Wait until it is paid or has expired, or cancel it.');
    end if;
  elsif variant.stock_mode <> 'none' and refuse_while_promised.mode = 'none' and exists (
    select from public.stock_slots where stock_slots.variant_id = variant.id and stock_slots.slot < 128 and stock_slots.available + stock_slots.reserved > 0
  ) then
    perform private.fail('stock_mode_in_use', 409, 'There are units on hand, and what is not counted has none.', 'Take them off the books with adjust_stock first.');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.refuse_wrong_cart(cart public.carts)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if cart.id is null then
    perform private.fail('cart_not_found', 404, 'You have no such cart.', 'Read your cart (get_cart) and send its id.');
  end if;
  if cart.status <> 'open' then
    perform private.fail('cart_not_open', 409, 'This cart was given up or became part of another.', 'Read your cart again (get_cart).');
  end if;
  if not exists (select from public.cart_items where cart_items.cart_id = cart.id) then
    perform private.fail('cart_empty', 409, 'There is nothing in this cart.', 'Add something first (add_to_cart).');
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.release_due_units(variant_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_freed private.drawn_slot;
begin
  for v_freed in
    with due as materialized (
      select reservations.id from public.reservations
      where reservations.variant_id = release_due_units.variant_id and reservations.status = 'held' and reservations.expires_at <= now()
      for update skip locked
    ), released as (
      update public.reservations set status = 'released' from due where reservations.id = due.id
      returning reservations.slot, reservations.location_id, reservations.quantity
    )
    select released.slot, released.location_id, sum(released.quantity)::integer from released group by 1, 2 order by 1, 2
  loop
    perform private.free_units(release_due_units.variant_id, v_freed.slot, v_freed.location_id, v_freed.quantity);
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.release_due_uses(promotion_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_customer_ids uuid[];
  v_coupon_ids uuid[];
begin
  if not exists (
    select from public.promotion_redemptions
    where promotion_redemptions.promotion_id = release_due_uses.promotion_id and promotion_redemptions.given_back_at is null
      and promotion_redemptions.expires_at <= now()
  ) then
    return;
  end if;
  perform from public.promotions where promotions.id = release_due_uses.promotion_id for no key update;
  with due as materialized (
    select promotion_redemptions.id from public.promotion_redemptions
    where promotion_redemptions.promotion_id = release_due_uses.promotion_id and promotion_redemptions.given_back_at is null
      and promotion_redemptions.expires_at <= now()
    for update skip locked
  ), released as (
    update public.promotion_redemptions set given_back_at = now() from due where promotion_redemptions.id = due.id
    returning promotion_redemptions.customer_id, promotion_redemptions.coupon_id
  )
  select array_agg(released.customer_id), array_agg(released.coupon_id) into v_customer_ids, v_coupon_ids from released;
  if v_customer_ids is not null then
    perform private.uncount_uses(release_due_uses.promotion_id, v_customer_ids, v_coupon_ids);
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.release_stock(hold_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := to_jsonb(release_stock.hold_id);
  v_answer jsonb := private.recall_answer(v_person_id, release_stock.idempotency_key, 'release_stock', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.end_stock_hold(release_stock.hold_id, 'released');
  return private.remember_answer(v_person_id, release_stock.idempotency_key, 'release_stock', v_body, private.stock_hold_document(release_stock.hold_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.remember_answer(person_id uuid, key text, verb text, body jsonb, answer jsonb)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if remember_answer.key is not null then
    insert into private.idempotency_keys (person_id, key, verb, body_hash, answer)
    values (remember_answer.person_id, remember_answer.key, remember_answer.verb, md5(remember_answer.body::text), remember_answer.answer);
  end if;
  return remember_answer.answer;
end
$function$;

CREATE OR REPLACE FUNCTION private.remove_address(address_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_address.address_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_address.idempotency_key, 'remove_address', v_body);
  v_address public.addresses;
  v_next_id uuid;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.lock_addresses();
  v_address := private.find_own_address(remove_address.address_id);
  delete from public.addresses where addresses.id = v_address.id;
  if v_address.default_since is not null then
    select addresses.id into v_next_id from public.addresses where addresses.profile_id = v_person_id order by addresses.updated_at desc, addresses.id limit 1;
    perform private.make_default_address(v_person_id, v_next_id);
  end if;
  return private.remember_answer(v_person_id, remove_address.idempotency_key, 'remove_address', v_body, (
    select coalesce(jsonb_agg(to_jsonb(addresses) - 'profile_id' order by addresses.created_at, addresses.id), '[]')
    from public.addresses where addresses.profile_id = v_person_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.remove_coupon(code text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_coupon.code);
  v_answer jsonb := private.recall_answer(v_person_id, remove_coupon.idempotency_key, 'remove_coupon', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  delete from public.cart_coupons using public.coupons
  where cart_coupons.cart_id = v_cart.id and coupons.id = cart_coupons.coupon_id and coupons.code = private.coupon_code(left(remove_coupon.code, 100));
  if not found then
    perform private.fail('coupon_not_in_cart', 404, 'This code is not in your cart.', 'Read your cart again (get_cart).');
  end if;
  return private.answer_cart(v_person_id, remove_coupon.idempotency_key, 'remove_coupon', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.remove_from_cart(variant_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(remove_from_cart.variant_id);
  v_answer jsonb := private.recall_answer(v_person_id, remove_from_cart.idempotency_key, 'remove_from_cart', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_cart := private.lock_cart(v_person_id);
  delete from public.cart_items where cart_items.cart_id = v_cart.id and cart_items.variant_id = remove_from_cart.variant_id;
  if not found then
    perform private.refuse_missing_item();
  end if;
  return private.answer_cart(v_person_id, remove_from_cart.idempotency_key, 'remove_from_cart', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.request_id()
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  return left(coalesce(
    nullif(current_setting('seatline.request_id', true), ''),
    nullif(current_setting('request.headers', true), '')::json ->> 'x-request-id'
  ), 128);
end
$function$;

CREATE OR REPLACE FUNCTION private.request_refund(payment_id uuid, reason text, note text)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments;
  v_refund_id uuid;
begin
  select * into v_payment from public.payments where payments.id = request_refund.payment_id;
  insert into public.refunds (payment_id, order_id, amount, currency, reason, note)
  values (v_payment.id, v_payment.order_id, v_payment.captured_amount - v_payment.refunded_amount, v_payment.currency, request_refund.reason, request_refund.note)
  returning refunds.id into v_refund_id;
  update public.payments set status = 'refunding' where payments.id = v_payment.id;
  perform private.emit('refund.requested', 'refund', v_refund_id);
  return v_refund_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.require_catalog_write()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not (private.is_service() or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'This needs the permission catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$function$;

CREATE OR REPLACE FUNCTION private.require_person()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := auth.uid();
begin
  if v_person_id is null then
    perform private.fail('sign_in_required', 401, 'This call acts for a person, and nobody is signed in.', 'Sign in and send the access token as bearer.');
  end if;
  if not exists (select from public.profiles where profiles.id = v_person_id and profiles.closed_at is null) then
    perform private.fail('account_closed', 401, 'This account was deleted.', 'Sign in with another account.');
  end if;
  return v_person_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.require_stock_keeper()
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
begin
  if not (private.is_service() or private.has_permission('inventory.write')) then
    perform private.fail('permission_denied', 403, 'Changing stock needs the permission inventory.write.', 'Ask an admin for a role that has it.');
  end if;
  return coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
end
$function$;

CREATE OR REPLACE FUNCTION private.require_teacher(product_id uuid)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
begin
  if not (require_teacher.product_id in (select private.taught_courses()) or private.has_permission('catalog.write')) then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Check the id, and that you teach its course.');
  end if;
  return v_person_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.reserve_stock(lines jsonb, minutes integer, note text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', reserve_stock.lines, 'minutes', reserve_stock.minutes, 'note', reserve_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, reserve_stock.idempotency_key, 'reserve_stock', v_body);
  v_hold public.stock_holds;
  v_lines private.stock_line[];
  v_line private.stock_line;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(reserve_stock.lines, '{quantity}', false);
  perform private.check_stock_note(reserve_stock.note);
  if reserve_stock.minutes not between 1 and 10080 then
    perform private.fail('invalid_hold_time', 422, 'minutes is a whole number from 1 to 10080, a week.', 'Correct minutes.');
  end if;
  perform private.check_goods(array(select line.variant_id from unnest(v_lines) as line));
  insert into public.stock_holds (note, expires_at, held_by)
  values (reserve_stock.note, now() + make_interval(mins => coalesce(reserve_stock.minutes, (private.setting('hold_minutes'))::integer)), auth.uid())
  returning * into v_hold;
  foreach v_line in array v_lines loop
    if private.reserve_units(v_hold.id, v_line.variant_id, v_line.quantity, v_hold.expires_at) is null then
      perform private.fail('out_of_stock', 409, format('There are not %s of one of these left.', v_line.quantity), 'Lower the quantity or remove the line.', v_line.variant_id::text);
    end if;
  end loop;
  return private.remember_answer(v_person_id, reserve_stock.idempotency_key, 'reserve_stock', v_body, private.stock_hold_document(v_hold.id));
end
$function$;

CREATE OR REPLACE FUNCTION private.reserve_units(holder_id uuid, variant_id uuid, quantity integer, expires_at timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_drawn private.drawn_slot;
  v_beyond integer;
begin
  for v_drawn in select * from private.draw_units(reserve_units.variant_id, reserve_units.quantity, true) loop
    insert into public.reservations (holder_id, variant_id, slot, location_id, quantity, expires_at)
    values (reserve_units.holder_id, reserve_units.variant_id, v_drawn.slot, v_drawn.location_id, v_drawn.quantity, reserve_units.expires_at);
    v_beyond := coalesce(v_beyond, 0) + case when v_drawn.slot >= 128 then v_drawn.quantity else 0 end;
  end loop;
  return v_beyond;
end
$function$;

CREATE OR REPLACE FUNCTION private.retry_process(process_id uuid)
 RETURNS public.processes
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_process public.processes;
begin
  if not (private.is_service() or private.has_permission('processes.write')) then
    perform private.fail('permission_denied', 403, 'Retrying a process needs the permission processes.write.', 'Ask an admin for a role that has it.');
  end if;
  update public.processes set status = 'queued', finished_at = null, error = null, message = null, progress = null, reported_at = null
  where processes.id = retry_process.process_id and processes.status = 'failed'
  returning processes.* into v_process;
  if not found then
    perform private.fail('process_not_retryable', 409, 'Only a failed process can be retried.', 'Read its status first.');
  end if;
  perform private.emit('process.retried', 'process', v_process.id, jsonb_build_object('task', v_process.task, 'process_id', v_process.id));
  return v_process;
end
$function$;

CREATE OR REPLACE FUNCTION private.return_units(variant_id uuid, quantity integer, reference_id uuid, location_id uuid DEFAULT private.main_location())
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_slot public.stock_slots;
  v_location_id uuid := return_units.location_id;
begin
  if v_location_id <> private.main_location() then
    -- kept open while units go there
    perform from public.locations where locations.id = v_location_id and locations.deactivated_at is null for share;
    if not found then
      v_location_id := private.main_location();
      insert into public.stock_slots (variant_id, slot, location_id) values (return_units.variant_id, 0, v_location_id) on conflict do nothing;
    end if;
  end if;
  select * into v_slot from public.stock_slots
  where stock_slots.variant_id = return_units.variant_id and stock_slots.location_id = v_location_id
  order by stock_slots.slot limit 1 for update;
  if v_slot.variant_id is null then
    return;
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
  values (return_units.variant_id, v_slot.location_id, return_units.quantity, 'return', return_units.reference_id);
  if v_slot.slot >= 128 then
    update public.backorders set open_quantity = backorders.open_quantity - return_units.quantity
    where backorders.holder_id = return_units.reference_id and backorders.variant_id = return_units.variant_id;
  end if;
  update public.stock_slots set reserved = reserved + return_units.quantity
  where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
  perform private.free_units(v_slot.variant_id, v_slot.slot, v_slot.location_id, return_units.quantity);
end
$function$;

CREATE OR REPLACE FUNCTION private.review_payment_proof(proof_id uuid, approve boolean, reason text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_array(review_payment_proof.proof_id, review_payment_proof.approve, review_payment_proof.reason);
  v_answer jsonb := private.recall_answer(v_person_id, review_payment_proof.idempotency_key, 'review_payment_proof', v_body);
  v_payment public.payments;
  v_proof public.payment_proofs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if not (private.is_service() or private.has_permission('payments.review')) then
    perform private.fail('permission_denied', 403, 'Reviewing payments needs the permission payments.review.', 'Ask an admin for a role that has it.');
  end if;
  if review_payment_proof.approve is null or length(review_payment_proof.reason) > 500
    or not review_payment_proof.approve and btrim(coalesce(review_payment_proof.reason, '')) = '' then
    perform private.fail('invalid_reason', 422, 'A rejection has a reason of at most 500 characters; the buyer reads it.', 'Say whether you approve, and why not.');
  end if;
  v_payment := private.lock_payment((select payment_proofs.payment_id from public.payment_proofs where payment_proofs.id = review_payment_proof.proof_id));
  select * into v_proof from public.payment_proofs where payment_proofs.id = review_payment_proof.proof_id for update;
  if v_proof.id is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  if v_proof.status <> 'submitted' then
    perform private.fail('proof_not_open', 409, format('This proof is %s: there is nothing to review.', v_proof.status), 'Read it again.');
  end if;
  perform private.give_reason(review_payment_proof.reason);
  update public.payment_proofs
  set status = case when review_payment_proof.approve then 'approved' else 'rejected' end, reason = review_payment_proof.reason,
    reviewed_at = now(), reviewed_by = auth.uid()
  where payment_proofs.id = v_proof.id;
  if review_payment_proof.approve then
    perform private.settle_payment(v_payment.id, v_payment.amount, v_payment.currency, 'proof_' || v_proof.id);
    perform private.emit('payment_proof.approved', 'payment_proof', v_proof.id);
  else
    perform private.emit('payment_proof.rejected', 'payment_proof', v_proof.id);
  end if;
  perform private.give_reason(null);
  return private.remember_answer(v_person_id, review_payment_proof.idempotency_key, 'review_payment_proof', v_body,
    jsonb_build_object('proof', private.proof_document(v_proof.id), 'order', private.order_document(v_payment.order_id)));
end
$function$;

CREATE OR REPLACE FUNCTION private.revoke_certificate(certificate_id uuid, reason text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
  if length(btrim(coalesce(revoke_certificate.reason, ''))) not between 1 and 500 then
    perform private.fail('reason_required', 422, 'A certificate is revoked for a reason of 1 to 500 characters.', 'Say why.');
  end if;
  update public.certificates set revoked_at = now(), revoked_by = v_person_id, revoke_reason = btrim(revoke_certificate.reason)
  where certificates.id = revoke_certificate.certificate_id and certificates.revoked_at is null
  returning * into v_certificate;
  if v_certificate.id is null then
    perform private.fail('certificate_not_found', 404, 'There is no such certificate, or it is revoked already.', 'Check the id.');
  end if;
  perform private.emit('certificate.revoked', 'certificate', v_certificate.id);
  return private.remember_answer(v_person_id, revoke_certificate.idempotency_key, 'revoke_certificate', v_body, private.verify_certificate(v_certificate.number));
end
$function$;

CREATE OR REPLACE FUNCTION private.revoke_role(profile_id uuid, role text)
 RETURNS SETOF public.role_members
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not (private.is_service() or private.has_permission('people.manage')) then
    perform private.fail('permission_denied', 403, 'Revoking roles needs the permission people.manage.', 'Ask an admin.');
  end if;
  -- two admins who remove each other must not leave none
  perform from public.role_members where role_members.role = 'admin' order by role_members.profile_id for update;
  if revoke_role.role = 'admin' and not exists (
    select from public.role_members where role_members.role = 'admin' and role_members.profile_id <> revoke_role.profile_id
  ) then
    perform private.fail('last_admin', 409, 'The shop must keep one admin.', 'Make another person admin first.');
  end if;
  delete from public.role_members where role_members.profile_id = revoke_role.profile_id and role_members.role = revoke_role.role;
  return query select role_members.* from public.role_members where role_members.profile_id = revoke_role.profile_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.roster(intake_id uuid)
 RETURNS TABLE(enrollment_id uuid, learner_id uuid, first_name text, last_name text, email text, status text, enrolled_at timestamp with time zone, progress_percent integer, score_percent integer, passed_at timestamp with time zone, certificate_number text, ungraded bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not (roster.intake_id in (select private.taught_intakes()) or private.has_permission('enrollments.read')
    and exists (select from public.intakes where intakes.id = roster.intake_id)) then
    perform private.fail('intake_not_found', 404, 'There is no such intake.', 'Check the id, and that you teach its course.');
  end if;
  return query
    select enrollments.id, profiles.id, profiles.first_name, profiles.last_name, profiles.email, enrollments.status, enrollments.enrolled_at,
      results.progress_percent, results.score_percent, results.passed_at, certificates.number,
      (select count(*) from public.submissions where submissions.enrollment_id = enrollments.id and submissions.graded_at is null)
    from public.enrollments
    join public.profiles on profiles.id = enrollments.learner_id
    left join public.results on results.enrollment_id = enrollments.id
    left join public.certificates on certificates.enrollment_id = enrollments.id and certificates.revoked_at is null
    where enrollments.intake_id = roster.intake_id
    order by profiles.last_name, profiles.first_name, enrollments.id;
end
$function$;

CREATE OR REPLACE FUNCTION private.rule_condition(rule public.collection_rules)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_value text;
begin
  case rule.type
    when 'category' then
      return format('products.category_id = any (%L::uuid[])', array(select private.category_subtree(rule.category_id)));
    when 'tag' then
      return format('products.tags @> %L::text[]', array[rule.tag]);
    when 'kind' then
      return format('products.kind = %L', rule.kind);
    when 'attribute' then
      if rule.equals is not null then
        return format('products.attributes @> %L::jsonb', jsonb_build_object(rule.key, rule.equals));
      end if;
      v_value := format('case when jsonb_typeof(products.attributes -> %1$L) = ''number'' then (products.attributes ->> %1$L)::numeric end', rule.key);
      return format('coalesce(%1$s >= %2$L::numeric and %1$s <= %3$L::numeric, false)', v_value, coalesce(rule.min, '-infinity'), coalesce(rule.max, 'infinity'));
    else
      return format('exists (select from public.variants join public.prices on prices.variant_id = variants.id
        where variants.product_id = products.id and prices.currency = %L and prices.amount >= %L::numeric and prices.amount <= %L::numeric)',
        rule.currency, coalesce(rule.min, '-infinity'), coalesce(rule.max, 'infinity'));
  end case;
end
$function$;

CREATE OR REPLACE FUNCTION private.say_how_long_to_keep()
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_policy text;
begin
  if current_setting('request.method', true) not in ('GET', 'HEAD') then
    return; -- caches keep no answer to a POST
  end if;
  if current_setting('role', true) = 'anon' and coalesce(current_setting('request.jwt.claims', true), '') not like '%"sub"%' then
    select case when fresh.value = '0' then 'public, no-cache' else format('public, max-age=%s, stale-while-revalidate=%s', fresh.value, stale.value) end
    into v_policy
    from private.cached_reads
    join public.settings as fresh on fresh.key = cached_reads.settings_prefix || '_cache_seconds'
    join public.settings as stale on stale.key = cached_reads.settings_prefix || '_stale_seconds'
    where cached_reads.path = current_setting('request.path', true)
      -- a part of a list (206) is for whoever asked for that part
      and coalesce(current_setting('request.headers', true), '') !~ '"range":|count=';
  end if;
  perform set_config('response.headers', case
    when v_policy is null then '[{"Cache-Control": "private, no-store"}]'
    else '[{"Cache-Control": "' || v_policy || '"}, {"Vary": "Accept, Accept-Profile, Authorization, apikey, Prefer, Range"}]'
  end, true);
end
$function$;

CREATE OR REPLACE FUNCTION private.search_orders(q text, statuses text[], placed_from timestamp with time zone, placed_to timestamp with time zone, min_amount bigint, max_amount bigint, currency text, cursor text, max_rows integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_search private.order_search := private.continue_order_search(
    private.read_order_search(q, statuses, placed_from, placed_to, min_amount, max_amount, currency, max_rows), search_orders.cursor);
  v_ids uuid[] := private.find_orders(v_search);
  v_last uuid;
begin
  -- A number that is off by a digit is another number; a word that is off by a letter is a slip.
  if v_ids = '{}' and search_orders.cursor is null and length(v_search.words) >= 4 and v_search.words !~ '^[0-9 +()-]+$' then
    v_search.alike := true;
    v_ids := private.find_orders(v_search);
  end if;
  if cardinality(v_ids) > v_search.max_rows then
    v_last := v_ids[v_search.max_rows];
  end if;
  return jsonb_build_object(
    'data', private.order_search_rows(v_ids[:v_search.max_rows], v_search.names),
    'next_cursor', case when v_search.alike then 'a' else 'e' end || replace(v_last::text, '-', '') || private.order_search_fingerprint(v_search));
end
$function$;

CREATE OR REPLACE FUNCTION private.search_pattern(words text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
  select '%' || regexp_replace(search_pattern.words, '([\\%_])', '\\\1', 'g') || '%';
$function$;

CREATE OR REPLACE FUNCTION private.search_text(original text)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE
 SET search_path TO ''
AS $function$
begin
  return btrim(regexp_replace(
    lower(extensions.unaccent('extensions.unaccent', normalize(original, NFKC)) collate pg_catalog.pg_c_utf8), '\s+', ' ', 'g'));
end
$function$;

CREATE OR REPLACE FUNCTION private.second_seat_problem(learner_id uuid, intake_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_status text;
  v_open public.orders;
begin
  select enrollments.status into v_status from public.enrollments
  where enrollments.learner_id = second_seat_problem.learner_id and enrollments.intake_id = second_seat_problem.intake_id
    and enrollments.status in ('reserved', 'active', 'suspended', 'completed');
  if v_status is null then
    return null;
  end if;
  if v_status = 'reserved' then
    select orders.* into v_open
    from public.enrollments
    join public.order_items on order_items.id = enrollments.order_item_id
    join public.orders on orders.id = order_items.order_id
    where enrollments.learner_id = second_seat_problem.learner_id and enrollments.intake_id = second_seat_problem.intake_id and enrollments.status = 'reserved';
    return private.problem('order_already_open', 409, format('Order %s already holds this seat for you.', v_open.number), 'Pay that order or cancel it.', v_open.id::text);
  end if;
  return private.problem('already_enrolled', 409, 'You are enrolled in this intake already.', 'Find it among your courses.');
end
$function$;

CREATE OR REPLACE FUNCTION private.sell_units(variant_id uuid, quantity integer, reference_id uuid)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_drawn private.drawn_slot;
  v_beyond integer;
begin
  for v_drawn in select * from private.draw_units(sell_units.variant_id, sell_units.quantity, false) loop
    insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
    values (sell_units.variant_id, v_drawn.location_id, -v_drawn.quantity, 'sale', sell_units.reference_id);
    v_beyond := coalesce(v_beyond, 0);
    if v_drawn.slot >= 128 then
      perform private.promise_units(sell_units.reference_id, sell_units.variant_id, v_drawn.quantity);
      v_beyond := v_beyond + v_drawn.quantity;
    end if;
  end loop;
  return v_beyond;
end
$function$;

CREATE OR REPLACE FUNCTION private.sellable_units(variant_id uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_mode text;
  v_kind text;
begin
  select variants.stock_mode, products.kind into v_mode, v_kind
  from public.variants join public.products on products.id = variants.product_id where variants.id = sellable_units.variant_id;
  if v_kind = 'bundle' then
    return (
      select min(private.sellable_units(bundle_items.component_variant_id) / bundle_items.quantity)
      from public.bundle_items where bundle_items.bundle_variant_id = sellable_units.variant_id
      having count(*) > 0
      union all select 0 where not exists (select from public.bundle_items where bundle_items.bundle_variant_id = sellable_units.variant_id));
  end if;
  if v_mode = 'none' then
    return null;
  end if;
  return (select coalesce(sum(stock_slots.available), 0) from public.stock_slots where stock_slots.variant_id = sellable_units.variant_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.set_allowance(variant_id uuid, delta integer)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_missing integer := 0;
begin
  if set_allowance.delta > 0 then
    perform private.add_units(set_allowance.variant_id, private.allowance_location(), set_allowance.delta);
  elsif set_allowance.delta < 0 then
    v_missing := private.take_units(set_allowance.variant_id, private.allowance_location(), -set_allowance.delta);
  else
    return;
  end if;
  if v_missing > 0 then
    perform private.fail('stock_mode_in_use', 409, format('%s units beyond the new limit are sold or held.', v_missing), 'Receive goods first, or choose a larger limit.');
  end if;
  insert into public.stock_movements (variant_id, location_id, quantity, reason)
  values (set_allowance.variant_id, private.allowance_location(), set_allowance.delta, 'capacity');
end
$function$;

CREATE OR REPLACE FUNCTION private.set_cart_address(address_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_cart_address.address_id);
  v_answer jsonb := private.recall_answer(v_person_id, set_cart_address.idempotency_key, 'set_cart_address', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.find_own_address(set_cart_address.address_id);
  v_cart := private.open_cart(v_person_id);
  update public.carts set shipping_address_id = set_cart_address.address_id where carts.id = v_cart.id;
  return private.answer_cart(v_person_id, set_cart_address.idempotency_key, 'set_cart_address', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.set_cart_currency(currency text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(set_cart_currency.currency);
  v_answer jsonb := private.recall_answer(v_person_id, set_cart_currency.idempotency_key, 'set_cart_currency', v_body);
  v_cart public.carts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_currency(set_cart_currency.currency);
  v_cart := private.open_cart(v_person_id);
  update public.carts set currency = set_cart_currency.currency where carts.id = v_cart.id;
  -- amounts of two currencies are not compared
  update public.cart_items set seen_unit_amount = null where cart_items.cart_id = v_cart.id and v_cart.currency <> set_cart_currency.currency;
  return private.answer_cart(v_person_id, set_cart_currency.idempotency_key, 'set_cart_currency', v_body, v_cart.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.set_low_stock_threshold(variant_id uuid, threshold integer, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_body jsonb := jsonb_build_object('variant_id', set_low_stock_threshold.variant_id, 'threshold', set_low_stock_threshold.threshold);
  v_answer jsonb;
begin
  if not (private.is_service() or private.has_permission('inventory.write') or private.has_permission('catalog.write')) then
    perform private.fail('permission_denied', 403, 'A threshold needs the permission inventory.write or catalog.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, set_low_stock_threshold.idempotency_key, 'set_low_stock_threshold', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if set_low_stock_threshold.threshold not between 0 and 1000000 then
    perform private.fail('invalid_quantity', 422, 'threshold is a whole number from 0 to 1000000, or null for none.', 'Correct threshold.');
  end if;
  perform from public.variants where variants.id = set_low_stock_threshold.variant_id for no key update;
  if not found then
    perform private.fail('variant_not_found', 404, 'There is no such variant.', 'Check the variant id.');
  end if;
  perform private.lock_stock(array[set_low_stock_threshold.variant_id]);
  update public.stock_slots set watched_at = case when set_low_stock_threshold.threshold is not null then now() end
  where stock_slots.variant_id = set_low_stock_threshold.variant_id;
  if set_low_stock_threshold.threshold is null then
    delete from private.low_stock_marks where low_stock_marks.variant_id = set_low_stock_threshold.variant_id;
  else
    insert into private.low_stock_marks (variant_id, threshold) values (set_low_stock_threshold.variant_id, set_low_stock_threshold.threshold)
    on conflict on constraint low_stock_marks_pkey do update set threshold = excluded.threshold;
    perform private.note_low_stock(set_low_stock_threshold.variant_id);
  end if;
  update public.variants set low_stock_threshold = set_low_stock_threshold.threshold where variants.id = set_low_stock_threshold.variant_id;
  return private.remember_answer(v_person_id, set_low_stock_threshold.idempotency_key, 'set_low_stock_threshold', v_body, v_body);
end
$function$;

CREATE OR REPLACE FUNCTION private.set_stock_mode(variant_id uuid, mode text, backorder_limit integer, ships_at timestamp with time zone, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('variant_id', set_stock_mode.variant_id, 'mode', set_stock_mode.mode, 'backorder_limit', set_stock_mode.backorder_limit, 'ships_at', set_stock_mode.ships_at);
  v_answer jsonb := private.recall_answer(v_person_id, set_stock_mode.idempotency_key, 'set_stock_mode', v_body);
  v_variant public.variants;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_stock_mode(set_stock_mode.mode, set_stock_mode.backorder_limit, set_stock_mode.ships_at);
  perform private.lock_goods(array[set_stock_mode.variant_id], false);
  perform private.lock_stock(array[set_stock_mode.variant_id]);
  select * into v_variant from public.variants where variants.id = set_stock_mode.variant_id;
  perform private.refuse_while_promised(v_variant, set_stock_mode.mode);
  perform private.set_allowance(v_variant.id, coalesce(set_stock_mode.backorder_limit, 0) - coalesce(v_variant.backorder_limit, 0));
  update public.variants set stock_mode = set_stock_mode.mode, backorder_limit = set_stock_mode.backorder_limit, preorder_ships_at = set_stock_mode.ships_at
  where variants.id = v_variant.id;
  return private.remember_answer(v_person_id, set_stock_mode.idempotency_key, 'set_stock_mode', v_body, jsonb_build_object(
    'variant_id', v_variant.id, 'mode', set_stock_mode.mode, 'backorder_limit', set_stock_mode.backorder_limit, 'ships_at', set_stock_mode.ships_at,
    'sellable', private.sellable_units(v_variant.id)));
end
$function$;

CREATE OR REPLACE FUNCTION private.setting(key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  return (select settings.value from public.settings where settings.key = setting.key);
end
$function$;

CREATE OR REPLACE FUNCTION private.settle_payment(payment_id uuid, amount bigint, currency text, provider_payment_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment(settle_payment.payment_id);
begin
  if v_payment.status in ('success', 'refunding', 'refunded', 'refund_failed') then
    if v_payment.provider_payment_id is distinct from coalesce(settle_payment.provider_payment_id, v_payment.provider_payment_id) then
      return private.flag_order(v_payment.order_id, 'one attempt was captured twice by the provider');
    end if;
    return 'ignored';
  end if;
  if settle_payment.amount <> v_payment.amount or upper(settle_payment.currency) <> v_payment.currency then
    update public.payments set failure_code = 'amount_mismatch',
      failure_message = format('The provider reports %s %s.', settle_payment.amount, upper(settle_payment.currency))
    where payments.id = v_payment.id;
    return private.flag_order(v_payment.order_id, 'the provider captured another amount than the order asks for');
  end if;
  if exists (
    select from public.payments where payments.provider = v_payment.provider
      and payments.provider_payment_id = settle_payment.provider_payment_id and payments.id <> v_payment.id
  ) then
    return private.flag_order(v_payment.order_id, 'one capture was reported for two payments');
  end if;
  update public.payments
  set status = 'success', captured_amount = settle_payment.amount, settled_at = now(), failure_code = null, failure_message = null,
    provider_payment_id = coalesce(settle_payment.provider_payment_id, payments.provider_payment_id)
  where payments.id = v_payment.id;
  perform private.post_entries('capture:' || v_payment.id, v_payment.order_id, v_payment.currency,
    jsonb_build_object(private.cash_account(v_payment.provider), v_payment.amount, 'receivable', -v_payment.amount));
  perform private.emit('payment.succeeded', 'payment', v_payment.id);
  perform private.deliver_paid_order(v_payment.order_id, v_payment.id);
  return 'applied';
end
$function$;

CREATE OR REPLACE FUNCTION private.settle_refund(refund public.refunds, payment public.payments)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_rest bigint := payment.captured_amount - payment.refunded_amount - refund.amount;
  v_open boolean := exists (select from public.refunds where refunds.payment_id = payment.id and refunds.status = 'pending');
  -- money that never became a sale (paid late, paid twice) only clears what is owed to the customer; a sale given back is a contra sale
  v_owed bigint := (
    select -coalesce(sum(ledger_entries.amount), 0)
    from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
    where ledger_transactions.order_id = refund.order_id and ledger_entries.account = 'receivable');
  v_cleared bigint := greatest(0, least(refund.amount, v_owed));
  v_tax bigint := private.tax_given_back(refund.order_id, refund.amount - v_cleared);
  v_order_status text;
begin
  update public.payments
  set refunded_amount = payments.refunded_amount + refund.amount,
    status = case when v_rest = 0 then 'refunded' when v_open then payments.status else 'success' end
  where payments.id = payment.id;
  perform private.post_entries(private.refund_effect_key('refund', refund.id), refund.order_id, refund.currency, jsonb_build_object(
    'receivable', v_cleared, 'refunds', refund.amount - v_cleared - v_tax, 'tax_payable', v_tax, private.cash_account(payment.provider), -refund.amount));
  perform private.emit('refund.succeeded', 'refund', refund.id);
  -- one of two payments given back leaves an order that the other one still pays
  if refund.reason <> 'by_provider' or exists (
    select from public.payments where payments.order_id = refund.order_id and payments.id <> payment.id and payments.status = 'success'
  ) then
    return;
  end if;
  select orders.status into v_order_status from public.orders where orders.id = refund.order_id;
  if v_rest = 0 and v_order_status in ('paid', 'processing', 'shipped', 'delivered', 'completed', 'partially_refunded', 'needs_review') then
    update public.orders set status = 'refunded' where orders.id = refund.order_id;
    perform private.take_back_goods(refund.order_id);
    perform private.give_back_promotions(array[refund.order_id]);
  elsif v_order_status in ('paid', 'completed') then
    update public.orders set status = 'partially_refunded' where orders.id = refund.order_id;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION private.settle_reservations(holder_id uuid, outcome text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_settled record;
  v_beyond uuid[] := '{}';
  v_variant_id uuid;
begin
  perform private.lock_holds(array[settle_reservations.holder_id]);
  if settle_reservations.outcome = 'claimed' then
    insert into public.stock_movements (variant_id, location_id, quantity, reason, reference_id)
    select reservations.variant_id, reservations.location_id, -reservations.quantity, 'sale', settle_reservations.holder_id
    from public.reservations where reservations.holder_id = settle_reservations.holder_id and reservations.status = 'held';
  end if;
  for v_settled in
    with settled as (
      update public.reservations set status = settle_reservations.outcome
      where reservations.holder_id = settle_reservations.holder_id and reservations.status = 'held'
      returning reservations.variant_id, reservations.slot, reservations.location_id, reservations.quantity
    )
    select settled.variant_id, settled.slot, settled.location_id, sum(settled.quantity)::integer as quantity
    from settled group by 1, 2, 3 order by 1, 2, 3
  loop
    if settle_reservations.outcome = 'released' then
      perform private.free_units(v_settled.variant_id, v_settled.slot, v_settled.location_id, v_settled.quantity);
    else
      update public.stock_slots set reserved = reserved - v_settled.quantity
      where stock_slots.variant_id = v_settled.variant_id and stock_slots.slot = v_settled.slot and stock_slots.location_id = v_settled.location_id;
      if v_settled.slot >= 128 then
        perform private.promise_units(settle_reservations.holder_id, v_settled.variant_id, v_settled.quantity);
        v_beyond := v_beyond || v_settled.variant_id;
      end if;
    end if;
  end loop;
  foreach v_variant_id in array v_beyond loop
    perform private.fill_backorders(v_variant_id); -- goods may have come while the order was unpaid
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.share_category_tree()
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select pg_advisory_xact_lock_shared(hashtextextended('seatline.categories', 0));
$function$;

CREATE OR REPLACE FUNCTION private.share_of_taxes(invoice_id uuid, tax_amount bigint)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_taxes jsonb := private.invoice_taxes(share_of_taxes.invoice_id);
  v_shares bigint[] := private.split_amount(share_of_taxes.tax_amount, array(
    select (tax ->> 'amount')::bigint from jsonb_array_elements(v_taxes) with ordinality as taxes (tax, position) order by position));
begin
  return (
    select coalesce(jsonb_agg(jsonb_set(tax, '{amount}', to_jsonb(v_shares[position])) order by position), '[]')
    from jsonb_array_elements(v_taxes) with ordinality as taxes (tax, position));
end
$function$;

CREATE OR REPLACE FUNCTION private.short_locale(locale text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select lower(left(short_locale.locale, 2));
$function$;

CREATE OR REPLACE FUNCTION private.split_amount(amount bigint, weights bigint[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_whole numeric := 0;
  v_left bigint := split_amount.amount;
  v_parts bigint[] := '{}';
  v_remainders numeric[] := '{}';
  v_weight bigint;
  v_next integer;
begin
  foreach v_weight in array split_amount.weights loop
    v_whole := v_whole + v_weight;
  end loop;
  foreach v_weight in array split_amount.weights loop
    v_parts := v_parts || coalesce(div(split_amount.amount::numeric * v_weight, nullif(v_whole, 0)), 0)::bigint;
    v_remainders := v_remainders || coalesce(mod(split_amount.amount::numeric * v_weight, nullif(v_whole, 0)), 0);
    v_left := v_left - v_parts[cardinality(v_parts)];
  end loop;
  while v_left > 0 and v_whole > 0 loop
    v_next := 1;
    for v_index in 2 .. cardinality(v_parts) loop
      if v_remainders[v_index] > v_remainders[v_next] then
        v_next := v_index;
      end if;
    end loop;
    v_parts[v_next] := v_parts[v_next] + 1;
    v_remainders[v_next] := -1;
    v_left := v_left - 1;
  end loop;
  return v_parts;
end
$function$;

CREATE OR REPLACE FUNCTION private.start_payment(order_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_payment public.payments;
begin
  perform private.require_person();
  v_order := private.find_order(start_payment.order_id, 'nobody.else');
  v_payment := private.open_payment(v_order.id, 'checkout');
  return jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment),
    'customer', (select jsonb_build_object('email', profiles.email, 'name', btrim(profiles.first_name || ' ' || profiles.last_name))
      from public.profiles where profiles.id = v_order.customer_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.start_process(process_id uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  update public.processes
  set status = 'running', attempts = processes.attempts + 1, started_at = now(), finished_at = null, error = null
  where processes.id = start_process.process_id
    and (processes.status = 'queued' or processes.status = 'failed' and processes.reported_at is null);
  if found then
    return true;
  end if;
  -- a run whose worker died is taken up again; a finished or cancelled one is not
  update public.processes set attempts = processes.attempts + 1, started_at = now()
  where processes.id = start_process.process_id and processes.status = 'running';
  return found;
end
$function$;

CREATE OR REPLACE FUNCTION private.start_proof(payment_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_proof.payment_id);
  v_answer jsonb := private.recall_answer(v_person_id, start_proof.idempotency_key, 'start_proof', v_body);
  v_payment public.payments;
  v_proof public.payment_proofs;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_payment := private.lock_payment(start_proof.payment_id);
  if not exists (select from public.orders where orders.id = v_payment.order_id and orders.customer_id = v_person_id) then
    perform private.fail('payment_not_found', 404, 'There is no such payment.', 'Start the transfer first.');
  end if;
  perform private.check_transfer(v_payment);
  if (select count(*) from public.payment_proofs where payment_proofs.payment_id = v_payment.id) >= 20 then
    perform private.fail('too_many_proofs', 429, 'Too many files were sent for this payment.', 'Write to the shop.');
  end if;
  insert into public.payment_proofs (payment_id) values (v_payment.id) returning * into v_proof;
  return private.remember_answer(v_person_id, start_proof.idempotency_key, 'start_proof', v_body,
    jsonb_build_object('id', v_proof.id, 'payment_id', v_proof.payment_id, 'status', v_proof.status));
end
$function$;

CREATE OR REPLACE FUNCTION private.start_quiz(lesson_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_quiz.lesson_id);
  v_answer jsonb := private.recall_answer(v_learner_id, start_quiz.idempotency_key, 'start_quiz', v_body);
  v_enrollment public.enrollments;
  v_lesson public.lessons;
  v_attempt public.quiz_attempts;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(start_quiz.lesson_id, v_learner_id, array['quiz']);
  select * into v_lesson from public.lessons where lessons.id = start_quiz.lesson_id;
  perform private.close_overdue_attempt(v_enrollment.id, v_lesson.id);
  select * into v_attempt from public.quiz_attempts
  where quiz_attempts.enrollment_id = v_enrollment.id and quiz_attempts.lesson_id = v_lesson.id and quiz_attempts.submitted_at is null;
  if v_attempt.id is null then
    v_attempt := private.open_attempt(v_enrollment, v_lesson);
  end if;
  return private.remember_answer(v_learner_id, start_quiz.idempotency_key, 'start_quiz', v_body, private.attempt_document(v_attempt));
end
$function$;

CREATE OR REPLACE FUNCTION private.start_transfer(order_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_person();
  v_body jsonb := to_jsonb(start_transfer.order_id);
  v_answer jsonb := private.recall_answer(v_person_id, start_transfer.idempotency_key, 'start_transfer', v_body);
  v_accounts jsonb := private.setting('transfer_accounts');
  v_order public.orders;
  v_payment public.payments;
  v_until timestamptz;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_order := private.find_order(start_transfer.order_id, 'nobody.else');
  if coalesce(jsonb_array_length(v_accounts), 0) = 0 then
    perform private.fail('transfer_not_offered', 409, 'This shop takes no bank transfers.', 'Pay by the function checkout.');
  end if;
  v_payment := private.open_payment(v_order.id, 'manual_transfer');
  -- counted from when it was placed, so that changing to and fro holds nothing longer
  v_until := greatest(v_order.expires_at, v_order.placed_at + make_interval(hours => (private.setting('transfer_hold_hours'))::integer));
  update public.orders set expires_at = v_until where orders.id = v_order.id and orders.expires_at < v_until;
  update public.reservations set expires_at = v_until
  where reservations.holder_id = v_order.id and reservations.status = 'held' and reservations.expires_at < v_until;
  update public.promotion_redemptions set expires_at = v_until
  where promotion_redemptions.order_id = v_order.id and promotion_redemptions.given_back_at is null and promotion_redemptions.expires_at < v_until;
  update public.payments set expires_at = v_until where payments.id = v_payment.id returning payments.* into v_payment;
  return private.remember_answer(v_person_id, start_transfer.idempotency_key, 'start_transfer', v_body, jsonb_build_object(
    'order', private.order_document(v_order.id), 'payment', private.payment_document(v_payment), 'accounts', v_accounts, 'reference', v_order.number));
end
$function$;

CREATE OR REPLACE FUNCTION private.start_upload(kind text, product_id uuid, variant_id uuid, file_name text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_catalog_write();
  v_body jsonb := jsonb_build_object('kind', start_upload.kind, 'product_id', start_upload.product_id, 'variant_id', start_upload.variant_id, 'file_name', start_upload.file_name);
  v_answer jsonb := private.recall_answer(v_person_id, start_upload.idempotency_key, 'start_upload', v_body);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  if start_upload.kind is null or start_upload.kind not in ('image', 'file') then
    perform private.fail('invalid_upload', 422, 'An upload is of kind image or file.', 'Send image for a picture, file for what is sold.');
  end if;
  perform from public.products where products.id = start_upload.product_id and (start_upload.kind = 'image' or products.kind not in ('course', 'bundle'));
  if not found or start_upload.variant_id is not null
    and not exists (select from public.variants where variants.id = start_upload.variant_id and variants.product_id = start_upload.product_id) then
    perform private.fail('product_not_found', 404, 'There is no such product or variant to upload for.', 'Check the ids; files hang on digital and physical products.');
  end if;
  if start_upload.kind = 'image' then
    insert into public.media (product_id, variant_id, position)
    select start_upload.product_id, start_upload.variant_id, coalesce(max(media.position) + 1, 0) from public.media where media.product_id = start_upload.product_id
    returning jsonb_build_object('kind', 'image', 'id', media.id, 'bucket', 'media', 'path', media.path) into v_answer;
  elsif coalesce(start_upload.file_name, '') !~ '^[^/\\[:cntrl:]]{1,200}$' or start_upload.file_name ~ '^\.+$' then
    perform private.fail('invalid_upload', 422, 'A file that is sold needs a name to save it under, of 1 to 200 characters.', 'Send something like handbook.pdf.');
  else
    insert into public.digital_files (product_id, variant_id, file_name, position)
    select start_upload.product_id, start_upload.variant_id, start_upload.file_name, coalesce(max(digital_files.position) + 1, 0)
    from public.digital_files where digital_files.product_id = start_upload.product_id
    returning jsonb_build_object('kind', 'file', 'id', digital_files.id, 'bucket', 'downloads', 'path', digital_files.path) into v_answer;
  end if;
  return private.remember_answer(v_person_id, start_upload.idempotency_key, 'start_upload', v_body, v_answer);
end
$function$;

CREATE OR REPLACE FUNCTION private.stock_by_location(variant_ids uuid[])
 RETURNS TABLE(variant_id uuid, location_id uuid, location_code text, available bigint, reserved bigint, on_hand bigint, movements bigint, difference bigint)
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not (private.is_service() or private.has_permission('inventory.read')) then
    perform private.fail('permission_denied', 403, 'Stock by location needs the permission inventory.read.', 'Read stock_levels, or ask an admin for a role that has it.');
  end if;
  return query
    select reconciled.variant_id, reconciled.location_id, locations.code, coalesce(slots.available, 0), coalesce(slots.reserved, 0),
      reconciled.on_hand::bigint, reconciled.movements::bigint, reconciled.difference::bigint
    from private.stock_reconciliation as reconciled
    join public.locations on locations.id = reconciled.location_id
    left join lateral (
      select sum(stock_slots.available)::bigint as available, sum(stock_slots.reserved)::bigint as reserved
      from public.stock_slots where stock_slots.variant_id = reconciled.variant_id and stock_slots.location_id = reconciled.location_id
    ) as slots on true
    where reconciled.variant_id = any (stock_by_location.variant_ids)
    order by reconciled.variant_id, locations.priority, locations.code;
end
$function$;

CREATE OR REPLACE FUNCTION private.stock_hold_document(hold_id uuid)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return (
    select jsonb_build_object('id', stock_holds.id, 'status', stock_holds.status, 'note', stock_holds.note, 'expires_at', stock_holds.expires_at, 'lines', (
      select jsonb_agg(jsonb_build_object('variant_id', taken.variant_id, 'quantity', taken.quantity, 'beyond_stock', taken.beyond) order by taken.variant_id)
      from (
        select reservations.variant_id, sum(reservations.quantity) as quantity, coalesce(sum(reservations.quantity) filter (where reservations.slot >= 128), 0) as beyond
        from public.reservations where reservations.holder_id = stock_holds.id group by reservations.variant_id
      ) as taken))
    from public.stock_holds where stock_holds.id = stock_hold_document.hold_id);
end
$function$;

CREATE OR REPLACE FUNCTION private.stock_problem(person_id uuid, line private.order_line)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if line.intake_id is null then
    return private.problem('out_of_stock', 409, format('There are not %s of %s left.', line.quantity, line.title), 'Lower the quantity or remove the line.', line.variant_id::text);
  end if;
  if exists (
    select from public.waitlist_entries
    where waitlist_entries.intake_id = line.intake_id and waitlist_entries.learner_id = stock_problem.person_id
      and waitlist_entries.status = 'offered' and waitlist_entries.offer_expires_at > now()
  ) then
    return null; -- a seat is held for this very person
  end if;
  return private.problem('out_of_stock', 409, format('Every seat in %s is taken.', line.title), 'Join the waiting list (join_waitlist), or choose another intake.', line.variant_id::text);
end
$function$;

CREATE OR REPLACE FUNCTION private.studied_courses()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select intakes.product_id from public.enrollments join public.intakes on intakes.id = enrollments.intake_id
  where enrollments.learner_id = auth.uid() and enrollments.status in ('reserved', 'active', 'suspended', 'completed');
$function$;

CREATE OR REPLACE FUNCTION private.study_lesson(lesson_id uuid, learner_id uuid, kinds text[])
 RETURNS public.enrollments
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_lesson public.lessons;
  v_enrollment public.enrollments;
  v_state private.lesson_state;
begin
  select lessons.* into v_lesson from public.lessons join public.products on products.id = lessons.product_id
  where lessons.id = study_lesson.lesson_id and lessons.withdrawn_at is null
    and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
      or private.enrollment_in(lessons.product_id, study_lesson.learner_id) is not null);
  if v_lesson.id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
  end if;
  if v_lesson.kind <> all (study_lesson.kinds) then
    perform private.fail('lesson_of_other_kind', 409, 'A lesson of this kind is not completed that way.',
      'Text, video and file: complete_lesson. Quiz: start_quiz and submit_quiz. Assignment: submit_assignment.', v_lesson.kind);
  end if;
  select * into v_enrollment from public.enrollments
  where enrollments.id = private.enrollment_in(v_lesson.product_id, study_lesson.learner_id) for update;
  select * into v_state from private.lesson_states(v_lesson.product_id, v_enrollment.id) as states where states.lesson_id = v_lesson.id;
  if v_enrollment.id is null then
    v_state.lock_reason := 'not_enrolled'; -- a preview is open to read; it is completed by those who have a seat
  end if;
  perform private.refuse_locked(v_state);
  return v_enrollment;
end
$function$;

CREATE OR REPLACE FUNCTION private.submission_document(submission public.submissions)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return to_jsonb(submission) - '{product_id,graded_by}'::text[] || jsonb_build_object('files', coalesce((
    select jsonb_agg(jsonb_build_object('id', learning_files.id, 'file_name', learning_files.file_name,
      'content_type', learning_files.content_type, 'bytes', learning_files.bytes) order by learning_files.file_name, learning_files.id)
    from public.learning_files where learning_files.submission_id = submission.id), '[]'));
end
$function$;

CREATE OR REPLACE FUNCTION private.submit_assignment(lesson_id uuid, body text, file_ids uuid[], idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(submit_assignment.lesson_id, submit_assignment.body, to_jsonb(submit_assignment.file_ids));
  v_answer jsonb := private.recall_answer(v_learner_id, submit_assignment.idempotency_key, 'submit_assignment', v_body);
  v_enrollment public.enrollments;
  v_submission public.submissions;
  v_files integer := coalesce(cardinality(submit_assignment.file_ids), 0);
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_enrollment := private.study_lesson(submit_assignment.lesson_id, v_learner_id, array['assignment']);
  if v_files > 20 or length(submit_assignment.body) > 100000 or v_files = 0 and coalesce(btrim(submit_assignment.body), '') = '' then
    perform private.fail('invalid_submission', 422, 'Work is text of at most 100000 characters, or 1 to 20 files, or both.', 'Write something or name a file.');
  end if;
  v_submission := private.open_submission(v_enrollment, submit_assignment.lesson_id, coalesce(submit_assignment.body, ''));
  update public.learning_files set submission_id = v_submission.id
  where learning_files.id = any (submit_assignment.file_ids) and learning_files.enrollment_id = v_enrollment.id
    and learning_files.lesson_id = v_submission.lesson_id and learning_files.submission_id is null;
  if (select count(*) from public.learning_files where learning_files.submission_id = v_submission.id) <> v_files then
    perform private.fail('file_not_found', 404, 'A file is not there, or was handed in already.', 'Send the file again and name the new one.');
  end if;
  perform private.emit('assignment.submitted', 'submission', v_submission.id);
  return private.remember_answer(v_learner_id, submit_assignment.idempotency_key, 'submit_assignment', v_body, private.submission_document(v_submission));
end
$function$;

CREATE OR REPLACE FUNCTION private.submit_proof(proof_id uuid, mime_type text, byte_size integer, sha256 text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_payment public.payments := private.lock_payment((select payment_proofs.payment_id from public.payment_proofs where payment_proofs.id = submit_proof.proof_id));
  v_proof public.payment_proofs;
begin
  select * into v_proof from public.payment_proofs where payment_proofs.id = submit_proof.proof_id for update;
  if v_proof.id is null then
    perform private.fail('proof_not_found', 404, 'There is no such proof of payment.', 'Check the id and who is signed in.');
  end if;
  if v_proof.status = 'uploading' then
    perform private.check_transfer(v_payment);
    update public.payment_proofs
    set status = 'submitted', submitted_at = now(), mime_type = submit_proof.mime_type, byte_size = submit_proof.byte_size, sha256 = submit_proof.sha256
    where payment_proofs.id = v_proof.id;
    perform private.emit('payment_proof.submitted', 'payment_proof', v_proof.id);
  elsif v_proof.sha256 is distinct from submit_proof.sha256 then
    perform private.fail('proof_not_open', 409, 'This proof was submitted with another file.', 'Start a new proof.');
  end if;
  return private.proof_document(v_proof.id);
end
$function$;

CREATE OR REPLACE FUNCTION private.submit_quiz(attempt_id uuid, answers jsonb, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_learner_id uuid := private.require_person();
  v_body jsonb := jsonb_build_array(submit_quiz.attempt_id, submit_quiz.answers);
  v_answer jsonb := private.recall_answer(v_learner_id, submit_quiz.idempotency_key, 'submit_quiz', v_body);
  v_attempt public.quiz_attempts;
  v_enrollment public.enrollments;
  v_score integer;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  select * into v_attempt from public.quiz_attempts where quiz_attempts.id = submit_quiz.attempt_id and quiz_attempts.learner_id = v_learner_id;
  if v_attempt.id is null then
    perform private.fail('attempt_not_found', 404, 'There is no such attempt.', 'Start the quiz again.');
  end if;
  v_enrollment := private.study_lesson(v_attempt.lesson_id, v_learner_id, array['quiz']);
  if v_enrollment.id <> v_attempt.enrollment_id then
    perform private.fail('attempt_over', 409, 'This attempt belongs to a seat you learn by no longer.', 'Start the quiz again.');
  end if;
  perform private.check_answers(v_attempt, submit_quiz.answers);
  select round(100.0 * sum(points) filter (where private.is_right_answer(item, submit_quiz.answers -> place::integer)) / sum(points)) into v_score
  from (
    select question.item, question.place - 1 as place, coalesce((question.item ->> 'points')::integer, 1) as points
    from private.quiz_papers cross join lateral jsonb_array_elements(quiz_papers.questions) with ordinality as question (item, place)
    where quiz_papers.attempt_id = v_attempt.id
  ) as asked;
  update public.quiz_attempts set submitted_at = now(), answers = submit_quiz.answers, score_percent = coalesce(v_score, 0),
    is_passed = coalesce(v_score, 0) >= (select lessons.pass_percent from public.lessons where lessons.id = v_attempt.lesson_id)
  where quiz_attempts.id = v_attempt.id and quiz_attempts.submitted_at is null
  returning * into v_attempt;
  if v_attempt.id is null then
    perform private.fail('attempt_over', 409, 'This attempt was handed in already.', 'Start the next one.');
  end if;
  perform private.record_progress(v_attempt.enrollment_id, v_attempt.lesson_id, v_attempt.score_percent, v_attempt.is_passed);
  return private.remember_answer(v_learner_id, submit_quiz.idempotency_key, 'submit_quiz', v_body, private.attempt_document(v_attempt)
    || jsonb_build_object('progress', private.progress_document(private.assess_enrollment(v_attempt.enrollment_id), v_attempt.lesson_id)));
end
$function$;

CREATE OR REPLACE FUNCTION private.sum_lines(currency text, lines private.order_line[])
 RETURNS private.quote
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
declare
  v_quote private.quote;
  v_line private.order_line;
begin
  v_quote.currency := sum_lines.currency;
  v_quote.lines := sum_lines.lines;
  v_quote.subtotal_amount := 0;
  v_quote.discount_amount := 0;
  v_quote.tax_amount := 0;
  v_quote.tax_included_amount := 0;
  v_quote.shipping_amount := 0;
  foreach v_line in array sum_lines.lines loop
    v_quote.subtotal_amount := v_quote.subtotal_amount + v_line.subtotal_amount;
    v_quote.discount_amount := v_quote.discount_amount + v_line.discount_amount;
    v_quote.tax_amount := v_quote.tax_amount + v_line.tax_amount;
    v_quote.tax_included_amount := v_quote.tax_included_amount + v_line.tax_included_amount;
    if v_line.problem is not null then
      v_quote.problems := coalesce(v_quote.problems, '[]') || v_line.problem;
    end if;
  end loop;
  v_quote.total_amount := v_quote.subtotal_amount - v_quote.discount_amount + v_quote.tax_amount;
  return v_quote;
end
$function$;

CREATE OR REPLACE FUNCTION private.sum_taxes(lines private.order_line[])
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
 SET search_path TO ''
AS $function$
  select jsonb_agg(jsonb_build_object('name', summed.name, 'basis_points', summed.basis_points, 'inclusive', summed.inclusive, 'amount', summed.amount)
    order by summed.inclusive desc, summed.name, summed.basis_points)
  from (
    select tax ->> 'name' as name, (tax ->> 'basis_points')::integer as basis_points, (tax ->> 'inclusive')::boolean as inclusive, sum((tax ->> 'amount')::bigint)::bigint as amount
    from generate_subscripts(sum_taxes.lines, 1) as position
    cross join lateral jsonb_array_elements(sum_taxes.lines[position].taxes) as tax
    group by 1, 2, 3
  ) as summed;
$function$;

CREATE OR REPLACE FUNCTION private.sweep_low_stock()
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_variant_id uuid;
  v_moved integer := 0;
begin
  for v_variant_id in
    select low_stock_marks.variant_id from private.low_stock_marks
    left join lateral (
      select coalesce(sum(stock_slots.available), 0) as available from public.stock_slots
      where stock_slots.variant_id = low_stock_marks.variant_id and stock_slots.slot < 128
    ) as stock on true
    where (low_stock_marks.low_since is null) = (stock.available <= low_stock_marks.threshold)
  loop
    perform private.note_low_stock(v_variant_id);
    v_moved := v_moved + 1;
  end loop;
  return v_moved;
end
$function$;

CREATE OR REPLACE FUNCTION private.take_back_goods(order_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_sold uuid[];
  v_places bigint;
begin
  select coalesce(array_agg(sold.variant_id), '{}'), coalesce(sum(sold.places), 0) into v_sold, v_places
  from (
    select stock_movements.variant_id, count(distinct stock_movements.location_id) + count(*) filter (where stock_movements.location_id <> private.main_location()) as places
    from public.stock_movements where stock_movements.reference_id = take_back_goods.order_id
    group by stock_movements.variant_id having sum(stock_movements.quantity) < 0
  ) as sold;
  if v_places > 1 then
    perform private.lock_holds(array[take_back_goods.order_id], v_sold); -- every slot before the first waiting list
    perform private.lock_waitlists(array[take_back_goods.order_id], v_sold);
  end if;
  perform private.settle_reservations(take_back_goods.order_id, 'released');
  perform private.return_units(sold.variant_id, sold.quantity, take_back_goods.order_id, sold.location_id)
  from (
    select stock_movements.variant_id, stock_movements.location_id, -sum(stock_movements.quantity)::integer as quantity
    from public.stock_movements where stock_movements.reference_id = take_back_goods.order_id
    group by stock_movements.variant_id, stock_movements.location_id
    -- what never came first, or what goes back on the shelf would be given to this very order
    order by stock_movements.variant_id, private.first_slot(stock_movements.location_id) desc
  ) as sold
  where sold.quantity > 0;
  perform private.end_enrollments(array(select order_items.id from public.order_items where order_items.order_id = take_back_goods.order_id), 'cancelled');
  perform private.end_downloads(array(select order_items.id from public.order_items where order_items.order_id = take_back_goods.order_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.take_units(variant_id uuid, location_id uuid, quantity integer)
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_missing integer := take_units.quantity;
  v_slot public.stock_slots;
begin
  for v_slot in
    select * from public.stock_slots
    where stock_slots.variant_id = take_units.variant_id and stock_slots.location_id = take_units.location_id and stock_slots.available > 0
    order by stock_slots.available desc, stock_slots.slot
  loop
    exit when v_missing = 0;
    update public.stock_slots set available = available - least(v_slot.available, v_missing)
    where stock_slots.variant_id = v_slot.variant_id and stock_slots.slot = v_slot.slot and stock_slots.location_id = v_slot.location_id;
    v_missing := v_missing - least(v_slot.available, v_missing);
  end loop;
  return v_missing;
end
$function$;

CREATE OR REPLACE FUNCTION private.taught_courses()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select course_instructors.product_id from public.course_instructors where course_instructors.profile_id = auth.uid();
$function$;

CREATE OR REPLACE FUNCTION private.taught_intakes()
 RETURNS SETOF uuid
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
  select intakes.id from public.course_instructors join public.intakes on intakes.product_id = course_instructors.product_id
  where course_instructors.profile_id = auth.uid();
$function$;

CREATE OR REPLACE FUNCTION private.tax_given_back(order_id uuid, amount bigint)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order public.orders;
  v_before bigint;
  v_tax_before bigint;
begin
  select * into v_order from public.orders where orders.id = tax_given_back.order_id;
  if v_order.tax_amount + v_order.tax_included_amount = 0 or tax_given_back.amount = 0 then
    return 0;
  end if;
  select coalesce(sum(ledger_entries.amount), 0), coalesce(sum(ledger_entries.amount) filter (where ledger_entries.account = 'tax_payable'), 0)
  into v_before, v_tax_before
  from public.ledger_transactions join public.ledger_entries on ledger_entries.transaction_id = ledger_transactions.id
  where ledger_transactions.order_id = v_order.id and ledger_entries.account in ('refunds', 'tax_payable')
    and split_part(ledger_transactions.effect_key, ':', 1) in ('refund', 'refund_failed');
  -- the whole so far, less what went back before: several parts give back what one refund would, to the unit
  return round((v_order.tax_amount + v_order.tax_included_amount)::numeric * (v_before + tax_given_back.amount) / v_order.total_amount) - v_tax_before;
end
$function$;

CREATE OR REPLACE FUNCTION private.tax_line(line private.order_line, country text, province text)
 RETURNS private.order_line
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_amount constant bigint := line.subtotal_amount - line.discount_amount;
  v_rates public.tax_rates[];
  v_weights bigint[] := '{}';
  v_inclusive bigint := 0;
  v_parts bigint[];
  v_part bigint;
begin
  if v_amount = 0 then
    return line;
  end if;
  v_rates := array(
    select tax_rates from public.tax_rates
    where tax_rates.country = tax_line.country and tax_rates.tax_category = line.tax_category
      and (tax_rates.province is null or lower(btrim(tax_rates.province)) = lower(btrim(tax_line.province)))
      and tax_rates.valid_from <= now() and tax_rates.valid_until > now()
    order by tax_rates.inclusive desc, tax_rates.name, tax_rates.province nulls first, tax_rates.id);
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
$function$;

CREATE OR REPLACE FUNCTION private.tg__audit()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  v_after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
  v_entry public.audit_log;
begin
  if v_before = v_after then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('seatline.audit_log', 0));
  v_entry.actor_id := auth.uid();
  v_entry.actor_role := coalesce(auth.role(), session_user::text);
  v_entry.action := lower(tg_op);
  v_entry.table_name := tg_table_name;
  v_entry.row_key := (select string_agg(coalesce(v_after, v_before) ->> key_column, '/' order by position)
    from unnest(tg_argv) with ordinality as keys (key_column, position));
  v_entry.before := v_before;
  v_entry.after := v_after;
  v_entry.request_id := private.request_id();
  v_entry.occurred_at := clock_timestamp();
  v_entry.previous_hash := coalesce((select audit_log.hash from public.audit_log order by audit_log.id desc limit 1), '\x00');
  insert into public.audit_log (actor_id, actor_role, action, table_name, row_key, before, after, request_id, occurred_at, previous_hash, hash)
  values (v_entry.actor_id, v_entry.actor_role, v_entry.action, v_entry.table_name, v_entry.row_key, v_entry.before, v_entry.after,
    v_entry.request_id, v_entry.occurred_at, v_entry.previous_hash, private.audit_hash(v_entry));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__check_translations()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_locale text;
  v_texts jsonb;
  v_field text;
  v_hint constant text := format('Send {"en": {"%s": "…"}}; locales are id and en, texts may be left out.', tg_argv[0]);
begin
  if jsonb_typeof(new.translations) <> 'object' then
    perform private.fail('invalid_translations', 422, 'translations is an object of locales.', v_hint);
  end if;
  for v_locale, v_texts in select * from jsonb_each(new.translations) loop
    if v_locale not in ('id', 'en') or jsonb_typeof(v_texts) <> 'object' then
      perform private.fail('invalid_translations', 422, format('translations has no place for %s.', left(v_locale, 20)), v_hint);
    end if;
    for v_field in select jsonb_object_keys(v_texts) loop
      if v_field <> all (tg_argv) or jsonb_typeof(v_texts -> v_field) <> 'string'
        or length(btrim(v_texts ->> v_field)) not between 1 and (case v_field when 'description' then 50000 when 'summary' then 500 else 200 end) then
        perform private.fail('invalid_translations', 422, format('The text %s in %s is not known here, not a text, empty or too long.', left(v_field, 20), v_locale), v_hint);
      end if;
    end loop;
  end loop;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__guard_status()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not exists (
    select from private.status_moves
    where status_moves.machine = tg_argv[0] and status_moves.from_status = old.status and status_moves.to_status = new.status
  ) then
    perform private.fail('illegal_status_move', 409, format('%s cannot go from %s to %s.', initcap(tg_argv[0]), old.status, new.status), 'Read it again: it may have moved on meanwhile.');
  end if;
  insert into public.status_changes (machine, subject_id, from_status, to_status, reason, actor_id, request_id)
  values (tg_argv[0], new.id, old.status, new.status, nullif(current_setting('seatline.reason', true), ''), auth.uid(), private.request_id());
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__note_titles()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_table_name = 'products' then
    perform private.note_titles(array(select variants.id from public.variants where variants.product_id = new.id));
  elsif tg_table_name = 'variants' then
    perform private.note_titles(array[new.id]);
  else
    perform private.note_titles(array[new.variant_id]);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__recount_uses()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- waits for every use that is being counted, and keeps new ones waiting: what is counted here is all
  if tg_table_name = 'promotions' then
    perform from public.promotions where promotions.id = new.id for update;
    if new.per_user_limit < (select max(promotion_uses.used_count) from private.promotion_uses where promotion_uses.promotion_id = new.id) then
      perform private.fail('limit_in_use', 409, 'Somebody has used this more often than the new limit allows.', 'Choose a larger number, or end the promotion.');
    end if;
    new.used_count := (select count(*) from public.promotion_redemptions where promotion_redemptions.promotion_id = new.id and promotion_redemptions.given_back_at is null);
  else
    perform from public.coupons where coupons.id = new.id for update;
    new.used_count := (select count(*) from public.promotion_redemptions where promotion_redemptions.coupon_id = new.id and promotion_redemptions.given_back_at is null);
  end if;
  if new.usage_limit is null then
    new.used_count := 0;
  elsif new.usage_limit < new.used_count then
    perform private.fail('limit_in_use', 409, 'This has been used more often than the new limit allows.', 'Choose a larger number, or end the promotion.');
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.fail('append_only', 409, format('Rows of %I are history: they are added, never changed or removed.', tg_table_name), 'Write a new row that corrects the old one.');
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg__stamp_update()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  new.updated_at := now();
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_addresses__note_recipient()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.note_customers(array[coalesce(new.profile_id, old.profile_id)]);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_bundle_items__check_kinds()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if not exists (
    select from public.variants join public.products on products.id = variants.product_id where variants.id = new.bundle_variant_id and products.kind = 'bundle'
  ) then
    perform private.fail('not_a_bundle', 409, 'Only a variant of a product of kind bundle has parts.', 'Make a product of kind bundle first.');
  end if;
  if exists (
    select from public.variants join public.products on products.id = variants.product_id where variants.id = new.component_variant_id and products.kind = 'bundle'
  ) then
    perform private.fail('bundle_in_bundle', 409, 'A bundle cannot be a part of another.', 'Name the parts themselves.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_categories__find_place()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.lock_category_tree();
  if new.parent_id is null then
    new.parent_depth := null;
    return new;
  end if;
  if tg_op = 'UPDATE' and new.parent_id in (select private.category_subtree(new.id)) then
    perform private.fail('category_below_itself', 409, 'A category cannot be moved into itself or below itself.', 'Choose a parent outside of it.', new.id::text);
  end if;
  select categories.depth into new.parent_depth from public.categories where categories.id = new.parent_id;
  if new.parent_depth is null then
    perform private.fail('category_not_found', 404, 'There is no such parent category.', 'Read category_tree for those there are.');
  end if;
  if new.parent_depth + (case when tg_op = 'UPDATE' then private.category_height(new.id) else 1 end) > 8 then
    perform private.fail('category_too_deep', 409, 'Categories are at most eight deep.', 'Choose a parent further up.', new.id::text);
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_categories__keep_what_is_used()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.products where products.category_id = old.id) or exists (select from public.categories where categories.parent_id = old.id)
    or exists (select from public.collection_rules where collection_rules.category_id = old.id) then
    perform private.fail('category_in_use', 409, 'This category has products, categories or a rule of a collection in it.', 'Move them to another one first.', old.id::text);
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_category_attributes__keep_values()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_table_name = 'categories' then
    perform private.refuse_broken_values(new.id);
  elsif exists (select from public.categories where categories.id = old.category_id) then -- else it goes with its category, which is empty
    perform private.refuse_broken_values(old.category_id);
  elsif tg_op = 'INSERT' then
    perform private.refuse_broken_values(new.category_id);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_category_attributes__lock_tree()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.lock_category_tree();
  return coalesce(new, old);
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_certificates__refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.tg_coupons__write_code()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.code := private.coupon_code(new.code);
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_course_prerequisites__refuse_circle()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('seatline.course_prerequisites', 0));
  if exists (
    with recursive needed (product_id) as (
      select new.required_product_id
      union
      select course_prerequisites.required_product_id
      from needed join public.course_prerequisites on course_prerequisites.product_id = needed.product_id
    )
    select from needed where needed.product_id = new.product_id
  ) then
    perform private.fail('prerequisite_circle', 409, 'That course needs this one, so neither could ever be begun.', 'Remove the other prerequisite first.');
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_digital_files__keep_what_is_sold()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.downloads where downloads.digital_file_id = old.id) then
    perform private.fail('file_in_use', 409, format('%s was sold and stays.', old.file_name), 'Archive the product; buyers keep what they paid for.', old.id::text);
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_intakes__follow_seats()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if tg_op = 'INSERT' then
    perform private.change_capacity(new.variant_id, coalesce(new.seats, 0));
    return null;
  end if;
  update public.variants set title = new.title where variants.id = new.variant_id and variants.title <> new.title;
  if new.seats is not distinct from old.seats then
    return null;
  end if;
  if (new.seats is null) <> (old.seats is null) then
    if old.seats is null then
      -- waits for buyers who found it uncounted; those who come later look again, in private.hold_line, and find it counted
      perform from public.variants where variants.id = new.variant_id for update;
    end if;
    if exists (select from public.enrollments where enrollments.intake_id = new.id) then
      perform private.fail('seat_mode_fixed', 409, 'Somebody has enrolled, so this intake stays counted or uncounted as it is.', 'Open another intake.');
    end if;
    update public.variants set stock_mode = case when new.seats is null then 'none' else 'tracked' end where variants.id = new.variant_id;
  end if;
  perform private.change_capacity(new.variant_id, coalesce(new.seats, 0) - coalesce(old.seats, 0));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_intakes__follow_waitlist()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if new.has_waitlist and new.seats is not null then
    perform private.pass_on_free_units(new.variant_id);
    return null;
  end if;
  perform private.lock_waitlist(new.id);
  update public.waitlist_entries set status = 'left' where waitlist_entries.intake_id = new.id and waitlist_entries.status = 'waiting';
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_intakes__make_variant()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  begin
    perform now() at time zone new.time_zone;
  exception when invalid_parameter_value then
    perform private.fail('invalid_time_zone', 422, 'This time zone is not known.', 'Use an IANA name such as Asia/Jakarta.');
  end;
  if tg_op = 'INSERT' and new.variant_id is null then
    insert into public.variants (product_id, sku, title, stock_mode)
    values (new.product_id, 'SEAT-' || upper(left(replace(new.id::text, '-', ''), 12)), new.title, case when new.seats is null then 'none' else 'tracked' end)
    returning variants.id into new.variant_id;
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_invoice_lines__check_totals()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_invoice_id uuid := (to_jsonb(new) ->> case when tg_table_name = 'invoices' then 'id' else 'invoice_id' end)::uuid;
begin
  if exists (
    select from public.invoices left join public.invoice_lines on invoice_lines.invoice_id = invoices.id
    where invoices.id = v_invoice_id
    group by invoices.id
    having (invoices.subtotal_amount, invoices.discount_amount, invoices.tax_amount, invoices.tax_included_amount)
      is distinct from (coalesce(sum(invoice_lines.subtotal_amount), 0), coalesce(sum(invoice_lines.discount_amount), 0),
        coalesce(sum(invoice_lines.tax_amount), 0), coalesce(sum(invoice_lines.tax_included_amount), 0))
  ) then
    perform private.fail('invoice_does_not_add_up', 409, 'Subtotal, discount and tax of an invoice are the sums of its lines.', 'Write the invoice and its lines in one transaction.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_invoices__check_credit()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if (select sum(credit_notes.total_amount) from public.invoices as credit_notes where credit_notes.corrects_id = new.corrects_id)
    > (select invoices.total_amount from public.invoices where invoices.id = new.corrects_id)
  then
    perform private.fail('credit_exceeds_invoice', 409, 'The credit notes of an invoice never give back more than it asked for.', 'Compare the refunds of the order with its payments.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_invoices__refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_pdf text[] := '{pdf_path,pdf_sha256,pdf_bytes,number}'; -- the number is generated: before the write it is not there yet
begin
  if tg_op = 'UPDATE' and old.pdf_path is null and new.pdf_path is not null and to_jsonb(new) - v_pdf = to_jsonb(old) - v_pdf then
    return new;
  end if;
  perform private.fail('append_only', 409, format('Invoice %s is issued: it is never changed or removed.', old.number), 'Correct it by a credit note.');
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_ledger_entries__check_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  if exists (
    select from public.ledger_entries where ledger_entries.transaction_id = new.transaction_id
    group by ledger_entries.currency having sum(ledger_entries.amount) <> 0
  ) then
    perform private.fail('ledger_does_not_balance', 409, 'Debits and credits of a transaction must be equal in each currency.', 'Post all sides in one transaction.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_lesson_contents__follow_lesson()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.product_id := (select lessons.product_id from public.lessons where lessons.id = new.lesson_id);
  if new.product_id is null then
    perform private.fail('lesson_not_found', 404, 'There is no such lesson.', 'Read the outline of the course for its lessons.');
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_lessons__follow_section()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.product_id := (select course_sections.product_id from public.course_sections where course_sections.id = new.section_id);
  if new.product_id is null then
    perform private.fail('section_not_found', 404, 'There is no such section.', 'Read the course again for its sections.');
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_media__discard_object()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.emit('file.discarded', 'file', old.id, jsonb_build_object('bucket', tg_argv[0], 'path', old.path));
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_order_items__check_sums()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_order_id uuid;
begin
  if tg_table_name = 'orders' then
    v_order_id := new.id;
  elsif tg_op = 'DELETE' then
    v_order_id := old.order_id;
  else
    v_order_id := new.order_id;
  end if;
  if exists (
    select from public.orders
    cross join lateral (
      select sum(order_items.subtotal_amount) as subtotal, sum(order_items.discount_amount) as discount, sum(order_items.tax_amount) as tax,
        sum(order_items.tax_included_amount) as tax_included
      from public.order_items where order_items.order_id = v_order_id
    ) as items
    where orders.id = v_order_id and (orders.subtotal_amount, orders.discount_amount, orders.tax_amount, orders.tax_included_amount)
      is distinct from (coalesce(items.subtotal, 0), coalesce(items.discount, 0), coalesce(items.tax, 0), coalesce(items.tax_included, 0))
  ) then
    perform private.fail('order_does_not_add_up', 409, 'Subtotal, discount and tax of an order are the sums of its lines.', 'Write the lines and the sums in one transaction.');
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_product_option_values__keep_what_is_chosen()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select from private.variant_option_values where variant_option_values.option_value_id = old.id) then
    perform private.fail('option_in_use', 409, format('Variants have the value %s.', old.title), 'Delete those variants first, or give them another value.', old.id::text);
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_products__check_attributes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_schema public.category_attributes[];
  v_problem jsonb;
begin
  if new.category_id is null and new.attributes = '{}' and (tg_op = 'INSERT' or old.category_id is null) then
    return null;
  end if;
  perform private.share_category_tree();
  v_schema := array(select schema from private.attribute_schema(new.category_id) as schema);
  v_problem := private.attributes_problem(v_schema, new.attributes, 'product', new.status = 'published');
  if v_problem is null and tg_op = 'UPDATE' and (new.category_id is distinct from old.category_id or new.status <> old.status) then
    select private.attributes_problem(v_schema, variants.attributes, 'variant', new.status = 'published') || jsonb_build_object('sku', variants.sku) into v_problem
    from public.variants
    where variants.product_id = new.id and private.attributes_problem(v_schema, variants.attributes, 'variant', new.status = 'published') is not null limit 1;
  end if;
  if v_problem is not null then
    perform private.fail('invalid_attributes', 422, v_problem ->> 'problem', 'Read attribute_schema of the category for what it takes.', v_problem::text);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_profiles__leave_waitlists()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- an offer that stands keeps its end: ending it here would take locks of stock while holding the account
  update public.waitlist_entries set status = 'left' where waitlist_entries.learner_id = new.id and waitlist_entries.status = 'waiting';
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_profiles__note_customer()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  perform private.note_customers(array[new.id]);
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_stock_levels__refuse_write()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.fail('permission_denied', 403, 'Stock levels are a sum and cannot be written.', 'Use adjust_stock for goods; change the seats of an intake.');
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_stock_movements__refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- a variant nobody bought may be deleted, and takes its movements with it
  if tg_op = 'DELETE' and not exists (select from public.variants where variants.id = old.variant_id) then
    return old;
  end if;
  perform private.fail('append_only', 409, 'Stock movements are history: they are added, never changed or removed.', 'Add a movement that corrects the old one.');
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_users__close_profile()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- the profile first: a role that is being granted holds it, and is then seen here
  update public.profiles set email = null, phone = null, first_name = '', last_name = '', closed_at = now() where profiles.id = old.id;
  delete from public.role_members where role_members.profile_id = old.id;
  delete from public.addresses where addresses.profile_id = old.id;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_users__follow_email()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  update public.profiles set email = new.email where profiles.id = new.id and profiles.closed_at is null;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_users__make_profile()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.profiles (id, email, first_name, last_name, locale)
  values (
    new.id, new.email,
    left(coalesce(new.raw_user_meta_data ->> 'first_name', ''), 100),
    left(coalesce(new.raw_user_meta_data ->> 'last_name', ''), 100),
    case when new.raw_user_meta_data ->> 'locale' = 'en' then 'en' else 'id' end
  );
  insert into public.events (name, subject_type, subject_id, actor_id, correlation_id)
  values ('profile.created', 'profile', new.id, new.id, private.request_id());
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_variants__check_attributes()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_product public.products;
  v_problem jsonb;
begin
  -- a product that is being published is waited for, and then found published
  select * into v_product from public.products where products.id = new.product_id for share;
  if v_product.category_id is null and new.attributes = '{}' then
    return null;
  end if;
  perform private.share_category_tree();
  select * into v_product from public.products where products.id = new.product_id;
  v_problem := private.attributes_problem(array(select schema from private.attribute_schema(v_product.category_id) as schema),
    new.attributes, 'variant', v_product.status = 'published');
  if v_problem is not null then
    perform private.fail('invalid_attributes', 422, v_problem ->> 'problem', 'Read attribute_schema of the category for what it takes.', v_problem::text);
  end if;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_variants__count_by_kind()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.products where products.id = new.product_id and products.kind in ('bundle', 'digital')) then
    new.stock_mode := 'none';
  end if;
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_variants__keep_what_is_sold()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  if exists (select from public.order_items where order_items.variant_id = old.id) then
    perform private.fail('variant_in_use', 409, format('%s is in orders and stays.', old.sku), 'Delete its prices to take it off sale, or archive the product.', old.id::text);
  end if;
  -- a product that is being deleted is gone already when its variants follow
  if exists (select from public.products where products.id = old.product_id and products.status = 'published') then
    perform private.fail('variant_in_use', 409, format('%s belongs to a published product and stays.', old.sku), 'Delete its prices to take it off sale, or make the product a draft first.', old.id::text);
  end if;
  return old;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_variants__order_options()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  new.option_value_ids := array(
    select named.value_id
    from unnest(new.option_value_ids) as named (value_id)
    left join public.product_option_values on product_option_values.id = named.value_id
    left join public.product_options on product_options.id = product_option_values.option_id
    order by product_options.position, product_options.title, product_options.id, named.value_id
  );
  return new;
end
$function$;

CREATE OR REPLACE FUNCTION private.tg_variants__repeat_options()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  -- after the row, when policies have let its writer through: a refusal tells a stranger nothing
  if new.option_value_ids <> '{}' and (
    select (count(*), count(distinct product_options.id)) is distinct from (cardinality(new.option_value_ids)::bigint,
      (select count(*) from public.product_options where product_options.product_id = new.product_id))
    from public.product_option_values join public.product_options on product_options.id = product_option_values.option_id
    where product_option_values.id = any (new.option_value_ids) and product_options.product_id = new.product_id
  ) then
    perform private.fail('invalid_options', 422, 'A variant names one value of each option of its product, or none at all.', 'Read product_options with their values.');
  end if;
  delete from private.variant_option_values
  where variant_option_values.variant_id = new.id and variant_option_values.option_value_id <> all (new.option_value_ids);
  insert into private.variant_option_values (variant_id, option_value_id)
  select new.id, value_id from unnest(new.option_value_ids) as value_id order by value_id on conflict do nothing;
  return null;
end
$function$;

CREATE OR REPLACE FUNCTION private.total_quote(person_id uuid, currency text, lines private.order_line[], coupon_ids uuid[], country text, province text)
 RETURNS private.quote
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_quote private.quote := private.sum_lines(total_quote.currency, total_quote.lines);
  v_promoted private.promoted;
  v_country text;
  v_lines private.order_line[];
begin
  -- most calls end here: where there is nothing to pay there is nothing to take off and nothing to tax
  if v_quote.subtotal_amount = 0 and coalesce(cardinality(total_quote.coupon_ids), 0) = 0 then
    return v_quote;
  end if;
  v_promoted := private.apply_promotions(total_quote.person_id, total_quote.currency, total_quote.lines, total_quote.coupon_ids);
  v_lines := v_promoted.lines;
  v_country := coalesce(total_quote.country, private.setting('default_tax_country') #>> '{}');
  for v_index in 1 .. cardinality(v_lines) loop
    v_lines[v_index] := private.tax_line(v_lines[v_index], v_country, total_quote.province);
  end loop;
  v_quote := private.sum_lines(total_quote.currency, v_lines);
  v_quote.discounts := v_promoted.discounts;
  v_quote.taxes := private.sum_taxes(v_lines);
  if v_promoted.problems is not null then
    v_quote.problems := coalesce(v_quote.problems, '[]') || v_promoted.problems;
  end if;
  return v_quote;
end
$function$;

CREATE OR REPLACE FUNCTION private.transfer_stock(lines jsonb, from_location_id uuid, to_location_id uuid, note text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('lines', transfer_stock.lines, 'from', transfer_stock.from_location_id, 'to', transfer_stock.to_location_id, 'note', transfer_stock.note);
  v_answer jsonb := private.recall_answer(v_person_id, transfer_stock.idempotency_key, 'transfer_stock', v_body);
  v_transfer_id uuid := gen_random_uuid();
  v_lines private.stock_line[];
  v_line private.stock_line;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  v_lines := private.parse_stock_lines(transfer_stock.lines, '{quantity}', false);
  perform private.check_stock_note(transfer_stock.note);
  if coalesce(transfer_stock.from_location_id = transfer_stock.to_location_id, true) then
    perform private.fail('invalid_location', 422, 'Units are moved from one place to another.', 'Name two places.');
  end if;
  perform private.hold_locations(array[transfer_stock.from_location_id, transfer_stock.to_location_id]);
  perform private.open_books(v_lines);
  foreach v_line in array v_lines loop
    v_line.location_id := transfer_stock.from_location_id;
    perform private.change_stock(v_line, -v_line.quantity, 'transfer', v_transfer_id, transfer_stock.note);
    v_line.location_id := transfer_stock.to_location_id;
    perform private.change_stock(v_line, v_line.quantity, 'transfer', v_transfer_id, transfer_stock.note);
  end loop;
  return private.remember_answer(v_person_id, transfer_stock.idempotency_key, 'transfer_stock', v_body,
    jsonb_build_object('id', v_transfer_id) || private.close_books(v_lines));
end
$function$;

CREATE OR REPLACE FUNCTION private.try_provider_event(provider text, event_id text)
 RETURNS text
 LANGUAGE plpgsql
 SET search_path TO ''
 SET lock_timeout TO '2s'
AS $function$
begin
  return private.apply_provider_event(try_provider_event.provider, try_provider_event.event_id);
exception when others then
  update private.provider_events set outcome = 'failed', attempts = provider_events.attempts + 1, error = left(sqlstate || ' ' || sqlerrm, 2000)
  where provider_events.provider = try_provider_event.provider and provider_events.event_id = try_provider_event.event_id;
  return 'failed';
end
$function$;

CREATE OR REPLACE FUNCTION private.uncount_uses(promotion_id uuid, customer_ids uuid[], coupon_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  -- limited or not: whoever sets a limit at this moment counts before us or after us. Purchases of what has no limit only share the row.
  perform from public.promotions where promotions.id = uncount_uses.promotion_id for no key update;
  update public.promotions set used_count = promotions.used_count - cardinality(uncount_uses.customer_ids)
  where promotions.id = uncount_uses.promotion_id and promotions.usage_limit is not null;
  perform from private.promotion_uses
  where promotion_uses.promotion_id = uncount_uses.promotion_id and promotion_uses.customer_id = any (uncount_uses.customer_ids)
  order by promotion_uses.customer_id for update;
  update private.promotion_uses set used_count = promotion_uses.used_count - given.uses
  from (select customer_id, count(*) as uses from unnest(uncount_uses.customer_ids) as customer_id group by 1) as given
  where promotion_uses.promotion_id = uncount_uses.promotion_id and promotion_uses.customer_id = given.customer_id;
  perform from public.coupons where coupons.id = any (uncount_uses.coupon_ids) order by coupons.id for no key update;
  update public.coupons set used_count = coupons.used_count - given.uses
  from (select coupon_id, count(*) as uses from unnest(uncount_uses.coupon_ids) as coupon_id group by 1) as given
  where coupons.id = given.coupon_id and coupons.usage_limit is not null;
end
$function$;

CREATE OR REPLACE FUNCTION private.undo_order(order_id uuid, reason text)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.give_reason(undo_order.reason);
  update public.orders set status = 'cancelled', cancelled_at = now(), cancel_reason = undo_order.reason where orders.id = undo_order.order_id;
  perform private.take_back_goods(undo_order.order_id);
  perform private.give_back_promotions(array[undo_order.order_id]);
  perform private.emit('order.cancelled', 'order', undo_order.order_id);
  perform private.refund_order(undo_order.order_id, undo_order.reason);
  perform private.give_reason(null);
end
$function$;

CREATE OR REPLACE FUNCTION private.units_in_reach(variant_id uuid)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return private.sellable_units(units_in_reach.variant_id) + (
    -- holds that are due are freed by whoever comes for them
    select coalesce(sum(reservations.quantity), 0) from public.reservations
    where reservations.variant_id = units_in_reach.variant_id and reservations.status = 'held' and reservations.expires_at <= now());
end
$function$;

CREATE OR REPLACE FUNCTION private.update_location(location_id uuid, name text, priority integer, active boolean, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := private.require_stock_keeper();
  v_body jsonb := jsonb_build_object('location_id', update_location.location_id, 'name', update_location.name, 'priority', update_location.priority, 'active', update_location.active);
  v_answer jsonb := private.recall_answer(v_person_id, update_location.idempotency_key, 'update_location', v_body);
  v_location public.locations;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  perform private.check_location(update_location.name, update_location.priority);
  select * into v_location from public.locations where locations.id = update_location.location_id for no key update;
  if v_location.id is null then
    perform private.fail('location_not_found', 404, 'There is no such place.', 'Read the table locations.');
  end if;
  if v_location.kind = 'allowance' or v_location.kind = 'main' and (update_location.priority is not null or update_location.active is false) then
    perform private.fail('location_fixed', 409, 'This place is the shop''s own: main can be renamed and nothing else.', 'Make another place.');
  end if;
  if update_location.active is false and exists (
    select from public.stock_slots where stock_slots.location_id = v_location.id and stock_slots.available + stock_slots.reserved > 0
  ) then
    perform private.fail('location_in_use', 409, 'There are units in this place.', 'Move them with transfer_stock first.');
  end if;
  update public.locations
  set name = coalesce(btrim(update_location.name), locations.name), priority = coalesce(update_location.priority, locations.priority),
    deactivated_at = case update_location.active when true then null when false then coalesce(locations.deactivated_at, now()) else locations.deactivated_at end
  where locations.id = v_location.id returning * into v_location;
  return private.remember_answer(v_person_id, update_location.idempotency_key, 'update_location', v_body, to_jsonb(v_location));
end
$function$;

CREATE OR REPLACE FUNCTION private.update_process(process_id uuid, status text, message text, progress integer, reporter text, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_person_id uuid := coalesce(auth.uid(), '00000000-0000-0000-0000-000000000000');
  v_key text := coalesce(update_process.reporter || ' ', '') || update_process.idempotency_key; -- reporters share no keys
  v_body jsonb := jsonb_build_array(update_process.process_id, update_process.status, update_process.message, update_process.progress);
  v_answer jsonb;
  v_process public.processes;
begin
  if not (private.is_service() or private.has_permission('processes.write')) then
    perform private.fail('permission_denied', 403, 'Reporting on a process needs the permission processes.write.', 'Ask an admin for a role that has it.');
  end if;
  v_answer := private.recall_answer(v_person_id, v_key, 'update_process', v_body);
  if v_answer is not null then
    return v_answer;
  end if;
  if coalesce(update_process.status, '') not in ('waiting', 'done', 'failed') or update_process.progress not between 0 and 100 or length(update_process.message) > 500 then
    perform private.fail('invalid_report', 422, 'A report says waiting, done or failed, a progress from 0 to 100, and at most 500 characters.', 'Correct it and send it again.');
  end if;
  select processes.* into v_process from public.processes
  where processes.id = update_process.process_id and exists (
    select from private.process_reporters
    where process_reporters.task = processes.task and process_reporters.reporter = coalesce(update_process.reporter, process_reporters.reporter)
  ) for update;
  if v_process.id is null then
    perform private.fail('process_not_found', 404, 'There is no such process to report on.', 'Send the process_id that came with the work.');
  end if;
  -- said before, in other words: an end is told once
  if not (v_process.status = update_process.status and v_process.status in ('done', 'failed')) then
    perform private.give_reason(update_process.message);
    -- its answer to our push was lost, but it has the work
    update public.processes set status = 'waiting' where processes.id = v_process.id and processes.status = 'queued';
    update public.processes
    set status = update_process.status, message = coalesce(update_process.message, processes.message),
      progress = case when update_process.status = 'done' then 100 else coalesce(update_process.progress, processes.progress) end,
      error = case when update_process.status = 'failed' then coalesce(update_process.message, 'reported as failed') end,
      reported_at = now(), finished_at = case when update_process.status in ('done', 'failed') then now() end
    where processes.id = v_process.id returning processes.* into v_process;
    perform private.give_reason(null);
  end if;
  return private.remember_answer(v_person_id, v_key, 'update_process', v_body, jsonb_build_object('id', v_process.id, 'task', v_process.task,
    'status', v_process.status, 'message', v_process.message, 'progress', v_process.progress, 'reported_at', v_process.reported_at));
end
$function$;

CREATE OR REPLACE FUNCTION private.use_download(download_id uuid, idempotency_key text)
 RETURNS jsonb
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_customer_id uuid := private.require_person();
  v_body jsonb := to_jsonb(use_download.download_id);
  v_answer jsonb := private.recall_answer(v_customer_id, use_download.idempotency_key, 'use_download', v_body);
  v_download public.downloads;
begin
  if v_answer is not null then
    return v_answer;
  end if;
  update public.downloads set used_count = downloads.used_count + 1
  where downloads.id = use_download.download_id and downloads.customer_id = v_customer_id and downloads.ended_at is null
    and downloads.used_count < downloads.max_downloads and (downloads.expires_at is null or downloads.expires_at > now())
  returning * into v_download;
  if not found then
    perform private.refuse_download(use_download.download_id, v_customer_id);
  end if;
  perform private.emit('download.used', 'download', v_download.id, jsonb_build_object('used_count', v_download.used_count));
  return private.remember_answer(v_customer_id, use_download.idempotency_key, 'use_download', v_body, (
    select jsonb_build_object('download_id', v_download.id, 'file_name', digital_files.file_name, 'byte_size', digital_files.byte_size, 'path', digital_files.path,
      'used_count', v_download.used_count, 'max_downloads', v_download.max_downloads,
      'link_expires_at', now() + make_interval(secs => (private.setting('download_link_seconds'))::integer))
    from public.digital_files where digital_files.id = v_download.digital_file_id));
end
$function$;

CREATE OR REPLACE FUNCTION private.use_promotion(promotion_id uuid, coupon_id uuid, order_id uuid, customer_id uuid, amount bigint, currency text, expires_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  perform private.release_due_uses(use_promotion.promotion_id);
  perform private.count_use(use_promotion.promotion_id, use_promotion.coupon_id, use_promotion.customer_id);
  insert into public.promotion_redemptions (promotion_id, coupon_id, order_id, customer_id, amount, currency, expires_at)
  values (use_promotion.promotion_id, use_promotion.coupon_id, use_promotion.order_id, use_promotion.customer_id, use_promotion.amount,
    use_promotion.currency, use_promotion.expires_at);
end
$function$;

CREATE OR REPLACE FUNCTION private.value_problem(attribute public.category_attributes, value jsonb)
 RETURNS text
 LANGUAGE plpgsql
 IMMUTABLE
 SET search_path TO ''
AS $function$
begin
  case attribute.type
    when 'boolean' then
      return case when jsonb_typeof(value) <> 'boolean' then 'is true or false' end;
    when 'text' then
      return case when jsonb_typeof(value) <> 'string' or length(btrim(value #>> '{}')) not between 1 and 500 then 'is a text of 1 to 500 characters' end;
    when 'choice' then
      return case when jsonb_typeof(value) <> 'string' or (value #>> '{}') <> all (attribute.choices) then 'is one of ' || array_to_string(attribute.choices, ', ') end;
    else
      if jsonb_typeof(value) <> 'number' or attribute.type = 'integer' and trunc((value #>> '{}')::numeric) <> (value #>> '{}')::numeric then
        return case attribute.type when 'integer' then 'is a whole number' else 'is a number' end;
      end if;
      return case
        when (value #>> '{}')::numeric < attribute.min then format('is at least %s', attribute.min)
        when (value #>> '{}')::numeric > attribute.max then format('is at most %s', attribute.max)
      end;
  end case;
end
$function$;

CREATE OR REPLACE FUNCTION private.variant_prices(variant_ids uuid[], currency text, quantity integer)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
declare
  v_currency text := coalesce(variant_prices.currency, private.setting('default_currency') #>> '{}');
  v_quantity integer := coalesce(variant_prices.quantity, 1);
  v_person_id uuid := auth.uid();
  v_sees_all boolean := private.is_service() or v_person_id is not null and private.has_permission('catalog.read');
begin
  if coalesce(cardinality(variant_prices.variant_ids), 0) not between 1 and 200 then
    perform private.fail('invalid_variants', 422, 'Prices are read for 1 to 200 variants at once.', 'Send a list of their ids.');
  end if;
  if v_quantity not between 1 and 1000 then
    perform private.fail('invalid_quantity', 422, 'One order takes from 1 to 1000 units of one thing.', 'Correct the quantity.');
  end if;
  perform private.check_currency(v_currency);
  return jsonb_build_object('currency', v_currency, 'quantity', v_quantity, 'prices', (
    select coalesce(jsonb_agg(jsonb_build_object('variant_id', prices.variant_id, 'amount', coalesce((best.price).amount, prices.amount), 'base_amount', prices.amount,
      'reason', coalesce((best.price).reason, '{"kind": "base"}'), 'tiers', private.price_tiers(prices.variant_id, v_currency, v_person_id, prices.amount))
      order by array_position(variant_prices.variant_ids, prices.variant_id)), '[]')
    from public.prices
    join public.variants on variants.id = prices.variant_id
    join public.products on products.id = variants.product_id
    cross join lateral (select private.best_list_price(prices.variant_id, v_quantity, v_currency, v_person_id, prices.amount) as price) as best
    where prices.variant_id = any (variant_prices.variant_ids) and prices.currency = v_currency
      and (private.is_on_sale(products.status, products.publish_at, products.unpublish_at) or v_sees_all)));
end
$function$;

CREATE OR REPLACE FUNCTION private.verify_certificate(number text)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;

CREATE OR REPLACE FUNCTION private.waitlist_document(entry public.waitlist_entries)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
begin
  return jsonb_build_object('id', entry.id, 'intake_id', entry.intake_id, 'status', entry.status, 'offer_expires_at', entry.offer_expires_at,
    'created_at', entry.created_at,
    'place', case when entry.status = 'waiting' then (
      select count(*) from public.waitlist_entries
      where waitlist_entries.intake_id = entry.intake_id and waitlist_entries.status = 'waiting' and waitlist_entries.position <= entry.position) end);
end
$function$;

CREATE OR REPLACE FUNCTION private.with_parts(line private.order_line)
 RETURNS private.order_line[]
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
AS $function$
declare
  v_part record;
  v_line private.order_line;
  v_lines private.order_line[] := array[line];
begin
  for v_part in
    select variants.id, variants.sku, variants.stock_mode, bundle_items.quantity * line.quantity as quantity, products.id as product_id, products.kind, products.slug,
      products.status, products.tax_category, intakes.id as intake_id, intakes.enroll_opens_at, intakes.enroll_closes_at, intakes.starts_at, intakes.ends_at, intakes.time_zone,
      case when intakes.id is null or intakes.title = products.title then products.title else products.title || ' · ' || intakes.title end as title
    from public.bundle_items
    join public.variants on variants.id = bundle_items.component_variant_id
    join public.products on products.id = variants.product_id
    left join public.intakes on intakes.variant_id = variants.id
    where bundle_items.bundle_variant_id = line.variant_id order by variants.id
  loop
    v_line := null;
    v_line.parent_variant_id := line.variant_id;
    v_line.variant_id := v_part.id;
    v_line.quantity := v_part.quantity;
    v_line.kind := v_part.kind;
    v_line.sku := v_part.sku;
    v_line.title := v_part.title;
    v_line.unit_amount := 0;
    v_line.base_unit_amount := 0;
    v_line.counted := v_part.stock_mode <> 'none';
    v_line.intake_id := v_part.intake_id;
    v_line.product_id := v_part.product_id;
    v_line.tax_category := v_part.tax_category;
    v_line.snapshot := jsonb_build_object('product_id', v_part.product_id, 'slug', v_part.slug, 'starts_at', v_part.starts_at, 'ends_at', v_part.ends_at, 'time_zone', v_part.time_zone);
    if v_part.status = 'archived' or v_part.kind = 'course' and v_part.intake_id is null then
      v_line.problem := private.problem('variant_not_found', 404, 'A part of this bundle is not sold any more.', 'Remove the bundle.', line.variant_id::text);
    elsif v_part.kind = 'course' and v_line.quantity <> 1 then
      v_line.problem := private.problem('invalid_quantity', 422, 'A learner takes one seat of an intake.', 'Set the quantity of the bundle to 1.', line.variant_id::text);
    elsif v_part.kind = 'course' then
      v_line.problem := private.enrollment_problem(v_part.intake_id, v_part.enroll_opens_at, v_part.enroll_closes_at);
    end if;
    v_lines := v_lines || private.clear_amounts(v_line);
  end loop;
  if cardinality(v_lines) = 1 then
    v_lines[1].problem := coalesce(line.problem,
      private.problem('variant_not_found', 404, 'Nothing is in this bundle.', 'Remove the bundle.', line.variant_id::text));
  end if;
  return v_lines;
end
$function$;

CREATE OR REPLACE FUNCTION private.write_credit_note(refund_id uuid, invoice public.invoices, amount bigint, tax_amount bigint, year integer)
 RETURNS uuid
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_whole boolean := write_credit_note.amount = invoice.total_amount;
  v_taxes jsonb := private.share_of_taxes(invoice.id, write_credit_note.tax_amount);
  v_tax bigint := (select coalesce(sum((tax ->> 'amount')::bigint) filter (where not (tax ->> 'inclusive')::boolean), 0) from jsonb_array_elements(v_taxes) as tax);
  v_net bigint := write_credit_note.amount - v_tax;
  v_included bigint := write_credit_note.tax_amount - v_tax;
  v_credit_note_id uuid;
begin
  insert into public.invoices (kind, year, serial, order_id, refund_id, corrects_id, issued_at, time_zone, currency, minor_units, subtotal_amount,
    discount_amount, tax_amount, tax_included_amount, shipping_amount, total_amount, seller_name, seller_address, seller_tax_id, buyer_name, buyer_email, locale)
  values ('credit_note', write_credit_note.year, private.next_invoice_serial('credit_note', write_credit_note.year), invoice.order_id,
    write_credit_note.refund_id, invoice.id, clock_timestamp(), private.setting('shop_time_zone') #>> '{}', invoice.currency, invoice.minor_units,
    case when v_whole then invoice.subtotal_amount else v_net end, case when v_whole then invoice.discount_amount else 0 end,
    case when v_whole then invoice.tax_amount else v_tax end, case when v_whole then invoice.tax_included_amount else v_included end,
    case when v_whole then invoice.shipping_amount else 0 end, write_credit_note.amount, invoice.seller_name, invoice.seller_address,
    invoice.seller_tax_id, invoice.buyer_name, invoice.buyer_email, invoice.locale)
  returning invoices.id into v_credit_note_id;
  insert into public.invoice_lines (invoice_id, position, title, sku, quantity, unit_amount, subtotal_amount, discount_amount, tax_amount,
    tax_included_amount, total_amount, taxes)
  select v_credit_note_id, invoice_lines.position, invoice_lines.title, invoice_lines.sku, invoice_lines.quantity, invoice_lines.unit_amount,
    invoice_lines.subtotal_amount, invoice_lines.discount_amount, invoice_lines.tax_amount, invoice_lines.tax_included_amount,
    invoice_lines.total_amount, invoice_lines.taxes
  from public.invoice_lines where v_whole and invoice_lines.invoice_id = invoice.id
  union all
  select v_credit_note_id, 1, format(case invoice.locale when 'en' then 'Part of invoice %s' else 'Sebagian dari faktur %s' end, invoice.number), null, 1,
    v_net, v_net, 0, v_tax, v_included, write_credit_note.amount, v_taxes
  where not v_whole;
  perform private.emit('invoice.issued', 'invoice', v_credit_note_id);
  return v_credit_note_id;
end
$function$;

CREATE OR REPLACE FUNCTION private.write_items(order_id uuid, lines private.order_line[])
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_line private.order_line;
  v_item_id uuid;
  v_item_ids uuid[] := '{}';
  v_parent_id uuid;
begin
  -- one insert per line: orders are short, and a plan over an array costs several times what it saves
  foreach v_line in array write_items.lines loop
    v_item_id := gen_random_uuid();
    v_item_ids := v_item_ids || v_item_id;
    if v_line.parent_variant_id is null then
      v_parent_id := v_item_id; -- the components of a bundle follow its line
    end if;
    insert into public.order_items (id, order_id, parent_id, variant_id, kind, sku, title, quantity, unit_amount, subtotal_amount, discount_amount,
      tax_amount, tax_included_amount, total_amount, pricing, snapshot)
    values (v_item_id, write_items.order_id, case when v_line.parent_variant_id is not null then v_parent_id end, v_line.variant_id, v_line.kind, v_line.sku,
      v_line.title, v_line.quantity, v_line.unit_amount, v_line.subtotal_amount, v_line.discount_amount, v_line.tax_amount, v_line.tax_included_amount,
      v_line.subtotal_amount - v_line.discount_amount + v_line.tax_amount, private.line_pricing(v_line), v_line.snapshot);
  end loop;
  return v_item_ids;
end
$function$;

CREATE OR REPLACE FUNCTION private.write_options(product_id uuid, options jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_option record;
  v_option_id uuid;
begin
  for v_option in select * from private.parse_option_matrix(write_options.options) loop
    insert into public.product_options (product_id, title, position) values (write_options.product_id, v_option.title, v_option.position)
    on conflict on constraint product_options_are_named_once_per_product do update set position = excluded.position
    returning product_options.id into v_option_id;
    insert into public.product_option_values (option_id, title, position)
    select v_option_id, words.word, words.place::integer from unnest(v_option.values) with ordinality as words (word, place)
    on conflict on constraint product_option_values_are_named_once_per_option do nothing;
  end loop;
end
$function$;

CREATE OR REPLACE FUNCTION private.write_order(customer_id uuid, quote private.quote, order_id uuid, expires_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  v_free constant boolean := write_order.expires_at is null;
begin
  insert into public.orders (id, customer_id, status, currency, subtotal_amount, discount_amount, tax_amount, tax_included_amount, shipping_amount,
    total_amount, expires_at, paid_at)
  values (write_order.order_id, write_order.customer_id, case when v_free then 'paid' else 'pending' end, quote.currency, quote.subtotal_amount,
    quote.discount_amount, quote.tax_amount, quote.tax_included_amount, quote.shipping_amount, quote.total_amount,
    write_order.expires_at, case when v_free then now() end);
  perform private.open_enrollments(write_order.order_id, write_order.customer_id, quote.lines, private.write_items(write_order.order_id, quote.lines),
    case when v_free then 'active' else 'reserved' end);
  if v_free and exists (select from unnest(quote.lines) as line where line.kind <> 'course') then
    perform private.grant_downloads(write_order.order_id);
  end if;
  perform private.emit_each(case when v_free then array['order.placed', 'order.paid'] else array['order.placed'] end, 'order', write_order.order_id);
end
$function$;

CREATE OR REPLACE FUNCTION public.add_address(recipient text, phone text, street text, city text, province text, postal_code text, district text DEFAULT NULL::text, subdistrict text DEFAULT NULL::text, country text DEFAULT NULL::text, label text DEFAULT NULL::text, make_default boolean DEFAULT false, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.add_address(add_address.recipient, add_address.phone, add_address.street, add_address.city, add_address.province, add_address.postal_code,
    add_address.district, add_address.subdistrict, add_address.country, add_address.label, add_address.make_default, add_address.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.add_to_cart(variant_id uuid, quantity integer DEFAULT 1, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.add_to_cart(add_to_cart.variant_id, add_to_cart.quantity, add_to_cart.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.adjust_stock(lines jsonb, reason text, note text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.adjust_stock(adjust_stock.lines, adjust_stock.reason, adjust_stock.note, adjust_stock.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.apply_coupon(code text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.apply_coupon(apply_coupon.code, apply_coupon.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.attach_payment_session(payment_id uuid, session_id text, url text, expires_at timestamp with time zone)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.attach_payment_session(attach_payment_session.payment_id, attach_payment_session.session_id, attach_payment_session.url, attach_payment_session.expires_at);
$function$;

CREATE OR REPLACE FUNCTION public.attribute_schema(category_id uuid, locale text DEFAULT NULL::text)
 RETURNS TABLE(id uuid, category_id uuid, key text, title text, type text, level text, required boolean, filterable boolean, unit text, min numeric, max numeric, choices text[], "position" integer)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select schema.id, schema.category_id, schema.key, coalesce(schema.translations -> attribute_schema.locale ->> 'title', schema.title), schema.type, schema.level,
    schema.required, schema.filterable, schema.unit, schema.min, schema.max, schema.choices, schema.position
  from private.attribute_schema(attribute_schema.category_id) as schema;
$function$;

CREATE OR REPLACE FUNCTION public.cancel_order(order_id uuid, reason text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.cancel_order(cancel_order.order_id, cancel_order.reason, cancel_order.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.category_tree(locale text DEFAULT NULL::text)
 RETURNS TABLE(id uuid, parent_id uuid, slug text, title text, description text, depth integer, "position" integer, path text[], own_products bigint, products bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  with recursive tree as (
    select categories.id, array[categories.id] as ids, array[categories.slug] as path,
      array[to_char(categories.position::bigint + 3000000000, 'FM0000000000') || categories.slug] as place
    from public.categories where categories.parent_id is null
    union all
    select categories.id, tree.ids || categories.id, tree.path || categories.slug,
      tree.place || (to_char(categories.position::bigint + 3000000000, 'FM0000000000') || categories.slug)
    from public.categories join tree on categories.parent_id = tree.id
  ),
  counted as (
    select products.category_id, count(*) as products from public.products
    where products.category_id is not null and private.is_on_sale(products.status, products.publish_at, products.unpublish_at)
    group by products.category_id
  ),
  summed as (
    select above.id, sum(counted.products) as products
    from tree join counted on counted.category_id = tree.id cross join lateral unnest(tree.ids) as above (id) group by above.id
  )
  select categories.id, categories.parent_id, categories.slug,
    coalesce(categories.translations -> category_tree.locale ->> 'title', categories.title),
    coalesce(categories.translations -> category_tree.locale ->> 'description', categories.description),
    categories.depth, categories.position, tree.path, coalesce(counted.products, 0), coalesce(summed.products, 0)::bigint
  from tree
  join public.categories on categories.id = tree.id
  left join counted on counted.category_id = tree.id
  left join summed on summed.id = tree.id
  order by tree.place;
$function$;

CREATE OR REPLACE FUNCTION public.change_address(address_id uuid, recipient text DEFAULT NULL::text, phone text DEFAULT NULL::text, street text DEFAULT NULL::text, city text DEFAULT NULL::text, province text DEFAULT NULL::text, postal_code text DEFAULT NULL::text, district text DEFAULT NULL::text, subdistrict text DEFAULT NULL::text, country text DEFAULT NULL::text, label text DEFAULT NULL::text, make_default boolean DEFAULT false, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.change_address(change_address.address_id, change_address.recipient, change_address.phone, change_address.street, change_address.city,
    change_address.province, change_address.postal_code, change_address.district, change_address.subdistrict, change_address.country, change_address.label,
    change_address.make_default, change_address.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.change_cart_item(variant_id uuid, quantity integer, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.change_cart_item(change_cart_item.variant_id, change_cart_item.quantity, change_cart_item.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.clear_cart(idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.clear_cart(clear_cart.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.collection_products(slug text, locale text DEFAULT NULL::text, currency text DEFAULT NULL::text, cursor text DEFAULT NULL::text, max_rows integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.collection_products(collection_products.slug, collection_products.locale, collection_products.currency, collection_products.cursor, collection_products.max_rows);
$function$;

CREATE OR REPLACE FUNCTION public.complete_lesson(lesson_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.complete_lesson(complete_lesson.lesson_id, complete_lesson.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.course_outline(product_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.course_outline(course_outline.product_id);
$function$;

CREATE OR REPLACE FUNCTION public.create_location(code text, name text, priority integer DEFAULT 100, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.create_location(create_location.code, create_location.name, create_location.priority, create_location.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.deduct_stock(hold_id uuid DEFAULT NULL::uuid, lines jsonb DEFAULT NULL::jsonb, note text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.deduct_stock(deduct_stock.hold_id, deduct_stock.lines, deduct_stock.note, deduct_stock.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.discard_upload(kind text, upload_id uuid)
 RETURNS void
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.discard_upload(discard_upload.kind, discard_upload.upload_id);
$function$;

CREATE OR REPLACE FUNCTION public.enroll(intake_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.enroll(enroll.intake_id, enroll.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.find_upload(kind text, upload_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.find_upload(find_upload.kind, find_upload.upload_id);
$function$;

CREATE OR REPLACE FUNCTION public.finish_upload(kind text, upload_id uuid, facts jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.finish_upload(finish_upload.kind, finish_upload.upload_id, finish_upload.facts);
$function$;

CREATE OR REPLACE FUNCTION public.generate_coupons(promotion_id uuid, count integer, prefix text DEFAULT NULL::text, usage_limit integer DEFAULT 1, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.generate_coupons(generate_coupons.promotion_id, generate_coupons.count, generate_coupons.prefix, generate_coupons.usage_limit, generate_coupons.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.generate_variants(product_id uuid, options jsonb, sku_prefix text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.generate_variants(generate_variants.product_id, generate_variants.options, generate_variants.sku_prefix, generate_variants.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.get_cart(idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.get_cart(get_cart.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.get_order(order_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.get_order(get_order.order_id);
$function$;

CREATE OR REPLACE FUNCTION public.grade_submission(submission_id uuid, score_percent integer, feedback text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.grade_submission(grade_submission.submission_id, grade_submission.score_percent, grade_submission.feedback, grade_submission.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.grant_role(profile_id uuid, role text)
 RETURNS SETOF public.role_members
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select * from private.grant_role(grant_role.profile_id, grant_role.role);
$function$;

CREATE OR REPLACE FUNCTION public.invoice_document(invoice_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.invoice_document(invoice_document.invoice_id);
$function$;

CREATE OR REPLACE FUNCTION public.join_waitlist(intake_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.join_waitlist(join_waitlist.intake_id, join_waitlist.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.leave_waitlist(intake_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.leave_waitlist(leave_waitlist.intake_id, leave_waitlist.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.list_products(kind text DEFAULT NULL::text, category text DEFAULT NULL::text, tag text DEFAULT NULL::text, locale text DEFAULT NULL::text, currency text DEFAULT NULL::text, cursor text DEFAULT NULL::text, max_rows integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.list_products(list_products.kind, list_products.category, list_products.tag, list_products.locale, list_products.currency,
    list_products.cursor, list_products.max_rows);
$function$;

CREATE OR REPLACE FUNCTION public.media_file(media_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.media_file(media_file.media_id);
$function$;

CREATE OR REPLACE FUNCTION public.merge_cart(lines jsonb, currency text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.merge_cart(merge_cart.lines, merge_cart.currency, merge_cart.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.move_category(category_id uuid, parent_id uuid DEFAULT NULL::uuid, "position" integer DEFAULT NULL::integer, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.move_category(move_category.category_id, move_category.parent_id, move_category.position, move_category.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.my_courses()
 RETURNS TABLE(enrollment_id uuid, status text, state text, product_id uuid, slug text, title text, summary text, image_url text, intake_id uuid, intake_title text, starts_at timestamp with time zone, ends_at timestamp with time zone, time_zone text, location text, enrolled_at timestamp with time zone, order_id uuid, order_number text, progress_percent integer, next_lesson jsonb, next_session jsonb, access_ends_at timestamp with time zone, result text, score_percent integer, certificate_number text)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.my_courses();
$function$;

CREATE OR REPLACE FUNCTION public.my_downloads()
 RETURNS TABLE(download_id uuid, order_id uuid, order_number text, product_id uuid, slug text, title text, file_name text, mime_type text, byte_size bigint, used_count integer, max_downloads integer, granted_at timestamp with time zone, expires_at timestamp with time zone, ended_at timestamp with time zone)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.my_downloads();
$function$;

CREATE OR REPLACE FUNCTION public.my_waitlist()
 RETURNS SETOF jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.my_waitlist();
$function$;

CREATE OR REPLACE FUNCTION public.place_order(lines jsonb DEFAULT NULL::jsonb, cart_id uuid DEFAULT NULL::uuid, currency text DEFAULT NULL::text, shipping_address_id uuid DEFAULT NULL::uuid, country text DEFAULT NULL::text, province text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.place_order(place_order.lines, place_order.cart_id, place_order.currency, place_order.shipping_address_id,
    place_order.country, place_order.province, place_order.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.prepare_upload(lesson_id uuid, file_name text, content_type text, bytes integer, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.prepare_upload(prepare_upload.lesson_id, prepare_upload.file_name, prepare_upload.content_type, prepare_upload.bytes, prepare_upload.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.product_document(slug text DEFAULT NULL::text, product_id uuid DEFAULT NULL::uuid, locale text DEFAULT NULL::text, currency text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.product_document(product_document.slug, product_document.product_id, product_document.locale, product_document.currency);
$function$;

CREATE OR REPLACE FUNCTION public.proof_document(proof_id uuid, own boolean DEFAULT false)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.proof_document(proof_document.proof_id, proof_document.own);
$function$;

CREATE OR REPLACE FUNCTION public.put_quiz(lesson_id uuid, questions jsonb, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.put_quiz(put_quiz.lesson_id, put_quiz.questions, put_quiz.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.quiz_questions(lesson_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.quiz_questions(quiz_questions.lesson_id);
$function$;

CREATE OR REPLACE FUNCTION public.quote(lines jsonb DEFAULT NULL::jsonb, cart_id uuid DEFAULT NULL::uuid, currency text DEFAULT NULL::text, coupon_codes text[] DEFAULT NULL::text[], country text DEFAULT NULL::text, province text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.quote(quote.lines, quote.cart_id, quote.currency, quote.coupon_codes, quote.country, quote.province);
$function$;

CREATE OR REPLACE FUNCTION public.receive_provider_event(provider text, event_id text, type text, payload jsonb)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.receive_provider_event(receive_provider_event.provider, receive_provider_event.event_id, receive_provider_event.type, receive_provider_event.payload);
$function$;

CREATE OR REPLACE FUNCTION public.record_transfer_refund(refund_id uuid, reference text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.record_transfer_refund(record_transfer_refund.refund_id, record_transfer_refund.reference, record_transfer_refund.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.release_stock(hold_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.release_stock(release_stock.hold_id, release_stock.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.remove_address(address_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.remove_address(remove_address.address_id, remove_address.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.remove_coupon(code text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.remove_coupon(remove_coupon.code, remove_coupon.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.remove_from_cart(variant_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.remove_from_cart(remove_from_cart.variant_id, remove_from_cart.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.reserve_stock(lines jsonb, minutes integer DEFAULT NULL::integer, note text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.reserve_stock(reserve_stock.lines, reserve_stock.minutes, reserve_stock.note, reserve_stock.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.retry_process(process_id uuid)
 RETURNS public.processes
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.retry_process(retry_process.process_id);
$function$;

CREATE OR REPLACE FUNCTION public.review_payment_proof(proof_id uuid, approve boolean, reason text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.review_payment_proof(review_payment_proof.proof_id, review_payment_proof.approve, review_payment_proof.reason, review_payment_proof.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.revoke_certificate(certificate_id uuid, reason text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.revoke_certificate(revoke_certificate.certificate_id, revoke_certificate.reason, revoke_certificate.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.revoke_role(profile_id uuid, role text)
 RETURNS SETOF public.role_members
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select * from private.revoke_role(revoke_role.profile_id, revoke_role.role);
$function$;

CREATE OR REPLACE FUNCTION public.roster(intake_id uuid)
 RETURNS TABLE(enrollment_id uuid, learner_id uuid, first_name text, last_name text, email text, status text, enrolled_at timestamp with time zone, progress_percent integer, score_percent integer, passed_at timestamp with time zone, certificate_number text, ungraded bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.roster(roster.intake_id);
$function$;

CREATE OR REPLACE FUNCTION public.search_orders(q text DEFAULT NULL::text, statuses text[] DEFAULT NULL::text[], placed_from timestamp with time zone DEFAULT NULL::timestamp with time zone, placed_to timestamp with time zone DEFAULT NULL::timestamp with time zone, min_amount bigint DEFAULT NULL::bigint, max_amount bigint DEFAULT NULL::bigint, currency text DEFAULT NULL::text, cursor text DEFAULT NULL::text, max_rows integer DEFAULT 20)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.search_orders(search_orders.q, search_orders.statuses, search_orders.placed_from, search_orders.placed_to, search_orders.min_amount,
    search_orders.max_amount, search_orders.currency, search_orders.cursor, search_orders.max_rows);
$function$;

CREATE OR REPLACE FUNCTION public.set_cart_address(address_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.set_cart_address(set_cart_address.address_id, set_cart_address.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.set_cart_currency(currency text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.set_cart_currency(set_cart_currency.currency, set_cart_currency.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.set_low_stock_threshold(variant_id uuid, threshold integer, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.set_low_stock_threshold(set_low_stock_threshold.variant_id, set_low_stock_threshold.threshold, set_low_stock_threshold.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.set_stock_mode(variant_id uuid, mode text, backorder_limit integer DEFAULT NULL::integer, ships_at timestamp with time zone DEFAULT NULL::timestamp with time zone, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.set_stock_mode(set_stock_mode.variant_id, set_stock_mode.mode, set_stock_mode.backorder_limit, set_stock_mode.ships_at, set_stock_mode.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.start_payment(order_id uuid)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.start_payment(start_payment.order_id);
$function$;

CREATE OR REPLACE FUNCTION public.start_proof(payment_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.start_proof(start_proof.payment_id, start_proof.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.start_quiz(lesson_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.start_quiz(start_quiz.lesson_id, start_quiz.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.start_transfer(order_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.start_transfer(start_transfer.order_id, start_transfer.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.start_upload(kind text, product_id uuid, variant_id uuid DEFAULT NULL::uuid, file_name text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.start_upload(start_upload.kind, start_upload.product_id, start_upload.variant_id, start_upload.file_name, start_upload.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.stock_by_location(variant_ids uuid[])
 RETURNS TABLE(variant_id uuid, location_id uuid, location_code text, available bigint, reserved bigint, on_hand bigint, movements bigint, difference bigint)
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select * from private.stock_by_location(stock_by_location.variant_ids);
$function$;

CREATE OR REPLACE FUNCTION public.submit_assignment(lesson_id uuid, body text DEFAULT NULL::text, file_ids uuid[] DEFAULT NULL::uuid[], idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.submit_assignment(submit_assignment.lesson_id, submit_assignment.body, submit_assignment.file_ids, submit_assignment.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.submit_proof(proof_id uuid, mime_type text, byte_size integer, sha256 text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.submit_proof(submit_proof.proof_id, submit_proof.mime_type, submit_proof.byte_size, submit_proof.sha256);
$function$;

CREATE OR REPLACE FUNCTION public.submit_quiz(attempt_id uuid, answers jsonb, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.submit_quiz(submit_quiz.attempt_id, submit_quiz.answers, submit_quiz.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.transfer_stock(lines jsonb, from_location_id uuid, to_location_id uuid, note text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.transfer_stock(transfer_stock.lines, transfer_stock.from_location_id, transfer_stock.to_location_id, transfer_stock.note, transfer_stock.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.update_location(location_id uuid, name text DEFAULT NULL::text, priority integer DEFAULT NULL::integer, active boolean DEFAULT NULL::boolean, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.update_location(update_location.location_id, update_location.name, update_location.priority, update_location.active, update_location.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.update_process(process_id uuid, status text, message text DEFAULT NULL::text, progress integer DEFAULT NULL::integer, reporter text DEFAULT NULL::text, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.update_process(update_process.process_id, update_process.status, update_process.message, update_process.progress, update_process.reporter, update_process.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.use_download(download_id uuid, idempotency_key text DEFAULT NULL::text)
 RETURNS jsonb
 LANGUAGE sql
 SET search_path TO ''
AS $function$
  select private.use_download(use_download.download_id, use_download.idempotency_key);
$function$;

CREATE OR REPLACE FUNCTION public.variant_prices(variant_ids uuid[], currency text DEFAULT NULL::text, quantity integer DEFAULT 1)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.variant_prices(variant_prices.variant_ids, variant_prices.currency, variant_prices.quantity);
$function$;

CREATE OR REPLACE FUNCTION public.verify_certificate(number text)
 RETURNS jsonb
 LANGUAGE sql
 STABLE
 SET search_path TO ''
AS $function$
  select private.verify_certificate(verify_certificate.number);
$function$;

ALTER TABLE "public"."cart_coupons" ADD CONSTRAINT "cart_coupons_cart_id_fkey" FOREIGN KEY (cart_id) REFERENCES public.carts(id) ON DELETE CASCADE;

ALTER TABLE "public"."cart_items" ADD CONSTRAINT "cart_items_cart_id_fkey" FOREIGN KEY (cart_id) REFERENCES public.carts(id) ON DELETE CASCADE;

ALTER TABLE "public"."carts" ADD CONSTRAINT "carts_shipping_address_id_fkey" FOREIGN KEY (shipping_address_id) REFERENCES public.addresses(id) ON DELETE SET NULL;

ALTER TABLE "public"."categories" ADD CONSTRAINT "categories_are_at_most_eight_deep" CHECK ((depth <= 8));

ALTER TABLE "public"."categories" ADD CONSTRAINT "categories_know_their_depth" UNIQUE (id, depth);

ALTER TABLE "public"."categories" ADD CONSTRAINT "categories_are_one_deeper_than_their_parent" FOREIGN KEY (parent_id, parent_depth) REFERENCES public.categories(id, depth) ON UPDATE CASCADE ON DELETE RESTRICT;

ALTER TABLE "public"."category_attributes" ADD CONSTRAINT "category_attributes_category_id_fkey" FOREIGN KEY (category_id) REFERENCES public.categories(id) ON DELETE CASCADE;

ALTER TABLE "public"."collection_rules" ADD CONSTRAINT "collection_rules_category_id_fkey" FOREIGN KEY (category_id) REFERENCES public.categories(id) ON DELETE RESTRICT;

ALTER TABLE "public"."collection_members" ADD CONSTRAINT "collection_members_collection_id_fkey" FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;

ALTER TABLE "public"."collection_rules" ADD CONSTRAINT "collection_rules_collection_id_fkey" FOREIGN KEY (collection_id) REFERENCES public.collections(id) ON DELETE CASCADE;

ALTER TABLE "public"."cart_coupons" ADD CONSTRAINT "cart_coupons_coupon_id_fkey" FOREIGN KEY (coupon_id) REFERENCES public.coupons(id) ON DELETE CASCADE;

ALTER TABLE "public"."certificates" ADD CONSTRAINT "certificates_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE RESTRICT;

ALTER TABLE "public"."course_instructors" ADD CONSTRAINT "course_instructors_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE CASCADE;

ALTER TABLE "public"."course_prerequisites" ADD CONSTRAINT "course_prerequisites_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE CASCADE;

ALTER TABLE "public"."course_prerequisites" ADD CONSTRAINT "course_prerequisites_required_product_id_fkey" FOREIGN KEY (required_product_id) REFERENCES public.courses(product_id) ON DELETE CASCADE;

ALTER TABLE "public"."course_sections" ADD CONSTRAINT "course_sections_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE CASCADE;

ALTER TABLE "public"."customer_group_members" ADD CONSTRAINT "customer_group_members_customer_group_id_fkey" FOREIGN KEY (customer_group_id) REFERENCES public.customer_groups(id) ON DELETE CASCADE;

ALTER TABLE "public"."digital_files" ADD CONSTRAINT "digital_files_path_key" UNIQUE (path);

ALTER TABLE "public"."downloads" ADD CONSTRAINT "downloads_digital_file_id_fkey" FOREIGN KEY (digital_file_id) REFERENCES public.digital_files(id) ON DELETE RESTRICT;

ALTER TABLE "public"."certificates" ADD CONSTRAINT "certificates_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."enrollments" ADD CONSTRAINT "enrollments_intake_id_fkey" FOREIGN KEY (intake_id) REFERENCES public.intakes(id) ON DELETE RESTRICT;

ALTER TABLE "public"."intakes" ADD CONSTRAINT "intakes_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE CASCADE;

ALTER TABLE "public"."invoices" ADD CONSTRAINT "invoices_number_key" UNIQUE (number);

ALTER TABLE "public"."invoice_lines" ADD CONSTRAINT "invoice_lines_invoice_id_fkey" FOREIGN KEY (invoice_id) REFERENCES public.invoices(id) ON DELETE RESTRICT;

ALTER TABLE "public"."invoices" ADD CONSTRAINT "invoices_corrects_id_fkey" FOREIGN KEY (corrects_id) REFERENCES public.invoices(id) ON DELETE RESTRICT;

ALTER TABLE "public"."learning_files" ADD CONSTRAINT "learning_files_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."learning_files" ADD CONSTRAINT "learning_files_path_key" UNIQUE (path);

ALTER TABLE "public"."ledger_entries" ADD CONSTRAINT "ledger_entries_account_fkey" FOREIGN KEY (account) REFERENCES public.ledger_accounts(code) ON DELETE RESTRICT;

ALTER TABLE "public"."ledger_entries" ADD CONSTRAINT "ledger_entries_transaction_id_fkey" FOREIGN KEY (transaction_id) REFERENCES public.ledger_transactions(id) ON DELETE RESTRICT;

ALTER TABLE "public"."lesson_contents" ADD CONSTRAINT "lesson_contents_file_id_lesson_id_fkey" FOREIGN KEY (file_id, lesson_id) REFERENCES public.learning_files(id, lesson_id) ON DELETE RESTRICT;

ALTER TABLE "public"."lesson_progress" ADD CONSTRAINT "lesson_progress_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."learning_files" ADD CONSTRAINT "learning_files_lesson_id_product_id_fkey" FOREIGN KEY (lesson_id, product_id) REFERENCES public.lessons(id, product_id) ON DELETE CASCADE;

ALTER TABLE "public"."lesson_contents" ADD CONSTRAINT "lesson_contents_lesson_id_product_id_fkey" FOREIGN KEY (lesson_id, product_id) REFERENCES public.lessons(id, product_id) ON DELETE CASCADE;

ALTER TABLE "public"."lesson_progress" ADD CONSTRAINT "lesson_progress_lesson_id_product_id_fkey" FOREIGN KEY (lesson_id, product_id) REFERENCES public.lessons(id, product_id) ON DELETE RESTRICT;

ALTER TABLE "private"."quizzes" ADD CONSTRAINT "quizzes_lesson_id_fkey" FOREIGN KEY (lesson_id) REFERENCES public.lessons(id) ON DELETE CASCADE;

ALTER TABLE "public"."lessons" ADD CONSTRAINT "lessons_section_id_product_id_fkey" FOREIGN KEY (section_id, product_id) REFERENCES public.course_sections(id, product_id) ON DELETE CASCADE;

ALTER TABLE "public"."media" ADD CONSTRAINT "media_path_key" UNIQUE (path);

ALTER TABLE "public"."downloads" ADD CONSTRAINT "downloads_order_item_id_fkey" FOREIGN KEY (order_item_id) REFERENCES public.order_items(id) ON DELETE RESTRICT;

ALTER TABLE "public"."enrollments" ADD CONSTRAINT "enrollments_order_item_id_fkey" FOREIGN KEY (order_item_id) REFERENCES public.order_items(id) ON DELETE RESTRICT;

ALTER TABLE "public"."order_items" ADD CONSTRAINT "order_items_parent_id_fkey" FOREIGN KEY (parent_id) REFERENCES public.order_items(id) ON DELETE RESTRICT;

ALTER TABLE "public"."carts" ADD CONSTRAINT "carts_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."invoices" ADD CONSTRAINT "invoices_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."ledger_transactions" ADD CONSTRAINT "ledger_transactions_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."order_items" ADD CONSTRAINT "order_items_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."payments" ADD CONSTRAINT "payments_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."payment_proofs" ADD CONSTRAINT "payment_proofs_payment_id_fkey" FOREIGN KEY (payment_id) REFERENCES public.payments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."price_list_prices" ADD CONSTRAINT "price_list_prices_currency_fkey" FOREIGN KEY (currency) REFERENCES public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE "public"."price_lists" ADD CONSTRAINT "price_lists_customer_group_id_fkey" FOREIGN KEY (customer_group_id) REFERENCES public.customer_groups(id) ON DELETE RESTRICT;

ALTER TABLE "public"."price_list_prices" ADD CONSTRAINT "price_list_prices_price_list_id_fkey" FOREIGN KEY (price_list_id) REFERENCES public.price_lists(id) ON DELETE CASCADE;

ALTER TABLE "public"."prices" ADD CONSTRAINT "prices_currency_fkey" FOREIGN KEY (currency) REFERENCES public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE "public"."processes" ADD CONSTRAINT "processes_event_id_fkey" FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE RESTRICT;

ALTER TABLE "private"."variant_option_values" ADD CONSTRAINT "variant_option_values_option_value_id_fkey" FOREIGN KEY (option_value_id) REFERENCES public.product_option_values(id) ON DELETE RESTRICT;

ALTER TABLE "public"."product_option_values" ADD CONSTRAINT "product_option_values_option_id_fkey" FOREIGN KEY (option_id) REFERENCES public.product_options(id) ON DELETE CASCADE;

ALTER TABLE "public"."products" ADD CONSTRAINT "products_category_id_fkey" FOREIGN KEY (category_id) REFERENCES public.categories(id) ON DELETE RESTRICT;

ALTER TABLE "public"."collection_members" ADD CONSTRAINT "collection_members_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."courses" ADD CONSTRAINT "courses_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."digital_files" ADD CONSTRAINT "digital_files_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."media" ADD CONSTRAINT "media_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."product_options" ADD CONSTRAINT "product_options_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "private"."coupon_guesses" ADD CONSTRAINT "coupon_guesses_person_id_fkey" FOREIGN KEY (person_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "private"."customer_search" ADD CONSTRAINT "customer_search_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "private"."promotion_uses" ADD CONSTRAINT "promotion_uses_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."addresses" ADD CONSTRAINT "addresses_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."carts" ADD CONSTRAINT "carts_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."certificates" ADD CONSTRAINT "certificates_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."certificates" ADD CONSTRAINT "certificates_revoked_by_fkey" FOREIGN KEY (revoked_by) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."coupons" ADD CONSTRAINT "coupons_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."course_instructors" ADD CONSTRAINT "course_instructors_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."customer_group_members" ADD CONSTRAINT "customer_group_members_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."downloads" ADD CONSTRAINT "downloads_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."enrollments" ADD CONSTRAINT "enrollments_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."learning_files" ADD CONSTRAINT "learning_files_owner_id_fkey" FOREIGN KEY (owner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."lesson_progress" ADD CONSTRAINT "lesson_progress_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."notifications" ADD CONSTRAINT "notifications_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."orders" ADD CONSTRAINT "orders_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."promotion_categories" ADD CONSTRAINT "promotion_categories_category_id_fkey" FOREIGN KEY (category_id) REFERENCES public.categories(id) ON DELETE CASCADE;

ALTER TABLE "public"."promotion_products" ADD CONSTRAINT "promotion_products_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."promotion_redemptions" ADD CONSTRAINT "promotion_redemptions_coupon_id_fkey" FOREIGN KEY (coupon_id) REFERENCES public.coupons(id) ON DELETE RESTRICT;

ALTER TABLE "public"."promotion_redemptions" ADD CONSTRAINT "promotion_redemptions_customer_id_fkey" FOREIGN KEY (customer_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."promotion_redemptions" ADD CONSTRAINT "promotion_redemptions_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."promotions" ADD CONSTRAINT "promotions_currency_fkey" FOREIGN KEY (currency) REFERENCES public.currencies(code) ON DELETE RESTRICT;

ALTER TABLE "private"."promotion_uses" ADD CONSTRAINT "promotion_uses_promotion_id_fkey" FOREIGN KEY (promotion_id) REFERENCES public.promotions(id) ON DELETE CASCADE;

ALTER TABLE "public"."coupons" ADD CONSTRAINT "coupons_promotion_id_fkey" FOREIGN KEY (promotion_id) REFERENCES public.promotions(id) ON DELETE CASCADE;

ALTER TABLE "public"."promotion_categories" ADD CONSTRAINT "promotion_categories_promotion_id_fkey" FOREIGN KEY (promotion_id) REFERENCES public.promotions(id) ON DELETE CASCADE;

ALTER TABLE "public"."promotion_products" ADD CONSTRAINT "promotion_products_promotion_id_fkey" FOREIGN KEY (promotion_id) REFERENCES public.promotions(id) ON DELETE CASCADE;

ALTER TABLE "public"."promotion_redemptions" ADD CONSTRAINT "promotion_redemptions_promotion_id_fkey" FOREIGN KEY (promotion_id) REFERENCES public.promotions(id) ON DELETE RESTRICT;

ALTER TABLE "public"."quiz_attempts" ADD CONSTRAINT "quiz_attempts_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."quiz_attempts" ADD CONSTRAINT "quiz_attempts_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."quiz_attempts" ADD CONSTRAINT "quiz_attempts_lesson_id_product_id_fkey" FOREIGN KEY (lesson_id, product_id) REFERENCES public.lessons(id, product_id) ON DELETE RESTRICT;

ALTER TABLE "private"."quiz_papers" ADD CONSTRAINT "quiz_papers_attempt_id_fkey" FOREIGN KEY (attempt_id) REFERENCES public.quiz_attempts(id) ON DELETE CASCADE;

ALTER TABLE "public"."refunds" ADD CONSTRAINT "refunds_order_id_fkey" FOREIGN KEY (order_id) REFERENCES public.orders(id) ON DELETE RESTRICT;

ALTER TABLE "public"."refunds" ADD CONSTRAINT "refunds_payment_id_fkey" FOREIGN KEY (payment_id) REFERENCES public.payments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."invoices" ADD CONSTRAINT "invoices_refund_id_fkey" FOREIGN KEY (refund_id) REFERENCES public.refunds(id) ON DELETE RESTRICT;

ALTER TABLE "public"."results" ADD CONSTRAINT "results_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."results" ADD CONSTRAINT "results_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."results" ADD CONSTRAINT "results_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.courses(product_id) ON DELETE RESTRICT;

ALTER TABLE "public"."role_members" ADD CONSTRAINT "role_members_profile_id_fkey" FOREIGN KEY (profile_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

ALTER TABLE "public"."role_permissions" ADD CONSTRAINT "role_permissions_permission_fkey" FOREIGN KEY (permission) REFERENCES public.permissions(name) ON DELETE CASCADE;

ALTER TABLE "public"."role_members" ADD CONSTRAINT "role_members_role_fkey" FOREIGN KEY (role) REFERENCES public.roles(name) ON DELETE RESTRICT;

ALTER TABLE "public"."role_permissions" ADD CONSTRAINT "role_permissions_role_fkey" FOREIGN KEY (role) REFERENCES public.roles(name) ON DELETE CASCADE;

ALTER TABLE "public"."stock_slots" ADD CONSTRAINT "stock_slots_location_id_fkey" FOREIGN KEY (location_id) REFERENCES public.locations(id) ON DELETE RESTRICT;

ALTER TABLE "public"."submissions" ADD CONSTRAINT "submissions_enrollment_id_fkey" FOREIGN KEY (enrollment_id) REFERENCES public.enrollments(id) ON DELETE RESTRICT;

ALTER TABLE "public"."submissions" ADD CONSTRAINT "submissions_graded_by_fkey" FOREIGN KEY (graded_by) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."submissions" ADD CONSTRAINT "submissions_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE RESTRICT;

ALTER TABLE "public"."submissions" ADD CONSTRAINT "submissions_lesson_id_product_id_fkey" FOREIGN KEY (lesson_id, product_id) REFERENCES public.lessons(id, product_id) ON DELETE RESTRICT;

ALTER TABLE "public"."learning_files" ADD CONSTRAINT "learning_files_submission_id_fkey" FOREIGN KEY (submission_id) REFERENCES public.submissions(id) ON DELETE RESTRICT;

ALTER TABLE "public"."products" ADD CONSTRAINT "products_tax_category_fkey" FOREIGN KEY (tax_category) REFERENCES public.tax_categories(code) ON DELETE RESTRICT;

ALTER TABLE "public"."tax_rates" ADD CONSTRAINT "tax_rates_do_not_overlap_under_one_name" EXCLUDE USING gist (country WITH =, lower(COALESCE(province, ''::text)) WITH =, tax_category WITH =, name WITH =, tstzrange(valid_from, valid_until) WITH &&);

ALTER TABLE "public"."tax_rates" ADD CONSTRAINT "tax_rates_tax_category_fkey" FOREIGN KEY (tax_category) REFERENCES public.tax_categories(code) ON DELETE RESTRICT;

ALTER TABLE "public"."digital_files" ADD CONSTRAINT "digital_files_come_with_a_variant_of_their_product" FOREIGN KEY (variant_id, product_id) REFERENCES public.variants(id, product_id) ON DELETE CASCADE;

ALTER TABLE "public"."media" ADD CONSTRAINT "media_show_a_variant_of_their_product" FOREIGN KEY (variant_id, product_id) REFERENCES public.variants(id, product_id) ON DELETE CASCADE;

ALTER TABLE "private"."low_stock_marks" ADD CONSTRAINT "low_stock_marks_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "private"."sold_titles" ADD CONSTRAINT "sold_titles_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "private"."variant_option_values" ADD CONSTRAINT "variant_option_values_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."backorders" ADD CONSTRAINT "backorders_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

ALTER TABLE "public"."bundle_items" ADD CONSTRAINT "bundle_items_bundle_variant_id_fkey" FOREIGN KEY (bundle_variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."bundle_items" ADD CONSTRAINT "bundle_items_component_variant_id_fkey" FOREIGN KEY (component_variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

ALTER TABLE "public"."intakes" ADD CONSTRAINT "intakes_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."order_items" ADD CONSTRAINT "order_items_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

ALTER TABLE "public"."price_list_prices" ADD CONSTRAINT "price_list_prices_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."prices" ADD CONSTRAINT "prices_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."reservations" ADD CONSTRAINT "reservations_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE RESTRICT;

ALTER TABLE "public"."stock_movements" ADD CONSTRAINT "stock_movements_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."stock_slots" ADD CONSTRAINT "stock_slots_variant_id_fkey" FOREIGN KEY (variant_id) REFERENCES public.variants(id) ON DELETE CASCADE;

ALTER TABLE "public"."variants" ADD CONSTRAINT "variants_product_id_fkey" FOREIGN KEY (product_id) REFERENCES public.products(id) ON DELETE CASCADE;

ALTER TABLE "public"."waitlist_entries" ADD CONSTRAINT "waitlist_entries_intake_id_fkey" FOREIGN KEY (intake_id) REFERENCES public.intakes(id) ON DELETE CASCADE;

ALTER TABLE "public"."waitlist_entries" ADD CONSTRAINT "waitlist_entries_learner_id_fkey" FOREIGN KEY (learner_id) REFERENCES public.profiles(id) ON DELETE CASCADE;

CREATE VIEW "private"."stock_reconciliation" AS  SELECT COALESCE(held.variant_id, moved.variant_id) AS variant_id,
    COALESCE(held.location_id, moved.location_id) AS location_id,
    COALESCE(moved.quantity, (0)::bigint) AS movements,
    COALESCE(held.on_hand, (0)::bigint) AS on_hand,
    (COALESCE(held.on_hand, (0)::bigint) - COALESCE(moved.quantity, (0)::bigint)) AS difference
   FROM (( SELECT stock_slots.variant_id,
            stock_slots.location_id,
            sum((stock_slots.available + stock_slots.reserved)) AS on_hand
           FROM public.stock_slots
          GROUP BY stock_slots.variant_id, stock_slots.location_id) held
     FULL JOIN ( SELECT stock_movements.variant_id,
            stock_movements.location_id,
            sum(stock_movements.quantity) AS quantity
           FROM public.stock_movements
          GROUP BY stock_movements.variant_id, stock_movements.location_id) moved USING (variant_id, location_id));

CREATE VIEW "private"."invariant_violations" AS  SELECT 'on hand is the sum of the movements'::text AS invariant,
    ((stock_reconciliation.variant_id || '/'::text) || stock_reconciliation.location_id) AS subject,
    format('on hand %s, movements %s'::text, stock_reconciliation.on_hand, stock_reconciliation.movements) AS detail
   FROM private.stock_reconciliation
  WHERE (stock_reconciliation.difference <> 0)
UNION ALL
 SELECT 'what was sold beyond stock is written down'::text AS invariant,
    (variants.id)::text AS subject,
    format('limit %s, left %s, open %s'::text, variants.backorder_limit, beyond."left", promised.open) AS detail
   FROM ((public.variants
     LEFT JOIN LATERAL ( SELECT COALESCE(sum((stock_slots.available + stock_slots.reserved)), (0)::bigint) AS "left"
           FROM public.stock_slots
          WHERE ((stock_slots.variant_id = variants.id) AND (stock_slots.slot >= 128))) beyond ON (true))
     LEFT JOIN LATERAL ( SELECT COALESCE(sum(backorders.open_quantity), (0)::bigint) AS open
           FROM public.backorders
          WHERE (backorders.variant_id = variants.id)) promised ON (true))
  WHERE (COALESCE(variants.backorder_limit, 0) <> (beyond."left" + promised.open))
UNION ALL
 SELECT 'reserved is the sum of live reservations'::text AS invariant,
    ((slot.variant_id || '/'::text) || slot.slot) AS subject,
    format('reserved %s, reservations %s'::text, slot.reserved, COALESCE(held.quantity, (0)::bigint)) AS detail
   FROM (public.stock_slots slot
     LEFT JOIN ( SELECT reservations.variant_id,
            reservations.slot,
            reservations.location_id,
            sum(reservations.quantity) AS quantity
           FROM public.reservations
          WHERE (reservations.status = 'held'::text)
          GROUP BY reservations.variant_id, reservations.slot, reservations.location_id) held USING (variant_id, slot, location_id))
  WHERE (slot.reserved <> COALESCE(held.quantity, (0)::bigint))
UNION ALL
 SELECT 'seats are on hand or taken'::text AS invariant,
    (intakes.id)::text AS subject,
    format('seats %s, on hand %s, taken %s'::text, intakes.seats, stock.on_hand, taken.seats) AS detail
   FROM ((public.intakes
     LEFT JOIN LATERAL ( SELECT COALESCE(sum((stock_slots.available + stock_slots.reserved)), (0)::bigint) AS on_hand
           FROM public.stock_slots
          WHERE (stock_slots.variant_id = intakes.variant_id)) stock ON (true))
     LEFT JOIN LATERAL ( SELECT count(*) AS seats
           FROM public.enrollments
          WHERE ((enrollments.intake_id = intakes.id) AND (enrollments.status = ANY (ARRAY['active'::text, 'suspended'::text, 'completed'::text])))) taken ON (true))
  WHERE (intakes.seats <> (stock.on_hand + taken.seats))
UNION ALL
 SELECT 'an order is the sum of its lines'::text AS invariant,
    (orders.id)::text AS subject,
    format('total %s, lines %s'::text, orders.total_amount, items.total) AS detail
   FROM (public.orders
     CROSS JOIN LATERAL ( SELECT sum((order_items.unit_amount * order_items.quantity)) AS subtotal,
            sum(order_items.discount_amount) AS discount,
            sum(order_items.tax_amount) AS tax,
            sum(order_items.tax_included_amount) AS tax_included,
            sum(order_items.total_amount) AS total
           FROM public.order_items
          WHERE (order_items.order_id = orders.id)) items)
  WHERE ((((((orders.subtotal_amount)::numeric IS DISTINCT FROM items.subtotal) OR ((orders.discount_amount)::numeric IS DISTINCT FROM items.discount)) OR ((orders.tax_amount)::numeric IS DISTINCT FROM items.tax)) OR ((orders.tax_included_amount)::numeric IS DISTINCT FROM items.tax_included)) OR (((orders.total_amount - orders.shipping_amount))::numeric IS DISTINCT FROM items.total))
UNION ALL
 SELECT 'an order says what was taken off it'::text AS invariant,
    (orders.id)::text AS subject,
    format('discount %s, uses %s'::text, orders.discount_amount, used.amount) AS detail
   FROM (public.orders
     CROSS JOIN LATERAL ( SELECT COALESCE(sum(latest.amount), (0)::numeric) AS amount
           FROM ( SELECT DISTINCT ON (promotion_redemptions.promotion_id) promotion_redemptions.amount
                   FROM public.promotion_redemptions
                  WHERE (promotion_redemptions.order_id = orders.id)
                  ORDER BY promotion_redemptions.promotion_id, promotion_redemptions.redeemed_at DESC) latest) used)
  WHERE ((orders.discount_amount)::numeric <> used.amount)
UNION ALL
 SELECT 'a limited promotion was used as often as it says'::text AS invariant,
    (promotions.id)::text AS subject,
    format('counted %s, limit %s'::text, promotions.used_count, promotions.usage_limit) AS detail
   FROM public.promotions
  WHERE ((promotions.usage_limit IS NOT NULL) AND (promotions.used_count <> ( SELECT count(*) AS count
           FROM public.promotion_redemptions
          WHERE ((promotion_redemptions.promotion_id = promotions.id) AND (promotion_redemptions.given_back_at IS NULL)))))
UNION ALL
 SELECT 'a limited coupon was used as often as it says'::text AS invariant,
    (coupons.id)::text AS subject,
    format('counted %s, limit %s'::text, coupons.used_count, coupons.usage_limit) AS detail
   FROM public.coupons
  WHERE ((coupons.usage_limit IS NOT NULL) AND (coupons.used_count <> ( SELECT count(*) AS count
           FROM public.promotion_redemptions
          WHERE ((promotion_redemptions.coupon_id = coupons.id) AND (promotion_redemptions.given_back_at IS NULL)))))
UNION ALL
 SELECT 'nobody uses a promotion more often than they may'::text AS invariant,
    (COALESCE(counted.customer_id, used.customer_id))::text AS subject,
    format('counted %s, used %s, limit %s'::text, counted.used_count, used.uses, promotions.per_user_limit) AS detail
   FROM ((private.promotion_uses counted
     FULL JOIN ( SELECT promotion_redemptions.promotion_id,
            promotion_redemptions.customer_id,
            count(*) AS uses
           FROM public.promotion_redemptions
          WHERE (promotion_redemptions.given_back_at IS NULL)
          GROUP BY promotion_redemptions.promotion_id, promotion_redemptions.customer_id) used USING (promotion_id, customer_id))
     JOIN public.promotions ON ((promotions.id = promotion_id)))
  WHERE ((COALESCE(counted.used_count, 0) <> COALESCE(used.uses, (0)::bigint)) OR (used.uses > promotions.per_user_limit))
UNION ALL
 SELECT 'an ended order uses no promotion'::text AS invariant,
    (orders.id)::text AS subject,
    orders.status AS detail
   FROM (public.promotion_redemptions
     JOIN public.orders ON ((orders.id = promotion_redemptions.order_id)))
  WHERE ((promotion_redemptions.given_back_at IS NULL) AND (orders.status = ANY (ARRAY['cancelled'::text, 'expired'::text, 'refunded'::text])))
UNION ALL
 SELECT 'a paid order keeps its promotions'::text AS invariant,
    (orders.id)::text AS subject,
    orders.status AS detail
   FROM (public.promotion_redemptions
     JOIN public.orders ON ((orders.id = promotion_redemptions.order_id)))
  WHERE ((orders.status = ANY (ARRAY['paid'::text, 'processing'::text, 'shipped'::text, 'delivered'::text, 'completed'::text, 'partially_refunded'::text])) AND (((promotion_redemptions.given_back_at IS NULL) AND (promotion_redemptions.expires_at IS NOT NULL)) OR ((promotion_redemptions.given_back_at IS NOT NULL) AND (NOT (EXISTS ( SELECT
           FROM public.promotion_redemptions kept
          WHERE ((kept.order_id = orders.id) AND (kept.promotion_id = promotion_redemptions.promotion_id) AND (kept.given_back_at IS NULL))))))))
UNION ALL
 SELECT 'an ended order holds nothing'::text AS invariant,
    (orders.id)::text AS subject,
    orders.status AS detail
   FROM (public.orders
     JOIN public.reservations ON ((reservations.holder_id = orders.id)))
  WHERE ((reservations.status = 'held'::text) AND (orders.status <> ALL (ARRAY['pending'::text, 'needs_review'::text])))
UNION ALL
 SELECT 'a reservation belongs to an order, an offer or a stock hold'::text AS invariant,
    (reservations.id)::text AS subject,
    (reservations.holder_id)::text AS detail
   FROM public.reservations
  WHERE ((NOT (EXISTS ( SELECT
           FROM public.orders
          WHERE (orders.id = reservations.holder_id)))) AND (NOT (EXISTS ( SELECT
           FROM public.waitlist_entries
          WHERE (waitlist_entries.id = reservations.holder_id)))) AND (NOT (EXISTS ( SELECT
           FROM public.stock_holds
          WHERE (stock_holds.id = reservations.holder_id)))))
UNION ALL
 SELECT 'a stock hold that ended holds nothing'::text AS invariant,
    (stock_holds.id)::text AS subject,
    stock_holds.status AS detail
   FROM (public.stock_holds
     JOIN public.reservations ON ((reservations.holder_id = stock_holds.id)))
  WHERE ((reservations.status = 'held'::text) AND (stock_holds.status <> 'held'::text))
UNION ALL
 SELECT 'an offer holds one seat until it is due, and nobody else on the waiting list does'::text AS invariant,
    (waitlist_entries.id)::text AS subject,
    format('%s, holds %s'::text, waitlist_entries.status, held.seats) AS detail
   FROM (public.waitlist_entries
     JOIN LATERAL ( SELECT COALESCE(sum(reservations.quantity), (0)::bigint) AS seats
           FROM public.reservations
          WHERE ((reservations.holder_id = waitlist_entries.id) AND (reservations.status = 'held'::text))) held ON (true))
  WHERE ((held.seats <> ((waitlist_entries.status = 'offered'::text))::integer) AND (NOT ((waitlist_entries.status = 'offered'::text) AND (waitlist_entries.offer_expires_at <= now()) AND (held.seats = 0))))
UNION ALL
 SELECT 'no seat is idle while somebody waits'::text AS invariant,
    (intakes.id)::text AS subject,
    format('%s free'::text, stock.available) AS detail
   FROM (public.intakes
     JOIN LATERAL ( SELECT sum(stock_slots.available) AS available
           FROM public.stock_slots
          WHERE (stock_slots.variant_id = intakes.variant_id)) stock ON (true))
  WHERE ((stock.available > 0) AND intakes.has_waitlist AND ((intakes.enroll_closes_at IS NULL) OR (intakes.enroll_closes_at > now())) AND (EXISTS ( SELECT
           FROM public.waitlist_entries
          WHERE ((waitlist_entries.intake_id = intakes.id) AND (waitlist_entries.status = 'waiting'::text)))))
UNION ALL
 SELECT 'nobody waits for a seat they have'::text AS invariant,
    (waitlist_entries.id)::text AS subject,
    waitlist_entries.status AS detail
   FROM (public.waitlist_entries
     JOIN public.enrollments ON (((enrollments.intake_id = waitlist_entries.intake_id) AND (enrollments.learner_id = waitlist_entries.learner_id))))
  WHERE ((waitlist_entries.status = ANY (ARRAY['waiting'::text, 'offered'::text])) AND (enrollments.status = ANY (ARRAY['reserved'::text, 'active'::text, 'suspended'::text, 'completed'::text])))
UNION ALL
 SELECT 'an active seat belongs to a paid order'::text AS invariant,
    (enrollments.id)::text AS subject,
    orders.status AS detail
   FROM ((public.enrollments
     JOIN public.order_items ON ((order_items.id = enrollments.order_item_id)))
     JOIN public.orders ON ((orders.id = order_items.order_id)))
  WHERE ((enrollments.status = 'active'::text) AND (orders.status = ANY (ARRAY['pending'::text, 'cancelled'::text, 'expired'::text, 'refunded'::text])))
UNION ALL
 SELECT 'an active seat belongs to a paid order'::text AS invariant,
    (enrollments.id)::text AS subject,
    orders.status AS detail
   FROM ((public.enrollments
     JOIN public.order_items ON ((order_items.id = enrollments.order_item_id)))
     JOIN public.orders ON ((orders.id = order_items.order_id)))
  WHERE ((enrollments.status = 'reserved'::text) AND (orders.status <> ALL (ARRAY['pending'::text, 'needs_review'::text])))
UNION ALL
 SELECT 'a paid course line has a seat'::text AS invariant,
    (order_items.id)::text AS subject,
    orders.number AS detail
   FROM (public.orders
     JOIN public.order_items ON ((order_items.order_id = orders.id)))
  WHERE ((orders.status = 'paid'::text) AND (order_items.kind = 'course'::text) AND (NOT (EXISTS ( SELECT
           FROM public.enrollments
          WHERE (enrollments.order_item_id = order_items.id)))))
UNION ALL
 SELECT 'a download that works belongs to a paid order'::text AS invariant,
    (downloads.id)::text AS subject,
    orders.status AS detail
   FROM ((public.downloads
     JOIN public.order_items ON ((order_items.id = downloads.order_item_id)))
     JOIN public.orders ON ((orders.id = order_items.order_id)))
  WHERE ((downloads.ended_at IS NULL) AND (orders.status = ANY (ARRAY['pending'::text, 'cancelled'::text, 'expired'::text, 'refunded'::text])))
UNION ALL
 SELECT 'a captured payment has a result'::text AS invariant,
    (payments.id)::text AS subject,
    ((orders.status || '/'::text) || payments.status) AS detail
   FROM (public.payments
     JOIN public.orders ON ((orders.id = payments.order_id)))
  WHERE ((payments.status = 'success'::text) AND (orders.status = ANY (ARRAY['pending'::text, 'expired'::text, 'cancelled'::text])))
UNION ALL
 SELECT 'a paid order was paid once'::text AS invariant,
    (orders.id)::text AS subject,
    orders.number AS detail
   FROM public.orders
  WHERE ((orders.status = ANY (ARRAY['paid'::text, 'processing'::text, 'shipped'::text, 'delivered'::text, 'completed'::text])) AND (orders.total_amount > 0) AND ((orders.total_amount)::numeric <> ( SELECT COALESCE(sum(payments.captured_amount), (0)::numeric) AS "coalesce"
           FROM public.payments
          WHERE ((payments.order_id = orders.id) AND (payments.status = 'success'::text)))))
UNION ALL
 SELECT 'refunds are what payments gave back'::text AS invariant,
    (payments.id)::text AS subject,
    (payments.refunded_amount)::text AS detail
   FROM public.payments
  WHERE ((payments.refunded_amount)::numeric <> ( SELECT COALESCE(sum(refunds.amount), (0)::numeric) AS "coalesce"
           FROM public.refunds
          WHERE ((refunds.payment_id = payments.id) AND (refunds.status = 'success'::text))))
UNION ALL
 SELECT 'a ledger transaction balances'::text AS invariant,
    (ledger_entries.transaction_id)::text AS subject,
    (sum(ledger_entries.amount))::text AS detail
   FROM public.ledger_entries
  GROUP BY ledger_entries.transaction_id, ledger_entries.currency
 HAVING (sum(ledger_entries.amount) <> (0)::numeric)
UNION ALL
 SELECT 'the ledger knows every capture'::text AS invariant,
    (payments.id)::text AS subject,
    (payments.captured_amount)::text AS detail
   FROM public.payments
  WHERE ((payments.captured_amount)::numeric <> COALESCE(( SELECT sum(ledger_entries.amount) AS sum
           FROM (public.ledger_transactions
             JOIN public.ledger_entries ON ((ledger_entries.transaction_id = ledger_transactions.id)))
          WHERE ((ledger_transactions.effect_key = ('capture:'::text || payments.id)) AND (ledger_entries.account = private.cash_account(payments.provider)))), (0)::numeric))
UNION ALL
 SELECT 'a settled order leaves nothing receivable'::text AS invariant,
    (ledger_transactions.order_id)::text AS subject,
    (sum(ledger_entries.amount))::text AS detail
   FROM (public.ledger_transactions
     JOIN public.ledger_entries ON (((ledger_entries.transaction_id = ledger_transactions.id) AND (ledger_entries.account = 'receivable'::text))))
  WHERE ((NOT (EXISTS ( SELECT
           FROM public.payments
          WHERE ((payments.order_id = ledger_transactions.order_id) AND (payments.status = ANY (ARRAY['refunding'::text, 'refund_failed'::text])))))) AND (NOT (EXISTS ( SELECT
           FROM public.orders
          WHERE ((orders.id = ledger_transactions.order_id) AND (orders.status = 'needs_review'::text))))))
  GROUP BY ledger_transactions.order_id
 HAVING (sum(ledger_entries.amount) <> (0)::numeric)
UNION ALL
 SELECT 'invoice numbers have no gap'::text AS invariant,
    ((series.kind || '/'::text) || series.year) AS subject,
    format('last %s, issued %s up to %s'::text, series.last_serial, issued.count, issued.highest) AS detail
   FROM (private.invoice_series series
     CROSS JOIN LATERAL ( SELECT count(*) AS count,
            COALESCE(max(invoices.serial), 0) AS highest
           FROM public.invoices
          WHERE ((invoices.kind = series.kind) AND (invoices.year = series.year))) issued)
  WHERE ((issued.count <> series.last_serial) OR (issued.highest <> series.last_serial))
UNION ALL
 SELECT 'a provider event ends within minutes'::text AS invariant,
    ((provider_events.provider || '/'::text) || provider_events.event_id) AS subject,
    COALESCE(provider_events.error, 'not tried'::text) AS detail
   FROM private.provider_events
  WHERE ((provider_events.processed_at IS NULL) AND (provider_events.received_at < (now() - '00:10:00'::interval)))
UNION ALL
 SELECT 'the audit log is whole'::text AS invariant,
    (audit_chain_breaks.audit_id)::text AS subject,
    audit_chain_breaks.problem AS detail
   FROM private.audit_chain_breaks() audit_chain_breaks(audit_id, problem);

CREATE VIEW "public"."stock_levels" WITH (security_invoker=true) AS  SELECT variant_id,
    COALESCE(sum(available) FILTER (WHERE (slot < 128)), (0)::bigint) AS available,
    COALESCE(sum(reserved) FILTER (WHERE (slot < 128)), (0)::bigint) AS reserved,
    COALESCE(sum((available + reserved)) FILTER (WHERE (slot < 128)), (0)::bigint) AS on_hand,
    sum(available) AS sellable,
    (COALESCE(( SELECT variants.backorder_limit
           FROM public.variants
          WHERE (variants.id = stock_slots.variant_id)), 0) - COALESCE(sum((available + reserved)) FILTER (WHERE (slot >= 128)), (0)::bigint)) AS backordered
   FROM public.stock_slots
  GROUP BY variant_id;

CREATE INDEX customer_search_content_idx ON private.customer_search USING gin (content extensions.gin_trgm_ops) WITH (fastupdate=off);

CREATE INDEX idempotency_keys_created_at_idx ON private.idempotency_keys USING brin (created_at);

CREATE INDEX promotion_uses_customer_id_idx ON private.promotion_uses USING btree (customer_id);

CREATE INDEX provider_events_expr_idx ON private.provider_events USING btree (((payload #>> '{data,object,payment_intent}'::text[]))) WHERE (outcome = 'ignored'::text);

CREATE INDEX provider_events_received_at_idx ON private.provider_events USING btree (received_at) WHERE (processed_at IS NULL);

CREATE INDEX sold_titles_content_idx ON private.sold_titles USING gin (content extensions.gin_trgm_ops) WITH (fastupdate=off);

CREATE INDEX variant_option_values_option_value_id_idx ON private.variant_option_values USING btree (option_value_id);

CREATE UNIQUE INDEX addresses_one_default_per_person ON public.addresses USING btree (profile_id) WHERE (default_since IS NOT NULL);

CREATE INDEX addresses_profile_id_created_at_idx ON public.addresses USING btree (profile_id, created_at);

CREATE INDEX audit_log_actor_id_id_idx ON public.audit_log USING btree (actor_id, id);

CREATE INDEX audit_log_table_name_row_key_id_idx ON public.audit_log USING btree (table_name, row_key, id);

CREATE INDEX backorders_variant_id_idx ON public.backorders USING btree (variant_id);

CREATE INDEX backorders_variant_id_number_idx ON public.backorders USING btree (variant_id, number) WHERE (open_quantity > 0);

CREATE INDEX bundle_items_component_variant_id_idx ON public.bundle_items USING btree (component_variant_id);

CREATE INDEX cart_coupons_coupon_id_idx ON public.cart_coupons USING btree (coupon_id);

CREATE INDEX carts_customer_id_expires_at_idx ON public.carts USING btree (customer_id, expires_at);

CREATE INDEX carts_expires_at_idx ON public.carts USING btree (expires_at) WHERE (status = 'open'::text);

CREATE UNIQUE INDEX carts_one_open_per_customer ON public.carts USING btree (customer_id) WHERE (status = 'open'::text);

CREATE INDEX carts_shipping_address_id_idx ON public.carts USING btree (shipping_address_id);

CREATE INDEX categories_parent_id_parent_depth_idx ON public.categories USING btree (parent_id, parent_depth);

CREATE INDEX certificates_learner_id_idx ON public.certificates USING btree (learner_id);

CREATE INDEX certificates_product_id_idx ON public.certificates USING btree (product_id);

CREATE INDEX certificates_revoked_by_idx ON public.certificates USING btree (revoked_by);

CREATE INDEX collection_members_product_id_idx ON public.collection_members USING btree (product_id);

CREATE INDEX collection_rules_category_id_idx ON public.collection_rules USING btree (category_id);

CREATE INDEX collection_rules_collection_id_idx ON public.collection_rules USING btree (collection_id);

CREATE INDEX coupons_customer_id_idx ON public.coupons USING btree (customer_id);

CREATE INDEX coupons_promotion_id_idx ON public.coupons USING btree (promotion_id);

CREATE INDEX course_instructors_profile_id_idx ON public.course_instructors USING btree (profile_id);

CREATE INDEX course_prerequisites_required_product_id_idx ON public.course_prerequisites USING btree (required_product_id);

CREATE INDEX course_sections_product_id_position_id_idx ON public.course_sections USING btree (product_id, "position", id);

CREATE INDEX customer_group_members_profile_id_idx ON public.customer_group_members USING btree (profile_id);

CREATE INDEX digital_files_created_at_idx ON public.digital_files USING btree (created_at) WHERE (ready_at IS NULL);

CREATE INDEX digital_files_product_id_position_id_idx ON public.digital_files USING btree (product_id, "position", id);

CREATE INDEX digital_files_variant_id_product_id_idx ON public.digital_files USING btree (variant_id, product_id);

CREATE INDEX downloads_customer_id_granted_at_id_idx ON public.downloads USING btree (customer_id, granted_at DESC, id DESC);

CREATE INDEX downloads_digital_file_id_idx ON public.downloads USING btree (digital_file_id);

CREATE INDEX enrollments_intake_id_idx ON public.enrollments USING btree (intake_id);

CREATE INDEX enrollments_learner_id_created_at_idx ON public.enrollments USING btree (learner_id, created_at DESC);

CREATE UNIQUE INDEX enrollments_one_live_per_learner ON public.enrollments USING btree (intake_id, learner_id) WHERE (status = ANY (ARRAY['reserved'::text, 'active'::text, 'suspended'::text, 'completed'::text]));

CREATE INDEX enrollments_order_item_id_idx ON public.enrollments USING btree (order_item_id);

CREATE INDEX events_id_idx ON public.events USING btree (id) WHERE (relayed_at IS NULL);

CREATE INDEX events_subject_id_id_idx ON public.events USING btree (subject_id, id);

CREATE INDEX intakes_product_id_starts_at_idx ON public.intakes USING btree (product_id, starts_at);

CREATE INDEX invoices_corrects_id_idx ON public.invoices USING btree (corrects_id);

CREATE INDEX invoices_issued_at_id_idx ON public.invoices USING btree (issued_at DESC, id DESC);

CREATE UNIQUE INDEX invoices_one_per_order ON public.invoices USING btree (order_id) WHERE (kind = 'invoice'::text);

CREATE UNIQUE INDEX invoices_one_per_refund ON public.invoices USING btree (refund_id);

CREATE INDEX invoices_order_id_idx ON public.invoices USING btree (order_id);

CREATE INDEX learning_files_enrollment_id_idx ON public.learning_files USING btree (enrollment_id);

CREATE INDEX learning_files_lesson_id_product_id_idx ON public.learning_files USING btree (lesson_id, product_id);

CREATE INDEX learning_files_owner_id_idx ON public.learning_files USING btree (owner_id);

CREATE INDEX learning_files_submission_id_idx ON public.learning_files USING btree (submission_id);

CREATE INDEX ledger_entries_account_currency_amount_idx ON public.ledger_entries USING btree (account, currency) INCLUDE (amount);

CREATE INDEX ledger_entries_transaction_id_idx ON public.ledger_entries USING btree (transaction_id);

CREATE INDEX ledger_transactions_order_id_idx ON public.ledger_transactions USING btree (order_id);

CREATE INDEX lesson_contents_file_id_lesson_id_idx ON public.lesson_contents USING btree (file_id, lesson_id);

CREATE INDEX lesson_contents_lesson_id_product_id_idx ON public.lesson_contents USING btree (lesson_id, product_id);

CREATE INDEX lesson_progress_learner_id_idx ON public.lesson_progress USING btree (learner_id);

CREATE INDEX lesson_progress_lesson_id_product_id_idx ON public.lesson_progress USING btree (lesson_id, product_id);

CREATE INDEX lessons_product_id_idx ON public.lessons USING btree (product_id);

CREATE INDEX lessons_section_id_product_id_idx ON public.lessons USING btree (section_id, product_id);

CREATE UNIQUE INDEX locations_have_one_allowance ON public.locations USING btree (kind) WHERE (kind = 'allowance'::text);

CREATE UNIQUE INDEX locations_have_one_main ON public.locations USING btree (kind) WHERE (kind = 'main'::text);

CREATE INDEX media_created_at_idx ON public.media USING btree (created_at) WHERE (ready_at IS NULL);

CREATE INDEX media_product_id_position_id_idx ON public.media USING btree (product_id, "position", id);

CREATE INDEX media_variant_id_product_id_idx ON public.media USING btree (variant_id, product_id);

CREATE INDEX notifications_profile_id_created_at_idx ON public.notifications USING btree (profile_id, created_at DESC);

CREATE INDEX order_items_parent_id_idx ON public.order_items USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX order_items_variant_id_idx ON public.order_items USING btree (variant_id);

CREATE INDEX orders_customer_id_placed_at_id_idx ON public.orders USING btree (customer_id, placed_at DESC, id DESC);

CREATE INDEX orders_expires_at_idx ON public.orders USING btree (expires_at) WHERE (status = 'pending'::text);

CREATE INDEX orders_placed_at_id_idx ON public.orders USING btree (placed_at DESC, id DESC);

CREATE INDEX orders_status_placed_at_id_idx ON public.orders USING btree (status, placed_at DESC, id DESC) WHERE (status <> ALL (ARRAY['pending'::text, 'paid'::text]));

CREATE UNIQUE INDEX payment_proofs_one_counts_per_payment ON public.payment_proofs USING btree (payment_id) WHERE (status = ANY (ARRAY['submitted'::text, 'approved'::text]));

CREATE INDEX payment_proofs_payment_id_idx ON public.payment_proofs USING btree (payment_id);

CREATE INDEX payment_proofs_submitted_at_id_idx ON public.payment_proofs USING btree (submitted_at, id) WHERE (status = 'submitted'::text);

CREATE INDEX payments_created_at_idx ON public.payments USING btree (created_at) WHERE (status = ANY (ARRAY['pending'::text, 'processing'::text]));

CREATE UNIQUE INDEX payments_one_open_per_order ON public.payments USING btree (order_id) WHERE (status = ANY (ARRAY['pending'::text, 'processing'::text]));

CREATE UNIQUE INDEX payments_one_per_provider_payment ON public.payments USING btree (provider, provider_payment_id);

CREATE INDEX price_list_prices_currency_idx ON public.price_list_prices USING btree (currency);

CREATE INDEX price_list_prices_variant_id_currency_min_quantity_idx ON public.price_list_prices USING btree (variant_id, currency, min_quantity);

CREATE INDEX price_lists_customer_group_id_idx ON public.price_lists USING btree (customer_group_id);

CREATE INDEX prices_currency_idx ON public.prices USING btree (currency);

CREATE INDEX processes_event_id_idx ON public.processes USING btree (event_id);

CREATE INDEX processes_status_created_at_idx ON public.processes USING btree (status, created_at) WHERE (status = ANY (ARRAY['queued'::text, 'running'::text, 'waiting'::text, 'failed'::text]));

CREATE INDEX processes_subject_id_idx ON public.processes USING btree (subject_id);

CREATE INDEX products_attributes_idx ON public.products USING gin (attributes jsonb_path_ops);

CREATE INDEX products_category_id_created_at_id_idx ON public.products USING btree (category_id, created_at DESC, id DESC);

CREATE INDEX products_category_id_publish_at_unpublish_at_idx ON public.products USING btree (category_id) INCLUDE (publish_at, unpublish_at) WHERE (status = 'published'::text);

CREATE INDEX products_created_at_id_idx ON public.products USING btree (created_at DESC, id DESC) WHERE (status = 'published'::text);

CREATE INDEX products_kind_created_at_id_idx ON public.products USING btree (kind, created_at DESC, id DESC) WHERE (status = 'published'::text);

CREATE INDEX products_tags_idx ON public.products USING gin (tags);

CREATE INDEX products_tax_category_idx ON public.products USING btree (tax_category);

CREATE INDEX profiles_lower_idx ON public.profiles USING btree (lower(email));

CREATE INDEX promotion_categories_category_id_idx ON public.promotion_categories USING btree (category_id);

CREATE INDEX promotion_products_product_id_idx ON public.promotion_products USING btree (product_id);

CREATE INDEX promotion_redemptions_coupon_id_idx ON public.promotion_redemptions USING btree (coupon_id);

CREATE INDEX promotion_redemptions_customer_id_idx ON public.promotion_redemptions USING btree (customer_id);

CREATE UNIQUE INDEX promotion_redemptions_one_per_order ON public.promotion_redemptions USING btree (order_id, promotion_id) WHERE (given_back_at IS NULL);

CREATE INDEX promotion_redemptions_order_id_idx ON public.promotion_redemptions USING btree (order_id);

CREATE INDEX promotion_redemptions_promotion_id_expires_at_idx ON public.promotion_redemptions USING btree (promotion_id, expires_at) WHERE ((given_back_at IS NULL) AND (expires_at IS NOT NULL));

CREATE INDEX promotion_redemptions_promotion_id_idx ON public.promotion_redemptions USING btree (promotion_id);

CREATE INDEX promotions_currency_idx ON public.promotions USING btree (currency);

CREATE INDEX promotions_priority_idx ON public.promotions USING btree (priority) WHERE ((status = 'active'::text) AND automatic);

CREATE INDEX quiz_attempts_learner_id_idx ON public.quiz_attempts USING btree (learner_id);

CREATE INDEX quiz_attempts_lesson_id_product_id_idx ON public.quiz_attempts USING btree (lesson_id, product_id);

CREATE UNIQUE INDEX quiz_attempts_one_open ON public.quiz_attempts USING btree (enrollment_id, lesson_id) WHERE (submitted_at IS NULL);

CREATE INDEX refunds_created_at_idx ON public.refunds USING btree (created_at) WHERE (status = 'pending'::text);

CREATE INDEX refunds_order_id_idx ON public.refunds USING btree (order_id);

CREATE INDEX refunds_payment_id_idx ON public.refunds USING btree (payment_id);

CREATE INDEX reservations_holder_id_idx ON public.reservations USING btree (holder_id);

CREATE INDEX reservations_variant_id_expires_at_idx ON public.reservations USING btree (variant_id, expires_at) WHERE (status = 'held'::text);

CREATE INDEX reservations_variant_id_idx ON public.reservations USING btree (variant_id);

CREATE INDEX results_learner_id_idx ON public.results USING btree (learner_id);

CREATE INDEX results_product_id_idx ON public.results USING btree (product_id);

CREATE INDEX role_members_role_idx ON public.role_members USING btree (role);

CREATE INDEX role_permissions_permission_idx ON public.role_permissions USING btree (permission);

CREATE INDEX status_changes_subject_id_id_idx ON public.status_changes USING btree (subject_id, id);

CREATE INDEX stock_holds_expires_at_idx ON public.stock_holds USING btree (expires_at) WHERE (status = 'held'::text);

CREATE INDEX stock_movements_reference_id_idx ON public.stock_movements USING btree (reference_id) WHERE (reference_id IS NOT NULL);

CREATE INDEX stock_movements_variant_id_id_idx ON public.stock_movements USING btree (variant_id, id);

CREATE INDEX stock_slots_location_id_idx ON public.stock_slots USING btree (location_id);

CREATE INDEX submissions_graded_by_idx ON public.submissions USING btree (graded_by);

CREATE INDEX submissions_learner_id_idx ON public.submissions USING btree (learner_id);

CREATE INDEX submissions_lesson_id_product_id_idx ON public.submissions USING btree (lesson_id, product_id);

CREATE UNIQUE INDEX submissions_one_ungraded ON public.submissions USING btree (enrollment_id, lesson_id) WHERE (graded_at IS NULL);

CREATE INDEX submissions_product_id_submitted_at_idx ON public.submissions USING btree (product_id, submitted_at) WHERE (graded_at IS NULL);

CREATE INDEX tax_rates_country_tax_category_idx ON public.tax_rates USING btree (country, tax_category);

CREATE INDEX tax_rates_tax_category_idx ON public.tax_rates USING btree (tax_category);

CREATE UNIQUE INDEX variants_one_per_combination ON public.variants USING btree (product_id, option_value_ids) WHERE (option_value_ids <> '{}'::uuid[]);

CREATE INDEX variants_product_id_position_idx ON public.variants USING btree (product_id, "position");

CREATE INDEX waitlist_entries_intake_id_idx ON public.waitlist_entries USING btree (intake_id);

CREATE INDEX waitlist_entries_intake_id_position_idx ON public.waitlist_entries USING btree (intake_id, "position") WHERE (status = 'waiting'::text);

CREATE INDEX waitlist_entries_learner_id_idx ON public.waitlist_entries USING btree (learner_id);

CREATE INDEX waitlist_entries_offer_expires_at_idx ON public.waitlist_entries USING btree (offer_expires_at) WHERE (status = 'offered'::text);

CREATE UNIQUE INDEX waitlist_entries_one_per_learner ON public.waitlist_entries USING btree (intake_id, learner_id) WHERE (status = ANY (ARRAY['waiting'::text, 'offered'::text]));

CREATE TRIGGER _100_make_profile AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION private.tg_users__make_profile();

CREATE TRIGGER _200_follow_email AFTER UPDATE OF email ON auth.users FOR EACH ROW EXECUTE FUNCTION private.tg_users__follow_email();

CREATE TRIGGER _300_close_profile AFTER DELETE ON auth.users FOR EACH ROW EXECUTE FUNCTION private.tg_users__close_profile();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.addresses FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _300_note_recipient AFTER INSERT OR DELETE OR UPDATE OF recipient ON public.addresses FOR EACH ROW EXECUTE FUNCTION private.tg_addresses__note_recipient();

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION private.tg__refuse_change();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.bundle_items FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_check_kinds AFTER INSERT OR UPDATE OF bundle_variant_id, component_variant_id ON public.bundle_items FOR EACH ROW EXECUTE FUNCTION private.tg_bundle_items__check_kinds();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.bundle_items FOR EACH ROW EXECUTE FUNCTION private.tg__audit('bundle_variant_id', 'component_variant_id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.carts FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.carts FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('cart');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.categories FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.categories FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title', 'description');

CREATE TRIGGER _200_find_place BEFORE INSERT OR UPDATE OF parent_id ON public.categories FOR EACH ROW EXECUTE FUNCTION private.tg_categories__find_place();

CREATE TRIGGER _210_keep_what_is_used BEFORE DELETE ON public.categories FOR EACH ROW EXECUTE FUNCTION private.tg_categories__keep_what_is_used();

CREATE TRIGGER _300_keep_values AFTER UPDATE OF parent_id ON public.categories FOR EACH ROW WHEN ((old.parent_id IS DISTINCT FROM new.parent_id)) EXECUTE FUNCTION private.tg_category_attributes__keep_values();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.categories FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.category_attributes FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.category_attributes FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title');

CREATE TRIGGER _200_lock_tree BEFORE INSERT OR DELETE OR UPDATE ON public.category_attributes FOR EACH ROW EXECUTE FUNCTION private.tg_category_attributes__lock_tree();

CREATE TRIGGER _300_keep_values AFTER INSERT OR DELETE OR UPDATE ON public.category_attributes FOR EACH ROW EXECUTE FUNCTION private.tg_category_attributes__keep_values();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.category_attributes FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.certificates FOR EACH ROW EXECUTE FUNCTION private.tg_certificates__refuse_change();

CREATE TRIGGER _900_audit AFTER UPDATE OF revoked_at ON public.certificates FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.collection_members FOR EACH ROW EXECUTE FUNCTION private.tg__audit('collection_id', 'product_id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.collection_rules FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.collections FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.collections FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title', 'description');

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.collections FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('collection');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.collections FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _050_write_code BEFORE INSERT ON public.coupons FOR EACH ROW EXECUTE FUNCTION private.tg_coupons__write_code();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.coupons FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _300_recount_uses BEFORE UPDATE OF usage_limit ON public.coupons FOR EACH ROW WHEN ((old.usage_limit IS DISTINCT FROM new.usage_limit)) EXECUTE FUNCTION private.tg__recount_uses();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE OF usage_limit, revoked_at ON public.coupons FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.course_instructors FOR EACH ROW EXECUTE FUNCTION private.tg__audit('product_id', 'profile_id');

CREATE TRIGGER _200_refuse_circle BEFORE INSERT ON public.course_prerequisites FOR EACH ROW EXECUTE FUNCTION private.tg_course_prerequisites__refuse_circle();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.course_prerequisites FOR EACH ROW EXECUTE FUNCTION private.tg__audit('product_id', 'required_product_id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.course_sections FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.course_sections FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.courses FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.courses FOR EACH ROW EXECUTE FUNCTION private.tg__audit('product_id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.customer_group_members FOR EACH ROW EXECUTE FUNCTION private.tg__audit('customer_group_id', 'profile_id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.customer_groups FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.customer_groups FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.digital_files FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_keep_what_is_sold BEFORE DELETE ON public.digital_files FOR EACH ROW EXECUTE FUNCTION private.tg_digital_files__keep_what_is_sold();

CREATE TRIGGER _300_discard_object AFTER DELETE ON public.digital_files FOR EACH ROW EXECUTE FUNCTION private.tg_media__discard_object('downloads');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.digital_files FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.enrollments FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.enrollments FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('enrollment');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.intakes FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_make_variant BEFORE INSERT OR UPDATE OF time_zone ON public.intakes FOR EACH ROW EXECUTE FUNCTION private.tg_intakes__make_variant();

CREATE TRIGGER _300_follow_seats AFTER INSERT OR UPDATE OF seats, title ON public.intakes FOR EACH ROW EXECUTE FUNCTION private.tg_intakes__follow_seats();

CREATE TRIGGER _300_note_titles AFTER INSERT OR UPDATE OF title, variant_id ON public.intakes FOR EACH ROW EXECUTE FUNCTION private.tg__note_titles();

CREATE TRIGGER _400_follow_waitlist AFTER UPDATE OF has_waitlist, enroll_closes_at, seats ON public.intakes FOR EACH ROW WHEN (((new.has_waitlist <> old.has_waitlist) OR (new.enroll_closes_at IS DISTINCT FROM old.enroll_closes_at) OR ((new.seats IS NULL) <> (old.seats IS NULL)))) EXECUTE FUNCTION private.tg_intakes__follow_waitlist();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.intakes FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.invoice_lines FOR EACH ROW EXECUTE FUNCTION private.tg__refuse_change();

CREATE CONSTRAINT TRIGGER _300_check_totals AFTER INSERT ON public.invoice_lines DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.tg_invoice_lines__check_totals();

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION private.tg_invoices__refuse_change();

CREATE TRIGGER _200_check_credit AFTER INSERT ON public.invoices FOR EACH ROW WHEN ((new.corrects_id IS NOT NULL)) EXECUTE FUNCTION private.tg_invoices__check_credit();

CREATE CONSTRAINT TRIGGER _300_check_totals AFTER INSERT ON public.invoices DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.tg_invoice_lines__check_totals();

CREATE CONSTRAINT TRIGGER _100_check_balance AFTER INSERT ON public.ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.tg_ledger_entries__check_balance();

CREATE TRIGGER _200_refuse_change BEFORE DELETE OR UPDATE ON public.ledger_entries FOR EACH ROW EXECUTE FUNCTION private.tg__refuse_change();

CREATE TRIGGER _200_refuse_change BEFORE DELETE OR UPDATE ON public.ledger_transactions FOR EACH ROW EXECUTE FUNCTION private.tg__refuse_change();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.lesson_contents FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_follow_lesson BEFORE INSERT ON public.lesson_contents FOR EACH ROW EXECUTE FUNCTION private.tg_lesson_contents__follow_lesson();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.lesson_contents FOR EACH ROW EXECUTE FUNCTION private.tg__audit('lesson_id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.lesson_progress FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.lessons FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_follow_section BEFORE INSERT ON public.lessons FOR EACH ROW EXECUTE FUNCTION private.tg_lessons__follow_section();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.lessons FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.locations FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.locations FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.media FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('alt');

CREATE TRIGGER _300_discard_object AFTER DELETE ON public.media FOR EACH ROW EXECUTE FUNCTION private.tg_media__discard_object('media');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.media FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.notifications FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.notifications FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('notification');

CREATE CONSTRAINT TRIGGER _300_check_sums AFTER INSERT OR DELETE OR UPDATE ON public.order_items DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.tg_order_items__check_sums();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.orders FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('order');

CREATE CONSTRAINT TRIGGER _300_check_sums AFTER UPDATE OF subtotal_amount, discount_amount, tax_amount, tax_included_amount ON public.orders DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION private.tg_order_items__check_sums();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.payment_proofs FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('payment_proof');

CREATE TRIGGER _900_audit AFTER UPDATE OF status ON public.payment_proofs FOR EACH ROW WHEN ((new.status = ANY (ARRAY['approved'::text, 'rejected'::text]))) EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.payments FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.payments FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('payment');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.price_list_prices FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.price_list_prices FOR EACH ROW EXECUTE FUNCTION private.tg__audit('price_list_id', 'variant_id', 'currency', 'min_quantity');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.price_lists FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.price_lists FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('price_list');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.price_lists FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.prices FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.prices FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.processes FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.processes FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('process');

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.product_option_values FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title');

CREATE TRIGGER _200_keep_what_is_chosen BEFORE DELETE ON public.product_option_values FOR EACH ROW EXECUTE FUNCTION private.tg_product_option_values__keep_what_is_chosen();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.product_option_values FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.product_options FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.product_options FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.products FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title', 'summary', 'description');

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.products FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('product');

CREATE TRIGGER _300_note_titles AFTER UPDATE OF title ON public.products FOR EACH ROW EXECUTE FUNCTION private.tg__note_titles();

CREATE TRIGGER _310_check_attributes AFTER INSERT OR UPDATE OF attributes, category_id, status ON public.products FOR EACH ROW EXECUTE FUNCTION private.tg_products__check_attributes();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.products FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.profiles FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_leave_waitlists AFTER UPDATE OF closed_at ON public.profiles FOR EACH ROW WHEN (((new.closed_at IS NOT NULL) AND (old.closed_at IS NULL))) EXECUTE FUNCTION private.tg_profiles__leave_waitlists();

CREATE TRIGGER _300_note_customer AFTER INSERT OR UPDATE OF email, first_name, last_name, phone ON public.profiles FOR EACH ROW EXECUTE FUNCTION private.tg_profiles__note_customer();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.promotion_categories FOR EACH ROW EXECUTE FUNCTION private.tg__audit('promotion_id', 'category_id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.promotion_products FOR EACH ROW EXECUTE FUNCTION private.tg__audit('promotion_id', 'product_id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.promotions FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.promotions FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('promotion');

CREATE TRIGGER _300_recount_uses BEFORE UPDATE OF usage_limit, per_user_limit ON public.promotions FOR EACH ROW WHEN (((old.usage_limit IS DISTINCT FROM new.usage_limit) OR (old.per_user_limit IS DISTINCT FROM new.per_user_limit))) EXECUTE FUNCTION private.tg__recount_uses();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE OF name, status, combinable, priority, basis_points, amount, currency, buy_quantity, get_quantity, minimum_amount, minimum_quantity, starts_at, ends_at, usage_limit, per_user_limit ON public.promotions FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.refunds FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.refunds FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('refund');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.results FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.role_members FOR EACH ROW EXECUTE FUNCTION private.tg__audit('profile_id', 'role');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.role_permissions FOR EACH ROW EXECUTE FUNCTION private.tg__audit('role', 'permission');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.roles FOR EACH ROW EXECUTE FUNCTION private.tg__audit('name');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.settings FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.settings FOR EACH ROW EXECUTE FUNCTION private.tg__audit('key');

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.status_changes FOR EACH ROW EXECUTE FUNCTION private.tg__refuse_change();

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.stock_holds FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.stock_holds FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('stock_hold');

CREATE TRIGGER _100_refuse_write INSTEAD OF INSERT OR DELETE OR UPDATE ON public.stock_levels FOR EACH ROW EXECUTE FUNCTION private.tg_stock_levels__refuse_write();

CREATE TRIGGER _100_refuse_change BEFORE DELETE OR UPDATE ON public.stock_movements FOR EACH ROW EXECUTE FUNCTION private.tg_stock_movements__refuse_change();

CREATE TRIGGER _900_audit AFTER UPDATE ON public.submissions FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.tax_categories FOR EACH ROW EXECUTE FUNCTION private.tg__audit('code');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.tax_rates FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.tax_rates FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _110_check_translations BEFORE INSERT OR UPDATE OF translations ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg__check_translations('title');

CREATE TRIGGER _110_count_by_kind BEFORE INSERT ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg_variants__count_by_kind();

CREATE TRIGGER _120_keep_what_is_sold BEFORE DELETE ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg_variants__keep_what_is_sold();

CREATE TRIGGER _220_order_options BEFORE INSERT OR UPDATE OF option_value_ids ON public.variants FOR EACH ROW WHEN ((new.option_value_ids <> '{}'::uuid[])) EXECUTE FUNCTION private.tg_variants__order_options();

CREATE TRIGGER _300_note_titles AFTER INSERT OR UPDATE OF product_id ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg__note_titles();

CREATE TRIGGER _310_check_attributes AFTER INSERT OR UPDATE OF attributes ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg_variants__check_attributes();

CREATE TRIGGER _320_repeat_options_of_new AFTER INSERT ON public.variants FOR EACH ROW WHEN ((new.option_value_ids <> '{}'::uuid[])) EXECUTE FUNCTION private.tg_variants__repeat_options();

CREATE TRIGGER _320_repeat_options AFTER UPDATE OF option_value_ids ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg_variants__repeat_options();

CREATE TRIGGER _900_audit AFTER INSERT OR DELETE OR UPDATE ON public.variants FOR EACH ROW EXECUTE FUNCTION private.tg__audit('id');

CREATE TRIGGER _100_stamp_update BEFORE UPDATE ON public.waitlist_entries FOR EACH ROW EXECUTE FUNCTION private.tg__stamp_update();

CREATE TRIGGER _200_guard_status AFTER UPDATE OF status ON public.waitlist_entries FOR EACH ROW WHEN ((old.status <> new.status)) EXECUTE FUNCTION private.tg__guard_status('waitlist');

CREATE POLICY "select_own_or_staff" ON "public"."addresses" FOR SELECT TO "authenticated" USING (((profile_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('people.read'::text) AS has_permission)));

CREATE POLICY "select_staff" ON "public"."audit_log" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('audit.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."backorders" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('inventory.read'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."bundle_items" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."bundle_items" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."bundle_items" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.variants
  WHERE (variants.id = bundle_items.bundle_variant_id))));

CREATE POLICY "update_staff" ON "public"."bundle_items" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."cart_coupons" FOR SELECT TO "authenticated" USING ((EXISTS ( SELECT
   FROM public.carts
  WHERE (carts.id = cart_coupons.cart_id))));

CREATE POLICY "select_own_or_staff" ON "public"."cart_items" FOR SELECT TO "authenticated" USING ((EXISTS ( SELECT
   FROM public.carts
  WHERE (carts.id = cart_items.cart_id))));

CREATE POLICY "select_own_or_staff" ON "public"."carts" FOR SELECT TO "authenticated" USING (((customer_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('orders.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."categories" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."categories" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."categories" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "update_staff" ON "public"."categories" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."category_attributes" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."category_attributes" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."category_attributes" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "update_staff" ON "public"."category_attributes" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_teachers" ON "public"."certificates" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."collection_members" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."collection_members" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."collection_members" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('catalog.read'::text) AS has_permission));

CREATE POLICY "update_staff" ON "public"."collection_members" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."collection_rules" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."collection_rules" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."collection_rules" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('catalog.read'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."collections" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."collections" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_published_or_staff" ON "public"."collections" FOR SELECT TO "authenticated" USING ((private.is_on_sale(status, publish_at, unpublish_at) OR ( SELECT private.has_permission('catalog.read'::text) AS has_permission)));

CREATE POLICY "select_published" ON "public"."collections" FOR SELECT TO "anon" USING (private.is_on_sale(status, publish_at, unpublish_at));

CREATE POLICY "update_staff" ON "public"."collections" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."coupons" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."coupons" FOR SELECT TO "authenticated" USING ((((customer_id = ( SELECT auth.uid() AS uid)) AND (revoked_at IS NULL)) OR ( SELECT private.has_permission('pricing.read'::text) AS has_permission)));

CREATE POLICY "update_staff" ON "public"."coupons" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."course_instructors" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."course_instructors" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."course_instructors" FOR SELECT TO "authenticated" USING (((profile_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('catalog.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."course_prerequisites" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."course_prerequisites" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."course_prerequisites" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = course_prerequisites.product_id))));

CREATE POLICY "delete_teachers" ON "public"."course_sections" FOR DELETE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "insert_teachers" ON "public"."course_sections" FOR INSERT TO "authenticated" WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "select_anon" ON "public"."course_sections" FOR SELECT TO "anon" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = course_sections.product_id))));

CREATE POLICY "select_anyone" ON "public"."course_sections" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = course_sections.product_id))) OR (product_id IN ( SELECT private.studied_courses() AS studied_courses)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses))));

CREATE POLICY "update_teachers" ON "public"."course_sections" FOR UPDATE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission))) WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "insert_staff" ON "public"."courses" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."courses" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = courses.product_id))));

CREATE POLICY "update_staff" ON "public"."courses" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."currencies" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "delete_staff" ON "public"."customer_group_members" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."customer_group_members" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."customer_group_members" FOR SELECT TO "authenticated" USING (((profile_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('pricing.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."customer_groups" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."customer_groups" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."customer_groups" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.customer_group_members
  WHERE ((customer_group_members.customer_group_id = customer_groups.id) AND (customer_group_members.profile_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('pricing.read'::text) AS has_permission)));

CREATE POLICY "update_staff" ON "public"."customer_groups" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."digital_files" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."digital_files" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('catalog.read'::text) AS has_permission));

CREATE POLICY "update_staff" ON "public"."digital_files" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."downloads" FOR SELECT TO "authenticated" USING (((customer_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('orders.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."enrollments" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (intake_id IN ( SELECT private.taught_intakes() AS taught_intakes)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "select_staff" ON "public"."events" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('events.read'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."intakes" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."intakes" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = intakes.product_id))));

CREATE POLICY "update_staff" ON "public"."intakes" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."invoice_lines" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM (public.invoices
     JOIN public.orders ON ((orders.id = invoices.order_id)))
  WHERE ((invoices.id = invoice_lines.invoice_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('invoices.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."invoices" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.orders
  WHERE ((orders.id = invoices.order_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('invoices.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_open" ON "public"."learning_files" FOR SELECT TO "authenticated" USING (((owner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission) OR (EXISTS ( SELECT
   FROM public.lesson_contents
  WHERE (lesson_contents.file_id = learning_files.id)))));

CREATE POLICY "select_staff" ON "public"."ledger_accounts" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('ledger.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."ledger_entries" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('ledger.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."ledger_transactions" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('ledger.read'::text) AS has_permission));

CREATE POLICY "delete_teachers" ON "public"."lesson_contents" FOR DELETE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "insert_teachers" ON "public"."lesson_contents" FOR INSERT TO "authenticated" WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "select_open" ON "public"."lesson_contents" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.lessons
  WHERE ((lessons.id = lesson_contents.lesson_id) AND lessons.is_preview AND (lessons.withdrawn_at IS NULL)))) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission) OR ((product_id IN ( SELECT private.studied_courses() AS studied_courses)) AND private.is_lesson_open(lesson_id, product_id))));

CREATE POLICY "select_previews" ON "public"."lesson_contents" FOR SELECT TO "anon" USING ((EXISTS ( SELECT
   FROM public.lessons
  WHERE ((lessons.id = lesson_contents.lesson_id) AND lessons.is_preview AND (lessons.withdrawn_at IS NULL)))));

CREATE POLICY "update_teachers" ON "public"."lesson_contents" FOR UPDATE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission))) WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "select_own_or_teachers" ON "public"."lesson_progress" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "delete_teachers" ON "public"."lessons" FOR DELETE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "insert_teachers" ON "public"."lessons" FOR INSERT TO "authenticated" WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "select_anon" ON "public"."lessons" FOR SELECT TO "anon" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = lessons.product_id))));

CREATE POLICY "select_anyone" ON "public"."lessons" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = lessons.product_id))) OR (product_id IN ( SELECT private.studied_courses() AS studied_courses)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses))));

CREATE POLICY "update_teachers" ON "public"."lessons" FOR UPDATE TO "authenticated" USING (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission))) WITH CHECK (((product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "select_anyone" ON "public"."locations" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "delete_staff" ON "public"."media" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_published_or_staff" ON "public"."media" FOR SELECT TO "authenticated" USING ((((ready_at IS NOT NULL) AND (EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = media.product_id)))) OR ( SELECT private.has_permission('catalog.read'::text) AS has_permission)));

CREATE POLICY "select_published" ON "public"."media" FOR SELECT TO "anon" USING (((ready_at IS NOT NULL) AND (EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = media.product_id)))));

CREATE POLICY "update_staff" ON "public"."media" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."notifications" FOR SELECT TO "authenticated" USING (((profile_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('notifications.read'::text) AS has_permission)));

CREATE POLICY "update_own" ON "public"."notifications" FOR UPDATE TO "authenticated" USING ((profile_id = ( SELECT auth.uid() AS uid))) WITH CHECK ((profile_id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "select_own_or_staff" ON "public"."order_items" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.orders
  WHERE ((orders.id = order_items.order_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('orders.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."orders" FOR SELECT TO "authenticated" USING (((customer_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('orders.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."payment_proofs" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM (public.payments
     JOIN public.orders ON ((orders.id = payments.order_id)))
  WHERE ((payments.id = payment_proofs.payment_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('payments.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."payments" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.orders
  WHERE ((orders.id = payments.order_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('payments.read'::text) AS has_permission)));

CREATE POLICY "select_staff" ON "public"."permissions" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('people.read'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."price_list_prices" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."price_list_prices" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."price_list_prices" FOR SELECT TO "anon", "authenticated" USING (((EXISTS ( SELECT
   FROM public.price_lists
  WHERE (price_lists.id = price_list_prices.price_list_id))) AND (EXISTS ( SELECT
   FROM public.variants
  WHERE (variants.id = price_list_prices.variant_id)))));

CREATE POLICY "update_staff" ON "public"."price_list_prices" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."price_lists" FOR DELETE TO "authenticated" USING (((status = 'draft'::text) AND ( SELECT private.has_permission('pricing.write'::text) AS has_permission)));

CREATE POLICY "insert_staff" ON "public"."price_lists" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_current_or_staff" ON "public"."price_lists" FOR SELECT TO "authenticated" USING ((((status = 'active'::text) AND ((starts_at IS NULL) OR (starts_at <= now())) AND ((ends_at IS NULL) OR (ends_at > now())) AND ((customer_group_id IS NULL) OR (customer_group_id IN ( SELECT customer_group_members.customer_group_id
   FROM public.customer_group_members
  WHERE (customer_group_members.profile_id = ( SELECT auth.uid() AS uid)))))) OR ( SELECT private.has_permission('pricing.read'::text) AS has_permission)));

CREATE POLICY "select_current" ON "public"."price_lists" FOR SELECT TO "anon" USING (((status = 'active'::text) AND (customer_group_id IS NULL) AND ((starts_at IS NULL) OR (starts_at <= now())) AND ((ends_at IS NULL) OR (ends_at > now()))));

CREATE POLICY "update_staff" ON "public"."price_lists" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."prices" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."prices" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."prices" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.variants
  WHERE (variants.id = prices.variant_id))));

CREATE POLICY "update_staff" ON "public"."prices" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."processes" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('processes.read'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."product_option_values" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."product_option_values" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."product_option_values" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.product_options
  WHERE (product_options.id = product_option_values.option_id))));

CREATE POLICY "update_staff" ON "public"."product_option_values" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."product_options" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."product_options" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."product_options" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = product_options.product_id))));

CREATE POLICY "update_staff" ON "public"."product_options" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."products" FOR DELETE TO "authenticated" USING (((status = 'draft'::text) AND ( SELECT private.has_permission('catalog.write'::text) AS has_permission)));

CREATE POLICY "insert_staff" ON "public"."products" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_published_or_staff" ON "public"."products" FOR SELECT TO "authenticated" USING ((private.is_on_sale(status, publish_at, unpublish_at) OR ( SELECT private.has_permission('catalog.read'::text) AS has_permission)));

CREATE POLICY "select_published" ON "public"."products" FOR SELECT TO "anon" USING (private.is_on_sale(status, publish_at, unpublish_at));

CREATE POLICY "update_staff" ON "public"."products" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."profiles" FOR SELECT TO "authenticated" USING (((id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('people.read'::text) AS has_permission)));

CREATE POLICY "update_own" ON "public"."profiles" FOR UPDATE TO "authenticated" USING ((id = ( SELECT auth.uid() AS uid))) WITH CHECK ((id = ( SELECT auth.uid() AS uid)));

CREATE POLICY "delete_staff" ON "public"."promotion_categories" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."promotion_categories" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."promotion_categories" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('pricing.read'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."promotion_products" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."promotion_products" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."promotion_products" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('pricing.read'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."promotion_redemptions" FOR SELECT TO "authenticated" USING (((customer_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('pricing.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."promotions" FOR DELETE TO "authenticated" USING (((status = 'draft'::text) AND ( SELECT private.has_permission('pricing.write'::text) AS has_permission)));

CREATE POLICY "insert_staff" ON "public"."promotions" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."promotions" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('pricing.read'::text) AS has_permission));

CREATE POLICY "update_staff" ON "public"."promotions" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('pricing.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('pricing.write'::text) AS has_permission));

CREATE POLICY "select_own_or_teachers" ON "public"."quiz_attempts" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."refunds" FOR SELECT TO "authenticated" USING (((EXISTS ( SELECT
   FROM public.orders
  WHERE ((orders.id = refunds.order_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))) OR ( SELECT private.has_permission('payments.read'::text) AS has_permission)));

CREATE POLICY "select_staff" ON "public"."reservations" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('inventory.read'::text) AS has_permission));

CREATE POLICY "select_own_or_teachers" ON "public"."results" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "select_own_or_staff" ON "public"."role_members" FOR SELECT TO "authenticated" USING (((profile_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('people.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."role_permissions" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('people.manage'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."role_permissions" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('people.manage'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."role_permissions" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('people.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."roles" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('people.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."settings" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('settings.read'::text) AS has_permission));

CREATE POLICY "update_staff" ON "public"."settings" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('settings.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('settings.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."status_changes" FOR SELECT TO "authenticated" USING (
CASE
    WHEN (machine = 'order'::text) THEN (( SELECT private.has_permission('orders.read'::text) AS has_permission) OR (EXISTS ( SELECT
       FROM public.orders
      WHERE ((orders.id = status_changes.subject_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))))
    WHEN (machine = 'enrollment'::text) THEN (( SELECT private.has_permission('orders.read'::text) AS has_permission) OR (EXISTS ( SELECT
       FROM public.enrollments
      WHERE ((enrollments.id = status_changes.subject_id) AND (enrollments.learner_id = ( SELECT auth.uid() AS uid))))))
    WHEN (machine = 'payment'::text) THEN (( SELECT private.has_permission('payments.read'::text) AS has_permission) OR (EXISTS ( SELECT
       FROM (public.payments
         JOIN public.orders ON ((orders.id = payments.order_id)))
      WHERE ((payments.id = status_changes.subject_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))))
    WHEN (machine = 'payment_proof'::text) THEN (( SELECT private.has_permission('payments.read'::text) AS has_permission) OR (EXISTS ( SELECT
       FROM ((public.payment_proofs
         JOIN public.payments ON ((payments.id = payment_proofs.payment_id)))
         JOIN public.orders ON ((orders.id = payments.order_id)))
      WHERE ((payment_proofs.id = status_changes.subject_id) AND (orders.customer_id = ( SELECT auth.uid() AS uid))))))
    WHEN (machine = 'refund'::text) THEN ( SELECT private.has_permission('payments.read'::text) AS has_permission)
    WHEN (machine = 'process'::text) THEN ( SELECT private.has_permission('processes.read'::text) AS has_permission)
    WHEN (machine = 'cart'::text) THEN (( SELECT private.has_permission('orders.read'::text) AS has_permission) OR (EXISTS ( SELECT
       FROM public.carts
      WHERE ((carts.id = status_changes.subject_id) AND (carts.customer_id = ( SELECT auth.uid() AS uid))))))
    WHEN (machine = 'product'::text) THEN ( SELECT private.has_permission('catalog.read'::text) AS has_permission)
    WHEN (machine = ANY (ARRAY['price_list'::text, 'promotion'::text])) THEN ( SELECT private.has_permission('pricing.read'::text) AS has_permission)
    ELSE false
END);

CREATE POLICY "select_staff" ON "public"."stock_holds" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('inventory.read'::text) AS has_permission));

CREATE POLICY "select_staff" ON "public"."stock_movements" FOR SELECT TO "authenticated" USING (( SELECT private.has_permission('inventory.read'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."stock_slots" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.variants
  WHERE (variants.id = stock_slots.variant_id))));

CREATE POLICY "select_own_or_teachers" ON "public"."submissions" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR (product_id IN ( SELECT private.taught_courses() AS taught_courses)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

CREATE POLICY "delete_staff" ON "public"."tax_categories" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."tax_categories" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."tax_categories" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "update_staff" ON "public"."tax_categories" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('taxes.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."tax_rates" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."tax_rates" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."tax_rates" FOR SELECT TO "anon", "authenticated" USING (true);

CREATE POLICY "update_staff" ON "public"."tax_rates" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('taxes.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('taxes.write'::text) AS has_permission));

CREATE POLICY "delete_staff" ON "public"."variants" FOR DELETE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "insert_staff" ON "public"."variants" FOR INSERT TO "authenticated" WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_anyone" ON "public"."variants" FOR SELECT TO "anon", "authenticated" USING ((EXISTS ( SELECT
   FROM public.products
  WHERE (products.id = variants.product_id))));

CREATE POLICY "update_staff" ON "public"."variants" FOR UPDATE TO "authenticated" USING (( SELECT private.has_permission('catalog.write'::text) AS has_permission)) WITH CHECK (( SELECT private.has_permission('catalog.write'::text) AS has_permission));

CREATE POLICY "select_own_or_staff" ON "public"."waitlist_entries" FOR SELECT TO "authenticated" USING (((learner_id = ( SELECT auth.uid() AS uid)) OR ( SELECT private.has_permission('enrollments.read'::text) AS has_permission)));

COMMENT ON EXTENSION "btree_gist" IS 'support for indexing common datatypes in GiST';

COMMENT ON EXTENSION "pg_trgm" IS 'text similarity measurement and index searching based on trigrams';

COMMENT ON EXTENSION "unaccent" IS 'text search dictionary that removes accents';

COMMENT ON FUNCTION "private"."accept_offer"(uuid, uuid, uuid, timestamp with time zone) IS 'Hands the seat that is held for a learner over to their order: held until expires_at, or sold when there is nothing to pay. False when no offer stands.';

COMMENT ON FUNCTION "private"."access_ends_at"(timestamp with time zone, timestamp with time zone, integer) IS 'Until when the lessons of a seat are open; null: for good.';

COMMENT ON FUNCTION "private"."activate_enrollments"(uuid[]) IS 'Opens the courses of a paid order. The unique index refuses a learner who got another live seat meanwhile.';

COMMENT ON FUNCTION "private"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) IS 'Does the work of public.add_address.';

COMMENT ON FUNCTION "private"."add_to_cart"(uuid, integer, text) IS 'Does the work of public.add_to_cart.';

COMMENT ON FUNCTION "private"."add_units"(uuid, uuid, integer) IS 'Puts units on sale at a location, spread evenly over a number of slots that grows with the quantity. The caller holds every slot of the variant and writes the movement.';

COMMENT ON FUNCTION "private"."address_problem"(private.order_line[], uuid) IS 'address_required when goods have nowhere to go; else null.';

COMMENT ON FUNCTION "private"."address_snapshot"(uuid) IS 'An address as an order keeps it: recipient, phone, country, province, city, district, subdistrict, street, postal_code.';

COMMENT ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) IS 'Does the work of public.adjust_stock.';

COMMENT ON FUNCTION "private"."adopt_refund"(uuid, text, bigint, text, text, text) IS 'A refund that somebody made at the provider, not here: recorded and booked like any other.';

COMMENT ON FUNCTION "private"."all_combinations"(uuid) IS 'Every combination of a product''s option values, in the order of options and values.';

COMMENT ON FUNCTION "private"."allowance_location"() IS 'The location whose units are promises: what may be sold beyond stock.';

COMMENT ON FUNCTION "private"."answer_cart"(uuid, text, text, jsonb, uuid, uuid, jsonb) IS 'The end of every verb that changes a cart: keeps it for another while, prices it, refuses what is wrong with the touched line, and answers all of it. The caller holds the cart.';

COMMENT ON FUNCTION "private"."apply_coupon"(text, text) IS 'Does the work of public.apply_coupon.';

COMMENT ON FUNCTION "private"."apply_overtaken_events"(text, uuid) IS 'Refunds and disputes name only the capture. One that came before it was ignored as not ours, and is applied once the capture is known.';

COMMENT ON FUNCTION "private"."apply_payment_intent"(jsonb, uuid) IS 'Applies what a PaymentIntent says of itself.';

COMMENT ON FUNCTION "private"."apply_pending_provider_events"(integer) IS 'Tries again what failed to apply, up to 20 times each; returns how many got through. What still fails shows as a violated invariant.';

COMMENT ON FUNCTION "private"."apply_promotion"(private.promoted, public.promotions, public.coupons, bigint[]) IS 'Takes a promotion''s discounts off the lines and names it.';

COMMENT ON FUNCTION "private"."apply_promotions"(uuid, text, private.order_line[], uuid[]) IS 'Takes off what promotions give, in their order; a coupon that cannot be used is a problem, an automatic promotion that does not fit is left out.';

COMMENT ON FUNCTION "private"."apply_provider_event"(text, text) IS 'Applies one inbox row: its effects and its outcome are one transaction. Answers applied, ignored, needs_review or duplicate.';

COMMENT ON FUNCTION "private"."apply_refund"(jsonb, uuid) IS 'Applies what a refund says of itself; one without our id was made at the provider.';

COMMENT ON FUNCTION "private"."apply_session"(jsonb, text, uuid) IS 'Applies what a Checkout Session says of itself, whatever event brought it.';

COMMENT ON FUNCTION "private"."assess_enrollment"(uuid) IS 'Counts the result anew and, when the course''s rule is met, completes the enrolment, once.';

COMMENT ON FUNCTION "private"."attach_payment_session"(uuid, text, text, timestamp with time zone) IS 'Does the work of public.attach_payment_session.';

COMMENT ON FUNCTION "private"."attempt_document"(public.quiz_attempts) IS 'An attempt with its questions: without answers while it is open; then with what was right, and with the answers once they can help nobody.';

COMMENT ON FUNCTION "private"."attribute_schema"(uuid) IS 'What products and variants of a category may say: its own attributes after those of the categories above it.';

COMMENT ON FUNCTION "private"."attributes_problem"(public.category_attributes[], jsonb, text, boolean) IS 'The first attribute that does not fit the schema, as {key, problem}; null when all do. complete: what is required must be there.';

COMMENT ON FUNCTION "private"."audit_chain_breaks"() IS 'Audit rows that were altered or whose predecessor is gone; none means the log is whole.';

COMMENT ON FUNCTION "private"."audit_hash"(public.audit_log) IS 'SHA-256 over the previous hash and everything the entry says.';

COMMENT ON FUNCTION "private"."best_list_price"(uuid, integer, text, uuid, bigint) IS 'The lowest list price below the base price for this person, quantity and moment; nulls when the base price counts. Of equal ones: for everybody before a group''s, the smaller quantity, the older list.';

COMMENT ON FUNCTION "private"."cancel_order"(uuid, text, text) IS 'Does the work of public.cancel_order.';

COMMENT ON FUNCTION "private"."cart_changes"(private.priced_cart, uuid) IS 'What moved since the customer last saw the cart: price_changed, not_available, available_again; not for the line they changed themselves just now.';

COMMENT ON FUNCTION "private"."cart_coupon_ids"(uuid) IS 'The coupons of a cart, in the order in which they were typed in.';

COMMENT ON FUNCTION "private"."cart_document"(private.priced_cart, jsonb) IS 'A cart as every verb answers it. What stands in problems would refuse its order, with the same codes.';

COMMENT ON FUNCTION "private"."cart_expiry"() IS 'Until when a cart that is touched now is kept.';

COMMENT ON FUNCTION "private"."cart_lines"(private.priced_cart) IS 'The lines of a cart as a client shows them, oldest first; what is in a bundle stands in components.';

COMMENT ON FUNCTION "private"."cart_moved"(private.priced_cart) IS 'Whether there is something to tell the customer or to reduce: else a look at the cart writes nothing.';

COMMENT ON FUNCTION "private"."cart_needs_care"(uuid) IS 'Whether private.lock_cart would change anything: who only looks need not lock.';

COMMENT ON FUNCTION "private"."cash_account"(text) IS 'The account that the money of a provider''s captures is in.';

COMMENT ON FUNCTION "private"."category_height"(uuid) IS 'How many levels a category and what is below it have: 1 for one without children.';

COMMENT ON FUNCTION "private"."category_path"(uuid, text) IS 'The way from the top of the tree down to a category, as a page shows it above a product.';

COMMENT ON FUNCTION "private"."category_subtree"(uuid) IS 'A category and everything below it.';

COMMENT ON FUNCTION "private"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) IS 'Does the work of public.change_address.';

COMMENT ON FUNCTION "private"."change_capacity"(uuid, integer) IS 'Adds or takes away seats that were never sold. Refuses capacity_in_use.';

COMMENT ON FUNCTION "private"."change_cart_item"(uuid, integer, text) IS 'Does the work of public.change_cart_item.';

COMMENT ON FUNCTION "private"."change_stock"(private.stock_line, integer, text, uuid, text) IS 'Puts units into a place or takes free ones away, with the movement. The caller holds every slot. Refuses out_of_stock.';

COMMENT ON FUNCTION "private"."check_address"(public.addresses) IS 'The address, trimmed. Refuses invalid_address with a sentence that names the field; the table''s constraints are the guarantee.';

COMMENT ON FUNCTION "private"."check_answers"(public.quiz_attempts, jsonb) IS 'Refuses attempt_over, quiz_time_over and invalid_answers.';

COMMENT ON FUNCTION "private"."check_availability"(uuid, private.order_line[]) IS 'The lines with what stock and seats would refuse: already_enrolled, order_already_open, out_of_stock. Units of one variant are summed over lines and parts of bundles. Holds nothing, so it is true for this moment only.';

COMMENT ON FUNCTION "private"."check_cart_limits"(uuid, uuid) IS 'Refuses cart_full, and invalid_quantity for a line that takes more units than a cart may.';

COMMENT ON FUNCTION "private"."check_currency"(text) IS 'Refuses currency_not_supported.';

COMMENT ON FUNCTION "private"."check_goods"(uuid[], boolean) IS 'Whether these are goods whose stock can be written. Refuses variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted.';

COMMENT ON FUNCTION "private"."check_location"(text, integer) IS 'Refuses invalid_location.';

COMMENT ON FUNCTION "private"."check_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) IS 'Refuses invalid_search with a sentence that says what is wrong.';

COMMENT ON FUNCTION "private"."check_place"(text, text) IS 'Refuses invalid_place.';

COMMENT ON FUNCTION "private"."check_stock_mode"(text, integer, timestamp with time zone) IS 'Refuses invalid_stock_mode when the three do not go together.';

COMMENT ON FUNCTION "private"."check_stock_note"(text) IS 'Refuses invalid_reason.';

COMMENT ON FUNCTION "private"."check_stock_reason"(text, private.stock_line) IS 'Refuses invalid_stock_reason when the reason is unknown or does not go with the line.';

COMMENT ON FUNCTION "private"."check_transfer"(public.payments) IS 'Refuses transfer_not_open and proof_under_review when no proof can be added now. The caller holds the payment''s row.';

COMMENT ON FUNCTION "private"."check_upload"(text, text, integer, integer, jsonb) IS 'Refuses invalid_file: its name, its size, its type (content_types null: any).';

COMMENT ON FUNCTION "private"."check_waitable"(uuid, uuid) IS 'Refuses no_waitlist, already_enrolled, already_waiting and seats_available. The caller holds the waiting list, so what is true here stays true until the newcomer stands in it.';

COMMENT ON FUNCTION "private"."claim_promotions"(uuid) IS 'Keeps for good what a paid order used, and uses again what was given back while its hold was over. Refuses when somebody else took the last use; the caller then refunds. The caller holds the order.';

COMMENT ON FUNCTION "private"."clear_amounts"(private.order_line) IS 'The line with its subtotal, before discounts and taxes; one that has no price counts nothing.';

COMMENT ON FUNCTION "private"."clear_cart"(text) IS 'Does the work of public.clear_cart.';

COMMENT ON FUNCTION "private"."clear_due_holds"(public.intakes, uuid) IS 'Before somebody joins: ends their own old offer, and passes on what is due in this intake, worker or no worker.';

COMMENT ON FUNCTION "private"."close_books"(private.stock_line[]) IS 'And last: gives what came to who bought it beyond stock, looks whether little is left, answers {filled, levels}.';

COMMENT ON FUNCTION "private"."close_overdue_attempt"(uuid, uuid) IS 'An attempt whose time is over and that was never handed in counts, with nothing right.';

COMMENT ON FUNCTION "private"."close_payments"(uuid, text) IS 'Closes the open attempt of an order that ended or was paid otherwise; the worker then closes the provider''s page. One that is being processed is left to its outcome.';

COMMENT ON FUNCTION "private"."collection_condition"(public.collections) IS 'The rules of a collection as one condition on products. Without rules it holds what was picked by hand only.';

COMMENT ON FUNCTION "private"."collection_products"(text, text, text, text, integer) IS 'Does the work of public.collection_products.';

COMMENT ON FUNCTION "private"."complete_lesson"(uuid, text) IS 'Does the work of public.complete_lesson.';

COMMENT ON FUNCTION "private"."complete_variants"(uuid) IS 'Variants made before an option was added get its first value.';

COMMENT ON FUNCTION "private"."compute_quote"(uuid, private.wish[], text, uuid[], text, text) IS 'The one computation behind quote, cart and order (which chooses its address between the two steps). Raises nothing about lines: problems instead.';

COMMENT ON FUNCTION "private"."confirm_order"(uuid) IS 'Turns holds into sales, opens the courses, books the sale. Refuses when something is no longer there; the caller, who holds the order''s row, then refunds.';

COMMENT ON FUNCTION "private"."continue_order_search"(private.order_search, text) IS 'The search from after the order that the cursor names. Refuses invalid_cursor, also for an order the caller may not see.';

COMMENT ON FUNCTION "private"."copy_order_lines"(uuid) IS 'Writes the lines of a new invoice as they were bought, each with its discount and its taxes.';

COMMENT ON FUNCTION "private"."count_use"(uuid, uuid, uuid) IS 'Counts one use, each limit by one guarded statement. Refuses coupon_used_up, coupon_already_used, or promotion_used_up for one that applies by itself.';

COMMENT ON FUNCTION "private"."coupon_code"(text) IS 'A code as it is kept: capitals, without spaces and hyphens.';

COMMENT ON FUNCTION "private"."coupon_problem"(public.promotions, public.coupons, uuid) IS 'Why a coupon cannot be used by this person now, whatever they buy; null: it can.';

COMMENT ON FUNCTION "private"."coupon_problem_in"(private.quote, uuid) IS 'Why a coupon does nothing in a quote; null when it does something.';

COMMENT ON FUNCTION "private"."course_lock"(uuid, uuid) IS 'Why no lesson of the course is open by this seat (null: no seat): a word, or an empty one when nothing keeps them all shut.';

COMMENT ON FUNCTION "private"."course_outline"(uuid) IS 'Does the work of public.course_outline.';

COMMENT ON FUNCTION "private"."create_location"(text, text, integer, text) IS 'Does the work of public.create_location.';

COMMENT ON FUNCTION "private"."credit_note_of"(uuid) IS 'The credit note of a refund, null when there is none.';

COMMENT ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) IS 'Does the work of public.deduct_stock.';

COMMENT ON FUNCTION "private"."default_address"(uuid) IS 'The id of a person''s default address, null when they have none.';

COMMENT ON FUNCTION "private"."deliver_paid_order"(uuid, uuid) IS 'What a capture leads to: a paid order if it can be delivered, else a refund. Never nothing.';

COMMENT ON FUNCTION "private"."delivery_address"(uuid, private.order_line[], uuid) IS 'Where the goods among these lines go: the address that is wanted, else the default one; null when nothing is sent, or there is none.';

COMMENT ON FUNCTION "private"."discard_abandoned_uploads"(interval) IS 'Drops uploads that nobody finished; returns how many. The worker calls it daily.';

COMMENT ON FUNCTION "private"."discard_upload"(text, uuid) IS 'Does the work of public.discard_upload.';

COMMENT ON FUNCTION "private"."discounts_of"(public.promotions, text, private.order_line[]) IS 'What a promotion takes off each line; null when the order does not fit it: another currency, nothing it is for, less than its minimum (of what it is for, before discounts).';

COMMENT ON FUNCTION "private"."draw_units"(uuid, integer, boolean) IS 'Takes units off available (into reserved when asked) and says from which slots; no rows when there are not enough. Waits only at the edge.';

COMMENT ON FUNCTION "private"."draw_units_elsewhere"(uuid, integer, integer, integer) IS 'Takes units from one free slot of a place other than main, by priority, or beyond stock when nothing real is left; null when there is none.';

COMMENT ON FUNCTION "private"."draw_units_in_order"(uuid, integer, boolean) IS 'The edge of stock: locks every slot of the variant in order, frees holds that are due, and walks: main, places by priority, beyond stock. Exact, and slow only where it must be.';

COMMENT ON FUNCTION "private"."emit"(text, text, uuid, jsonb) IS 'Adds one event to the log of this transaction.';

COMMENT ON FUNCTION "private"."emit_each"(text[], text, uuid) IS 'Adds several events about one subject, in this order, in one statement: what a purchase needs.';

COMMENT ON FUNCTION "private"."end_downloads"(uuid[]) IS 'Ends the downloads of lines that were given back. Links that were already signed end by themselves within download_link_seconds.';

COMMENT ON FUNCTION "private"."end_enrollments"(uuid[], text) IS 'Ends the seats that these order items gave: cancelled ends any live one, expired only those not paid yet.';

COMMENT ON FUNCTION "private"."end_order"(uuid, text, text) IS 'Ends an unpaid order as cancelled or expired: its holds are free, its reserved seats end. The caller holds the order''s row, and gives back its promotions once it waits for no more stock.';

COMMENT ON FUNCTION "private"."end_stock_hold"(uuid, text) IS 'Ends a hold: released, expired, or deducted, which is a sale outside the shop. Refuses hold_not_found and hold_ended.';

COMMENT ON FUNCTION "private"."enroll"(uuid, text) IS 'Does the work of public.enroll.';

COMMENT ON FUNCTION "private"."enrollment_in"(uuid, uuid) IS 'The seat by which somebody learns in a course: the active one, the latest if there are several; null when they have none.';

COMMENT ON FUNCTION "private"."enrollment_problem"(uuid, timestamp with time zone, timestamp with time zone) IS 'intake_not_open or intake_closed by the database''s clock, as a problem; null when enrolment is open.';

COMMENT ON FUNCTION "private"."event_payment"(jsonb) IS 'The payment an object of the provider belongs to: by our id in its metadata, else by the provider''s ids. Null: not ours.';

COMMENT ON FUNCTION "private"."expire_due_carts"(integer) IS 'Gives up carts that nobody touched for cart_days, oldest first; returns how many. The worker calls it until 0.';

COMMENT ON FUNCTION "private"."expire_due_offers"(integer) IS 'Ends offers nobody took; each seat goes to the next in line. Returns how many. The worker calls it until 0.';

COMMENT ON FUNCTION "private"."expire_due_orders"(integer) IS 'Expires pending orders that are due, oldest first, skipping those a payment is working on; returns how many. The worker calls it until 0.';

COMMENT ON FUNCTION "private"."expire_due_stock_holds"(integer) IS 'Ends holds that are due, oldest first; returns how many. The worker calls it until 0.';

COMMENT ON FUNCTION "private"."expire_own_due_orders"(uuid, private.order_line[]) IS 'A buyer''s own due hold never stands in the way of the next try, worker or no worker. Locks the stock of the lines too, since it may hold other stock already. Answers the orders, whose promotions redeem_promotions gives back.';

COMMENT ON FUNCTION "private"."fail"(text, integer, text, text, text) IS 'The one way to refuse: a stable snake_case code, an HTTP status, a sentence, and a hint that says what to do next. Raises, so nothing is changed.';

COMMENT ON FUNCTION "private"."fail_payment"(uuid, text, text, text) IS 'Ends an open attempt as failed, expired or cancelled; with status null it only notes a declined try while the provider''s page stays open. The order stays payable until its hold ends.';

COMMENT ON FUNCTION "private"."fail_process"(uuid, text, boolean) IS 'Keeps why an attempt failed: back to queued for the next one, or failed when it was the last.';

COMMENT ON FUNCTION "private"."fail_refund"(public.refunds, public.payments) IS 'Money that did not arrive: what was booked is booked back, and the order goes before a person. The refund is given as it was before.';

COMMENT ON FUNCTION "private"."fill_backorders"(uuid, integer, uuid) IS 'Gives units on the shelf, or in one slot of it, to who bought beyond stock, oldest first; says how many. The caller holds that slot, or all, and all slots beyond stock.';

COMMENT ON FUNCTION "private"."fill_waiting_backorders"() IS 'Gives units that lie on the shelf to who bought beyond stock, where the two missed each other; says how many. The worker calls it every minute.';

COMMENT ON FUNCTION "private"."find_coupon"(uuid, text) IS 'The coupon that a person typed, in any case, with spaces or hyphens. A wrong one is counted: then refusal is what the verb must return (coupon_not_found, too_many_coupon_guesses).';

COMMENT ON FUNCTION "private"."find_coupons"(text[]) IS 'The coupons of the codes that the caller typed; the last one is a refusal if one was wrong. Refuses sign_in_required and too_many_coupons.';

COMMENT ON FUNCTION "private"."find_order"(uuid, text) IS 'The order if it is the caller''s own, or the caller has the permission. "Not there" and "not yours" are one answer.';

COMMENT ON FUNCTION "private"."find_orders"(private.order_search) IS 'The ids of a page and of one order more, newest first.';

COMMENT ON FUNCTION "private"."find_own_address"(uuid) IS 'One address of the caller. "Not there" and "not yours" are one answer.';

COMMENT ON FUNCTION "private"."find_upload"(text, uuid) IS 'Does the work of public.find_upload.';

COMMENT ON FUNCTION "private"."finish_process"(uuid, text) IS 'Marks a running process done; called in the transaction of its effect where the effect is in the database.';

COMMENT ON FUNCTION "private"."finish_upload"(text, uuid, jsonb) IS 'Does the work of public.finish_upload.';

COMMENT ON FUNCTION "private"."first_misfit"(uuid) IS 'A product in a category or below it whose attributes do not fit the schema as it is now, and why; null when all fit.';

COMMENT ON FUNCTION "private"."first_slot"(uuid) IS 'Slots of main are 0 to 63, of other places 64 to 127, beyond stock 128 to 191: a purchase from main reads no others, and the number says what a unit is.';

COMMENT ON FUNCTION "private"."flag_order"(uuid, text) IS 'Puts an order before a person, with the reason in its history; answers needs_review.';

COMMENT ON FUNCTION "private"."free_sku"(text) IS 'The SKU as wanted, shortened where it is too long and numbered where it is taken.';

COMMENT ON FUNCTION "private"."free_units"(uuid, integer, uuid, integer) IS 'Ends a hold on units of one slot: to whoever waits for them, else back on sale. The caller holds the slot, and those beyond stock when it frees several variants, and has ended the reservation.';

COMMENT ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) IS 'Does the work of public.generate_coupons.';

COMMENT ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) IS 'Does the work of public.generate_variants.';

COMMENT ON FUNCTION "private"."get_cart"(text) IS 'Does the work of public.get_cart.';

COMMENT ON FUNCTION "private"."get_order"(uuid) IS 'Does the work of public.get_order.';

COMMENT ON FUNCTION "private"."get_units"(public.promotions, private.order_line[], boolean[]) IS 'Buy X get Y: how many units of each line one gets. Of every X + Y covered units Y are got, and over the whole order they are the cheapest ones.';

COMMENT ON FUNCTION "private"."give_back_cart"(public.carts, public.carts) IS 'A cart whose order ended unpaid: open again, or merged into the one that is open. The caller holds both.';

COMMENT ON FUNCTION "private"."give_back_promotions"(uuid[]) IS 'Gives back what orders used that ended unpaid, were cancelled or refunded in full; twice does nothing. The caller holds the orders and waits for no stock afterwards.';

COMMENT ON FUNCTION "private"."give_back_uses"(uuid[], uuid) IS 'Gives back what orders that ended used of one promotion.';

COMMENT ON FUNCTION "private"."give_reason"(text) IS 'The reason that the status changes of this transaction carry from here on.';

COMMENT ON FUNCTION "private"."grade_submission"(uuid, integer, text, text) IS 'Does the work of public.grade_submission.';

COMMENT ON FUNCTION "private"."grant_downloads"(uuid) IS 'Gives the buyer of a paid order the files of its lines. Called by whatever marks an order paid, in that transaction; twice does nothing.';

COMMENT ON FUNCTION "private"."grant_role"(uuid, text) IS 'Does the work of public.grant_role.';

COMMENT ON FUNCTION "private"."hand_over_process"(uuid, text) IS 'A system outside has taken the work and will report by update_process. One that has reported already is left as it says.';

COMMENT ON FUNCTION "private"."has_permission"(text) IS 'Whether one of the caller''s roles has this permission. Ask it as (select private.has_permission(…)), once per statement.';

COMMENT ON FUNCTION "private"."has_real_units"(uuid) IS 'Whether a unit lies on a shelf, or is held by a hold that is due.';

COMMENT ON FUNCTION "private"."held_units"(uuid, uuid) IS 'How many units of a variant a holder still holds.';

COMMENT ON FUNCTION "private"."hold_line"(uuid, uuid, private.order_line, timestamp with time zone) IS 'Takes the line''s units, from the waiting list''s offer if the person has one: held until expires_at, or sold at once when there is nothing to pay. Says how many lie beyond stock. Refuses out_of_stock, or the reason of refuse_second_seat when the last seat is the buyer''s own.';

COMMENT ON FUNCTION "private"."hold_locations"(uuid[]) IS 'Keeps places open until the end of this transaction. Refuses location_not_found.';

COMMENT ON FUNCTION "private"."invoice_document"(uuid) IS 'Does the work of public.invoice_document.';

COMMENT ON FUNCTION "private"."invoice_of"(uuid) IS 'The invoice of an order, null when there is none.';

COMMENT ON FUNCTION "private"."invoice_taxes"(uuid) IS 'The taxes of an invoice by name and rate.';

COMMENT ON FUNCTION "private"."is_in_an_open_order"(uuid) IS 'Whether somebody has ordered this and not paid yet: asked before its way of counting changes.';

COMMENT ON FUNCTION "private"."is_lesson_open"(uuid, uuid) IS 'Whether this lesson of this course is open to the caller as a learner.';

COMMENT ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) IS 'The one meaning of "on sale now", for policies, prices and search. Parsed when it is made, so no search path matters, and without a setting, so that it is inlined and indexes serve it.';

COMMENT ON FUNCTION "private"."is_right_answer"(jsonb, jsonb) IS 'single: the place of the choice; multiple: exactly these places; text: one of the accepted, whatever the case and the spaces.';

COMMENT ON FUNCTION "private"."is_service"() IS 'True for the secret key and for direct connections (worker, migrations), which carry no claims; false for every browser.';

COMMENT ON FUNCTION "private"."is_under_review"(uuid) IS 'Whether a proof of this payment waits for staff.';

COMMENT ON FUNCTION "private"."is_used_up"(public.promotions, public.coupons, uuid) IS 'Whether a promotion or its coupon has no use left, by all or by the person, at this moment; uses that are due count as free. Null: it has.';

COMMENT ON FUNCTION "private"."issue_certificate"(uuid, text) IS 'The certificate of a completed enrolment, if its course has one and it was not issued yet: its id, else null. verify_base: where others check it, up to the number.';

COMMENT ON FUNCTION "private"."issue_credit_note"(uuid) IS 'The credit note of a refund that gave a sale back, issued now or before; null when the money never was a sale. Called again it answers the same.';

COMMENT ON FUNCTION "private"."issue_invoice"(uuid) IS 'The invoice of a paid order, issued now or before; null when there was nothing to pay. Called again, by whomever and however often, it answers the same.';

COMMENT ON FUNCTION "private"."join_waitlist"(uuid, text) IS 'Does the work of public.join_waitlist.';

COMMENT ON FUNCTION "private"."keep_certificate_pdf"(uuid, text, text, integer) IS 'Remembers where the PDF is kept and its hash, once; the same again is fine, another one is refused.';

COMMENT ON FUNCTION "private"."keep_invoice_pdf"(uuid, text, text, integer) IS 'Remembers where the PDF is kept and its hash, once; the same again is fine, another one is refused.';

COMMENT ON FUNCTION "private"."leave_waitlist"(uuid, text) IS 'Does the work of public.leave_waitlist.';

COMMENT ON FUNCTION "private"."lesson_states"(uuid, uuid) IS 'Every lesson of a course in order, as it is by this seat (null: no seat). lock_reason: not_enrolled, unpaid, suspended, access_over, not_started, prerequisites, not_yet, previous_lesson.';

COMMENT ON FUNCTION "private"."line_document"(private.order_line) IS 'A line of a quote as clients read it.';

COMMENT ON FUNCTION "private"."line_pricing"(private.order_line) IS 'Why a line costs what it costs, as order_items.pricing keeps it.';

COMMENT ON FUNCTION "private"."line_problem"(private.order_line[], uuid) IS 'What is wrong with the line of this variant, or with a part of the bundle that it is.';

COMMENT ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) IS 'Does the work of public.list_products.';

COMMENT ON FUNCTION "private"."lock_addresses"() IS 'The signed-in caller, whose addresses nobody else changes until this transaction ends.';

COMMENT ON FUNCTION "private"."lock_cart"(uuid) IS 'The customer''s open cart, or null: locked, with what came back from orders that ended unpaid, and gone when its time is over. First of all locks but the idempotency key.';

COMMENT ON FUNCTION "private"."lock_category_tree"() IS 'Waits for whoever changes the tree or its attributes, and keeps everybody else from it, and from writing what hangs in it, to the end of the transaction.';

COMMENT ON FUNCTION "private"."lock_goods"(uuid[], boolean) IS 'Locks variants whose stock staff are about to write, by id: one writer at a time, buyers pass. Refuses what check_goods refuses.';

COMMENT ON FUNCTION "private"."lock_holds"(uuid[], uuid[]) IS 'For whoever ends several holds, or ends holds and then takes units: locks the holds, then their slots and all slots of the variants to take, in the order everybody keeps. Who frees several goes on with lock_waitlists.';

COMMENT ON FUNCTION "private"."lock_invoice_series"(text) IS 'Holds the series of this kind and the shop''s present year until the transaction ends; answers the year. Nothing is counted yet.';

COMMENT ON FUNCTION "private"."lock_payment"(uuid) IS 'Locks the order, then the payment: the one order of locks for every path that moves money.';

COMMENT ON FUNCTION "private"."lock_stock"(uuid[]) IS 'Every slot of these variants, in the order everybody keeps. While they are held, no other slot of them appears.';

COMMENT ON FUNCTION "private"."lock_waitlist"(uuid) IS 'One at a time: freeing a seat of this intake, or joining its waiting list.';

COMMENT ON FUNCTION "private"."lock_waitlists"(uuid[], uuid[]) IS 'For whoever ends several holds: the waiting lists of what they hold and of more variants, in the order everybody keeps. The caller has called lock_holds with the same.';

COMMENT ON FUNCTION "private"."main_location"() IS 'The location that holds seats and everything nobody placed elsewhere.';

COMMENT ON FUNCTION "private"."make_default_address"(uuid, uuid) IS 'Makes one address of a person the default in place of the one before. The caller holds the person''s addresses.';

COMMENT ON FUNCTION "private"."mark_notification"(uuid, text, text) IS 'Keeps how sending ended: sent or failed. Sent is final.';

COMMENT ON FUNCTION "private"."mark_seen"(private.priced_cart) IS 'Remembers what the customer is shown now.';

COMMENT ON FUNCTION "private"."match_titles"(private.order_search) IS 'Adds to a search the titles that fit its words, and the variants that were sold under them.';

COMMENT ON FUNCTION "private"."media_file"(uuid) IS 'Does the work of public.media_file.';

COMMENT ON FUNCTION "private"."merge_cart"(jsonb, text, text) IS 'Does the work of public.merge_cart.';

COMMENT ON FUNCTION "private"."merge_lines"(uuid, jsonb) IS 'Adds lines to a cart as far as it has room; answers, as changes, which found none. The caller holds the cart. Refuses invalid_lines and invalid_quantity.';

COMMENT ON FUNCTION "private"."merged_quantity"(integer, integer, text, integer) IS 'Two wishes for one thing as one: their sum up to the most a cart takes; one seat of a course.';

COMMENT ON FUNCTION "private"."missing_combinations"(uuid) IS 'The combinations of a product''s option values that have no variant yet. Refuses invalid_options when there are more than 250 in all.';

COMMENT ON FUNCTION "private"."move_beyond_stock"(public.stock_slots, uuid, integer) IS 'Units of one slot of the shelf go to one who waits for them; as many may be sold beyond stock again.';

COMMENT ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) IS 'Does the work of public.move_category.';

COMMENT ON FUNCTION "private"."my_courses"() IS 'Does the work of public.my_courses.';

COMMENT ON FUNCTION "private"."my_downloads"() IS 'Does the work of public.my_downloads.';

COMMENT ON FUNCTION "private"."my_waitlist"() IS 'Does the work of public.my_waitlist.';

COMMENT ON FUNCTION "private"."needed_units"(private.order_line[]) IS 'Lines as stock is asked for them: summed by variant over plain lines and parts of bundles, in the order in which stock is locked. Refuses invalid_quantity for a seat that is wanted twice.';

COMMENT ON FUNCTION "private"."needs_address"(private.order_line[]) IS 'Whether something among these lines is sent by post.';

COMMENT ON FUNCTION "private"."new_certificate_number"(integer) IS 'CERT-year-xxxxx-xxxxx-xxxxx, without letters that are taken for figures.';

COMMENT ON FUNCTION "private"."newest_orders"(private.order_search, uuid[], timestamp with time zone) IS 'The newest orders of a search, one more than its page holds: among these ids, or else, looking at each order placed since then, those that contain the words.';

COMMENT ON FUNCTION "private"."next_invoice_serial"(text, integer) IS 'Counts on. Rolled back with the invoice that took the number, so there is no gap.';

COMMENT ON FUNCTION "private"."note_backorders"(uuid) IS 'Writes into an order''s items how many of their units were taken beyond stock, and when those ship.';

COMMENT ON FUNCTION "private"."note_customers"(uuid[]) IS 'Makes these people (null: all) searchable as they are now.';

COMMENT ON FUNCTION "private"."note_low_stock"(uuid) IS 'Moves the mark of a watched variant when its stock crossed the threshold, and emits stock.low on the way down. Never waits.';

COMMENT ON FUNCTION "private"."note_titles"(uuid[]) IS 'Notes the titles under which these variants (null: all) are sold from now on. Old ones stay: orders carry them.';

COMMENT ON FUNCTION "private"."open_attempt"(public.enrollments, public.lessons) IS 'Begins the next attempt with a copy of the questions. Refuses attempts_used_up and quiz_not_ready. The caller has locked the enrolment.';

COMMENT ON FUNCTION "private"."open_books"(private.stock_line[]) IS 'What every verb of the warehouse does first: locks the variants, keeps the places open, holds every slot, frees what is due. Refuses what lock_goods and hold_locations refuse.';

COMMENT ON FUNCTION "private"."open_cart"(uuid) IS 'The customer''s open cart, locked; made when there is none.';

COMMENT ON FUNCTION "private"."open_enrollments"(uuid, uuid, private.order_line[], uuid[], text) IS 'Gives the learner the seats of an order''s course lines; item_ids are the lines'' order items. Refuses already_enrolled, or order_already_open with the caller''s own order id in details.';

COMMENT ON FUNCTION "private"."open_payment"(uuid, text) IS 'The open attempt of a pending order by this method, made when there is none; an open one by another method is closed. Locks the order. Refuses order_not_payable, order_expired, payment_in_progress.';

COMMENT ON FUNCTION "private"."open_payments"(interval, integer) IS 'Attempts to ask the provider about: open ones, and those that ended within the hour, in case their last event was lost.';

COMMENT ON FUNCTION "private"."open_submission"(public.enrollments, uuid, text) IS 'Writes the next piece of work. Refuses submission_waits and attempts_used_up. The caller has locked the enrolment.';

COMMENT ON FUNCTION "private"."order_document"(uuid) IS 'Everything an order page shows, as every verb on orders answers it. Checks nothing: its callers do.';

COMMENT ON FUNCTION "private"."order_numbers_containing"(text) IS 'Every number an order can have that contains these words, so that the index on numbers finds them: a purchase keeps no index on parts of them. Null: too many to name.';

COMMENT ON FUNCTION "private"."order_search_fingerprint"(private.order_search) IS 'Tells a cursor of this search from one of another.';

COMMENT ON FUNCTION "private"."order_search_rows"(uuid[], boolean) IS 'What a list shows of these orders, newest first; who bought only when names are to be seen.';

COMMENT ON FUNCTION "private"."orders_about"(private.order_search, integer) IS 'Orders that have to do with the words, whoever''s and whatever the filters say; all but those with a number of which private.order_numbers_containing could not name all.';

COMMENT ON FUNCTION "private"."outline_sections"(uuid, uuid) IS 'The sections of a course with their lessons as they are by this seat (null: no seat).';

COMMENT ON FUNCTION "private"."page_of_products"(uuid, text, text, text, text, integer) IS 'A page of what is on sale: what was picked for a collection (null: none), then what fits a condition on products, newest first. The condition is SQL: its callers quote every value in it.';

COMMENT ON FUNCTION "private"."parse_lines"(jsonb) IS 'Lines as rows, summed by variant, in the order in which stock is locked. Refuses invalid_lines and invalid_quantity.';

COMMENT ON FUNCTION "private"."parse_option_matrix"(jsonb) IS 'Options and their values as rows. Refuses invalid_options.';

COMMENT ON FUNCTION "private"."parse_stock_lines"(jsonb, text[], boolean) IS 'Lines in the order in which stock is locked; amounts are the names of which each line has one, placed says whether a line may name a place (main when it does not). Refuses invalid_lines and invalid_quantity.';

COMMENT ON FUNCTION "private"."pass_on_free_units"(uuid) IS 'Gives units that are on sale to whoever waits for them: after seats were added, or a closed intake with a waiting list opened again.';

COMMENT ON FUNCTION "private"."pass_on_units"(uuid, integer, uuid, integer) IS 'Of units that free in a slot, holds one for each of the next in line and says how many. The caller holds the slot and keeps its numbers.';

COMMENT ON FUNCTION "private"."payment_document"(public.payments) IS 'A payment as its buyer sees it.';

COMMENT ON FUNCTION "private"."place_order"(jsonb, uuid, text, uuid, text, text, text) IS 'Does the work of public.place_order.';

COMMENT ON FUNCTION "private"."place_quote"(uuid, private.quote) IS 'Holds the units of a quote without problems, then writes the order as it was quoted and uses its promotions; answers its id.';

COMMENT ON FUNCTION "private"."post_entries"(text, uuid, text, jsonb) IS 'Posts {account: amount} once per effect key; a second time does nothing.';

COMMENT ON FUNCTION "private"."post_sale"(uuid) IS 'Books an order when it is paid. Tax is never revenue: what the prices contain is taken out of it, what comes on top is beside it.';

COMMENT ON FUNCTION "private"."prepare_upload"(uuid, text, text, integer, text) IS 'Does the work of public.prepare_upload.';

COMMENT ON FUNCTION "private"."price_cart"(public.carts) IS 'What a cart costs now, with everything that would refuse its order: the computation of place_order.';

COMMENT ON FUNCTION "private"."price_line"(uuid, integer, text, uuid) IS 'One line, priced for this person and checked; nothing is raised. Problems: variant_not_found, invalid_quantity, price_missing, intake_not_open, intake_closed. Without price_reason the base price counts.';

COMMENT ON FUNCTION "private"."price_tiers"(uuid, text, uuid, bigint) IS 'From which quantities a unit costs this person less, and how much.';

COMMENT ON FUNCTION "private"."price_wishes"(uuid, private.wish[], text) IS 'What somebody wants as priced lines, in the order of the wishes; the components of a bundle follow its line.';

COMMENT ON FUNCTION "private"."problem"(text, integer, text, text, text) IS 'What would refuse a call, as data: for answers that list everything that is wrong. private.refuse_problem raises it.';

COMMENT ON FUNCTION "private"."process_payment"(uuid) IS 'The buyer is done and the provider is not: a wallet or transfer that takes its time.';

COMMENT ON FUNCTION "private"."product_attributes"(public.products, text) IS 'The attributes of a product with their names in one language, in the order of the schema.';

COMMENT ON FUNCTION "private"."product_card"(public.products, text, text) IS 'A product as a list shows it: texts in one language, its first picture, what it costs from.';

COMMENT ON FUNCTION "private"."product_choices"(uuid, text) IS 'The options of a product with their values, in order, in one language.';

COMMENT ON FUNCTION "private"."product_document"(text, uuid, text, text) IS 'Does the work of public.product_document.';

COMMENT ON FUNCTION "private"."product_price"(uuid, text) IS 'What a product costs the caller from: its cheapest variant''s price for one unit now, with the base price beside it; null when it is not sold in the currency.';

COMMENT ON FUNCTION "private"."product_variants"(uuid, text, text) IS 'The variants of a product: what they combine, what they cost the caller now and why, how many can be bought (null: not counted).';

COMMENT ON FUNCTION "private"."production_document"(bigint) IS 'What the production system is told of a paid order, null when the order is not to be made any more. The worker adds the process to report on.';

COMMENT ON FUNCTION "private"."progress_document"(public.results, uuid) IS 'What a step in a lesson answers: the lesson''s state and the course''s.';

COMMENT ON FUNCTION "private"."promise_units"(uuid, uuid, integer) IS 'Writes down units that were sold beyond stock. The caller holds the slot they came from.';

COMMENT ON FUNCTION "private"."promotion_covers"(uuid, uuid, uuid) IS 'Whether a promotion is for this product: named itself, or in a named category or below it; one without products and categories is for everything.';

COMMENT ON FUNCTION "private"."proof_document"(uuid, boolean) IS 'Does the work of public.proof_document, and is what every verb on proofs answers.';

COMMENT ON FUNCTION "private"."purge_idempotency_keys"(interval) IS 'Forgets answers older than the interval; returns how many. The worker calls it daily.';

COMMENT ON FUNCTION "private"."put_quiz"(uuid, jsonb, text) IS 'Does the work of public.put_quiz.';

COMMENT ON FUNCTION "private"."question_problem"(jsonb) IS 'What is wrong with a question of put_quiz; null: nothing.';

COMMENT ON FUNCTION "private"."queue_notification"(uuid, text, text, text, text, text) IS 'The notification of this effect, written now or before. No row: the person has no address any more.';

COMMENT ON FUNCTION "private"."queue_process"(text, bigint, text, uuid, text) IS 'Registers a job in the relay''s transaction; the same task of the same event is one process, however often it is relayed.';

COMMENT ON FUNCTION "private"."quiz_questions"(uuid) IS 'Does the work of public.quiz_questions.';

COMMENT ON FUNCTION "private"."quote"(jsonb, uuid, text, text[], text, text) IS 'Does the work of public.quote.';

COMMENT ON FUNCTION "private"."quote_document"(private.quote) IS 'A quote as clients read it, for public.quote and the cart.';

COMMENT ON FUNCTION "private"."random_code"(integer) IS 'A code nobody can guess: up to 32 characters of five random bits each.';

COMMENT ON FUNCTION "private"."read_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) IS 'A search as it was asked, checked and with the caller''s rights. Refuses invalid_search, sign_in_required, account_closed.';

COMMENT ON FUNCTION "private"."recall_answer"(uuid, text, text, jsonb) IS 'The answer already given to this person for this key, or null. Waits for a twin that is still running. Another body is refused.';

COMMENT ON FUNCTION "private"."receive_provider_event"(text, text, text, jsonb) IS 'Does the work of public.receive_provider_event.';

COMMENT ON FUNCTION "private"."record_progress"(uuid, uuid, integer, boolean) IS 'Keeps the best score and the first completion. The caller has locked the enrolment and assesses it afterwards.';

COMMENT ON FUNCTION "private"."record_refund_result"(uuid, text, text, text) IS 'What the provider says of a refund: pending, success or failed. A success may still fail when the bank sends it back; a failed try stays failed. Anything known already is ignored.';

COMMENT ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) IS 'Does the work of public.record_transfer_refund.';

COMMENT ON FUNCTION "private"."redeem_promotions"(uuid, uuid, private.quote, timestamp with time zone, uuid[]) IS 'Uses the promotions of a quote for an order that is written, and gives back those of the buyer''s orders that just ended: the last thing a purchase locks. Until expires_at while the order is unpaid, for good without. Refuses as private.count_use does.';

COMMENT ON FUNCTION "private"."reduce_to_stock"(private.priced_cart, uuid) IS 'Lowers quantities to what is left, as long as something is left, and says which.';

COMMENT ON FUNCTION "private"."refund_document"(uuid) IS 'A refund as the verbs on refunds answer it. Checks nothing: its callers do.';

COMMENT ON FUNCTION "private"."refund_effect_key"(text, uuid) IS 'refund:<id> for the first booking of a refund, refund:<id>:2 once the first one was booked back.';

COMMENT ON FUNCTION "private"."refund_order"(uuid, text) IS 'Gives back everything an order captured.';

COMMENT ON FUNCTION "private"."refuse_and_keep"(text, integer, text, text, text) IS 'A refusal that keeps what the call has written, such as a counted guess: gives the answer with which the verb must return at once. Everything else refuses with private.fail.';

COMMENT ON FUNCTION "private"."refuse_broken_values"(uuid) IS 'Refuses attribute_exists and attribute_in_use when the schema of a category or of those below it contradicts itself or what is there.';

COMMENT ON FUNCTION "private"."refuse_cart_quantity"() IS 'Refuses invalid_quantity.';

COMMENT ON FUNCTION "private"."refuse_download"(uuid, uuid) IS 'Says why a download cannot be used. Refuses download_not_found, download_ended, download_expired, download_limit_reached.';

COMMENT ON FUNCTION "private"."refuse_locked"(private.lesson_state) IS 'Refuses lesson_locked with the reason; returns when the lesson is open.';

COMMENT ON FUNCTION "private"."refuse_missing_item"() IS 'Refuses cart_item_not_found.';

COMMENT ON FUNCTION "private"."refuse_problem"(jsonb) IS 'Refuses with a problem if there is one; null does nothing.';

COMMENT ON FUNCTION "private"."refuse_second_seat"(uuid, uuid) IS 'Refuses with private.second_seat_problem, if there is one.';

COMMENT ON FUNCTION "private"."refuse_use"(text, text, uuid) IS 'Refuses a use that somebody else, or the person in another tab, took first.';

COMMENT ON FUNCTION "private"."refuse_while_promised"(public.variants, text) IS 'Refuses stock_mode_in_use when counting would begin under an unpaid order, or end while units are on hand. The caller holds every slot.';

COMMENT ON FUNCTION "private"."refuse_wrong_cart"(public.carts) IS 'Refuses cart_not_found, cart_not_open and cart_empty: a cart that no order can be placed from.';

COMMENT ON FUNCTION "private"."release_due_units"(uuid) IS 'Frees what is due for one variant. The caller holds the variant''s slots; a reservation that a payment has locked is left to it.';

COMMENT ON FUNCTION "private"."release_due_uses"(uuid) IS 'Gives back uses of one promotion whose time is over; one that a payment has locked is left to it. One at a time, so that none is released twice.';

COMMENT ON FUNCTION "private"."release_stock"(uuid, text) IS 'Does the work of public.release_stock.';

COMMENT ON FUNCTION "private"."remember_answer"(uuid, text, text, jsonb, jsonb) IS 'Keeps the answer for its key, when there is one, and hands it back.';

COMMENT ON FUNCTION "private"."remove_address"(uuid, text) IS 'Does the work of public.remove_address.';

COMMENT ON FUNCTION "private"."remove_coupon"(text, text) IS 'Does the work of public.remove_coupon.';

COMMENT ON FUNCTION "private"."remove_from_cart"(uuid, text) IS 'Does the work of public.remove_from_cart.';

COMMENT ON FUNCTION "private"."request_id"() IS 'The correlation id of this request: what the worker set, else the x-request-id header. It travels from request to event to job to mail.';

COMMENT ON FUNCTION "private"."request_refund"(uuid, text, text) IS 'Gives back what is left of a captured payment; the worker sends it to the provider.';

COMMENT ON FUNCTION "private"."require_catalog_write"() IS 'The person under whom answers of a catalogue verb are kept. Refuses permission_denied.';

COMMENT ON FUNCTION "private"."require_person"() IS 'The id of the signed-in caller. Refuses sign_in_required, and account_closed for a token that outlived its account.';

COMMENT ON FUNCTION "private"."require_stock_keeper"() IS 'The id of whoever may write stock, zeros for the secret key. Refuses permission_denied.';

COMMENT ON FUNCTION "private"."require_teacher"(uuid) IS 'The caller, who must teach this course or write the catalogue; others get the answer that fits a lesson that is not there.';

COMMENT ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) IS 'Does the work of public.reserve_stock.';

COMMENT ON FUNCTION "private"."reserve_units"(uuid, uuid, integer, timestamp with time zone) IS 'Holds units for a holder until expires_at and says how many of them lie beyond stock; null when there are not enough.';

COMMENT ON FUNCTION "private"."retry_process"(uuid) IS 'Does the work of public.retry_process.';

COMMENT ON FUNCTION "private"."return_units"(uuid, integer, uuid, uuid) IS 'Puts sold units back on sale where they came from, or in main when that place was closed: a cancelled seat, a returned parcel. A variant that is not counted has nowhere to put them.';

COMMENT ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) IS 'Does the work of public.review_payment_proof.';

COMMENT ON FUNCTION "private"."revoke_certificate"(uuid, text, text) IS 'Does the work of public.revoke_certificate.';

COMMENT ON FUNCTION "private"."revoke_role"(uuid, text) IS 'Does the work of public.revoke_role.';

COMMENT ON FUNCTION "private"."roster"(uuid) IS 'Does the work of public.roster.';

COMMENT ON FUNCTION "private"."rule_condition"(public.collection_rules) IS 'A rule as a condition on products: SQL in which every value is a quoted literal, so that the planner sees it and indexes serve it.';

COMMENT ON FUNCTION "private"."say_how_long_to_keep"() IS 'Called by PostgREST before each request: gives reads of the catalogue by nobody in particular a Cache-Control that lets others keep them, and any other read one that does not.';

COMMENT ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) IS 'Does the work of public.search_orders.';

COMMENT ON FUNCTION "private"."search_pattern"(text) IS 'The pattern of like for everything that contains these words, in which % and _ are just characters.';

COMMENT ON FUNCTION "private"."search_text"(text) IS 'A text as searches compare it: without accents, in lower case, with single spaces.';

COMMENT ON FUNCTION "private"."second_seat_problem"(uuid, uuid) IS 'already_enrolled, or order_already_open with the caller''s own order id in details, when the learner has a live seat in the intake; else null.';

COMMENT ON FUNCTION "private"."sell_units"(uuid, integer, uuid) IS 'Sells units at once, without a hold, and says how many of them lie beyond stock; null when there are not enough.';

COMMENT ON FUNCTION "private"."sellable_units"(uuid) IS 'How many units can be bought now, those beyond stock included; of a bundle the least over its parts, 0 while it has none. Null: not counted.';

COMMENT ON FUNCTION "private"."set_allowance"(uuid, integer) IS 'Changes how many units may be sold beyond stock. The caller holds every slot. Refuses stock_mode_in_use.';

COMMENT ON FUNCTION "private"."set_cart_address"(uuid, text) IS 'Does the work of public.set_cart_address.';

COMMENT ON FUNCTION "private"."set_cart_currency"(text, text) IS 'Does the work of public.set_cart_currency.';

COMMENT ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) IS 'Does the work of public.set_low_stock_threshold.';

COMMENT ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) IS 'Does the work of public.set_stock_mode.';

COMMENT ON FUNCTION "private"."setting"(text) IS 'The value of one setting, null when there is none.';

COMMENT ON FUNCTION "private"."settle_payment"(uuid, bigint, text, text) IS 'A capture that the provider confirmed: books it and delivers or refunds. Answers applied, ignored (known already) or needs_review (another amount, captured twice).';

COMMENT ON FUNCTION "private"."settle_refund"(public.refunds, public.payments) IS 'Books money that went back. One that was started at the provider also moves the order: all back means refunded and access ends, some back means partially refunded.';

COMMENT ON FUNCTION "private"."settle_reservations"(uuid, text) IS 'Ends every hold of a holder: claimed (the units are sold) or released (they are free again). What was released before stays so.';

COMMENT ON FUNCTION "private"."share_category_tree"() IS 'For whoever writes what hangs in the tree: it stays as it is to the end of the transaction.';

COMMENT ON FUNCTION "private"."share_of_taxes"(uuid, bigint) IS 'The taxes of an invoice, with this much of them in all: what a partial refund gives back.';

COMMENT ON FUNCTION "private"."short_locale"(text) IS 'en for en-US: the language that translations are kept by. One that is not known finds none, so the base text is shown.';

COMMENT ON FUNCTION "private"."split_amount"(bigint, bigint[]) IS 'Splits an amount by weights that are not negative so that the parts add up to the unit: the units that are left go to the largest remainders, of equal ones to the first.';

COMMENT ON FUNCTION "private"."start_payment"(uuid) IS 'Does the work of public.start_payment.';

COMMENT ON FUNCTION "private"."start_process"(uuid) IS 'Marks one more attempt; false when the process is done, cancelled, in other hands or was reported failed from there: then the job should return quietly.';

COMMENT ON FUNCTION "private"."start_proof"(uuid, text) IS 'Does the work of public.start_proof.';

COMMENT ON FUNCTION "private"."start_quiz"(uuid, text) IS 'Does the work of public.start_quiz.';

COMMENT ON FUNCTION "private"."start_transfer"(uuid, text) IS 'Does the work of public.start_transfer.';

COMMENT ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) IS 'Does the work of public.start_upload.';

COMMENT ON FUNCTION "private"."stock_by_location"(uuid[]) IS 'Does the work of public.stock_by_location.';

COMMENT ON FUNCTION "private"."stock_hold_document"(uuid) IS 'A hold and what it took, as its verbs answer it.';

COMMENT ON FUNCTION "private"."stock_problem"(uuid, private.order_line) IS 'out_of_stock in the words of private.hold_line, unless a seat is offered to the person.';

COMMENT ON FUNCTION "private"."studied_courses"() IS 'The courses the caller has a live seat in. Ask it as taught_courses.';

COMMENT ON FUNCTION "private"."study_lesson"(uuid, uuid, text[]) IS 'Before a learner works on a lesson: it exists, is of these kinds and open; locks and gives the enrolment. Refuses lesson_not_found, lesson_of_other_kind, lesson_locked.';

COMMENT ON FUNCTION "private"."submission_document"(public.submissions) IS 'A submission with its files, as the verbs answer it.';

COMMENT ON FUNCTION "private"."submit_assignment"(uuid, text, uuid[], text) IS 'Does the work of public.submit_assignment.';

COMMENT ON FUNCTION "private"."submit_proof"(uuid, text, integer, text) IS 'Does the work of public.submit_proof.';

COMMENT ON FUNCTION "private"."submit_quiz"(uuid, jsonb, text) IS 'Does the work of public.submit_quiz.';

COMMENT ON FUNCTION "private"."sum_lines"(text, private.order_line[]) IS 'Lines as a quote: their sums and their problems.';

COMMENT ON FUNCTION "private"."sum_taxes"(private.order_line[]) IS 'The taxes of lines by name and rate, for the foot of a quote or an invoice.';

COMMENT ON FUNCTION "private"."sweep_low_stock"() IS 'Moves the marks that a race left behind; returns how many. The worker calls it every minute.';

COMMENT ON FUNCTION "private"."take_back_goods"(uuid) IS 'Ends the enrolments and downloads of a paid order, frees what it still holds and puts what it took from stock back: exactly what its movements say, so twice does nothing.';

COMMENT ON FUNCTION "private"."take_units"(uuid, uuid, integer) IS 'Takes units that are on sale away from a location and says how many were missing. The caller holds every slot of the variant and writes the movement.';

COMMENT ON FUNCTION "private"."taught_courses"() IS 'The courses the caller teaches. Ask it as product_id in (select private.taught_courses()), once per statement.';

COMMENT ON FUNCTION "private"."taught_intakes"() IS 'The intakes of the courses the caller teaches. Ask it as taught_courses.';

COMMENT ON FUNCTION "private"."tax_given_back"(uuid, bigint) IS 'How much of a sale''s refund is tax that the shop does not owe any more.';

COMMENT ON FUNCTION "private"."tax_line"(private.order_line, text, text) IS 'The line with its taxes, computed on what discounts left: the inclusive ones contained in it, the others on top of the net price.';

COMMENT ON FUNCTION "private"."tg__audit"() IS 'Writes the audit row of an insert, update or delete; the trigger''s arguments name the key columns.';

COMMENT ON FUNCTION "private"."tg__check_translations"() IS 'translations is {locale: {field: text}}; the trigger''s arguments name the fields. What is not translated is read in the base text.';

COMMENT ON FUNCTION "private"."tg__guard_status"() IS 'After a status changed: refuses a move that private.status_moves (machine = first trigger argument) does not have, and writes history.';

COMMENT ON FUNCTION "private"."tg__note_titles"() IS 'Keeps the search up to date with what the catalogue calls things.';

COMMENT ON FUNCTION "private"."tg__recount_uses"() IS 'A limit that is set or changed counts the uses there are; one below them is refused.';

COMMENT ON FUNCTION "private"."tg__refuse_change"() IS 'Makes a table append-only, for its owner too.';

COMMENT ON FUNCTION "private"."tg__stamp_update"() IS 'Sets updated_at.';

COMMENT ON FUNCTION "private"."tg_addresses__note_recipient"() IS 'Keeps the search up to date with whom a person has parcels sent to.';

COMMENT ON FUNCTION "private"."tg_bundle_items__check_kinds"() IS 'Refuses not_a_bundle and bundle_in_bundle. The kind of a product never changes, so what was right stays right.';

COMMENT ON FUNCTION "private"."tg_categories__find_place"() IS 'Copies the parent''s depth, and says in words what the constraints would refuse.';

COMMENT ON FUNCTION "private"."tg_categories__keep_what_is_used"() IS 'Says clearly what the foreign keys enforce.';

COMMENT ON FUNCTION "private"."tg_category_attributes__keep_values"() IS 'Refuses a change of a schema, or a move in the tree, that existing products would not survive.';

COMMENT ON FUNCTION "private"."tg_category_attributes__lock_tree"() IS 'A schema is changed by one at a time, and while nobody writes attributes.';

COMMENT ON FUNCTION "private"."tg_certificates__refuse_change"() IS 'Only where the PDF is kept and the revocation are written, once each.';

COMMENT ON FUNCTION "private"."tg_coupons__write_code"() IS 'A code may be written as people read it: spring-24.';

COMMENT ON FUNCTION "private"."tg_course_prerequisites__refuse_circle"() IS 'Refuses a prerequisite that, over however many courses, needs itself.';

COMMENT ON FUNCTION "private"."tg_digital_files__keep_what_is_sold"() IS 'Says clearly what the foreign key of downloads enforces.';

COMMENT ON FUNCTION "private"."tg_intakes__follow_seats"() IS 'Keeps the units of the intake''s variant equal to its seats; refuses to take away what is sold or held.';

COMMENT ON FUNCTION "private"."tg_intakes__follow_waitlist"() IS 'Seats that lay free while enrolment was closed go to whoever waits once it is open again. Without a list, or without a count of seats, nobody waits; offers stand until they end.';

COMMENT ON FUNCTION "private"."tg_intakes__make_variant"() IS 'Checks the time zone and makes the variant that sells this intake''s seats.';

COMMENT ON FUNCTION "private"."tg_invoice_lines__check_totals"() IS 'At commit: subtotal, discount and taxes are the sums of the lines, whoever wrote them.';

COMMENT ON FUNCTION "private"."tg_invoices__check_credit"() IS 'After a credit note: all of them together are at most the invoice. Those of one year wait for each other at their series.';

COMMENT ON FUNCTION "private"."tg_invoices__refuse_change"() IS 'An issued invoice never changes; only where its PDF is kept is written, once.';

COMMENT ON FUNCTION "private"."tg_ledger_entries__check_balance"() IS 'At commit: every transaction balances in every currency.';

COMMENT ON FUNCTION "private"."tg_lesson_contents__follow_lesson"() IS 'Content is of the course of its lesson; whoever writes it cannot say otherwise.';

COMMENT ON FUNCTION "private"."tg_lessons__follow_section"() IS 'A lesson is of the course of its section; whoever writes it cannot say otherwise.';

COMMENT ON FUNCTION "private"."tg_media__discard_object"() IS 'Tells the worker to remove the object of a row that is gone; the argument is its bucket.';

COMMENT ON FUNCTION "private"."tg_order_items__check_sums"() IS 'At commit: subtotal, discount and taxes are the sums of the lines, whoever wrote them.';

COMMENT ON FUNCTION "private"."tg_product_option_values__keep_what_is_chosen"() IS 'Says clearly what the foreign key of variants enforces.';

COMMENT ON FUNCTION "private"."tg_products__check_attributes"() IS 'Attributes fit the schema of the category; a published product has all that are required, its variants too.';

COMMENT ON FUNCTION "private"."tg_profiles__leave_waitlists"() IS 'A closed account waits for nothing, so no seat is offered to nobody.';

COMMENT ON FUNCTION "private"."tg_profiles__note_customer"() IS 'Keeps the search up to date with a profile.';

COMMENT ON FUNCTION "private"."tg_stock_levels__refuse_write"() IS 'Gives a write to the view a plain refusal; without it Postgres answers an error of its own before it looks at grants.';

COMMENT ON FUNCTION "private"."tg_stock_movements__refuse_change"() IS 'Movements are append-only while their variant exists.';

COMMENT ON FUNCTION "private"."tg_users__close_profile"() IS 'A deleted account leaves its orders and an empty profile, and no addresses or roles: the books stay, the person goes.';

COMMENT ON FUNCTION "private"."tg_users__follow_email"() IS 'The profile''s e-mail is the account''s.';

COMMENT ON FUNCTION "private"."tg_users__make_profile"() IS 'Sign-up makes the profile and the welcome event in one transaction. Metadata is the user''s own words: cut, never trusted.';

COMMENT ON FUNCTION "private"."tg_variants__check_attributes"() IS 'Attributes of a variant fit what the schema of the category asks of variants.';

COMMENT ON FUNCTION "private"."tg_variants__count_by_kind"() IS 'A bundle and a file are born uncounted: a bundle stays so, a file may be counted by set_stock_mode.';

COMMENT ON FUNCTION "private"."tg_variants__keep_what_is_sold"() IS 'Says clearly what the foreign keys of orders enforce, and keeps what a buyer may be looking at.';

COMMENT ON FUNCTION "private"."tg_variants__order_options"() IS 'Puts the values a variant names into the order of the options, so that the unique index can compare them.';

COMMENT ON FUNCTION "private"."tg_variants__repeat_options"() IS 'Checks the values a variant names and keeps private.variant_option_values.';

COMMENT ON FUNCTION "private"."total_quote"(uuid, text, private.order_line[], uuid[], text, text) IS 'Priced lines as a quote: promotions by themselves and by coupon, taxes of the place (country, else the setting default_tax_country), sums, and everything that would refuse the order.';

COMMENT ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) IS 'Does the work of public.transfer_stock.';

COMMENT ON FUNCTION "private"."try_provider_event"(text, text) IS 'apply_provider_event that keeps the event and the error when it fails: all effects are undone, the inbox row stays.';

COMMENT ON FUNCTION "private"."uncount_uses"(uuid, uuid[], uuid[]) IS 'Counts back uses of one promotion that were just given back, one customer and coupon (or null) each.';

COMMENT ON FUNCTION "private"."undo_order"(uuid, text) IS 'Cancels a paid order: access ends, units go back on sale, what was captured is refunded. The caller holds the order''s row.';

COMMENT ON FUNCTION "private"."units_in_reach"(uuid) IS 'How many units a purchase would find now; null when the variant is not counted.';

COMMENT ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) IS 'Does the work of public.update_location.';

COMMENT ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) IS 'Does the work of public.update_process. Which moves are allowed is said by private.status_moves.';

COMMENT ON FUNCTION "private"."use_download"(uuid, text) IS 'Does the work of public.use_download.';

COMMENT ON FUNCTION "private"."use_promotion"(uuid, uuid, uuid, uuid, bigint, text, timestamp with time zone) IS 'One use of a promotion by an order, counted and written down.';

COMMENT ON FUNCTION "private"."value_problem"(public.category_attributes, jsonb) IS 'Why a value does not fit its attribute, as the end of a sentence; null when it does.';

COMMENT ON FUNCTION "private"."variant_prices"(uuid[], text, integer) IS 'Does the work of public.variant_prices.';

COMMENT ON FUNCTION "private"."verify_certificate"(text) IS 'Does the work of public.verify_certificate.';

COMMENT ON FUNCTION "private"."waitlist_document"(public.waitlist_entries) IS 'An entry as its learner sees it; place 1 is next.';

COMMENT ON FUNCTION "private"."with_parts"(private.order_line) IS 'The line of a bundle and after it its parts, as lines that cost nothing. A part may be a draft, which is sold in the bundle only.';

COMMENT ON FUNCTION "private"."write_credit_note"(uuid, public.invoices, bigint, bigint, integer) IS 'Writes the credit note: of the whole invoice with its lines, of a part with one line and that part of each tax. The caller holds the series.';

COMMENT ON FUNCTION "private"."write_items"(uuid, private.order_line[]) IS 'Writes the lines of an order and gives the ids of the items, in the order of the lines.';

COMMENT ON FUNCTION "private"."write_options"(uuid, jsonb) IS 'Adds the options and values that a product does not have yet; takes none away.';

COMMENT ON FUNCTION "private"."write_order"(uuid, private.quote, uuid, timestamp with time zone) IS 'Writes an order whose units are taken: order, items, enrolments, downloads, events. Without expires_at there is nothing to pay and it is born paid.';

COMMENT ON FUNCTION "public"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) IS 'Keeps an address of the caller and answers it; the first one is the default. Country: ISO 3166-1, default ID. Errors: invalid_address, too_many_addresses, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."add_to_cart"(uuid, integer, text) IS 'Puts units of a variant into the caller''s cart, on top of those that are there, and answers the cart (see get_cart). Refuses what place_order would refuse of this line. Errors: invalid_quantity, cart_full, variant_not_found, price_missing, intake_not_open, intake_closed, out_of_stock, already_enrolled, order_already_open, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) IS 'Staff (inventory.write) or the secret key: [{variant_id, delta | counted, location_id?}], all or none. Reasons: receipt, found, damage, loss, supplier_return, own_use, correction with delta; count with counted, the units on hand, held ones included. What arrives goes to the oldest backorders first. Answers {lines, filled, levels}. Errors: permission_denied, invalid_lines, invalid_quantity, invalid_reason, invalid_stock_reason, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted, location_not_found, out_of_stock, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."apply_coupon"(text, text) IS 'Adds a coupon to the caller''s cart and answers the cart (see get_cart). Errors: coupon_not_found, too_many_coupon_guesses, too_many_coupons, coupon_not_started, coupon_expired, coupon_used_up, coupon_already_used, coupon_not_applicable, coupon_not_combinable, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."attach_payment_session"(uuid, text, text, timestamp with time zone) IS 'Secret key only: remembers the provider''s session of an attempt; the same one twice is fine. Errors: payment_not_found, payment_session_conflict.';

COMMENT ON FUNCTION "public"."attribute_schema"(uuid, text) IS 'What products (level product) and variants (level variant) of a category say about themselves: its own attributes after those of the categories above it. locale: id or en.';

COMMENT ON FUNCTION "public"."cancel_order"(uuid, text, text) IS 'Cancels an order and answers it. The customer: while unpaid, or when nothing was paid. Staff with orders.cancel: a paid one too, and the money goes back. Errors: order_not_found, order_not_cancellable, invalid_reason, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."category_tree"(text) IS 'Every category, parents before children, in the order a menu shows them: own_products are on sale in it, products in it and below. locale: id or en; what is not translated comes in the base text.';

COMMENT ON FUNCTION "public"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) IS 'Sets the given fields of an own address, or makes it the default, and answers it; what is left out or null stays. Errors: address_not_found, invalid_address, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."change_cart_item"(uuid, integer, text) IS 'Sets how many units of a variant are in the caller''s cart and answers the cart (see get_cart). Errors: cart_item_not_found, and those of add_to_cart but cart_full.';

COMMENT ON FUNCTION "public"."clear_cart"(text) IS 'Empties the caller''s cart, coupons included, and answers it (see get_cart). Errors: idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."collection_products"(text, text, text, text, integer) IS 'A published collection and a page of what is in it and on sale, {collection, data, next_cursor}: what was picked by hand first, then newest first. locale: id or en. Errors: collection_not_found, currency_not_supported, invalid_cursor.';

COMMENT ON FUNCTION "public"."complete_lesson"(uuid, text) IS 'Completes an open video, text or file lesson and answers {enrollment_id, status, lesson_id, completed_at, lesson_score_percent, progress_percent, score_percent, passed_at}; the last step of a course completes it. Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."course_outline"(uuid) IS 'A course as a page shows it, to anyone: its rule, prerequisites, the caller''s seat, and sections with lessons: what is open (lock_reason null), why not (not_enrolled, unpaid, suspended, access_over, not_started, prerequisites, not_yet, previous_lesson), when it opens and what waits_for it, what is completed. Errors: course_not_found.';

COMMENT ON FUNCTION "public"."create_location"(text, text, integer, text) IS 'Staff (inventory.write) or the secret key: a place for goods, drawn after main by priority, smallest first. Answers the location. Errors: permission_denied, invalid_location, already_exists, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) IS 'Staff (inventory.write) or the secret key: units left the house outside the shop. Of a hold, answering it; or free ones, [{variant_id, quantity, location_id?}], all or none, answering {filled, levels}. Errors: permission_denied, hold_not_found, hold_ended, and those of adjust_stock.';

COMMENT ON FUNCTION "public"."discard_upload"(text, uuid) IS 'Secret key only: drops an unfinished upload whose bytes were refused, and with it the object.';

COMMENT ON FUNCTION "public"."enroll"(uuid, text) IS 'Takes one free seat in one call and answers {enrollment, order}. Errors: intake_not_found, variant_not_found, payment_required, intake_not_open, intake_closed, out_of_stock, already_enrolled, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."find_upload"(text, uuid) IS 'Staff (catalog.write): where an upload was started: {kind, id, bucket, path, ready_at}. Errors: permission_denied, upload_not_found.';

COMMENT ON FUNCTION "public"."finish_upload"(text, uuid, jsonb) IS 'Secret key only: what the bytes of an upload are, {mime_type, byte_size, sha256, width, height}, as the function upload found out; a second time changes nothing. Errors: upload_not_found.';

COMMENT ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) IS 'Staff (pricing.write): makes codes of a promotion that nobody can guess (80 random bits after the prefix) and answers {promotion_id, codes}. usage_limit: how often each may be used, null without end. A code of one''s own choice is inserted into coupons. Errors: permission_denied, promotion_not_found, invalid_coupons, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) IS 'Staff (catalog.write): gives a product options [{title, values}] and every missing combination a variant, SKU from sku_prefix (default: the slug); answers {created, variants}. Errors: permission_denied, product_not_found, invalid_options, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."get_cart"(text) IS 'The caller''s cart as it stands now: {id, currency, expires_at, lines, quote, shipping_address, coupon_codes, changes, problems}; id is null while there is none. changes: what moved since it was last answered, told once. problems: what place_order would refuse, with the same codes. Errors: sign_in_required.';

COMMENT ON FUNCTION "public"."get_order"(uuid) IS 'One order with items, enrolments, payments and refunds: own, or any for staff with orders.read. Errors: order_not_found.';

COMMENT ON FUNCTION "public"."grade_submission"(uuid, integer, text, text) IS 'Who teaches the course (or learning.write): gives work its mark and answers it. A mark of at least pass_percent completes the lesson. Errors: submission_not_found, invalid_mark, already_graded, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."grant_role"(uuid, text) IS 'Staff (people.manage): gives a person a role and answers all their roles. Errors: permission_denied, role_not_found, profile_not_found.';

COMMENT ON FUNCTION "public"."invoice_document"(uuid) IS 'One invoice or credit note with its lines: own, or any for staff with invoices.read. The PDF''s link is given by the function invoice-link. Errors: invoice_not_found.';

COMMENT ON FUNCTION "public"."join_waitlist"(uuid, text) IS 'Waits for a seat of a full intake and answers {id, intake_id, status, place, offer_expires_at, created_at}. When a seat frees it is held for the first in line, who takes it with enroll or place_order. Errors: intake_not_found, intake_not_open, intake_closed, no_waitlist, seats_available, already_enrolled, already_waiting, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."leave_waitlist"(uuid, text) IS 'Leaves a waiting list, or declines the offered seat, which goes to the next in line. Answers the entry. Errors: not_waiting, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) IS 'What is on sale, newest first, as {data, next_cursor}: of a kind, in a category (its slug) and below it, with a tag. price is the cheapest variant''s, for the caller and now. locale: id or en. Errors: category_not_found, currency_not_supported, invalid_cursor.';

COMMENT ON FUNCTION "public"."media_file"(uuid) IS 'What the function media streams: {id, path, mime_type, byte_size, sha256, on_sale}, for everybody while the product is on sale, for staff with catalog.read always. Errors: media_not_found.';

COMMENT ON FUNCTION "public"."merge_cart"(jsonb, text, text) IS 'Adds what a visitor chose before signing in, [{variant_id, quantity}], to the caller''s cart and answers the cart (see get_cart). Quantities add up to the most a cart takes; what cannot be bought stands in problems. Send the same idempotency_key until an answer came: it merges once. Errors: invalid_lines, invalid_quantity, currency_not_supported, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) IS 'Staff (catalog.write): hangs a category with everything below it under another parent (null: at the top) and answers it. Errors: permission_denied, category_not_found, category_below_itself, category_too_deep, attribute_in_use, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."my_courses"() IS 'The caller''s dashboard, newest first: every course with a live enrolment. state: reserved (unpaid), active, suspended, ended (access is over). progress_percent counts required lessons and is null where there are none; next_lesson {id, kind, title, duration_minutes} is the first of them that is not completed; next_session is not built yet. Errors: sign_in_required.';

COMMENT ON FUNCTION "public"."my_downloads"() IS 'The files the caller bought, newest first, with how often each was downloaded; those of refunded orders have ended_at. Errors: sign_in_required.';

COMMENT ON FUNCTION "public"."my_waitlist"() IS 'The waiting lists the caller is on: {id, intake_id, status, place, offer_expires_at, created_at, title, slug, intake_title}. Errors: sign_in_required.';

COMMENT ON FUNCTION "public"."place_order"(jsonb, uuid, text, uuid, text, text, text) IS 'Buys [{variant_id, quantity}], or what is in a cart (once: later calls answer the same order), in one transaction and answers the whole order. Nothing to pay: paid at once. Else pending, held until expires_at; then call the function checkout. Goods go to shipping_address_id, else the cart''s address, else the default one. Taxes are those of that address, else of country and province, else of the shop. Currency: ISO code, default the cart''s, else from settings. Errors: invalid_lines, invalid_quantity, variant_not_found, price_missing, currency_not_supported, intake_not_open, intake_closed, out_of_stock, promotion_used_up and the coupon_* of the cart''s codes, already_enrolled, order_already_open, cart_not_found, cart_not_open, cart_empty, address_required, address_not_found, invalid_place, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."prepare_upload"(uuid, text, text, integer, text) IS 'Makes room for a file, of a lesson by who teaches it or of an open assignment by its learner, and answers {file_id, path}; the function learning-upload gives the address to send it to. Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, invalid_file, too_many_files, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."product_document"(text, uuid, text, text) IS 'A product by slug or id, as its page shows it: texts in one language, path of categories, facts (attributes with names), options, variants with prices and free units, pictures, names of files. For everybody while it is on sale, for staff with catalog.read always. Errors: product_not_found.';

COMMENT ON FUNCTION "public"."proof_document"(uuid, boolean) IS 'One proof of payment: the caller''s own, or any for staff with payments.read unless own is true. The functions submit-proof and proof-link ask it. Errors: proof_not_found.';

COMMENT ON FUNCTION "public"."put_quiz"(uuid, jsonb, text) IS 'Who teaches the course: sets the questions of a quiz, [{kind: single|multiple|text, prompt, choices, answer, points?, explanation?}]; attempts that are running keep theirs. Errors: lesson_not_found, invalid_quiz, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."quiz_questions"(uuid) IS 'Who teaches the course: the questions of a quiz with their answers, to edit them. Errors: lesson_not_found, sign_in_required.';

COMMENT ON FUNCTION "public"."quote"(jsonb, uuid, text, text[], text, text) IS 'What [{variant_id, quantity}] or a cart would cost now, line by line: why each price is what it is, discounts and taxes by name, sums, and in problems what place_order would refuse. Changes nothing. Taxes are those of the cart''s address, else of country and province, else of the shop. Codes need a signed-in person; a wrong one refuses the call and is counted. Errors: invalid_lines, invalid_quantity, invalid_place, currency_not_supported, cart_not_found, cart_not_open, cart_empty, coupon_not_found, too_many_coupon_guesses, too_many_coupons, sign_in_required.';

COMMENT ON FUNCTION "public"."receive_provider_event"(text, text, text, jsonb) IS 'Secret key only: takes a verified event into the inbox and applies it. {event_id, outcome}: applied, ignored, needs_review, duplicate, or failed (kept, the worker tries again). Errors: invalid_provider_event.';

COMMENT ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) IS 'Staff (payments.refund): the money of a payment that came by transfer was sent back by the bank, under this reference. No provider does that. Errors: permission_denied, refund_not_found, refund_not_open, invalid_reason, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."release_stock"(uuid, text) IS 'Staff (inventory.write) or the secret key: ends a hold, its units are free again. Answers it. Errors: permission_denied, hold_not_found, hold_ended, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."remove_address"(uuid, text) IS 'Removes an own address and answers those that are left; of these the one changed last becomes the default if the default went. Errors: address_not_found, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."remove_coupon"(text, text) IS 'Takes a coupon off the caller''s cart and answers the cart (see get_cart). Errors: coupon_not_in_cart, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."remove_from_cart"(uuid, text) IS 'Takes a line out of the caller''s cart and answers the cart (see get_cart). Errors: cart_item_not_found, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) IS 'Staff (inventory.write) or the secret key: holds [{variant_id, quantity}], all or none, for some minutes (default: the setting hold_minutes). Answers {id, status, note, expires_at, lines: [{variant_id, quantity, beyond_stock}]}. Errors: permission_denied, invalid_lines, invalid_quantity, invalid_reason, invalid_hold_time, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, not_counted, out_of_stock, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."retry_process"(uuid) IS 'Staff (processes.write): queues a failed process again and answers it. Errors: permission_denied, process_not_retryable.';

COMMENT ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) IS 'Staff (payments.review): the money has arrived (the order is paid, or the money goes back if it can no longer be delivered), or has not: then the buyer may send another proof while the order is held. Answers {proof, order}. Errors: permission_denied, proof_not_found, proof_not_open, invalid_reason, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."revoke_certificate"(uuid, text, text) IS 'Staff (learning.write): revokes a certificate for a reason and answers what verify_certificate now says. The public sees that, not the reason. Errors: permission_denied, reason_required, certificate_not_found, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."revoke_role"(uuid, text) IS 'Staff (people.manage): takes a role away and answers the roles that are left. Errors: permission_denied, last_admin.';

COMMENT ON FUNCTION "public"."roster"(uuid) IS 'Who teaches the course, or staff with enrollments.read: everybody in an intake, by name, with progress, result and work that waits for its mark. Filter it like a table (status=eq.active); Accept: text/csv gives a sheet. Errors: intake_not_found, sign_in_required.';

COMMENT ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) IS 'Orders newest first as {data, next_cursor}: own, or all for staff with orders.read. q is a part of a number or a title, for staff with people.read also of a name, e-mail or phone; case and accents do not matter, and when nothing contains q, what is written alike is found. placed_from is included, placed_to is not. Errors: invalid_search, invalid_cursor, sign_in_required.';

COMMENT ON FUNCTION "public"."set_cart_address"(uuid, text) IS 'Sends what is in the caller''s cart to this one of their addresses instead of their default one; answers the cart (see get_cart). Errors: address_not_found, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."set_cart_currency"(text, text) IS 'Prices the caller''s cart in another currency and answers it (see get_cart). Errors: currency_not_supported, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) IS 'Staff (inventory.write or catalog.write) or the secret key: staff are told when the available units fall to this number; null switches it off. Answers {variant_id, threshold}. Errors: permission_denied, variant_not_found, invalid_quantity, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) IS 'Staff (inventory.write) or the secret key: how a variant is counted. none; tracked; backorder with a limit; preorder with a limit and the day it ships. Answers {variant_id, mode, backorder_limit, ships_at, sellable}. Errors: permission_denied, invalid_stock_mode, variant_not_found, seats_follow_the_intake, bundle_has_no_stock, stock_mode_in_use, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."start_payment"(uuid) IS 'Opens a payment attempt for the caller''s own pending order, or answers the one that is open: {order, payment, customer}. The function checkout calls it; a second call changes nothing. Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, sign_in_required.';

COMMENT ON FUNCTION "public"."start_proof"(uuid, text) IS 'Makes the place for one file that shows the caller''s own transfer: {id, payment_id, status}. The function upload-proof calls it and adds where to send the file. Errors: payment_not_found, transfer_not_open, proof_under_review, too_many_proofs, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."start_quiz"(uuid, text) IS 'Begins an attempt at an open quiz, or answers the one that runs: {id, enrollment_id, lesson_id, number, max_attempts, started_at, due_at, questions}, the questions without answers. Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, attempts_used_up, quiz_not_ready, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."start_transfer"(uuid, text) IS 'Chooses bank transfer for the caller''s own pending order and answers {order, payment, accounts, reference}: where to send the money, and what to write with it. Holds the order longer; a second call changes nothing. Errors: order_not_found, order_not_payable, order_expired, payment_in_progress, transfer_not_offered, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) IS 'Staff (catalog.write): makes the row of a picture (kind image) or of a file that is sold (kind file) and answers {kind, id, bucket, path}. The function upload calls it and signs. Errors: permission_denied, invalid_upload, product_not_found, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."stock_by_location"(uuid[]) IS 'Staff (inventory.read) or the secret key: units of these variants in each place, in the order of drawing, and the sum of the movements there; the difference is 0 unless something is broken. beyond-stock is what may still be sold beyond stock. Errors: permission_denied.';

COMMENT ON FUNCTION "public"."submit_assignment"(uuid, text, uuid[], text) IS 'Hands in work for an open assignment, text or files or both, and answers it with its files. Errors: lesson_not_found, lesson_of_other_kind, lesson_locked, invalid_submission, submission_waits, attempts_used_up, file_not_found, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."submit_proof"(uuid, text, integer, text) IS 'Secret key only: puts a proof before staff, with what its file was found to be; the same file twice is fine. Errors: proof_not_found, transfer_not_open, proof_under_review, proof_not_open.';

COMMENT ON FUNCTION "public"."submit_quiz"(uuid, jsonb, text) IS 'Hands an attempt in and answers it graded, with what was right and the course''s progress. answers: one entry per question in order, a choice''s place, a list of places, a text, or null. Errors: attempt_not_found, attempt_over, quiz_time_over, invalid_answers, lesson_locked, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) IS 'Staff (inventory.write) or the secret key: moves free units [{variant_id, quantity}] from one place to another, all or none. Answers {id, filled, levels}; the two movements of each line carry the id. Errors: as adjust_stock, and invalid_location.';

COMMENT ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) IS 'Staff (inventory.write) or the secret key: renames a place, moves it in the order of drawing, closes it (active false, when it is empty) or opens it again. Answers the location. Errors: permission_denied, invalid_location, location_not_found, location_fixed, location_in_use, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) IS 'Says how work stands that a system outside has: waiting (with progress), done or failed. That system calls the function process-update, which names it as reporter; staff (processes.write) may say it by hand. Errors: permission_denied, process_not_found, invalid_report, illegal_status_move, idempotency_key_reused.';

COMMENT ON FUNCTION "public"."use_download"(uuid, text) IS 'Counts one use of the caller''s download and answers {download_id, file_name, byte_size, path, used_count, max_downloads, link_expires_at}. The function download-link calls it and signs the link. Errors: download_not_found, download_ended, download_expired, download_limit_reached, idempotency_key_reused, sign_in_required.';

COMMENT ON FUNCTION "public"."variant_prices"(uuid[], text, integer) IS 'What one unit of each variant costs the caller now in this quantity: {currency, quantity, prices: [{variant_id, amount, base_amount, reason, tiers}]}. reason: kind base, sale, tier or group, name, min_quantity, until; tiers: from which quantity on a unit costs less. Variants that are not on sale, or not in this currency, have no row. Errors: invalid_variants, invalid_quantity, currency_not_supported.';

COMMENT ON FUNCTION "public"."verify_certificate"(text) IS 'Anyone with the number: {number, learner_name, course_title, issuer, completed_on, issued_at, status: valid|revoked, revoked_at}. Errors: certificate_not_found.';

COMMENT ON SCHEMA "private" IS 'Definer functions that do the work, and tables no client may see. Not exposed by the API.';

COMMENT ON SEQUENCE "private"."order_numbers" IS 'The number people see. Gaps are fine: it is not an invoice number.';

COMMENT ON TABLE "private"."cached_reads" IS 'Paths of the API whose answer to nobody in particular may be kept, and the settings (<prefix>_cache_seconds, <prefix>_stale_seconds) that say how long.';

COMMENT ON TABLE "private"."coupon_guesses" IS 'Wrong codes a person tried within the hour that began at since.';

COMMENT ON TABLE "private"."customer_search" IS 'What a person is found by, as searches compare it: name, e-mail, phone, the digits of the phone, and the recipients of their addresses, each in a line of its own.';

COMMENT ON TABLE "private"."idempotency_keys" IS 'Answers already given, by person and key. Written in the transaction of the effect, so a refusal leaves the key free.';

COMMENT ON TABLE "private"."invoice_series" IS 'The last number given, per kind and year. A sequence would leave gaps where a transaction was rolled back.';

COMMENT ON TABLE "private"."low_stock_marks" IS 'Variants with a threshold, and since when they are low: null while there is enough.';

COMMENT ON TABLE "private"."process_reporters" IS 'Which system outside may report on the processes of which task. Its secret is in the environment of the function process-update.';

COMMENT ON TABLE "private"."promotion_uses" IS 'How often each person uses each promotion at present: the counter behind per_user_limit.';

COMMENT ON TABLE "private"."provider_events" IS 'Every verified provider event, once. Payloads name customers, so no client may read them.';

COMMENT ON TABLE "private"."quiz_papers" IS 'The questions of one attempt with their answers, as they were when it was begun.';

COMMENT ON TABLE "private"."quizzes" IS 'The questions of a quiz with their answers: [{kind, prompt, choices, answer, points, explanation}]. Written by put_quiz.';

COMMENT ON TABLE "private"."sold_titles" IS 'Every title that a line of an order can have, or could have had before the catalogue was renamed, and as searches compare it.';

COMMENT ON TABLE "private"."status_moves" IS 'Every allowed move of every status, as rows. How a row is born is up to the one verb that makes it.';

COMMENT ON TABLE "private"."variant_option_values" IS 'variants.option_value_ids as rows, kept by a trigger, so that a foreign key keeps the values.';

COMMENT ON TABLE "public"."addresses" IS 'Where a person wants parcels. default_since is set on exactly one of a person''s addresses. An order keeps a copy, not a reference.';

COMMENT ON TABLE "public"."audit_log" IS 'Every write by staff: actor, action, table, key, before, after, request. Each row''s hash covers the row before it, so a removed or altered row shows.';

COMMENT ON TABLE "public"."backorders" IS 'What an order bought beyond stock, and how much of it has not come yet. Goods that arrive fill the oldest first, by number.';

COMMENT ON TABLE "public"."bundle_items" IS 'What one unit of a bundle consists of.';

COMMENT ON TABLE "public"."cart_coupons" IS 'A coupon that the customer typed into their cart. Whether it still counts is asked at every quote.';

COMMENT ON TABLE "public"."cart_items" IS 'One line of a cart. seen_* is what the customer was last shown of it: title, price of one in the cart''s currency, the code of what was wrong with it.';

COMMENT ON TABLE "public"."carts" IS 'What a customer means to buy. Open: theirs to change until expires_at. Ordered: order_id is its order. Abandoned: nobody came back in time. An open cart with an order_id came back from that order.';

COMMENT ON TABLE "public"."categories" IS 'The tree that products hang in. Everybody sees it; read it whole with category_tree. depth is 1 at the top and 8 at most.';

COMMENT ON TABLE "public"."category_attributes" IS 'The schema of attributes: what products (level product) or variants (level variant) of a category and of those below it say. A key is defined once on the way from the top down.';

COMMENT ON TABLE "public"."certificates" IS 'Proof of completed courses, as issued: name, title and dates are copies. completed_on is a date of time_zone.';

COMMENT ON TABLE "public"."collection_members" IS 'What staff put into a collection by hand, shown first and in this order.';

COMMENT ON TABLE "public"."collection_rules" IS 'What a product must be to fill a collection: in a category or below it, tagged, of a kind, with an attribute that equals a value or is in a range, with a base price (minor units) in a range.';

COMMENT ON TABLE "public"."collections" IS 'A shelf of products: those of collection_members in their order, then those that fit all (or any) of its collection_rules. Read it with collection_products.';

COMMENT ON TABLE "public"."coupons" IS 'A code that opens a promotion: for everybody who knows it, or for one customer. Kept in capitals and digits; typed in any case, with spaces and hyphens. used_count is kept while there is a usage_limit.';

COMMENT ON TABLE "public"."course_instructors" IS 'Who teaches which course. It needs no role; the role instructor lets them see drafts beside.';

COMMENT ON TABLE "public"."course_prerequisites" IS 'Which courses must be completed before the lessons of this one open. A seat can be bought before that.';

COMMENT ON TABLE "public"."course_sections" IS 'The chapters of a course, in order of position.';

COMMENT ON TABLE "public"."courses" IS 'What a product of kind course says beyond its product row. It is completed when all required lessons are, or completion_percent of them, or with that mean score.';

COMMENT ON TABLE "public"."currencies" IS 'The currencies a shop sells in; minor_units as Stripe counts them.';

COMMENT ON TABLE "public"."customer_group_members" IS 'Who is in which group.';

COMMENT ON TABLE "public"."customer_groups" IS 'People who have prices of their own: schools, resellers, members.';

COMMENT ON TABLE "public"."digital_files" IS 'What a buyer of a product, or of one variant, may download. max_downloads and access_days go before the settings download_limit and download_days. Staff only.';

COMMENT ON TABLE "public"."downloads" IS 'One file that a line of an order lets its buyer fetch, max_downloads times until expires_at. Ended by a refund or a cancellation. Use the function download-link.';

COMMENT ON TABLE "public"."enrollments" IS 'A learner''s seat in an intake: reserved while the order is unpaid, active once it is. Made by place_order and enroll.';

COMMENT ON TABLE "public"."events" IS 'What happened, in the transaction in which it happened. Payloads hold ids, never personal data.';

COMMENT ON TABLE "public"."intakes" IS 'One run of a course. Seats null is not counted. Enrolment is open from enroll_opens_at up to, not including, enroll_closes_at (null: no end). Lessons stay open for access_days from the enrolment, or from the start if that is later (null: for good).';

COMMENT ON TABLE "public"."invoice_lines" IS 'The lines of an invoice: subtotal − discount + tax = total. taxes: [{name, basis_points, inclusive, amount}]; those that are inclusive are in the price, the others on top.';

COMMENT ON TABLE "public"."invoices" IS 'Invoices and credit notes, as they were issued; amounts of both are positive minor units of currency. subtotal − discount + tax + shipping = total. tax_included_amount is tax that the prices contain.';

COMMENT ON TABLE "public"."learning_files" IS 'Files of lessons (enrollment_id null) and of submissions. The bytes are under path in the private bucket learning; links come from the function learning-link.';

COMMENT ON TABLE "public"."ledger_accounts" IS 'The chart of accounts.';

COMMENT ON TABLE "public"."ledger_entries" IS 'One side of a transaction, in minor units: debit positive, credit negative.';

COMMENT ON TABLE "public"."ledger_transactions" IS 'One effect on money, posted once: the key names it (sale:<order>, capture:<payment>, refund:<refund>).';

COMMENT ON TABLE "public"."lesson_contents" IS 'What is in a lesson: Markdown, a video''s address, a file. Hidden while the lesson is locked. The questions of a quiz come from start_quiz.';

COMMENT ON TABLE "public"."lesson_progress" IS 'How far a learner got in a lesson: the best score, and since when it is completed. Kept when the seat ends.';

COMMENT ON TABLE "public"."lessons" IS 'The outline of a course: everyone who sees the course sees it. Opens at opens_at and opens_after_days after the enrolment or the start of the intake, whichever is last. What is in a lesson is in lesson_contents.';

COMMENT ON TABLE "public"."locations" IS 'Where units are. main holds all seats and is drawn first, then places by priority, smallest first; the allowance holds what may be sold beyond stock.';

COMMENT ON TABLE "public"."media" IS 'Pictures of a product (variant_id null) or of one variant, in order of position. ready_at is null until the upload was finished and looked at. GET /functions/v1/media/<id> gives the bytes.';

COMMENT ON TABLE "public"."notifications" IS 'Messages to people, one row per channel. The person reads their own and marks them read.';

COMMENT ON TABLE "public"."order_items" IS 'One line, as it was when it was bought; later changes of the catalogue do not touch it. subtotal = unit × quantity; subtotal − discount + tax = total. pricing says why; empty: the base price, nothing else.';

COMMENT ON TABLE "public"."orders" IS 'One purchase. Amounts in minor units of currency; subtotal − discount + tax + shipping = total. tax_included_amount is tax that the prices contain. shipping_address is the address as it was; null when nothing is sent.';

COMMENT ON TABLE "public"."payment_proofs" IS 'What a buyer showed for a transfer. The file is private, under the proof''s id; the function proof-link opens it to its owner and staff.';

COMMENT ON TABLE "public"."payments" IS 'One attempt to pay an order, in minor units. checkout_url is the provider''s page while the attempt is open; a manual_transfer has no provider: staff approve its proof.';

COMMENT ON TABLE "public"."permissions" IS 'What can be allowed. Policies and functions ask private.has_permission(name).';

COMMENT ON TABLE "public"."price_list_prices" IS 'What one unit costs on this list from min_quantity units of it in one order on. Counts only where it is below the base price.';

COMMENT ON TABLE "public"."price_lists" IS 'Prices that apply while status is active, from starts_at up to, not including, ends_at (null: no limit), to the group''s members or, without a group, to everybody. Buyers read the name.';

COMMENT ON TABLE "public"."prices" IS 'What one unit of a variant costs, in minor units of the currency. No row: not sold in that currency.';

COMMENT ON TABLE "public"."processes" IS 'One row per background job: what it is for, how often it was tried, how it ended; waiting means that a system outside has it and reports. Same id from request to mail in correlation_id.';

COMMENT ON TABLE "public"."product_option_values" IS 'One choice of an option: M, red. Variants name them in option_value_ids.';

COMMENT ON TABLE "public"."product_options" IS 'What a buyer of a product chooses: size, colour. Its values are product_option_values.';

COMMENT ON TABLE "public"."products" IS 'What people read about and buy. Public while published and publish_at <= now < unpublish_at; the rest is for staff. title, summary and description are the base text, translations what differs per locale.';

COMMENT ON TABLE "public"."profiles" IS 'One row per person who signed up. The e-mail follows Supabase Auth; the rest is the person''s own.';

COMMENT ON TABLE "public"."promotion_categories" IS 'The categories a promotion is for, each with everything below it.';

COMMENT ON TABLE "public"."promotion_products" IS 'The products a promotion is for. A promotion without products and categories is for everything.';

COMMENT ON TABLE "public"."promotion_redemptions" IS 'One use of a promotion by an order, and what it took off. expires_at: the order is not paid, and from then on others may take the use. given_back_at: the order ended, so the use does not count.';

COMMENT ON TABLE "public"."promotions" IS 'What is taken off an order. percent and buy_x_get_y: basis_points (10000 = free), fixed: amount in currency. minimum_amount is in currency too. used_count is kept while there is a usage_limit.';

COMMENT ON TABLE "public"."quiz_attempts" IS 'Each try at a quiz, with the learner''s answers and the score. Open until submitted_at; max_attempts is the limit when it was begun.';

COMMENT ON TABLE "public"."refunds" IS 'Money on its way back. Reasons: the order was cancelled; paid after it ended; sold out after payment; paid twice; started at the provider.';

COMMENT ON TABLE "public"."reservations" IS 'Units held for an order that is not paid yet, or offered to whoever waited for them, until expires_at by the database''s clock.';

COMMENT ON TABLE "public"."results" IS 'What a learner reached in a course, as of their last step: completed required lessons of all, the mean of the best scores of required quizzes and assignments (untried count 0), and since when the course is passed.';

COMMENT ON TABLE "public"."role_members" IS 'Who has which role. Written by grant_role and revoke_role.';

COMMENT ON TABLE "public"."role_permissions" IS 'Which role may do what.';

COMMENT ON TABLE "public"."roles" IS 'The roles of staff. Customer is what everybody signed in is, and has no row.';

COMMENT ON TABLE "public"."settings" IS 'What a shop decides for itself, one row each. Read by SQL through private.setting(key).';

COMMENT ON TABLE "public"."status_changes" IS 'History of every status: who moved what from where to where, why and when. Append-only. Birth is in the row itself.';

COMMENT ON TABLE "public"."stock_holds" IS 'Units held without an order, by reserve_stock, until expires_at by the database''s clock. What it holds is in reservations, by holder_id.';

COMMENT ON TABLE "public"."stock_movements" IS 'Why on hand changed, by variant and location. Append-only; their sum is on hand. backorder moves a unit from the shelf to who bought it before it came.';

COMMENT ON TABLE "public"."stock_slots" IS 'Units of a variant at a location, spread over up to 64 rows so that buyers of a hot variant do not wait for each other. Read public.stock_levels.';

COMMENT ON TABLE "public"."submissions" IS 'Work handed in for an assignment, and its mark once graded_at is set.';

COMMENT ON TABLE "public"."tax_categories" IS 'How a thing is taxed: what a rate is for and a product belongs to.';

COMMENT ON TABLE "public"."tax_rates" IS 'A tax: 1100 basis points are 11 % of the net price. Province null is the whole country. Holds from valid_from up to, not including, valid_until.';

COMMENT ON TABLE "public"."variants" IS 'The sellable thing: what a line of an order points to. Mode none is not counted (a self-paced course), tracked is; backorder and preorder are counted and sell beyond stock up to backorder_limit.';

COMMENT ON TABLE "public"."waitlist_entries" IS 'Who waits for a seat, in order of position. offered: a seat is held for them until offer_expires_at; enroll or place_order takes it.';

COMMENT ON TYPE "private"."drawn_slot" IS 'How many units came from which slot.';

COMMENT ON TYPE "private"."found_coupon" IS 'The coupon of a code, or the answer that the verb must return at once.';

COMMENT ON TYPE "private"."lesson_state" IS 'One lesson as one learner finds it: lock_reason null is open; waits_for is the lesson to complete first.';

COMMENT ON TYPE "private"."list_price" IS 'A price below the base price, and why: {kind, price_list_id, name, min_quantity, until}.';

COMMENT ON TYPE "private"."order_line" IS 'A line on its way into an order. tax_amount comes on top, tax_included_amount is contained in the price; parent_variant_id: the component of a bundle, unit_amount 0; problem: what would refuse it.';

COMMENT ON TYPE "private"."order_search" IS 'A search that was checked: the words as compared (null: none), whose orders, who may see people, the filters, and after which order it goes on.';

COMMENT ON TYPE "private"."priced_cart" IS 'A cart and what it costs now, with the address that its goods would go to.';

COMMENT ON TYPE "private"."promoted" IS 'Lines after promotions, which promotions they were, and the coupons that could not be used.';

COMMENT ON TYPE "private"."quote" IS 'A whole computation: lines and their sums, discounts and taxes by name, and everything that would refuse the order.';

COMMENT ON TYPE "private"."stock_line" IS 'A line of a verb on stock: quantity to hold, deliver or move; delta or counted to adjust.';

COMMENT ON TYPE "private"."wish" IS 'What somebody wants, summed by variant.';

COMMENT ON VIEW "private"."invariant_violations" IS 'Every broken promise, one row each: which invariant, whose, how. Empty when all is well.';

COMMENT ON VIEW "private"."stock_reconciliation" IS 'Per variant and location: the sum of the movements, what is on hand, and the difference, which must be 0.';

COMMENT ON VIEW "public"."stock_levels" IS 'Units per counted variant at all locations: available, reserved by unpaid orders, on hand (both); sellable adds what may be sold beyond stock, backordered is what was sold beyond it and not received yet. A variant that is not counted has no row.';

REVOKE ALL ON FUNCTION "private"."accept_offer"(uuid, uuid, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."accept_offer"(uuid, uuid, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."accept_offer"(uuid, uuid, uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."access_ends_at"(timestamp with time zone, timestamp with time zone, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."access_ends_at"(timestamp with time zone, timestamp with time zone, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."access_ends_at"(timestamp with time zone, timestamp with time zone, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."activate_enrollments"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."activate_enrollments"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."activate_enrollments"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_to_cart"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."add_to_cart"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."add_to_cart"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_to_cart"(uuid, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."add_units"(uuid, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."add_units"(uuid, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."add_units"(uuid, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."address_problem"(private.order_line[], uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."address_problem"(private.order_line[], uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."address_problem"(private.order_line[], uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."address_snapshot"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."address_snapshot"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."address_snapshot"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."adjust_stock"(jsonb, text, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."adopt_refund"(uuid, text, bigint, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."adopt_refund"(uuid, text, bigint, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."adopt_refund"(uuid, text, bigint, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."all_combinations"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."all_combinations"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."all_combinations"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."allowance_location"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."allowance_location"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."allowance_location"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."answer_cart"(uuid, text, text, jsonb, uuid, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."answer_cart"(uuid, text, text, jsonb, uuid, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."answer_cart"(uuid, text, text, jsonb, uuid, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_coupon"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."apply_coupon"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."apply_coupon"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_coupon"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_overtaken_events"(text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_overtaken_events"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_overtaken_events"(text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_payment_intent"(jsonb, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_payment_intent"(jsonb, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_payment_intent"(jsonb, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_pending_provider_events"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_pending_provider_events"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_pending_provider_events"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_promotion"(private.promoted, public.promotions, public.coupons, bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_promotion"(private.promoted, public.promotions, public.coupons, bigint[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_promotion"(private.promoted, public.promotions, public.coupons, bigint[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_promotions"(uuid, text, private.order_line[], uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_promotions"(uuid, text, private.order_line[], uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_promotions"(uuid, text, private.order_line[], uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_provider_event"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_provider_event"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_provider_event"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_refund"(jsonb, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_refund"(jsonb, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_refund"(jsonb, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."apply_session"(jsonb, text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."apply_session"(jsonb, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."apply_session"(jsonb, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."assess_enrollment"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."assess_enrollment"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."assess_enrollment"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attach_payment_session"(uuid, text, text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attach_payment_session"(uuid, text, text, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attach_payment_session"(uuid, text, text, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."attach_payment_session"(uuid, text, text, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "private"."attempt_document"(public.quiz_attempts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attempt_document"(public.quiz_attempts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attempt_document"(public.quiz_attempts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."attribute_schema"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."attribute_schema"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."attribute_schema"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attribute_schema"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."attribute_schema"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."attributes_problem"(public.category_attributes[], jsonb, text, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."attributes_problem"(public.category_attributes[], jsonb, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."attributes_problem"(public.category_attributes[], jsonb, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."audit_chain_breaks"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."audit_chain_breaks"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."audit_chain_breaks"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."audit_hash"(public.audit_log) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."audit_hash"(public.audit_log) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."audit_hash"(public.audit_log) TO "postgres";

REVOKE ALL ON FUNCTION "private"."best_list_price"(uuid, integer, text, uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."best_list_price"(uuid, integer, text, uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."best_list_price"(uuid, integer, text, uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cancel_order"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."cancel_order"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."cancel_order"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cancel_order"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."cancel_order"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."cart_changes"(private.priced_cart, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_changes"(private.priced_cart, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_changes"(private.priced_cart, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_coupon_ids"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_coupon_ids"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_coupon_ids"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_document"(private.priced_cart, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_document"(private.priced_cart, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_document"(private.priced_cart, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_expiry"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_expiry"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_expiry"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_lines"(private.priced_cart) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_lines"(private.priced_cart) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_lines"(private.priced_cart) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_moved"(private.priced_cart) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_moved"(private.priced_cart) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_moved"(private.priced_cart) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cart_needs_care"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cart_needs_care"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cart_needs_care"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."cash_account"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."cash_account"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."cash_account"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."category_height"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."category_height"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."category_height"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."category_path"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."category_path"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."category_path"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."category_subtree"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."category_subtree"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."category_subtree"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."category_subtree"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."category_subtree"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."change_capacity"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."change_capacity"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_capacity"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."change_cart_item"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."change_cart_item"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."change_cart_item"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_cart_item"(uuid, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."change_stock"(private.stock_line, integer, text, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."change_stock"(private.stock_line, integer, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."change_stock"(private.stock_line, integer, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_address"(public.addresses) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_address"(public.addresses) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_address"(public.addresses) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_answers"(public.quiz_attempts, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_answers"(public.quiz_attempts, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_answers"(public.quiz_attempts, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_availability"(uuid, private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_availability"(uuid, private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_availability"(uuid, private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_cart_limits"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_cart_limits"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_cart_limits"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_currency"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_currency"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_currency"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_goods"(uuid[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_goods"(uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_goods"(uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_location"(text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_location"(text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_location"(text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_place"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_place"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_place"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_stock_mode"(text, integer, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_stock_mode"(text, integer, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_stock_mode"(text, integer, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_stock_note"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_stock_note"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_stock_note"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_stock_reason"(text, private.stock_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_stock_reason"(text, private.stock_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_stock_reason"(text, private.stock_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_transfer"(public.payments) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_transfer"(public.payments) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_transfer"(public.payments) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_upload"(text, text, integer, integer, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_upload"(text, text, integer, integer, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_upload"(text, text, integer, integer, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."check_waitable"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."check_waitable"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."check_waitable"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."claim_promotions"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."claim_promotions"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."claim_promotions"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."clear_amounts"(private.order_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."clear_amounts"(private.order_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."clear_amounts"(private.order_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."clear_cart"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."clear_cart"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."clear_cart"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."clear_cart"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."clear_due_holds"(public.intakes, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."clear_due_holds"(public.intakes, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."clear_due_holds"(public.intakes, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."close_books"(private.stock_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."close_books"(private.stock_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."close_books"(private.stock_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."close_overdue_attempt"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."close_overdue_attempt"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."close_overdue_attempt"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."close_payments"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."close_payments"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."close_payments"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."collection_condition"(public.collections) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."collection_condition"(public.collections) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."collection_condition"(public.collections) TO "postgres";

REVOKE ALL ON FUNCTION "private"."collection_products"(text, text, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."collection_products"(text, text, text, text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."collection_products"(text, text, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."collection_products"(text, text, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."collection_products"(text, text, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "private"."complete_lesson"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."complete_lesson"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."complete_lesson"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."complete_lesson"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."complete_variants"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."complete_variants"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."complete_variants"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."compute_quote"(uuid, private.wish[], text, uuid[], text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."compute_quote"(uuid, private.wish[], text, uuid[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."compute_quote"(uuid, private.wish[], text, uuid[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."confirm_order"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."confirm_order"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."confirm_order"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."continue_order_search"(private.order_search, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."continue_order_search"(private.order_search, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."continue_order_search"(private.order_search, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."copy_order_lines"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."copy_order_lines"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."copy_order_lines"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."count_use"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."count_use"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."count_use"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."coupon_code"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."coupon_code"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."coupon_code"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."coupon_problem"(public.promotions, public.coupons, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."coupon_problem"(public.promotions, public.coupons, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."coupon_problem"(public.promotions, public.coupons, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."coupon_problem_in"(private.quote, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."coupon_problem_in"(private.quote, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."coupon_problem_in"(private.quote, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."course_lock"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."course_lock"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."course_lock"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."course_outline"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."course_outline"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."course_outline"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."course_outline"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."create_location"(text, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."create_location"(text, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."create_location"(text, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."create_location"(text, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."create_location"(text, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."credit_note_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."credit_note_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."credit_note_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."deduct_stock"(uuid, jsonb, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."default_address"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."default_address"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."default_address"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."deliver_paid_order"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."deliver_paid_order"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."deliver_paid_order"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."delivery_address"(uuid, private.order_line[], uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."delivery_address"(uuid, private.order_line[], uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."delivery_address"(uuid, private.order_line[], uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."discard_abandoned_uploads"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."discard_abandoned_uploads"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."discard_abandoned_uploads"(interval) TO "postgres";

REVOKE ALL ON FUNCTION "private"."discard_upload"(text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."discard_upload"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."discard_upload"(text, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."discard_upload"(text, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."discounts_of"(public.promotions, text, private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."discounts_of"(public.promotions, text, private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."discounts_of"(public.promotions, text, private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."draw_units"(uuid, integer, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."draw_units"(uuid, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."draw_units"(uuid, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."draw_units_elsewhere"(uuid, integer, integer, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."draw_units_elsewhere"(uuid, integer, integer, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."draw_units_elsewhere"(uuid, integer, integer, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."draw_units_in_order"(uuid, integer, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."draw_units_in_order"(uuid, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."draw_units_in_order"(uuid, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."emit"(text, text, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."emit"(text, text, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."emit"(text, text, uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."emit_each"(text[], text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."emit_each"(text[], text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."emit_each"(text[], text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."end_downloads"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."end_downloads"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."end_downloads"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."end_enrollments"(uuid[], text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."end_enrollments"(uuid[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."end_enrollments"(uuid[], text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."end_order"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."end_order"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."end_order"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."end_stock_hold"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."end_stock_hold"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."end_stock_hold"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."enroll"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."enroll"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."enroll"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."enroll"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."enrollment_in"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."enrollment_in"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."enrollment_in"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."enrollment_problem"(uuid, timestamp with time zone, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."enrollment_problem"(uuid, timestamp with time zone, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."enrollment_problem"(uuid, timestamp with time zone, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."event_payment"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."event_payment"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."event_payment"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."expire_due_carts"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."expire_due_carts"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."expire_due_carts"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."expire_due_offers"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."expire_due_offers"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."expire_due_offers"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."expire_due_orders"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."expire_due_orders"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."expire_due_orders"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."expire_due_stock_holds"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."expire_due_stock_holds"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."expire_due_stock_holds"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."expire_own_due_orders"(uuid, private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."expire_own_due_orders"(uuid, private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."expire_own_due_orders"(uuid, private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fail"(text, integer, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fail"(text, integer, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fail"(text, integer, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fail_payment"(uuid, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fail_payment"(uuid, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fail_payment"(uuid, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fail_process"(uuid, text, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fail_process"(uuid, text, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fail_process"(uuid, text, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fail_refund"(public.refunds, public.payments) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fail_refund"(public.refunds, public.payments) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fail_refund"(public.refunds, public.payments) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_backorders"(uuid, integer, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_backorders"(uuid, integer, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_backorders"(uuid, integer, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."fill_waiting_backorders"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."fill_waiting_backorders"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."fill_waiting_backorders"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_coupon"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."find_coupon"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_coupon"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_coupons"(text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."find_coupons"(text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_coupons"(text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_order"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."find_order"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_order"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_orders"(private.order_search) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."find_orders"(private.order_search) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_orders"(private.order_search) TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_own_address"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."find_own_address"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_own_address"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."find_upload"(text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."find_upload"(text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."find_upload"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_upload"(text, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."find_upload"(text, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."finish_process"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."finish_process"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."finish_process"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."finish_upload"(text, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."finish_upload"(text, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."finish_upload"(text, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."finish_upload"(text, uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "private"."first_misfit"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."first_misfit"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."first_misfit"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."first_slot"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."first_slot"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."first_slot"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."flag_order"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."flag_order"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."flag_order"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."free_sku"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."free_sku"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."free_sku"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."free_units"(uuid, integer, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."free_units"(uuid, integer, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."free_units"(uuid, integer, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."generate_coupons"(uuid, integer, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."generate_variants"(uuid, jsonb, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."get_cart"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."get_cart"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."get_cart"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."get_cart"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."get_order"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."get_order"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."get_order"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."get_order"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."get_order"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."get_units"(public.promotions, private.order_line[], boolean[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."get_units"(public.promotions, private.order_line[], boolean[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."get_units"(public.promotions, private.order_line[], boolean[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."give_back_cart"(public.carts, public.carts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."give_back_cart"(public.carts, public.carts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."give_back_cart"(public.carts, public.carts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."give_back_promotions"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."give_back_promotions"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."give_back_promotions"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."give_back_uses"(uuid[], uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."give_back_uses"(uuid[], uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."give_back_uses"(uuid[], uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."give_reason"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."give_reason"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."give_reason"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."grade_submission"(uuid, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."grade_submission"(uuid, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."grade_submission"(uuid, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."grade_submission"(uuid, integer, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."grant_downloads"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."grant_downloads"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."grant_downloads"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."grant_role"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."grant_role"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."grant_role"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."grant_role"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."grant_role"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."hand_over_process"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."hand_over_process"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."hand_over_process"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_permission"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."has_permission"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."has_permission"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_permission"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."has_real_units"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."has_real_units"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."has_real_units"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."held_units"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."held_units"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."held_units"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."hold_line"(uuid, uuid, private.order_line, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."hold_line"(uuid, uuid, private.order_line, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."hold_line"(uuid, uuid, private.order_line, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."hold_locations"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."hold_locations"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."hold_locations"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."invoice_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."invoice_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."invoice_document"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."invoice_document"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."invoice_document"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."invoice_of"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."invoice_of"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."invoice_of"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."invoice_taxes"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."invoice_taxes"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."invoice_taxes"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_in_an_open_order"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_in_an_open_order"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_in_an_open_order"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_lesson_open"(uuid, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."is_lesson_open"(uuid, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."is_lesson_open"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_lesson_open"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_on_sale"(text, timestamp with time zone, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "private"."is_right_answer"(jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_right_answer"(jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_right_answer"(jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_service"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_service"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_service"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_under_review"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_under_review"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_under_review"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."is_used_up"(public.promotions, public.coupons, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."is_used_up"(public.promotions, public.coupons, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."is_used_up"(public.promotions, public.coupons, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."issue_certificate"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."issue_certificate"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."issue_certificate"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."issue_credit_note"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."issue_credit_note"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."issue_credit_note"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."issue_invoice"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."issue_invoice"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."issue_invoice"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."join_waitlist"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."join_waitlist"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."join_waitlist"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."join_waitlist"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."keep_certificate_pdf"(uuid, text, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."keep_certificate_pdf"(uuid, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."keep_certificate_pdf"(uuid, text, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."keep_invoice_pdf"(uuid, text, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."keep_invoice_pdf"(uuid, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."keep_invoice_pdf"(uuid, text, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."leave_waitlist"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."leave_waitlist"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."leave_waitlist"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."leave_waitlist"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lesson_states"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lesson_states"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lesson_states"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."line_document"(private.order_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."line_document"(private.order_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."line_document"(private.order_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."line_pricing"(private.order_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."line_pricing"(private.order_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."line_pricing"(private.order_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."line_problem"(private.order_line[], uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."line_problem"(private.order_line[], uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."line_problem"(private.order_line[], uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."list_products"(text, text, text, text, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "private"."lock_addresses"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_addresses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_addresses"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_cart"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_cart"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_cart"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_category_tree"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_category_tree"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_category_tree"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_goods"(uuid[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_goods"(uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_goods"(uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_holds"(uuid[], uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_holds"(uuid[], uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_holds"(uuid[], uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_invoice_series"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_invoice_series"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_invoice_series"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_payment"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_payment"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_payment"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_stock"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_stock"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_stock"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_waitlist"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_waitlist"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_waitlist"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."lock_waitlists"(uuid[], uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."lock_waitlists"(uuid[], uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."lock_waitlists"(uuid[], uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."main_location"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."main_location"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."main_location"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."make_default_address"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."make_default_address"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."make_default_address"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mark_notification"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mark_notification"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mark_notification"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."mark_seen"(private.priced_cart) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."mark_seen"(private.priced_cart) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."mark_seen"(private.priced_cart) TO "postgres";

REVOKE ALL ON FUNCTION "private"."match_titles"(private.order_search) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."match_titles"(private.order_search) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."match_titles"(private.order_search) TO "postgres";

REVOKE ALL ON FUNCTION "private"."media_file"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."media_file"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."media_file"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."media_file"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."media_file"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."merge_cart"(jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."merge_cart"(jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."merge_cart"(jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_cart"(jsonb, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merge_lines"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merge_lines"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merge_lines"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."merged_quantity"(integer, integer, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."merged_quantity"(integer, integer, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."merged_quantity"(integer, integer, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."missing_combinations"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."missing_combinations"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."missing_combinations"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_beyond_stock"(public.stock_slots, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."move_beyond_stock"(public.stock_slots, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_beyond_stock"(public.stock_slots, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."move_category"(uuid, uuid, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."my_courses"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."my_courses"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."my_courses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."my_courses"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."my_downloads"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."my_downloads"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."my_downloads"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."my_downloads"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."my_waitlist"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."my_waitlist"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."my_waitlist"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."my_waitlist"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."needed_units"(private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."needed_units"(private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."needed_units"(private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."needs_address"(private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."needs_address"(private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."needs_address"(private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."new_certificate_number"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."new_certificate_number"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."new_certificate_number"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."newest_orders"(private.order_search, uuid[], timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."newest_orders"(private.order_search, uuid[], timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."newest_orders"(private.order_search, uuid[], timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."next_invoice_serial"(text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."next_invoice_serial"(text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."next_invoice_serial"(text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_backorders"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_backorders"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_backorders"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_customers"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_customers"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_customers"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_low_stock"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_low_stock"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_low_stock"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."note_titles"(uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."note_titles"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."note_titles"(uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_attempt"(public.enrollments, public.lessons) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_attempt"(public.enrollments, public.lessons) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_attempt"(public.enrollments, public.lessons) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_books"(private.stock_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_books"(private.stock_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_books"(private.stock_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_cart"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_cart"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_cart"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_enrollments"(uuid, uuid, private.order_line[], uuid[], text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_enrollments"(uuid, uuid, private.order_line[], uuid[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_enrollments"(uuid, uuid, private.order_line[], uuid[], text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_payment"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_payment"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_payment"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_payments"(interval, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_payments"(interval, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_payments"(interval, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."open_submission"(public.enrollments, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."open_submission"(public.enrollments, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."open_submission"(public.enrollments, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."order_document"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."order_document"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."order_document"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."order_numbers_containing"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."order_numbers_containing"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."order_numbers_containing"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."order_search_fingerprint"(private.order_search) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."order_search_fingerprint"(private.order_search) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."order_search_fingerprint"(private.order_search) TO "postgres";

REVOKE ALL ON FUNCTION "private"."order_search_rows"(uuid[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."order_search_rows"(uuid[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."order_search_rows"(uuid[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."orders_about"(private.order_search, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."orders_about"(private.order_search, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."orders_about"(private.order_search, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."outline_sections"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."outline_sections"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."outline_sections"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."page_of_products"(uuid, text, text, text, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."page_of_products"(uuid, text, text, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."page_of_products"(uuid, text, text, text, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."parse_lines"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."parse_lines"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."parse_lines"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."parse_option_matrix"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."parse_option_matrix"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."parse_option_matrix"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."parse_stock_lines"(jsonb, text[], boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."parse_stock_lines"(jsonb, text[], boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."parse_stock_lines"(jsonb, text[], boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."pass_on_free_units"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."pass_on_free_units"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."pass_on_free_units"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."pass_on_units"(uuid, integer, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."pass_on_units"(uuid, integer, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."pass_on_units"(uuid, integer, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."payment_document"(public.payments) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."payment_document"(public.payments) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."payment_document"(public.payments) TO "postgres";

REVOKE ALL ON FUNCTION "private"."place_order"(jsonb, uuid, text, uuid, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."place_order"(jsonb, uuid, text, uuid, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."place_order"(jsonb, uuid, text, uuid, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."place_order"(jsonb, uuid, text, uuid, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."place_quote"(uuid, private.quote) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."place_quote"(uuid, private.quote) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."place_quote"(uuid, private.quote) TO "postgres";

REVOKE ALL ON FUNCTION "private"."post_entries"(text, uuid, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."post_entries"(text, uuid, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."post_entries"(text, uuid, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."post_sale"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."post_sale"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."post_sale"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."prepare_upload"(uuid, text, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."prepare_upload"(uuid, text, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."prepare_upload"(uuid, text, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."prepare_upload"(uuid, text, text, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."price_cart"(public.carts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."price_cart"(public.carts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."price_cart"(public.carts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."price_line"(uuid, integer, text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."price_line"(uuid, integer, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."price_line"(uuid, integer, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."price_tiers"(uuid, text, uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."price_tiers"(uuid, text, uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."price_tiers"(uuid, text, uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."price_wishes"(uuid, private.wish[], text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."price_wishes"(uuid, private.wish[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."price_wishes"(uuid, private.wish[], text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."problem"(text, integer, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."problem"(text, integer, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."problem"(text, integer, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."process_payment"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."process_payment"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."process_payment"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."product_attributes"(public.products, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."product_attributes"(public.products, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_attributes"(public.products, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."product_card"(public.products, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."product_card"(public.products, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_card"(public.products, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."product_choices"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."product_choices"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_choices"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."product_document"(text, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."product_document"(text, uuid, text, text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."product_document"(text, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_document"(text, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_document"(text, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."product_price"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."product_price"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_price"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."product_variants"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."product_variants"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."product_variants"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."production_document"(bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."production_document"(bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."production_document"(bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."progress_document"(public.results, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."progress_document"(public.results, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."progress_document"(public.results, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."promise_units"(uuid, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."promise_units"(uuid, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."promise_units"(uuid, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."promotion_covers"(uuid, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."promotion_covers"(uuid, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."promotion_covers"(uuid, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."proof_document"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."proof_document"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."proof_document"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."proof_document"(uuid, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."proof_document"(uuid, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "private"."purge_idempotency_keys"(interval) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."purge_idempotency_keys"(interval) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."purge_idempotency_keys"(interval) TO "postgres";

REVOKE ALL ON FUNCTION "private"."put_quiz"(uuid, jsonb, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."put_quiz"(uuid, jsonb, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."put_quiz"(uuid, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."put_quiz"(uuid, jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."question_problem"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."question_problem"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."question_problem"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."queue_notification"(uuid, text, text, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."queue_notification"(uuid, text, text, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."queue_notification"(uuid, text, text, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."queue_process"(text, bigint, text, uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."queue_process"(text, bigint, text, uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."queue_process"(text, bigint, text, uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."quiz_questions"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."quiz_questions"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."quiz_questions"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."quiz_questions"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."quote"(jsonb, uuid, text, text[], text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."quote"(jsonb, uuid, text, text[], text, text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."quote"(jsonb, uuid, text, text[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."quote"(jsonb, uuid, text, text[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."quote_document"(private.quote) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."quote_document"(private.quote) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."quote_document"(private.quote) TO "postgres";

REVOKE ALL ON FUNCTION "private"."random_code"(integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."random_code"(integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."random_code"(integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."read_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."read_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."read_order_search"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."recall_answer"(uuid, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."recall_answer"(uuid, text, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."recall_answer"(uuid, text, text, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."receive_provider_event"(text, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."receive_provider_event"(text, text, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."receive_provider_event"(text, text, text, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."receive_provider_event"(text, text, text, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "private"."record_progress"(uuid, uuid, integer, boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."record_progress"(uuid, uuid, integer, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_progress"(uuid, uuid, integer, boolean) TO "postgres";

REVOKE ALL ON FUNCTION "private"."record_refund_result"(uuid, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."record_refund_result"(uuid, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_refund_result"(uuid, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."record_transfer_refund"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."redeem_promotions"(uuid, uuid, private.quote, timestamp with time zone, uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."redeem_promotions"(uuid, uuid, private.quote, timestamp with time zone, uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."redeem_promotions"(uuid, uuid, private.quote, timestamp with time zone, uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reduce_to_stock"(private.priced_cart, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reduce_to_stock"(private.priced_cart, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reduce_to_stock"(private.priced_cart, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refund_document"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refund_document"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refund_document"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refund_effect_key"(text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refund_effect_key"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refund_effect_key"(text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refund_order"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refund_order"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refund_order"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_and_keep"(text, integer, text, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_and_keep"(text, integer, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_and_keep"(text, integer, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_broken_values"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_broken_values"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_broken_values"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_cart_quantity"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_cart_quantity"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_cart_quantity"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_download"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_download"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_download"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_locked"(private.lesson_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_locked"(private.lesson_state) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_locked"(private.lesson_state) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_missing_item"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_missing_item"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_missing_item"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_problem"(jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_problem"(jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_problem"(jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_second_seat"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_second_seat"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_second_seat"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_use"(text, text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_use"(text, text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_use"(text, text, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_while_promised"(public.variants, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_while_promised"(public.variants, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_while_promised"(public.variants, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."refuse_wrong_cart"(public.carts) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."refuse_wrong_cart"(public.carts) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."refuse_wrong_cart"(public.carts) TO "postgres";

REVOKE ALL ON FUNCTION "private"."release_due_units"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."release_due_units"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."release_due_units"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."release_due_uses"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."release_due_uses"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."release_due_uses"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."release_stock"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."release_stock"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."release_stock"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."release_stock"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."release_stock"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."remember_answer"(uuid, text, text, jsonb, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."remember_answer"(uuid, text, text, jsonb, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remember_answer"(uuid, text, text, jsonb, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_address"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."remove_address"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."remove_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_coupon"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."remove_coupon"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."remove_coupon"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_coupon"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."remove_from_cart"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."remove_from_cart"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."remove_from_cart"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."remove_from_cart"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_id"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."request_id"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_id"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."request_refund"(uuid, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."request_refund"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."request_refund"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_catalog_write"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_catalog_write"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_catalog_write"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_person"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_person"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_person"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_stock_keeper"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_stock_keeper"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_stock_keeper"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."require_teacher"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."require_teacher"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."require_teacher"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."reserve_stock"(jsonb, integer, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."reserve_units"(uuid, uuid, integer, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."reserve_units"(uuid, uuid, integer, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."reserve_units"(uuid, uuid, integer, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."retry_process"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."retry_process"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."retry_process"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."retry_process"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."retry_process"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "private"."return_units"(uuid, integer, uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."return_units"(uuid, integer, uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."return_units"(uuid, integer, uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."review_payment_proof"(uuid, boolean, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."revoke_certificate"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."revoke_certificate"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."revoke_certificate"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."revoke_certificate"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."revoke_role"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."revoke_role"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."revoke_role"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."revoke_role"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."revoke_role"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."roster"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."roster"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."roster"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."roster"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."rule_condition"(public.collection_rules) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."rule_condition"(public.collection_rules) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."rule_condition"(public.collection_rules) TO "postgres";

REVOKE ALL ON FUNCTION "private"."say_how_long_to_keep"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."say_how_long_to_keep"() TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."say_how_long_to_keep"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."say_how_long_to_keep"() TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."say_how_long_to_keep"() TO "service_role";

REVOKE ALL ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "private"."search_pattern"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_pattern"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_pattern"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."search_text"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."search_text"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."search_text"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."second_seat_problem"(uuid, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."second_seat_problem"(uuid, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."second_seat_problem"(uuid, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sell_units"(uuid, integer, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sell_units"(uuid, integer, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sell_units"(uuid, integer, uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sellable_units"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sellable_units"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sellable_units"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_allowance"(uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."set_allowance"(uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_allowance"(uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_cart_address"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_cart_address"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_cart_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_cart_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_cart_currency"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_cart_currency"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_cart_currency"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_cart_currency"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_low_stock_threshold"(uuid, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."setting"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."setting"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."setting"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."settle_payment"(uuid, bigint, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."settle_payment"(uuid, bigint, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."settle_payment"(uuid, bigint, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."settle_refund"(public.refunds, public.payments) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."settle_refund"(public.refunds, public.payments) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."settle_refund"(public.refunds, public.payments) TO "postgres";

REVOKE ALL ON FUNCTION "private"."settle_reservations"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."settle_reservations"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."settle_reservations"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."share_category_tree"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."share_category_tree"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."share_category_tree"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."share_of_taxes"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."share_of_taxes"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."share_of_taxes"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."short_locale"(text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."short_locale"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."short_locale"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."split_amount"(bigint, bigint[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."split_amount"(bigint, bigint[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."split_amount"(bigint, bigint[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_payment"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_payment"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_payment"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_payment"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_process"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."start_process"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_process"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_proof"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_proof"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_proof"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_proof"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_quiz"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_quiz"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_quiz"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_quiz"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_transfer"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_transfer"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_transfer"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_transfer"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."start_upload"(text, uuid, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."stock_by_location"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."stock_by_location"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."stock_by_location"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."stock_by_location"(uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."stock_by_location"(uuid[]) TO "service_role";

REVOKE ALL ON FUNCTION "private"."stock_hold_document"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."stock_hold_document"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."stock_hold_document"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."stock_problem"(uuid, private.order_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."stock_problem"(uuid, private.order_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."stock_problem"(uuid, private.order_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."studied_courses"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."studied_courses"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."studied_courses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."studied_courses"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."study_lesson"(uuid, uuid, text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."study_lesson"(uuid, uuid, text[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."study_lesson"(uuid, uuid, text[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."submission_document"(public.submissions) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."submission_document"(public.submissions) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submission_document"(public.submissions) TO "postgres";

REVOKE ALL ON FUNCTION "private"."submit_assignment"(uuid, text, uuid[], text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."submit_assignment"(uuid, text, uuid[], text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."submit_assignment"(uuid, text, uuid[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submit_assignment"(uuid, text, uuid[], text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."submit_proof"(uuid, text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."submit_proof"(uuid, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submit_proof"(uuid, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."submit_proof"(uuid, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."submit_quiz"(uuid, jsonb, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."submit_quiz"(uuid, jsonb, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."submit_quiz"(uuid, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."submit_quiz"(uuid, jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sum_lines"(text, private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sum_lines"(text, private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sum_lines"(text, private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sum_taxes"(private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sum_taxes"(private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sum_taxes"(private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."sweep_low_stock"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."sweep_low_stock"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."sweep_low_stock"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_back_goods"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."take_back_goods"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_back_goods"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."take_units"(uuid, uuid, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."take_units"(uuid, uuid, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."take_units"(uuid, uuid, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."taught_courses"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."taught_courses"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."taught_courses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."taught_courses"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."taught_intakes"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."taught_intakes"() TO "authenticated";

REVOKE ALL ON FUNCTION "private"."taught_intakes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."taught_intakes"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tax_given_back"(uuid, bigint) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tax_given_back"(uuid, bigint) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tax_given_back"(uuid, bigint) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tax_line"(private.order_line, text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tax_line"(private.order_line, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tax_line"(private.order_line, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__audit"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__audit"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__audit"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__check_translations"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__check_translations"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__check_translations"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__guard_status"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__guard_status"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__guard_status"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__note_titles"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__note_titles"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__note_titles"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__recount_uses"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__recount_uses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__recount_uses"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__refuse_change"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__refuse_change"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__refuse_change"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg__stamp_update"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg__stamp_update"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg__stamp_update"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_addresses__note_recipient"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_addresses__note_recipient"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_addresses__note_recipient"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_bundle_items__check_kinds"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_bundle_items__check_kinds"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_bundle_items__check_kinds"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_categories__find_place"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_categories__find_place"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_categories__find_place"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_categories__keep_what_is_used"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_categories__keep_what_is_used"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_categories__keep_what_is_used"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_category_attributes__keep_values"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_category_attributes__keep_values"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_category_attributes__keep_values"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_category_attributes__lock_tree"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_category_attributes__lock_tree"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_category_attributes__lock_tree"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_certificates__refuse_change"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_certificates__refuse_change"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_certificates__refuse_change"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_coupons__write_code"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_coupons__write_code"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_coupons__write_code"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_course_prerequisites__refuse_circle"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_course_prerequisites__refuse_circle"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_course_prerequisites__refuse_circle"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_digital_files__keep_what_is_sold"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_digital_files__keep_what_is_sold"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_digital_files__keep_what_is_sold"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_intakes__follow_seats"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_intakes__follow_seats"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_intakes__follow_seats"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_intakes__follow_waitlist"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_intakes__follow_waitlist"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_intakes__follow_waitlist"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_intakes__make_variant"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_intakes__make_variant"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_intakes__make_variant"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_invoice_lines__check_totals"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_invoice_lines__check_totals"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_invoice_lines__check_totals"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_invoices__check_credit"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_invoices__check_credit"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_invoices__check_credit"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_invoices__refuse_change"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_invoices__refuse_change"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_invoices__refuse_change"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_ledger_entries__check_balance"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_ledger_entries__check_balance"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_ledger_entries__check_balance"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_lesson_contents__follow_lesson"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_lesson_contents__follow_lesson"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_lesson_contents__follow_lesson"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_lessons__follow_section"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_lessons__follow_section"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_lessons__follow_section"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_media__discard_object"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_media__discard_object"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_media__discard_object"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_order_items__check_sums"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_order_items__check_sums"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_order_items__check_sums"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_product_option_values__keep_what_is_chosen"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_product_option_values__keep_what_is_chosen"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_product_option_values__keep_what_is_chosen"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_products__check_attributes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_products__check_attributes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_products__check_attributes"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_profiles__leave_waitlists"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_profiles__leave_waitlists"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_profiles__leave_waitlists"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_profiles__note_customer"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_profiles__note_customer"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_profiles__note_customer"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_stock_levels__refuse_write"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_stock_levels__refuse_write"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_stock_levels__refuse_write"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_stock_movements__refuse_change"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_stock_movements__refuse_change"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_stock_movements__refuse_change"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_users__close_profile"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_users__close_profile"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_users__close_profile"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_users__follow_email"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_users__follow_email"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_users__follow_email"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_users__make_profile"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_users__make_profile"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_users__make_profile"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_variants__check_attributes"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_variants__check_attributes"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_variants__check_attributes"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_variants__count_by_kind"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_variants__count_by_kind"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_variants__count_by_kind"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_variants__keep_what_is_sold"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_variants__keep_what_is_sold"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_variants__keep_what_is_sold"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_variants__order_options"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_variants__order_options"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_variants__order_options"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."tg_variants__repeat_options"() FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."tg_variants__repeat_options"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."tg_variants__repeat_options"() TO "postgres";

REVOKE ALL ON FUNCTION "private"."total_quote"(uuid, text, private.order_line[], uuid[], text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."total_quote"(uuid, text, private.order_line[], uuid[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."total_quote"(uuid, text, private.order_line[], uuid[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."try_provider_event"(text, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."try_provider_event"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."try_provider_event"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."uncount_uses"(uuid, uuid[], uuid[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."uncount_uses"(uuid, uuid[], uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."uncount_uses"(uuid, uuid[], uuid[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."undo_order"(uuid, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."undo_order"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."undo_order"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."units_in_reach"(uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."units_in_reach"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."units_in_reach"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."update_location"(uuid, text, integer, boolean, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."update_process"(uuid, text, text, integer, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "private"."use_download"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."use_download"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "private"."use_download"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."use_download"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."use_promotion"(uuid, uuid, uuid, uuid, bigint, text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."use_promotion"(uuid, uuid, uuid, uuid, bigint, text, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."use_promotion"(uuid, uuid, uuid, uuid, bigint, text, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "private"."value_problem"(public.category_attributes, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."value_problem"(public.category_attributes, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."value_problem"(public.category_attributes, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."variant_prices"(uuid[], text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."variant_prices"(uuid[], text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."variant_prices"(uuid[], text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."variant_prices"(uuid[], text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "private"."variant_prices"(uuid[], text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "private"."verify_certificate"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "private"."verify_certificate"(text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "private"."verify_certificate"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."verify_certificate"(text) TO "postgres";

REVOKE ALL ON FUNCTION "private"."waitlist_document"(public.waitlist_entries) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."waitlist_document"(public.waitlist_entries) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."waitlist_document"(public.waitlist_entries) TO "postgres";

REVOKE ALL ON FUNCTION "private"."with_parts"(private.order_line) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."with_parts"(private.order_line) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."with_parts"(private.order_line) TO "postgres";

REVOKE ALL ON FUNCTION "private"."write_credit_note"(uuid, public.invoices, bigint, bigint, integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."write_credit_note"(uuid, public.invoices, bigint, bigint, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."write_credit_note"(uuid, public.invoices, bigint, bigint, integer) TO "postgres";

REVOKE ALL ON FUNCTION "private"."write_items"(uuid, private.order_line[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."write_items"(uuid, private.order_line[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."write_items"(uuid, private.order_line[]) TO "postgres";

REVOKE ALL ON FUNCTION "private"."write_options"(uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."write_options"(uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."write_options"(uuid, jsonb) TO "postgres";

REVOKE ALL ON FUNCTION "private"."write_order"(uuid, private.quote, uuid, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "private"."write_order"(uuid, private.quote, uuid, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "private"."write_order"(uuid, private.quote, uuid, timestamp with time zone) TO "postgres";

REVOKE ALL ON FUNCTION "public"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."add_address"(text, text, text, text, text, text, text, text, text, text, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."add_to_cart"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."add_to_cart"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."add_to_cart"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."add_to_cart"(uuid, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."adjust_stock"(jsonb, text, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."apply_coupon"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."apply_coupon"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."apply_coupon"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."apply_coupon"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."attach_payment_session"(uuid, text, text, timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."attach_payment_session"(uuid, text, text, timestamp with time zone) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."attach_payment_session"(uuid, text, text, timestamp with time zone) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."attach_payment_session"(uuid, text, text, timestamp with time zone) TO "service_role";

REVOKE ALL ON FUNCTION "public"."attribute_schema"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."attribute_schema"(uuid, text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."attribute_schema"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."attribute_schema"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."attribute_schema"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."cancel_order"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."cancel_order"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."cancel_order"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."cancel_order"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."cancel_order"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."category_tree"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."category_tree"(text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."category_tree"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."category_tree"(text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."category_tree"(text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."change_address"(uuid, text, text, text, text, text, text, text, text, text, text, boolean, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."change_cart_item"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."change_cart_item"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."change_cart_item"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."change_cart_item"(uuid, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."clear_cart"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."clear_cart"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."clear_cart"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."clear_cart"(text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."collection_products"(text, text, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."collection_products"(text, text, text, text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."collection_products"(text, text, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."collection_products"(text, text, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."collection_products"(text, text, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "public"."complete_lesson"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."complete_lesson"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."complete_lesson"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."complete_lesson"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."course_outline"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."course_outline"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."course_outline"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."course_outline"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."create_location"(text, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."create_location"(text, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."create_location"(text, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."create_location"(text, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."create_location"(text, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."deduct_stock"(uuid, jsonb, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."discard_upload"(text, uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."discard_upload"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."discard_upload"(text, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."discard_upload"(text, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."enroll"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."enroll"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."enroll"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."enroll"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."find_upload"(text, uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."find_upload"(text, uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."find_upload"(text, uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."find_upload"(text, uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."find_upload"(text, uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."finish_upload"(text, uuid, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."finish_upload"(text, uuid, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."finish_upload"(text, uuid, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."finish_upload"(text, uuid, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."generate_coupons"(uuid, integer, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."generate_variants"(uuid, jsonb, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."get_cart"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."get_cart"(text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."get_cart"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."get_cart"(text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."get_order"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."get_order"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."get_order"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."get_order"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."get_order"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."grade_submission"(uuid, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."grade_submission"(uuid, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."grade_submission"(uuid, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."grade_submission"(uuid, integer, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."grant_role"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."grant_role"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."grant_role"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."grant_role"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."grant_role"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."invoice_document"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."invoice_document"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."invoice_document"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."invoice_document"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."invoice_document"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."join_waitlist"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."join_waitlist"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."join_waitlist"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."join_waitlist"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."leave_waitlist"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."leave_waitlist"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."leave_waitlist"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."leave_waitlist"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."list_products"(text, text, text, text, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "public"."media_file"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."media_file"(uuid) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."media_file"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."media_file"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."media_file"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."merge_cart"(jsonb, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."merge_cart"(jsonb, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."merge_cart"(jsonb, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."merge_cart"(jsonb, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."move_category"(uuid, uuid, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."my_courses"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."my_courses"() TO "authenticated";

REVOKE ALL ON FUNCTION "public"."my_courses"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."my_courses"() TO "postgres";

REVOKE ALL ON FUNCTION "public"."my_downloads"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."my_downloads"() TO "authenticated";

REVOKE ALL ON FUNCTION "public"."my_downloads"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."my_downloads"() TO "postgres";

REVOKE ALL ON FUNCTION "public"."my_waitlist"() FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."my_waitlist"() TO "authenticated";

REVOKE ALL ON FUNCTION "public"."my_waitlist"() FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."my_waitlist"() TO "postgres";

REVOKE ALL ON FUNCTION "public"."place_order"(jsonb, uuid, text, uuid, text, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."place_order"(jsonb, uuid, text, uuid, text, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."place_order"(jsonb, uuid, text, uuid, text, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."place_order"(jsonb, uuid, text, uuid, text, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."prepare_upload"(uuid, text, text, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."prepare_upload"(uuid, text, text, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."prepare_upload"(uuid, text, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."prepare_upload"(uuid, text, text, integer, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."product_document"(text, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."product_document"(text, uuid, text, text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."product_document"(text, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."product_document"(text, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."product_document"(text, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."proof_document"(uuid, boolean) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."proof_document"(uuid, boolean) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."proof_document"(uuid, boolean) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."proof_document"(uuid, boolean) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."proof_document"(uuid, boolean) TO "service_role";

REVOKE ALL ON FUNCTION "public"."put_quiz"(uuid, jsonb, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."put_quiz"(uuid, jsonb, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."put_quiz"(uuid, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."put_quiz"(uuid, jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."quiz_questions"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."quiz_questions"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."quiz_questions"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."quiz_questions"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."quote"(jsonb, uuid, text, text[], text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."quote"(jsonb, uuid, text, text[], text, text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."quote"(jsonb, uuid, text, text[], text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."quote"(jsonb, uuid, text, text[], text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."receive_provider_event"(text, text, text, jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."receive_provider_event"(text, text, text, jsonb) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."receive_provider_event"(text, text, text, jsonb) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."receive_provider_event"(text, text, text, jsonb) TO "service_role";

REVOKE ALL ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."record_transfer_refund"(uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."release_stock"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."release_stock"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."release_stock"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."release_stock"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."release_stock"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."remove_address"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."remove_address"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."remove_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."remove_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."remove_coupon"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."remove_coupon"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."remove_coupon"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."remove_coupon"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."remove_from_cart"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."remove_from_cart"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."remove_from_cart"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."remove_from_cart"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."reserve_stock"(jsonb, integer, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."retry_process"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."retry_process"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."retry_process"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."retry_process"(uuid) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."retry_process"(uuid) TO "service_role";

REVOKE ALL ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."review_payment_proof"(uuid, boolean, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."revoke_certificate"(uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."revoke_certificate"(uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."revoke_certificate"(uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."revoke_certificate"(uuid, text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."revoke_role"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."revoke_role"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."revoke_role"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."revoke_role"(uuid, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."revoke_role"(uuid, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."roster"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."roster"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."roster"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."roster"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."search_orders"(text, text[], timestamp with time zone, timestamp with time zone, bigint, bigint, text, text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "public"."set_cart_address"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_cart_address"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_cart_address"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_cart_address"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_cart_currency"(text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_cart_currency"(text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_cart_currency"(text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_cart_currency"(text, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_low_stock_threshold"(uuid, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."set_stock_mode"(uuid, text, integer, timestamp with time zone, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."start_payment"(uuid) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_payment"(uuid) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_payment"(uuid) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_payment"(uuid) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_proof"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_proof"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_proof"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_proof"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_quiz"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_quiz"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_quiz"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_quiz"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_transfer"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_transfer"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_transfer"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_transfer"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."start_upload"(text, uuid, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."stock_by_location"(uuid[]) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."stock_by_location"(uuid[]) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."stock_by_location"(uuid[]) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."stock_by_location"(uuid[]) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."stock_by_location"(uuid[]) TO "service_role";

REVOKE ALL ON FUNCTION "public"."submit_assignment"(uuid, text, uuid[], text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."submit_assignment"(uuid, text, uuid[], text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."submit_assignment"(uuid, text, uuid[], text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."submit_assignment"(uuid, text, uuid[], text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."submit_proof"(uuid, text, integer, text) FROM PUBLIC;

REVOKE ALL ON FUNCTION "public"."submit_proof"(uuid, text, integer, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."submit_proof"(uuid, text, integer, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."submit_proof"(uuid, text, integer, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."submit_quiz"(uuid, jsonb, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."submit_quiz"(uuid, jsonb, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."submit_quiz"(uuid, jsonb, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."submit_quiz"(uuid, jsonb, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."transfer_stock"(jsonb, uuid, uuid, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."update_location"(uuid, text, integer, boolean, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."update_process"(uuid, text, text, integer, text, text) TO "service_role";

REVOKE ALL ON FUNCTION "public"."use_download"(uuid, text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."use_download"(uuid, text) TO "authenticated";

REVOKE ALL ON FUNCTION "public"."use_download"(uuid, text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."use_download"(uuid, text) TO "postgres";

REVOKE ALL ON FUNCTION "public"."variant_prices"(uuid[], text, integer) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."variant_prices"(uuid[], text, integer) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."variant_prices"(uuid[], text, integer) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."variant_prices"(uuid[], text, integer) TO "postgres";

GRANT EXECUTE ON FUNCTION "public"."variant_prices"(uuid[], text, integer) TO "service_role";

REVOKE ALL ON FUNCTION "public"."verify_certificate"(text) FROM PUBLIC;

GRANT EXECUTE ON FUNCTION "public"."verify_certificate"(text) TO "anon", "authenticated";

REVOKE ALL ON FUNCTION "public"."verify_certificate"(text) FROM "postgres";

GRANT EXECUTE ON FUNCTION "public"."verify_certificate"(text) TO "postgres";

GRANT USAGE ON SCHEMA "private" TO "anon", "authenticated", "service_role";

REVOKE ALL ON TABLE "public"."addresses" FROM "authenticated";

GRANT SELECT ON TABLE "public"."addresses" TO "authenticated";

REVOKE ALL ON TABLE "public"."addresses" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."addresses" TO "postgres";

REVOKE ALL ON TABLE "public"."addresses" FROM "service_role";

GRANT SELECT ON TABLE "public"."addresses" TO "service_role";

REVOKE ALL ON TABLE "public"."audit_log" FROM "authenticated";

GRANT SELECT ON TABLE "public"."audit_log" TO "authenticated";

REVOKE ALL ON TABLE "public"."audit_log" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."audit_log" TO "postgres";

REVOKE ALL ON TABLE "public"."audit_log" FROM "service_role";

GRANT SELECT ON TABLE "public"."audit_log" TO "service_role";

REVOKE ALL ON TABLE "public"."backorders" FROM "authenticated";

GRANT SELECT ON TABLE "public"."backorders" TO "authenticated";

REVOKE ALL ON TABLE "public"."backorders" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."backorders" TO "postgres";

REVOKE ALL ON TABLE "public"."backorders" FROM "service_role";

GRANT SELECT ON TABLE "public"."backorders" TO "service_role";

REVOKE ALL ON TABLE "public"."bundle_items" FROM "anon";

GRANT SELECT ON TABLE "public"."bundle_items" TO "anon";

REVOKE ALL ("bundle_variant_id") ON TABLE "public"."bundle_items" FROM "authenticated";

GRANT INSERT ("bundle_variant_id") ON TABLE "public"."bundle_items" TO "authenticated";

REVOKE ALL ("component_variant_id") ON TABLE "public"."bundle_items" FROM "authenticated";

GRANT INSERT ("component_variant_id") ON TABLE "public"."bundle_items" TO "authenticated";

REVOKE ALL ("quantity") ON TABLE "public"."bundle_items" FROM "authenticated";

GRANT INSERT ("quantity"), UPDATE ("quantity") ON TABLE "public"."bundle_items" TO "authenticated";

REVOKE ALL ON TABLE "public"."bundle_items" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."bundle_items" TO "authenticated";

REVOKE ALL ON TABLE "public"."bundle_items" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."bundle_items" TO "postgres";

REVOKE ALL ("bundle_variant_id") ON TABLE "public"."bundle_items" FROM "service_role";

GRANT INSERT ("bundle_variant_id") ON TABLE "public"."bundle_items" TO "service_role";

REVOKE ALL ("component_variant_id") ON TABLE "public"."bundle_items" FROM "service_role";

GRANT INSERT ("component_variant_id") ON TABLE "public"."bundle_items" TO "service_role";

REVOKE ALL ("quantity") ON TABLE "public"."bundle_items" FROM "service_role";

GRANT INSERT ("quantity"), UPDATE ("quantity") ON TABLE "public"."bundle_items" TO "service_role";

REVOKE ALL ON TABLE "public"."bundle_items" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."bundle_items" TO "service_role";

REVOKE ALL ON TABLE "public"."cart_coupons" FROM "authenticated";

GRANT SELECT ON TABLE "public"."cart_coupons" TO "authenticated";

REVOKE ALL ON TABLE "public"."cart_coupons" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."cart_coupons" TO "postgres";

REVOKE ALL ON TABLE "public"."cart_coupons" FROM "service_role";

GRANT SELECT ON TABLE "public"."cart_coupons" TO "service_role";

REVOKE ALL ON TABLE "public"."cart_items" FROM "authenticated";

GRANT SELECT ON TABLE "public"."cart_items" TO "authenticated";

REVOKE ALL ON TABLE "public"."cart_items" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."cart_items" TO "postgres";

REVOKE ALL ON TABLE "public"."cart_items" FROM "service_role";

GRANT SELECT ON TABLE "public"."cart_items" TO "service_role";

REVOKE ALL ON TABLE "public"."carts" FROM "authenticated";

GRANT SELECT ON TABLE "public"."carts" TO "authenticated";

REVOKE ALL ON TABLE "public"."carts" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."carts" TO "postgres";

REVOKE ALL ON TABLE "public"."carts" FROM "service_role";

GRANT SELECT ON TABLE "public"."carts" TO "service_role";

REVOKE ALL ON TABLE "public"."categories" FROM "anon";

GRANT SELECT ON TABLE "public"."categories" TO "anon";

REVOKE ALL ("description") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ("parent_id") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("parent_id"), UPDATE ("parent_id") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ("slug") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."categories" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."categories" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."categories" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."categories" TO "postgres";

REVOKE ALL ("description") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ("parent_id") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("parent_id"), UPDATE ("parent_id") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ("slug") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."categories" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ON TABLE "public"."categories" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."categories" TO "service_role";

REVOKE ALL ON TABLE "public"."category_attributes" FROM "anon";

GRANT SELECT ON TABLE "public"."category_attributes" TO "anon";

REVOKE ALL ("category_id") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("category_id") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("choices") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("choices"), UPDATE ("choices") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("filterable") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("filterable"), UPDATE ("filterable") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("key") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("key"), UPDATE ("key") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("level") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("level"), UPDATE ("level") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("max") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("max"), UPDATE ("max") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("min") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("min"), UPDATE ("min") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("required") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("required"), UPDATE ("required") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("type") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("type"), UPDATE ("type") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ("unit") ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT INSERT ("unit"), UPDATE ("unit") ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ON TABLE "public"."category_attributes" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."category_attributes" TO "authenticated";

REVOKE ALL ON TABLE "public"."category_attributes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."category_attributes" TO "postgres";

REVOKE ALL ("category_id") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("category_id") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("choices") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("choices"), UPDATE ("choices") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("filterable") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("filterable"), UPDATE ("filterable") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("key") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("key"), UPDATE ("key") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("level") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("level"), UPDATE ("level") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("max") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("max"), UPDATE ("max") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("min") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("min"), UPDATE ("min") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("required") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("required"), UPDATE ("required") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("type") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("type"), UPDATE ("type") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ("unit") ON TABLE "public"."category_attributes" FROM "service_role";

GRANT INSERT ("unit"), UPDATE ("unit") ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ON TABLE "public"."category_attributes" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."category_attributes" TO "service_role";

REVOKE ALL ON TABLE "public"."certificates" FROM "authenticated";

GRANT SELECT ON TABLE "public"."certificates" TO "authenticated";

REVOKE ALL ON TABLE "public"."certificates" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."certificates" TO "postgres";

REVOKE ALL ON TABLE "public"."certificates" FROM "service_role";

GRANT SELECT ON TABLE "public"."certificates" TO "service_role";

REVOKE ALL ("collection_id") ON TABLE "public"."collection_members" FROM "authenticated";

GRANT INSERT ("collection_id") ON TABLE "public"."collection_members" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."collection_members" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."collection_members" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."collection_members" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."collection_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."collection_members" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."collection_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."collection_members" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."collection_members" TO "postgres";

REVOKE ALL ("collection_id") ON TABLE "public"."collection_members" FROM "service_role";

GRANT INSERT ("collection_id") ON TABLE "public"."collection_members" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."collection_members" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."collection_members" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."collection_members" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."collection_members" TO "service_role";

REVOKE ALL ON TABLE "public"."collection_members" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."collection_members" TO "service_role";

REVOKE ALL ("category_id") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("category_id") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("collection_id") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("collection_id") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("currency") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("currency") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("equals") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("equals") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("key") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("key") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("kind") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("kind") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("max") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("max") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("min") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("min") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("tag") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("tag") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ("type") ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT INSERT ("type") ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ON TABLE "public"."collection_rules" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."collection_rules" TO "authenticated";

REVOKE ALL ON TABLE "public"."collection_rules" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."collection_rules" TO "postgres";

REVOKE ALL ("category_id") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("category_id") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("collection_id") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("collection_id") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("currency") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("currency") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("equals") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("equals") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("key") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("key") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("kind") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("kind") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("max") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("max") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("min") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("min") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("tag") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("tag") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ("type") ON TABLE "public"."collection_rules" FROM "service_role";

GRANT INSERT ("type") ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ON TABLE "public"."collection_rules" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."collection_rules" TO "service_role";

REVOKE ALL ON TABLE "public"."collections" FROM "anon";

GRANT SELECT ON TABLE "public"."collections" TO "anon";

REVOKE ALL ("description") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("match") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("match"), UPDATE ("match") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("publish_at") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("publish_at"), UPDATE ("publish_at") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("slug") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("status") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ("unpublish_at") ON TABLE "public"."collections" FROM "authenticated";

GRANT INSERT ("unpublish_at"), UPDATE ("unpublish_at") ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ON TABLE "public"."collections" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."collections" TO "authenticated";

REVOKE ALL ON TABLE "public"."collections" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."collections" TO "postgres";

REVOKE ALL ("description") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("match") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("match"), UPDATE ("match") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("publish_at") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("publish_at"), UPDATE ("publish_at") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("slug") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("status") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("unpublish_at") ON TABLE "public"."collections" FROM "service_role";

GRANT INSERT ("unpublish_at"), UPDATE ("unpublish_at") ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ON TABLE "public"."collections" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."collections" TO "service_role";

REVOKE ALL ("code") ON TABLE "public"."coupons" FROM "authenticated";

GRANT INSERT ("code") ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ("customer_id") ON TABLE "public"."coupons" FROM "authenticated";

GRANT INSERT ("customer_id") ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ("promotion_id") ON TABLE "public"."coupons" FROM "authenticated";

GRANT INSERT ("promotion_id") ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ("revoked_at") ON TABLE "public"."coupons" FROM "authenticated";

GRANT UPDATE ("revoked_at") ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ("usage_limit") ON TABLE "public"."coupons" FROM "authenticated";

GRANT INSERT ("usage_limit"), UPDATE ("usage_limit") ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ON TABLE "public"."coupons" FROM "authenticated";

GRANT SELECT ON TABLE "public"."coupons" TO "authenticated";

REVOKE ALL ON TABLE "public"."coupons" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."coupons" TO "postgres";

REVOKE ALL ("code") ON TABLE "public"."coupons" FROM "service_role";

GRANT INSERT ("code") ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ("customer_id") ON TABLE "public"."coupons" FROM "service_role";

GRANT INSERT ("customer_id") ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ("promotion_id") ON TABLE "public"."coupons" FROM "service_role";

GRANT INSERT ("promotion_id") ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ("revoked_at") ON TABLE "public"."coupons" FROM "service_role";

GRANT UPDATE ("revoked_at") ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ("usage_limit") ON TABLE "public"."coupons" FROM "service_role";

GRANT INSERT ("usage_limit"), UPDATE ("usage_limit") ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ON TABLE "public"."coupons" FROM "service_role";

GRANT SELECT ON TABLE "public"."coupons" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."course_instructors" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."course_instructors" TO "authenticated";

REVOKE ALL ("profile_id") ON TABLE "public"."course_instructors" FROM "authenticated";

GRANT INSERT ("profile_id") ON TABLE "public"."course_instructors" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_instructors" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."course_instructors" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_instructors" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."course_instructors" TO "postgres";

REVOKE ALL ("product_id") ON TABLE "public"."course_instructors" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."course_instructors" TO "service_role";

REVOKE ALL ("profile_id") ON TABLE "public"."course_instructors" FROM "service_role";

GRANT INSERT ("profile_id") ON TABLE "public"."course_instructors" TO "service_role";

REVOKE ALL ON TABLE "public"."course_instructors" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."course_instructors" TO "service_role";

REVOKE ALL ON TABLE "public"."course_prerequisites" FROM "anon";

GRANT SELECT ON TABLE "public"."course_prerequisites" TO "anon";

REVOKE ALL ("product_id") ON TABLE "public"."course_prerequisites" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."course_prerequisites" TO "authenticated";

REVOKE ALL ("required_product_id") ON TABLE "public"."course_prerequisites" FROM "authenticated";

GRANT INSERT ("required_product_id") ON TABLE "public"."course_prerequisites" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_prerequisites" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."course_prerequisites" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_prerequisites" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."course_prerequisites" TO "postgres";

REVOKE ALL ("product_id") ON TABLE "public"."course_prerequisites" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."course_prerequisites" TO "service_role";

REVOKE ALL ("required_product_id") ON TABLE "public"."course_prerequisites" FROM "service_role";

GRANT INSERT ("required_product_id") ON TABLE "public"."course_prerequisites" TO "service_role";

REVOKE ALL ON TABLE "public"."course_prerequisites" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."course_prerequisites" TO "service_role";

REVOKE ALL ON TABLE "public"."course_sections" FROM "anon";

GRANT SELECT ON TABLE "public"."course_sections" TO "anon";

REVOKE ALL ("position") ON TABLE "public"."course_sections" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."course_sections" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."course_sections" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."course_sections" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."course_sections" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."course_sections" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_sections" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."course_sections" TO "authenticated";

REVOKE ALL ON TABLE "public"."course_sections" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."course_sections" TO "postgres";

REVOKE ALL ("position") ON TABLE "public"."course_sections" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."course_sections" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."course_sections" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."course_sections" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."course_sections" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."course_sections" TO "service_role";

REVOKE ALL ON TABLE "public"."course_sections" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."course_sections" TO "service_role";

REVOKE ALL ON TABLE "public"."courses" FROM "anon";

GRANT SELECT ON TABLE "public"."courses" TO "anon";

REVOKE ALL ("completion_percent") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("completion_percent"), UPDATE ("completion_percent") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("completion_rule") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("completion_rule"), UPDATE ("completion_rule") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("duration_minutes") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("duration_minutes"), UPDATE ("duration_minutes") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("has_certificate") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("has_certificate"), UPDATE ("has_certificate") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("is_sequential") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("is_sequential"), UPDATE ("is_sequential") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("language") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("language"), UPDATE ("language") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("level") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("level"), UPDATE ("level") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."courses" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ON TABLE "public"."courses" FROM "authenticated";

GRANT SELECT ON TABLE "public"."courses" TO "authenticated";

REVOKE ALL ON TABLE "public"."courses" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."courses" TO "postgres";

REVOKE ALL ("completion_percent") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("completion_percent"), UPDATE ("completion_percent") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("completion_rule") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("completion_rule"), UPDATE ("completion_rule") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("duration_minutes") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("duration_minutes"), UPDATE ("duration_minutes") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("has_certificate") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("has_certificate"), UPDATE ("has_certificate") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("is_sequential") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("is_sequential"), UPDATE ("is_sequential") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("language") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("language"), UPDATE ("language") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("level") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("level"), UPDATE ("level") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."courses" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ON TABLE "public"."courses" FROM "service_role";

GRANT SELECT ON TABLE "public"."courses" TO "service_role";

REVOKE ALL ON TABLE "public"."currencies" FROM "anon";

GRANT SELECT ON TABLE "public"."currencies" TO "anon";

REVOKE ALL ON TABLE "public"."currencies" FROM "authenticated";

GRANT SELECT ON TABLE "public"."currencies" TO "authenticated";

REVOKE ALL ON TABLE "public"."currencies" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."currencies" TO "postgres";

REVOKE ALL ON TABLE "public"."currencies" FROM "service_role";

GRANT SELECT ON TABLE "public"."currencies" TO "service_role";

REVOKE ALL ("customer_group_id") ON TABLE "public"."customer_group_members" FROM "authenticated";

GRANT INSERT ("customer_group_id") ON TABLE "public"."customer_group_members" TO "authenticated";

REVOKE ALL ("profile_id") ON TABLE "public"."customer_group_members" FROM "authenticated";

GRANT INSERT ("profile_id") ON TABLE "public"."customer_group_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."customer_group_members" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."customer_group_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."customer_group_members" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."customer_group_members" TO "postgres";

REVOKE ALL ("customer_group_id") ON TABLE "public"."customer_group_members" FROM "service_role";

GRANT INSERT ("customer_group_id") ON TABLE "public"."customer_group_members" TO "service_role";

REVOKE ALL ("profile_id") ON TABLE "public"."customer_group_members" FROM "service_role";

GRANT INSERT ("profile_id") ON TABLE "public"."customer_group_members" TO "service_role";

REVOKE ALL ON TABLE "public"."customer_group_members" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."customer_group_members" TO "service_role";

REVOKE ALL ("name") ON TABLE "public"."customer_groups" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."customer_groups" TO "authenticated";

REVOKE ALL ON TABLE "public"."customer_groups" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."customer_groups" TO "authenticated";

REVOKE ALL ON TABLE "public"."customer_groups" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."customer_groups" TO "postgres";

REVOKE ALL ("name") ON TABLE "public"."customer_groups" FROM "service_role";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."customer_groups" TO "service_role";

REVOKE ALL ON TABLE "public"."customer_groups" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."customer_groups" TO "service_role";

REVOKE ALL ("access_days") ON TABLE "public"."digital_files" FROM "authenticated";

GRANT UPDATE ("access_days") ON TABLE "public"."digital_files" TO "authenticated";

REVOKE ALL ("file_name") ON TABLE "public"."digital_files" FROM "authenticated";

GRANT UPDATE ("file_name") ON TABLE "public"."digital_files" TO "authenticated";

REVOKE ALL ("max_downloads") ON TABLE "public"."digital_files" FROM "authenticated";

GRANT UPDATE ("max_downloads") ON TABLE "public"."digital_files" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."digital_files" FROM "authenticated";

GRANT UPDATE ("position") ON TABLE "public"."digital_files" TO "authenticated";

REVOKE ALL ON TABLE "public"."digital_files" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."digital_files" TO "authenticated";

REVOKE ALL ON TABLE "public"."digital_files" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."digital_files" TO "postgres";

REVOKE ALL ("access_days") ON TABLE "public"."digital_files" FROM "service_role";

GRANT UPDATE ("access_days") ON TABLE "public"."digital_files" TO "service_role";

REVOKE ALL ("file_name") ON TABLE "public"."digital_files" FROM "service_role";

GRANT UPDATE ("file_name") ON TABLE "public"."digital_files" TO "service_role";

REVOKE ALL ("max_downloads") ON TABLE "public"."digital_files" FROM "service_role";

GRANT UPDATE ("max_downloads") ON TABLE "public"."digital_files" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."digital_files" FROM "service_role";

GRANT UPDATE ("position") ON TABLE "public"."digital_files" TO "service_role";

REVOKE ALL ON TABLE "public"."digital_files" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."digital_files" TO "service_role";

REVOKE ALL ON TABLE "public"."downloads" FROM "authenticated";

GRANT SELECT ON TABLE "public"."downloads" TO "authenticated";

REVOKE ALL ON TABLE "public"."downloads" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."downloads" TO "postgres";

REVOKE ALL ON TABLE "public"."downloads" FROM "service_role";

GRANT SELECT ON TABLE "public"."downloads" TO "service_role";

REVOKE ALL ON TABLE "public"."enrollments" FROM "authenticated";

GRANT SELECT ON TABLE "public"."enrollments" TO "authenticated";

REVOKE ALL ON TABLE "public"."enrollments" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."enrollments" TO "postgres";

REVOKE ALL ON TABLE "public"."enrollments" FROM "service_role";

GRANT SELECT ON TABLE "public"."enrollments" TO "service_role";

REVOKE ALL ON TABLE "public"."events" FROM "authenticated";

GRANT SELECT ON TABLE "public"."events" TO "authenticated";

REVOKE ALL ON TABLE "public"."events" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."events" TO "postgres";

REVOKE ALL ON TABLE "public"."events" FROM "service_role";

GRANT SELECT ON TABLE "public"."events" TO "service_role";

REVOKE ALL ON TABLE "public"."intakes" FROM "anon";

GRANT SELECT ON TABLE "public"."intakes" TO "anon";

REVOKE ALL ("access_days") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("access_days"), UPDATE ("access_days") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("ends_at") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("enroll_closes_at") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("enroll_closes_at"), UPDATE ("enroll_closes_at") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("enroll_opens_at") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("enroll_opens_at"), UPDATE ("enroll_opens_at") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("has_waitlist") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("has_waitlist"), UPDATE ("has_waitlist") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("location") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("location"), UPDATE ("location") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("seats") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("seats"), UPDATE ("seats") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("starts_at") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("time_zone") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("time_zone"), UPDATE ("time_zone") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."intakes" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ON TABLE "public"."intakes" FROM "authenticated";

GRANT SELECT ON TABLE "public"."intakes" TO "authenticated";

REVOKE ALL ON TABLE "public"."intakes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."intakes" TO "postgres";

REVOKE ALL ("access_days") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("access_days"), UPDATE ("access_days") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("ends_at") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("enroll_closes_at") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("enroll_closes_at"), UPDATE ("enroll_closes_at") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("enroll_opens_at") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("enroll_opens_at"), UPDATE ("enroll_opens_at") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("has_waitlist") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("has_waitlist"), UPDATE ("has_waitlist") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("location") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("location"), UPDATE ("location") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("seats") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("seats"), UPDATE ("seats") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("starts_at") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("time_zone") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("time_zone"), UPDATE ("time_zone") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."intakes" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ON TABLE "public"."intakes" FROM "service_role";

GRANT SELECT ON TABLE "public"."intakes" TO "service_role";

REVOKE ALL ON TABLE "public"."invoice_lines" FROM "authenticated";

GRANT SELECT ON TABLE "public"."invoice_lines" TO "authenticated";

REVOKE ALL ON TABLE "public"."invoice_lines" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."invoice_lines" TO "postgres";

REVOKE ALL ON TABLE "public"."invoice_lines" FROM "service_role";

GRANT SELECT ON TABLE "public"."invoice_lines" TO "service_role";

REVOKE ALL ON TABLE "public"."invoices" FROM "authenticated";

GRANT SELECT ON TABLE "public"."invoices" TO "authenticated";

REVOKE ALL ON TABLE "public"."invoices" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."invoices" TO "postgres";

REVOKE ALL ON TABLE "public"."invoices" FROM "service_role";

GRANT SELECT ON TABLE "public"."invoices" TO "service_role";

REVOKE ALL ON TABLE "public"."learning_files" FROM "authenticated";

GRANT SELECT ON TABLE "public"."learning_files" TO "authenticated";

REVOKE ALL ON TABLE "public"."learning_files" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."learning_files" TO "postgres";

REVOKE ALL ON TABLE "public"."learning_files" FROM "service_role";

GRANT SELECT ON TABLE "public"."learning_files" TO "service_role";

REVOKE ALL ON TABLE "public"."ledger_accounts" FROM "authenticated";

GRANT SELECT ON TABLE "public"."ledger_accounts" TO "authenticated";

REVOKE ALL ON TABLE "public"."ledger_accounts" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."ledger_accounts" TO "postgres";

REVOKE ALL ON TABLE "public"."ledger_accounts" FROM "service_role";

GRANT SELECT ON TABLE "public"."ledger_accounts" TO "service_role";

REVOKE ALL ON TABLE "public"."ledger_entries" FROM "authenticated";

GRANT SELECT ON TABLE "public"."ledger_entries" TO "authenticated";

REVOKE ALL ON TABLE "public"."ledger_entries" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."ledger_entries" TO "postgres";

REVOKE ALL ON TABLE "public"."ledger_entries" FROM "service_role";

GRANT SELECT ON TABLE "public"."ledger_entries" TO "service_role";

REVOKE ALL ON TABLE "public"."ledger_transactions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."ledger_transactions" TO "authenticated";

REVOKE ALL ON TABLE "public"."ledger_transactions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."ledger_transactions" TO "postgres";

REVOKE ALL ON TABLE "public"."ledger_transactions" FROM "service_role";

GRANT SELECT ON TABLE "public"."ledger_transactions" TO "service_role";

REVOKE ALL ON TABLE "public"."lesson_contents" FROM "anon";

GRANT SELECT ON TABLE "public"."lesson_contents" TO "anon";

REVOKE ALL ("body") ON TABLE "public"."lesson_contents" FROM "authenticated";

GRANT INSERT ("body"), UPDATE ("body") ON TABLE "public"."lesson_contents" TO "authenticated";

REVOKE ALL ("file_id") ON TABLE "public"."lesson_contents" FROM "authenticated";

GRANT INSERT ("file_id"), UPDATE ("file_id") ON TABLE "public"."lesson_contents" TO "authenticated";

REVOKE ALL ("lesson_id") ON TABLE "public"."lesson_contents" FROM "authenticated";

GRANT INSERT ("lesson_id") ON TABLE "public"."lesson_contents" TO "authenticated";

REVOKE ALL ("video_url") ON TABLE "public"."lesson_contents" FROM "authenticated";

GRANT INSERT ("video_url"), UPDATE ("video_url") ON TABLE "public"."lesson_contents" TO "authenticated";

REVOKE ALL ON TABLE "public"."lesson_contents" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."lesson_contents" TO "authenticated";

REVOKE ALL ON TABLE "public"."lesson_contents" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."lesson_contents" TO "postgres";

REVOKE ALL ("body") ON TABLE "public"."lesson_contents" FROM "service_role";

GRANT INSERT ("body"), UPDATE ("body") ON TABLE "public"."lesson_contents" TO "service_role";

REVOKE ALL ("file_id") ON TABLE "public"."lesson_contents" FROM "service_role";

GRANT INSERT ("file_id"), UPDATE ("file_id") ON TABLE "public"."lesson_contents" TO "service_role";

REVOKE ALL ("lesson_id") ON TABLE "public"."lesson_contents" FROM "service_role";

GRANT INSERT ("lesson_id") ON TABLE "public"."lesson_contents" TO "service_role";

REVOKE ALL ("video_url") ON TABLE "public"."lesson_contents" FROM "service_role";

GRANT INSERT ("video_url"), UPDATE ("video_url") ON TABLE "public"."lesson_contents" TO "service_role";

REVOKE ALL ON TABLE "public"."lesson_contents" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."lesson_contents" TO "service_role";

REVOKE ALL ON TABLE "public"."lesson_progress" FROM "authenticated";

GRANT SELECT ON TABLE "public"."lesson_progress" TO "authenticated";

REVOKE ALL ON TABLE "public"."lesson_progress" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."lesson_progress" TO "postgres";

REVOKE ALL ON TABLE "public"."lesson_progress" FROM "service_role";

GRANT SELECT ON TABLE "public"."lesson_progress" TO "service_role";

REVOKE ALL ON TABLE "public"."lessons" FROM "anon";

GRANT SELECT ON TABLE "public"."lessons" TO "anon";

REVOKE ALL ("duration_minutes") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("duration_minutes"), UPDATE ("duration_minutes") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("is_preview") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("is_preview"), UPDATE ("is_preview") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("is_required") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("is_required"), UPDATE ("is_required") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("kind") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("kind") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("max_attempts") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("max_attempts"), UPDATE ("max_attempts") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("opens_after_days") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("opens_after_days"), UPDATE ("opens_after_days") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("opens_at") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("opens_at"), UPDATE ("opens_at") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("pass_percent") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("pass_percent"), UPDATE ("pass_percent") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("section_id") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("section_id"), UPDATE ("section_id") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("time_limit_minutes") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("time_limit_minutes"), UPDATE ("time_limit_minutes") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ("withdrawn_at") ON TABLE "public"."lessons" FROM "authenticated";

GRANT INSERT ("withdrawn_at"), UPDATE ("withdrawn_at") ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ON TABLE "public"."lessons" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."lessons" TO "authenticated";

REVOKE ALL ON TABLE "public"."lessons" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."lessons" TO "postgres";

REVOKE ALL ("duration_minutes") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("duration_minutes"), UPDATE ("duration_minutes") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("is_preview") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("is_preview"), UPDATE ("is_preview") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("is_required") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("is_required"), UPDATE ("is_required") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("kind") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("kind") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("max_attempts") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("max_attempts"), UPDATE ("max_attempts") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("opens_after_days") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("opens_after_days"), UPDATE ("opens_after_days") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("opens_at") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("opens_at"), UPDATE ("opens_at") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("pass_percent") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("pass_percent"), UPDATE ("pass_percent") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("section_id") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("section_id"), UPDATE ("section_id") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("time_limit_minutes") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("time_limit_minutes"), UPDATE ("time_limit_minutes") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ("withdrawn_at") ON TABLE "public"."lessons" FROM "service_role";

GRANT INSERT ("withdrawn_at"), UPDATE ("withdrawn_at") ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ON TABLE "public"."lessons" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."lessons" TO "service_role";

REVOKE ALL ON TABLE "public"."locations" FROM "anon";

GRANT SELECT ON TABLE "public"."locations" TO "anon";

REVOKE ALL ON TABLE "public"."locations" FROM "authenticated";

GRANT SELECT ON TABLE "public"."locations" TO "authenticated";

REVOKE ALL ON TABLE "public"."locations" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."locations" TO "postgres";

REVOKE ALL ON TABLE "public"."locations" FROM "service_role";

GRANT SELECT ON TABLE "public"."locations" TO "service_role";

REVOKE ALL ON TABLE "public"."media" FROM "anon";

GRANT SELECT ON TABLE "public"."media" TO "anon";

REVOKE ALL ("alt") ON TABLE "public"."media" FROM "authenticated";

GRANT UPDATE ("alt") ON TABLE "public"."media" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."media" FROM "authenticated";

GRANT UPDATE ("position") ON TABLE "public"."media" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."media" FROM "authenticated";

GRANT UPDATE ("translations") ON TABLE "public"."media" TO "authenticated";

REVOKE ALL ON TABLE "public"."media" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."media" TO "authenticated";

REVOKE ALL ON TABLE "public"."media" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."media" TO "postgres";

REVOKE ALL ("alt") ON TABLE "public"."media" FROM "service_role";

GRANT UPDATE ("alt") ON TABLE "public"."media" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."media" FROM "service_role";

GRANT UPDATE ("position") ON TABLE "public"."media" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."media" FROM "service_role";

GRANT UPDATE ("translations") ON TABLE "public"."media" TO "service_role";

REVOKE ALL ON TABLE "public"."media" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."media" TO "service_role";

REVOKE ALL ("read_at") ON TABLE "public"."notifications" FROM "authenticated";

GRANT UPDATE ("read_at") ON TABLE "public"."notifications" TO "authenticated";

REVOKE ALL ON TABLE "public"."notifications" FROM "authenticated";

GRANT SELECT ON TABLE "public"."notifications" TO "authenticated";

REVOKE ALL ON TABLE "public"."notifications" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."notifications" TO "postgres";

REVOKE ALL ON TABLE "public"."notifications" FROM "service_role";

GRANT SELECT ON TABLE "public"."notifications" TO "service_role";

REVOKE ALL ON TABLE "public"."order_items" FROM "authenticated";

GRANT SELECT ON TABLE "public"."order_items" TO "authenticated";

REVOKE ALL ON TABLE "public"."order_items" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."order_items" TO "postgres";

REVOKE ALL ON TABLE "public"."order_items" FROM "service_role";

GRANT SELECT ON TABLE "public"."order_items" TO "service_role";

REVOKE ALL ON TABLE "public"."orders" FROM "authenticated";

GRANT SELECT ON TABLE "public"."orders" TO "authenticated";

REVOKE ALL ON TABLE "public"."orders" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."orders" TO "postgres";

REVOKE ALL ON TABLE "public"."orders" FROM "service_role";

GRANT SELECT ON TABLE "public"."orders" TO "service_role";

REVOKE ALL ON TABLE "public"."payment_proofs" FROM "authenticated";

GRANT SELECT ON TABLE "public"."payment_proofs" TO "authenticated";

REVOKE ALL ON TABLE "public"."payment_proofs" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."payment_proofs" TO "postgres";

REVOKE ALL ON TABLE "public"."payment_proofs" FROM "service_role";

GRANT SELECT ON TABLE "public"."payment_proofs" TO "service_role";

REVOKE ALL ON TABLE "public"."payments" FROM "authenticated";

GRANT SELECT ON TABLE "public"."payments" TO "authenticated";

REVOKE ALL ON TABLE "public"."payments" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."payments" TO "postgres";

REVOKE ALL ON TABLE "public"."payments" FROM "service_role";

GRANT SELECT ON TABLE "public"."payments" TO "service_role";

REVOKE ALL ON TABLE "public"."permissions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."permissions" TO "authenticated";

REVOKE ALL ON TABLE "public"."permissions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."permissions" TO "postgres";

REVOKE ALL ON TABLE "public"."permissions" FROM "service_role";

GRANT SELECT ON TABLE "public"."permissions" TO "service_role";

REVOKE ALL ON TABLE "public"."price_list_prices" FROM "anon";

GRANT SELECT ON TABLE "public"."price_list_prices" TO "anon";

REVOKE ALL ("amount") ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ("currency") ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT INSERT ("currency") ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ("min_quantity") ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT INSERT ("min_quantity") ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ("price_list_id") ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT INSERT ("price_list_id") ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ("variant_id") ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT INSERT ("variant_id") ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ON TABLE "public"."price_list_prices" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."price_list_prices" TO "authenticated";

REVOKE ALL ON TABLE "public"."price_list_prices" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."price_list_prices" TO "postgres";

REVOKE ALL ("amount") ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ("currency") ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT INSERT ("currency") ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ("min_quantity") ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT INSERT ("min_quantity") ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ("price_list_id") ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT INSERT ("price_list_id") ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ("variant_id") ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT INSERT ("variant_id") ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ON TABLE "public"."price_list_prices" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."price_list_prices" TO "service_role";

REVOKE ALL ON TABLE "public"."price_lists" FROM "anon";

GRANT SELECT ON TABLE "public"."price_lists" TO "anon";

REVOKE ALL ("customer_group_id") ON TABLE "public"."price_lists" FROM "authenticated";

GRANT INSERT ("customer_group_id"), UPDATE ("customer_group_id") ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ("ends_at") ON TABLE "public"."price_lists" FROM "authenticated";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ("name") ON TABLE "public"."price_lists" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ("starts_at") ON TABLE "public"."price_lists" FROM "authenticated";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ("status") ON TABLE "public"."price_lists" FROM "authenticated";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ON TABLE "public"."price_lists" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."price_lists" TO "authenticated";

REVOKE ALL ON TABLE "public"."price_lists" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."price_lists" TO "postgres";

REVOKE ALL ("customer_group_id") ON TABLE "public"."price_lists" FROM "service_role";

GRANT INSERT ("customer_group_id"), UPDATE ("customer_group_id") ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ("ends_at") ON TABLE "public"."price_lists" FROM "service_role";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ("name") ON TABLE "public"."price_lists" FROM "service_role";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ("starts_at") ON TABLE "public"."price_lists" FROM "service_role";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ("status") ON TABLE "public"."price_lists" FROM "service_role";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ON TABLE "public"."price_lists" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."price_lists" TO "service_role";

REVOKE ALL ON TABLE "public"."prices" FROM "anon";

GRANT SELECT ON TABLE "public"."prices" TO "anon";

REVOKE ALL ("amount") ON TABLE "public"."prices" FROM "authenticated";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."prices" TO "authenticated";

REVOKE ALL ("currency") ON TABLE "public"."prices" FROM "authenticated";

GRANT INSERT ("currency") ON TABLE "public"."prices" TO "authenticated";

REVOKE ALL ("variant_id") ON TABLE "public"."prices" FROM "authenticated";

GRANT INSERT ("variant_id") ON TABLE "public"."prices" TO "authenticated";

REVOKE ALL ON TABLE "public"."prices" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."prices" TO "authenticated";

REVOKE ALL ON TABLE "public"."prices" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."prices" TO "postgres";

REVOKE ALL ("amount") ON TABLE "public"."prices" FROM "service_role";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."prices" TO "service_role";

REVOKE ALL ("currency") ON TABLE "public"."prices" FROM "service_role";

GRANT INSERT ("currency") ON TABLE "public"."prices" TO "service_role";

REVOKE ALL ("variant_id") ON TABLE "public"."prices" FROM "service_role";

GRANT INSERT ("variant_id") ON TABLE "public"."prices" TO "service_role";

REVOKE ALL ON TABLE "public"."prices" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."prices" TO "service_role";

REVOKE ALL ON TABLE "public"."processes" FROM "authenticated";

GRANT SELECT ON TABLE "public"."processes" TO "authenticated";

REVOKE ALL ON TABLE "public"."processes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."processes" TO "postgres";

REVOKE ALL ON TABLE "public"."processes" FROM "service_role";

GRANT SELECT ON TABLE "public"."processes" TO "service_role";

REVOKE ALL ON TABLE "public"."product_option_values" FROM "anon";

GRANT SELECT ON TABLE "public"."product_option_values" TO "anon";

REVOKE ALL ("option_id") ON TABLE "public"."product_option_values" FROM "authenticated";

GRANT INSERT ("option_id") ON TABLE "public"."product_option_values" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."product_option_values" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."product_option_values" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."product_option_values" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."product_option_values" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."product_option_values" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."product_option_values" TO "authenticated";

REVOKE ALL ON TABLE "public"."product_option_values" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."product_option_values" TO "authenticated";

REVOKE ALL ON TABLE "public"."product_option_values" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."product_option_values" TO "postgres";

REVOKE ALL ("option_id") ON TABLE "public"."product_option_values" FROM "service_role";

GRANT INSERT ("option_id") ON TABLE "public"."product_option_values" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."product_option_values" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."product_option_values" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."product_option_values" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."product_option_values" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."product_option_values" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."product_option_values" TO "service_role";

REVOKE ALL ON TABLE "public"."product_option_values" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."product_option_values" TO "service_role";

REVOKE ALL ON TABLE "public"."product_options" FROM "anon";

GRANT SELECT ON TABLE "public"."product_options" TO "anon";

REVOKE ALL ("position") ON TABLE "public"."product_options" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."product_options" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."product_options" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."product_options" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."product_options" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."product_options" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."product_options" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."product_options" TO "authenticated";

REVOKE ALL ON TABLE "public"."product_options" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."product_options" TO "authenticated";

REVOKE ALL ON TABLE "public"."product_options" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."product_options" TO "postgres";

REVOKE ALL ("position") ON TABLE "public"."product_options" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."product_options" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."product_options" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."product_options" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."product_options" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."product_options" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."product_options" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."product_options" TO "service_role";

REVOKE ALL ON TABLE "public"."product_options" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."product_options" TO "service_role";

REVOKE ALL ON TABLE "public"."products" FROM "anon";

GRANT SELECT ON TABLE "public"."products" TO "anon";

REVOKE ALL ("attributes") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("attributes"), UPDATE ("attributes") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("category_id") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("category_id"), UPDATE ("category_id") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("description") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("image_url") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("image_url"), UPDATE ("image_url") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("kind") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("kind") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("publish_at") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("publish_at"), UPDATE ("publish_at") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("slug") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("status") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("summary") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("summary"), UPDATE ("summary") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("tags") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("tags"), UPDATE ("tags") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("tax_category") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("tax_category"), UPDATE ("tax_category") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ("unpublish_at") ON TABLE "public"."products" FROM "authenticated";

GRANT INSERT ("unpublish_at"), UPDATE ("unpublish_at") ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ON TABLE "public"."products" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."products" TO "authenticated";

REVOKE ALL ON TABLE "public"."products" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."products" TO "postgres";

REVOKE ALL ("attributes") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("attributes"), UPDATE ("attributes") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("category_id") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("category_id"), UPDATE ("category_id") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("description") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("description"), UPDATE ("description") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("image_url") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("image_url"), UPDATE ("image_url") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("kind") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("kind") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("publish_at") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("publish_at"), UPDATE ("publish_at") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("slug") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("slug"), UPDATE ("slug") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("status") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("summary") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("summary"), UPDATE ("summary") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("tags") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("tags"), UPDATE ("tags") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("tax_category") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("tax_category"), UPDATE ("tax_category") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("unpublish_at") ON TABLE "public"."products" FROM "service_role";

GRANT INSERT ("unpublish_at"), UPDATE ("unpublish_at") ON TABLE "public"."products" TO "service_role";

REVOKE ALL ON TABLE "public"."products" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."products" TO "service_role";

REVOKE ALL ("first_name") ON TABLE "public"."profiles" FROM "authenticated";

GRANT UPDATE ("first_name") ON TABLE "public"."profiles" TO "authenticated";

REVOKE ALL ("last_name") ON TABLE "public"."profiles" FROM "authenticated";

GRANT UPDATE ("last_name") ON TABLE "public"."profiles" TO "authenticated";

REVOKE ALL ("locale") ON TABLE "public"."profiles" FROM "authenticated";

GRANT UPDATE ("locale") ON TABLE "public"."profiles" TO "authenticated";

REVOKE ALL ("phone") ON TABLE "public"."profiles" FROM "authenticated";

GRANT UPDATE ("phone") ON TABLE "public"."profiles" TO "authenticated";

REVOKE ALL ON TABLE "public"."profiles" FROM "authenticated";

GRANT SELECT ON TABLE "public"."profiles" TO "authenticated";

REVOKE ALL ON TABLE "public"."profiles" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."profiles" TO "postgres";

REVOKE ALL ("first_name") ON TABLE "public"."profiles" FROM "service_role";

GRANT UPDATE ("first_name") ON TABLE "public"."profiles" TO "service_role";

REVOKE ALL ("last_name") ON TABLE "public"."profiles" FROM "service_role";

GRANT UPDATE ("last_name") ON TABLE "public"."profiles" TO "service_role";

REVOKE ALL ("locale") ON TABLE "public"."profiles" FROM "service_role";

GRANT UPDATE ("locale") ON TABLE "public"."profiles" TO "service_role";

REVOKE ALL ("phone") ON TABLE "public"."profiles" FROM "service_role";

GRANT UPDATE ("phone") ON TABLE "public"."profiles" TO "service_role";

REVOKE ALL ON TABLE "public"."profiles" FROM "service_role";

GRANT SELECT ON TABLE "public"."profiles" TO "service_role";

REVOKE ALL ("category_id") ON TABLE "public"."promotion_categories" FROM "authenticated";

GRANT INSERT ("category_id") ON TABLE "public"."promotion_categories" TO "authenticated";

REVOKE ALL ("promotion_id") ON TABLE "public"."promotion_categories" FROM "authenticated";

GRANT INSERT ("promotion_id") ON TABLE "public"."promotion_categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotion_categories" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."promotion_categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotion_categories" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."promotion_categories" TO "postgres";

REVOKE ALL ("category_id") ON TABLE "public"."promotion_categories" FROM "service_role";

GRANT INSERT ("category_id") ON TABLE "public"."promotion_categories" TO "service_role";

REVOKE ALL ("promotion_id") ON TABLE "public"."promotion_categories" FROM "service_role";

GRANT INSERT ("promotion_id") ON TABLE "public"."promotion_categories" TO "service_role";

REVOKE ALL ON TABLE "public"."promotion_categories" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."promotion_categories" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."promotion_products" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."promotion_products" TO "authenticated";

REVOKE ALL ("promotion_id") ON TABLE "public"."promotion_products" FROM "authenticated";

GRANT INSERT ("promotion_id") ON TABLE "public"."promotion_products" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotion_products" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."promotion_products" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotion_products" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."promotion_products" TO "postgres";

REVOKE ALL ("product_id") ON TABLE "public"."promotion_products" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."promotion_products" TO "service_role";

REVOKE ALL ("promotion_id") ON TABLE "public"."promotion_products" FROM "service_role";

GRANT INSERT ("promotion_id") ON TABLE "public"."promotion_products" TO "service_role";

REVOKE ALL ON TABLE "public"."promotion_products" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."promotion_products" TO "service_role";

REVOKE ALL ON TABLE "public"."promotion_redemptions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."promotion_redemptions" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotion_redemptions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."promotion_redemptions" TO "postgres";

REVOKE ALL ON TABLE "public"."promotion_redemptions" FROM "service_role";

GRANT SELECT ON TABLE "public"."promotion_redemptions" TO "service_role";

REVOKE ALL ("amount") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("automatic") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("automatic") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("basis_points") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("basis_points"), UPDATE ("basis_points") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("buy_quantity") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("buy_quantity"), UPDATE ("buy_quantity") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("combinable") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("combinable"), UPDATE ("combinable") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("currency") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("currency"), UPDATE ("currency") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("ends_at") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("get_quantity") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("get_quantity"), UPDATE ("get_quantity") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("kind") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("kind") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("minimum_amount") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("minimum_amount"), UPDATE ("minimum_amount") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("minimum_quantity") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("minimum_quantity"), UPDATE ("minimum_quantity") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("name") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("per_user_limit") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("per_user_limit"), UPDATE ("per_user_limit") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("priority") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("priority"), UPDATE ("priority") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("starts_at") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("status") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ("usage_limit") ON TABLE "public"."promotions" FROM "authenticated";

GRANT INSERT ("usage_limit"), UPDATE ("usage_limit") ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotions" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."promotions" TO "authenticated";

REVOKE ALL ON TABLE "public"."promotions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."promotions" TO "postgres";

REVOKE ALL ("amount") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("amount"), UPDATE ("amount") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("automatic") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("automatic") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("basis_points") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("basis_points"), UPDATE ("basis_points") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("buy_quantity") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("buy_quantity"), UPDATE ("buy_quantity") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("combinable") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("combinable"), UPDATE ("combinable") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("currency") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("currency"), UPDATE ("currency") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("ends_at") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("ends_at"), UPDATE ("ends_at") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("get_quantity") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("get_quantity"), UPDATE ("get_quantity") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("kind") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("kind") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("minimum_amount") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("minimum_amount"), UPDATE ("minimum_amount") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("minimum_quantity") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("minimum_quantity"), UPDATE ("minimum_quantity") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("name") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("per_user_limit") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("per_user_limit"), UPDATE ("per_user_limit") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("priority") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("priority"), UPDATE ("priority") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("starts_at") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("starts_at"), UPDATE ("starts_at") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("status") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("status"), UPDATE ("status") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ("usage_limit") ON TABLE "public"."promotions" FROM "service_role";

GRANT INSERT ("usage_limit"), UPDATE ("usage_limit") ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ON TABLE "public"."promotions" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."promotions" TO "service_role";

REVOKE ALL ON TABLE "public"."quiz_attempts" FROM "authenticated";

GRANT SELECT ON TABLE "public"."quiz_attempts" TO "authenticated";

REVOKE ALL ON TABLE "public"."quiz_attempts" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."quiz_attempts" TO "postgres";

REVOKE ALL ON TABLE "public"."quiz_attempts" FROM "service_role";

GRANT SELECT ON TABLE "public"."quiz_attempts" TO "service_role";

REVOKE ALL ON TABLE "public"."refunds" FROM "authenticated";

GRANT SELECT ON TABLE "public"."refunds" TO "authenticated";

REVOKE ALL ON TABLE "public"."refunds" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."refunds" TO "postgres";

REVOKE ALL ON TABLE "public"."refunds" FROM "service_role";

GRANT SELECT ON TABLE "public"."refunds" TO "service_role";

REVOKE ALL ON TABLE "public"."reservations" FROM "authenticated";

GRANT SELECT ON TABLE "public"."reservations" TO "authenticated";

REVOKE ALL ON TABLE "public"."reservations" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."reservations" TO "postgres";

REVOKE ALL ON TABLE "public"."reservations" FROM "service_role";

GRANT SELECT ON TABLE "public"."reservations" TO "service_role";

REVOKE ALL ON TABLE "public"."results" FROM "authenticated";

GRANT SELECT ON TABLE "public"."results" TO "authenticated";

REVOKE ALL ON TABLE "public"."results" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."results" TO "postgres";

REVOKE ALL ON TABLE "public"."results" FROM "service_role";

GRANT SELECT ON TABLE "public"."results" TO "service_role";

REVOKE ALL ON TABLE "public"."role_members" FROM "authenticated";

GRANT SELECT ON TABLE "public"."role_members" TO "authenticated";

REVOKE ALL ON TABLE "public"."role_members" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."role_members" TO "postgres";

REVOKE ALL ON TABLE "public"."role_members" FROM "service_role";

GRANT SELECT ON TABLE "public"."role_members" TO "service_role";

REVOKE ALL ("permission") ON TABLE "public"."role_permissions" FROM "authenticated";

GRANT INSERT ("permission") ON TABLE "public"."role_permissions" TO "authenticated";

REVOKE ALL ("role") ON TABLE "public"."role_permissions" FROM "authenticated";

GRANT INSERT ("role") ON TABLE "public"."role_permissions" TO "authenticated";

REVOKE ALL ON TABLE "public"."role_permissions" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."role_permissions" TO "authenticated";

REVOKE ALL ON TABLE "public"."role_permissions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."role_permissions" TO "postgres";

REVOKE ALL ("permission") ON TABLE "public"."role_permissions" FROM "service_role";

GRANT INSERT ("permission") ON TABLE "public"."role_permissions" TO "service_role";

REVOKE ALL ("role") ON TABLE "public"."role_permissions" FROM "service_role";

GRANT INSERT ("role") ON TABLE "public"."role_permissions" TO "service_role";

REVOKE ALL ON TABLE "public"."role_permissions" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."role_permissions" TO "service_role";

REVOKE ALL ON TABLE "public"."roles" FROM "authenticated";

GRANT SELECT ON TABLE "public"."roles" TO "authenticated";

REVOKE ALL ON TABLE "public"."roles" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."roles" TO "postgres";

REVOKE ALL ON TABLE "public"."roles" FROM "service_role";

GRANT SELECT ON TABLE "public"."roles" TO "service_role";

REVOKE ALL ("value") ON TABLE "public"."settings" FROM "authenticated";

GRANT UPDATE ("value") ON TABLE "public"."settings" TO "authenticated";

REVOKE ALL ON TABLE "public"."settings" FROM "authenticated";

GRANT SELECT ON TABLE "public"."settings" TO "authenticated";

REVOKE ALL ON TABLE "public"."settings" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."settings" TO "postgres";

REVOKE ALL ("value") ON TABLE "public"."settings" FROM "service_role";

GRANT UPDATE ("value") ON TABLE "public"."settings" TO "service_role";

REVOKE ALL ON TABLE "public"."settings" FROM "service_role";

GRANT SELECT ON TABLE "public"."settings" TO "service_role";

REVOKE ALL ON TABLE "public"."status_changes" FROM "authenticated";

GRANT SELECT ON TABLE "public"."status_changes" TO "authenticated";

REVOKE ALL ON TABLE "public"."status_changes" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."status_changes" TO "postgres";

REVOKE ALL ON TABLE "public"."status_changes" FROM "service_role";

GRANT SELECT ON TABLE "public"."status_changes" TO "service_role";

REVOKE ALL ON TABLE "public"."stock_holds" FROM "authenticated";

GRANT SELECT ON TABLE "public"."stock_holds" TO "authenticated";

REVOKE ALL ON TABLE "public"."stock_holds" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."stock_holds" TO "postgres";

REVOKE ALL ON TABLE "public"."stock_holds" FROM "service_role";

GRANT SELECT ON TABLE "public"."stock_holds" TO "service_role";

REVOKE ALL ON TABLE "public"."stock_movements" FROM "authenticated";

GRANT SELECT ON TABLE "public"."stock_movements" TO "authenticated";

REVOKE ALL ON TABLE "public"."stock_movements" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."stock_movements" TO "postgres";

REVOKE ALL ON TABLE "public"."stock_movements" FROM "service_role";

GRANT SELECT ON TABLE "public"."stock_movements" TO "service_role";

REVOKE ALL ON TABLE "public"."stock_slots" FROM "anon";

GRANT SELECT ON TABLE "public"."stock_slots" TO "anon";

REVOKE ALL ON TABLE "public"."stock_slots" FROM "authenticated";

GRANT SELECT ON TABLE "public"."stock_slots" TO "authenticated";

REVOKE ALL ON TABLE "public"."stock_slots" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."stock_slots" TO "postgres";

REVOKE ALL ON TABLE "public"."stock_slots" FROM "service_role";

GRANT SELECT ON TABLE "public"."stock_slots" TO "service_role";

REVOKE ALL ON TABLE "public"."submissions" FROM "authenticated";

GRANT SELECT ON TABLE "public"."submissions" TO "authenticated";

REVOKE ALL ON TABLE "public"."submissions" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."submissions" TO "postgres";

REVOKE ALL ON TABLE "public"."submissions" FROM "service_role";

GRANT SELECT ON TABLE "public"."submissions" TO "service_role";

REVOKE ALL ON TABLE "public"."tax_categories" FROM "anon";

GRANT SELECT ON TABLE "public"."tax_categories" TO "anon";

REVOKE ALL ("code") ON TABLE "public"."tax_categories" FROM "authenticated";

GRANT INSERT ("code") ON TABLE "public"."tax_categories" TO "authenticated";

REVOKE ALL ("name") ON TABLE "public"."tax_categories" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."tax_categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."tax_categories" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."tax_categories" TO "authenticated";

REVOKE ALL ON TABLE "public"."tax_categories" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."tax_categories" TO "postgres";

REVOKE ALL ("code") ON TABLE "public"."tax_categories" FROM "service_role";

GRANT INSERT ("code") ON TABLE "public"."tax_categories" TO "service_role";

REVOKE ALL ("name") ON TABLE "public"."tax_categories" FROM "service_role";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."tax_categories" TO "service_role";

REVOKE ALL ON TABLE "public"."tax_categories" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."tax_categories" TO "service_role";

REVOKE ALL ON TABLE "public"."tax_rates" FROM "anon";

GRANT SELECT ON TABLE "public"."tax_rates" TO "anon";

REVOKE ALL ("basis_points") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("basis_points"), UPDATE ("basis_points") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("country") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("country"), UPDATE ("country") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("inclusive") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("inclusive"), UPDATE ("inclusive") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("name") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("province") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("province"), UPDATE ("province") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("tax_category") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("tax_category"), UPDATE ("tax_category") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("valid_from") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("valid_from"), UPDATE ("valid_from") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ("valid_until") ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT INSERT ("valid_until"), UPDATE ("valid_until") ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ON TABLE "public"."tax_rates" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."tax_rates" TO "authenticated";

REVOKE ALL ON TABLE "public"."tax_rates" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."tax_rates" TO "postgres";

REVOKE ALL ("basis_points") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("basis_points"), UPDATE ("basis_points") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("country") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("country"), UPDATE ("country") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("inclusive") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("inclusive"), UPDATE ("inclusive") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("name") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("name"), UPDATE ("name") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("province") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("province"), UPDATE ("province") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("tax_category") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("tax_category"), UPDATE ("tax_category") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("valid_from") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("valid_from"), UPDATE ("valid_from") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ("valid_until") ON TABLE "public"."tax_rates" FROM "service_role";

GRANT INSERT ("valid_until"), UPDATE ("valid_until") ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ON TABLE "public"."tax_rates" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."tax_rates" TO "service_role";

REVOKE ALL ON TABLE "public"."variants" FROM "anon";

GRANT SELECT ON TABLE "public"."variants" TO "anon";

REVOKE ALL ("attributes") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("attributes"), UPDATE ("attributes") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("option_value_ids") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("option_value_ids"), UPDATE ("option_value_ids") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("position") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("product_id") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("product_id") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("sku") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("sku"), UPDATE ("sku") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("title") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ("translations") ON TABLE "public"."variants" FROM "authenticated";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ON TABLE "public"."variants" FROM "authenticated";

GRANT DELETE, SELECT ON TABLE "public"."variants" TO "authenticated";

REVOKE ALL ON TABLE "public"."variants" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."variants" TO "postgres";

REVOKE ALL ("attributes") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("attributes"), UPDATE ("attributes") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("option_value_ids") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("option_value_ids"), UPDATE ("option_value_ids") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("position") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("position"), UPDATE ("position") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("product_id") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("product_id") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("sku") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("sku"), UPDATE ("sku") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("title") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("title"), UPDATE ("title") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ("translations") ON TABLE "public"."variants" FROM "service_role";

GRANT INSERT ("translations"), UPDATE ("translations") ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ON TABLE "public"."variants" FROM "service_role";

GRANT DELETE, SELECT ON TABLE "public"."variants" TO "service_role";

REVOKE ALL ON TABLE "public"."waitlist_entries" FROM "authenticated";

GRANT SELECT ON TABLE "public"."waitlist_entries" TO "authenticated";

REVOKE ALL ON TABLE "public"."waitlist_entries" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."waitlist_entries" TO "postgres";

REVOKE ALL ON TABLE "public"."waitlist_entries" FROM "service_role";

GRANT SELECT ON TABLE "public"."waitlist_entries" TO "service_role";

REVOKE ALL ON TABLE "public"."stock_levels" FROM "anon";

GRANT SELECT ON TABLE "public"."stock_levels" TO "anon";

REVOKE ALL ON TABLE "public"."stock_levels" FROM "authenticated";

GRANT SELECT ON TABLE "public"."stock_levels" TO "authenticated";

REVOKE ALL ON TABLE "public"."stock_levels" FROM "postgres";

GRANT DELETE, INSERT, MAINTAIN, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE ON TABLE "public"."stock_levels" TO "postgres";

REVOKE ALL ON TABLE "public"."stock_levels" FROM "service_role";

GRANT SELECT ON TABLE "public"."stock_levels" TO "service_role";

ALTER DEFAULT PRIVILEGES FOR ROLE "postgres" REVOKE ALL ON FUNCTIONS FROM PUBLIC;
