/*
A small school: fourteen courses with nineteen intakes, some free, some paid, some nearly full, one closed, one not yet open, one draft,
one scheduled. Dates are relative to the day of the seed, so the school is always open. People and their roles are made by the stack
(npm start), which also prints their passwords; `supabase start` users create them in Studio.
Amounts are minor units: 45000000 IDR is Rp 450.000,00. Prices that end in 99 pay themselves in the simulator, those in 11 fail.
*/

update public.settings set value = seller.value
from (values
  ('transfer_accounts', '[{"bank": "Bank Contoh", "number": "123 456 7890", "holder": "PT Seatline Academy"}]'::jsonb),
  ('seller_name', '"PT Seatline Academy"'::jsonb),
  ('seller_address', '"Jalan Contoh Raya 17\nJakarta 10110\nIndonesia"'::jsonb)
) as seller (key, value)
where settings.key = seller.key;

create temporary table seed_courses (
  slug text, title text, summary text, description text, level text, language text, minutes integer, status text, publish_in interval
);

insert into seed_courses values
  ('javascript-from-zero', 'JavaScript from Zero', 'Write your first programs in the browser, with no prior knowledge.',
    'Six chapters from variables to fetch. You build a to-do list, a weather page and a small game. Every chapter ends with an exercise that a mentor looks at.', 'beginner', 'en', 600, 'published', null),
  ('data-analysis-with-sql', 'Data Analysis with SQL', 'Answer real business questions with queries you understand.',
    'Joins, grouping, window functions and the plans behind them, on the books of a real shop. Bring a laptop; the database is ours.', 'beginner', 'en', 900, 'published', null),
  ('postgres-for-engineers', 'Postgres for Engineers', 'Locks, indexes, plans and isolation levels, taught by breaking things.',
    'Two sessions meet in every exercise: one that is right and one that is almost right. You leave knowing which is which and why.', 'advanced', 'en', 960, 'published', null),
  ('typescript-in-depth', 'TypeScript in Depth', 'Types that carry their weight in a large code base.',
    'Narrowing, generics, variance, and the small set of patterns that keep a hundred thousand lines readable.', 'intermediate', 'en', 720, 'published', null),
  ('desain-ui-dasar', 'Desain UI Dasar', 'Tata letak, warna, dan tipografi untuk layar kecil dan besar.',
    'Belajar merancang antarmuka yang jelas: kisi, kontras, hierarki, dan cara menguji rancangan bersama pengguna.', 'beginner', 'id', 540, 'published', null),
  ('pemasaran-digital-umkm', 'Pemasaran Digital untuk UMKM', 'Menemukan pelanggan dengan anggaran kecil.',
    'Dari profil toko sampai iklan pertama. Setiap minggu satu rencana kecil yang langsung dijalankan di usaha sendiri.', 'beginner', 'id', 480, 'published', null),
  ('product-management-101', 'Product Management 101', 'Decide what to build, and what not to.',
    'Interviews, bets, roadmaps that survive contact with customers. You write one real product brief and defend it.', 'beginner', 'en', 600, 'published', null),
  ('machine-learning-basics', 'Machine Learning Basics', 'Models you can explain, from regression to trees.',
    'The arithmetic stays honest: every model is built once by hand before a library does it.', 'intermediate', 'en', 1200, 'published', null),
  ('public-speaking', 'Public Speaking', 'Speak to a room as you speak to a friend.',
    'Four evenings, twelve people, a camera. Everybody speaks every evening.', 'beginner', 'en', 480, 'published', null),
  ('keamanan-web-praktis', 'Keamanan Web Praktis', 'Menyerang aplikasi latihan, lalu memperbaikinya.',
    'Injeksi, XSS, otorisasi yang bolong, dan balapan. Setiap lubang ditutup dengan pengujian.', 'intermediate', 'id', 720, 'published', null),
  ('open-lecture-future-of-work', 'Open Lecture: The Future of Work', 'One free evening with three guests and many questions.',
    'Ninety minutes, recorded for those who registered.', 'beginner', 'en', 90, 'published', null),
  ('cloud-cost-clinic', 'Cloud Cost Clinic', 'Bring your bill. Leave with a smaller one.',
    'A working session for teams: we read your invoices line by line. Enrolment opens soon.', 'advanced', 'en', 240, 'published', null),
  ('rust-first-steps', 'Rust First Steps', 'Ownership without tears.',
    'Still being written.', 'intermediate', 'en', 720, 'draft', null),
  ('negotiation-weekend', 'Negotiation Weekend', 'Two days of practice, announced next week.',
    'Published by its date, not by a click.', 'intermediate', 'en', 960, 'published', interval '7 days');

insert into public.products (id, kind, slug, title, summary, description, status, publish_at, created_at)
select md5('product ' || slug)::uuid, 'course', slug, title, summary, description, status, now() + publish_in, now() - (row_number() over ()) * interval '1 day'
from seed_courses;

-- Courses of licensed schools are not taxed; everything else carries the PPN in its price: 12 % of eleven twelfths.
update public.products set tax_category = 'exempt' where kind = 'course';
insert into public.tax_rates (country, tax_category, name, basis_points, inclusive) values ('ID', 'standard', 'PPN', 1100, true);

-- everything that is taught at one's own pace, by the month
with plan as (
  insert into public.subscription_plans (title, summary, period, status)
  values ('All self-paced courses', 'Every course without fixed dates, for as long as you subscribe.', 'month', 'active') returning id, variant_id
), priced as (
  insert into public.prices (variant_id, currency, amount) select plan.variant_id, 'IDR', 19900000 from plan
)
insert into public.subscription_plan_scopes (plan_id, product_id)
select plan.id, products.id from plan cross join public.products where products.kind = 'course' and products.status = 'published';

-- what costs more can be paid in parts
insert into public.instalment_plans (title, count, period, first_basis_points, status) values
  ('Three monthly payments', 3, 'month', null, 'active'),
  ('Half now, the rest over six months', 7, 'month', 5000, 'active');

-- a code to try: ten percent off the first order
with welcome as (
  insert into public.promotions (name, kind, status, basis_points, per_user_limit) values ('Welcome', 'percent', 'active', 1000, 1) returning id
)
insert into public.coupons (promotion_id, code) select welcome.id, 'WELCOME10' from welcome;

insert into public.courses (product_id, level, language, duration_minutes)
select products.id, seed_courses.level, seed_courses.language, seed_courses.minutes from seed_courses join public.products using (slug);

create temporary table seed_intakes (
  slug text, title text, seats integer, opens interval, closes interval, starts interval, days integer, place text, idr bigint, usd bigint
);

insert into seed_intakes values
  ('javascript-from-zero', 'Self-paced', null, '-30 days', null, null, null, 'Online', 0, 0),
  ('javascript-from-zero', 'Evening class', 24, '-14 days', '20 days', '21 days', 42, 'Jakarta, Sudirman', 125000000, 7900),
  ('data-analysis-with-sql', 'Next cohort', 30, '-14 days', '13 days', '14 days', 60, 'Online, live', 185000000, 11900),
  ('data-analysis-with-sql', 'Following cohort', 30, '-14 days', '75 days', '76 days', 60, 'Online, live', 185000000, 11900),
  ('postgres-for-engineers', 'Weekend in Bandung', 12, '-7 days', '25 days', '28 days', 2, 'Bandung, Dago', 275000000, 17900),
  ('typescript-in-depth', 'Next cohort', 20, '-7 days', '18 days', '20 days', 30, 'Online, live', 165000000, 10500),
  ('desain-ui-dasar', 'Mandiri', null, '-60 days', null, null, null, 'Daring', 0, null),
  ('desain-ui-dasar', 'Kelas akhir pekan', 16, '-10 days', '12 days', '15 days', 30, 'Yogyakarta', 95000000, null),
  ('pemasaran-digital-umkm', 'Angkatan baru', 40, '-20 days', '9 days', '10 days', 28, 'Daring, langsung', 45000000, null),
  ('product-management-101', 'Evening class', 18, '-5 days', '30 days', '32 days', 35, 'Jakarta, Kuningan', 145000000, 9300),
  ('machine-learning-basics', 'Self-paced', null, '-90 days', null, null, null, 'Online', 89900099, 5799),
  ('machine-learning-basics', 'Mentored cohort', 25, '-5 days', '28 days', '30 days', 70, 'Online, live', 215000000, 13900),
  ('public-speaking', 'Four evenings', 3, '-10 days', '10 days', '12 days', 22, 'Surabaya', 75000000, 4800),
  ('public-speaking', 'Last month''s class', 12, '-60 days', '-20 days', '-18 days', 10, 'Surabaya', 75000000, 4800),
  ('keamanan-web-praktis', 'Lab daring', 20, '-8 days', '22 days', '24 days', 21, 'Daring, langsung', 135000011, null),
  ('open-lecture-future-of-work', 'Lecture evening', 200, '-3 days', '5 days', '5 days 2 hours', 1, 'Jakarta, Balai Kartini', 0, 0),
  ('cloud-cost-clinic', 'First clinic', 8, '10 days', '40 days', '45 days', 1, 'Online, live', 350000000, 22900),
  ('rust-first-steps', 'First cohort', 20, '30 days', '60 days', '62 days', 40, 'Online, live', 155000000, 9900),
  ('negotiation-weekend', 'First weekend', 14, '7 days', '30 days', '35 days', 2, 'Bali, Sanur', 425000000, 27900);

insert into public.intakes (product_id, title, seats, enroll_opens_at, enroll_closes_at, starts_at, ends_at, location)
select products.id, seed_intakes.title, seats, now() + opens, now() + closes, now() + starts, now() + starts + days * interval '1 day', place
from seed_intakes join public.products using (slug);

insert into public.prices (variant_id, currency, amount)
select intakes.variant_id, price.currency, price.amount
from seed_intakes
join public.products using (slug)
join public.intakes on intakes.product_id = products.id and intakes.title = seed_intakes.title
cross join lateral (values ('IDR', seed_intakes.idr), ('USD', seed_intakes.usd)) as price (currency, amount)
where price.amount is not null;

-- One intake that takes place only if eight come, cheaper for who is early, with terms for giving a seat back and an online room.
update public.intakes set min_seats = 8, decide_at = intakes.starts_at - interval '14 days', auto_cancel = true, cancel_days_before_start = 14
from public.products where products.id = intakes.product_id and products.slug = 'data-analysis-with-sql' and intakes.title = 'Following cohort';

insert into public.intake_links (intake_id, url)
select intakes.id, 'https://meet.example.com/sql' from public.intakes join public.products on products.id = intakes.product_id
where products.slug = 'data-analysis-with-sql' and intakes.title = 'Following cohort';

with early as (
  insert into public.price_lists (name, status, ends_at) values ('Early bird', 'active', now() + interval '45 days') returning id
)
insert into public.price_list_prices (price_list_id, variant_id, currency, amount)
select early.id, intakes.variant_id, price.currency, price.amount
from early, public.intakes join public.products on products.id = intakes.product_id, (values ('IDR', 155000000), ('USD', 9900)) as price (currency, amount)
where products.slug = 'data-analysis-with-sql' and intakes.title = 'Following cohort';

update public.courses set cancel_days_after_purchase = 14, cancel_progress_percent = 20
from public.products where products.id = courses.product_id and products.slug = 'typescript-in-depth';

drop table seed_courses, seed_intakes;

-- One course that can be taken from its first lesson to its certificate: the demo instructor grades its assignment, and brings the file of its
-- file lesson along (npm start), since a file belongs to somebody.

create temporary table seed_lessons (
  section integer, position integer, kind text, title text, minutes integer, preview boolean, required boolean, pass integer, attempts integer, video text, body text
);

insert into seed_lessons values
  (1, 1, 'video', 'What a program is', 8, true, true, null, null, 'https://www.w3.org/2010/05/video/mediaevents.html',
    'A program is a list of instructions that a machine follows to the letter. Watch, then open the console of your browser (`F12`) and type `1 + 1`.'),
  (1, 2, 'text', 'Values and variables', 25, false, true, null, null, null,
    e'# Values and variables\n\nA value is a number, a text, true or false. A variable is a name for one:\n\n```js\nconst price = 45000;\nlet seats = 12;\nseats = seats - 1;\n```\n\n`const` keeps its value, `let` may get another. Use `const` until you cannot.\n\n**Try it:** how many seconds has a week? Give each factor a name.'),
  (1, 3, 'text', 'Decisions', 30, false, true, null, null, null,
    e'# Decisions\n\n```js\nif (seats > 0) {\n  console.log("There is room.");\n} else {\n  console.log("Sorry, full.");\n}\n```\n\nCompare with `===`, never with `==`: the latter guesses.\n\n**Try it:** print the price of a ticket: free under 6, half price under 17, full above.'),
  (1, 4, 'quiz', 'Check: the first steps', 10, false, true, 70, 3, null, 'Four questions. Three attempts; the best one counts.'),
  (2, 1, 'text', 'Lists', 30, false, true, null, null, null,
    e'# Lists\n\n```js\nconst names = ["Ayu", "Budi", "Citra"];\nfor (const name of names) console.log(`Hello ${name}`);\nconst long = names.filter((name) => name.length > 3);\n```\n\nA list knows its `length`, and its first element is `names[0]`.'),
  (2, 2, 'text', 'Functions', 35, false, true, null, null, null,
    e'# Functions\n\nA function gives steps a name and takes what they need:\n\n```js\nfunction total(price, quantity) {\n  return price * quantity;\n}\ntotal(45000, 3); // 135000\n```\n\nA good one does one thing, and its name says which.'),
  (2, 3, 'file', 'JavaScript on one page', 10, false, true, null, null, null,
    'Everything so far, and what comes next, on one page. Print it, or keep it open beside your editor.'),
  (2, 4, 'text', 'For the curious: where the web comes from', 15, false, false, null, null, null,
    e'# Where the web comes from\n\nRead *Information Management: A Proposal* of March 1989. It is not needed for the certificate, and worth the quarter of an hour.'),
  (3, 1, 'text', 'Asking the network', 40, false, true, null, null, null,
    e'# Asking the network\n\n```js\nconst response = await fetch("/rest/v1/products?select=title", { headers: { apikey: key } });\nconst products = await response.json();\n```\n\n`await` waits for an answer without holding up the page. An answer can be a refusal: look at `response.ok`.'),
  (3, 2, 'assignment', 'Your to-do list', 120, false, true, 60, null, null,
    e'# Your to-do list\n\nBuild a page on which somebody can add, tick off and remove things to do. Keep the list in `localStorage`.\n\nHand in the text of your page or a `.zip`, and two sentences on what was hardest. A mentor looks at it within a few days.');

insert into public.course_sections (product_id, title, position)
select products.id, section.title, section.position
from public.products, (values ('The first steps', 1), ('Saying more with less', 2), ('A program of your own', 3)) as section (title, position)
where products.slug = 'javascript-from-zero';

with written as (
  insert into public.lessons (id, product_id, section_id, kind, title, position, duration_minutes, is_preview, is_required, pass_percent, max_attempts)
  select md5('lesson ' || seed_lessons.title)::uuid, course_sections.product_id, course_sections.id, seed_lessons.kind, seed_lessons.title, seed_lessons.position, seed_lessons.minutes,
    seed_lessons.preview, seed_lessons.required, seed_lessons.pass, seed_lessons.attempts
  from seed_lessons join public.course_sections on course_sections.position = seed_lessons.section
  returning id, title
)
insert into public.lesson_contents (lesson_id, body, video_url)
select written.id, seed_lessons.body, seed_lessons.video from written join seed_lessons using (title);

insert into private.quizzes (lesson_id, questions)
select lessons.id, '[
  {"kind": "single", "prompt": "Which name can get another value later?", "choices": ["const seats = 1", "let seats = 1"], "answer": 1, "explanation": "let may be assigned again, const may not."},
  {"kind": "single", "prompt": "What does 7 === \"7\" give?", "choices": ["true", "false", "an error"], "answer": 1, "explanation": "=== compares the kind of value too."},
  {"kind": "multiple", "prompt": "Which of these are values?", "choices": ["42", "\"Ayu\"", "if", "true"], "answer": [0, 1, 3], "points": 2},
  {"kind": "text", "prompt": "Which word begins a decision?", "answer": ["if"]}
]'::jsonb
from public.lessons where lessons.kind = 'quiz';

update public.courses set is_sequential = true
from public.products where products.id = courses.product_id and products.slug = 'javascript-from-zero';

drop table seed_lessons;

-- Intakes that meet at an hour: one session a day for the lecture, one a week for the others.
insert into public.intake_sessions (intake_id, title, starts_at, ends_at)
select intakes.id, case when intakes.title = 'Lecture evening' then 'The lecture' else 'Evening ' || week end,
  intakes.starts_at + (week - 1) * interval '168 hours', intakes.starts_at + (week - 1) * interval '168 hours' + interval '90 minutes'
from public.intakes cross join generate_series(1, case when intakes.title = 'Lecture evening' then 1 else 4 end) as week
where intakes.title in ('Lecture evening', 'Evening class', 'Four evenings') and intakes.starts_at > now();
