import postgres from "postgres";
import type { Keys } from "./keys.ts";

/** The people of the demo school: one learner, one who manages an organisation with seats, and one member of staff per role. All share `demoPassword` of keys.json. */
export const demoUsers = [
  { email: "learner@seatline.test", name: "Lia Learner", role: null },
  { email: "manager@seatline.test", name: "Maya Manager", role: null },
  { email: "instructor@seatline.test", name: "Indra Instructor", role: "instructor" },
  { email: "support@seatline.test", name: "Sari Support", role: "support" },
  { email: "warehouse@seatline.test", name: "Wayan Warehouse", role: "warehouse" },
  { email: "courier@seatline.test", name: "Candra Courier", role: "courier" },
  { email: "finance@seatline.test", name: "Fitri Finance", role: "finance" },
  { email: "catalog@seatline.test", name: "Cahya Catalog", role: "catalog_manager" },
  { email: "admin@seatline.test", name: "Adi Admin", role: "admin" },
  { email: "auditor@seatline.test", name: "Ayu Auditor", role: "auditor" },
] as const;

/**
 * Makes the demo users that do not exist yet, through the auth API as any client would, and gives each member of staff the role; the instructor teaches the courses
 * that have lessons.
 * `url` is the gateway's, `ownerUrl` the database as `postgres`. A user who exists is left as is.
 */
export async function createDemoUsers(url: string, keys: Keys, ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  try {
    const emails = demoUsers.map((user) => user.email);
    const found = await sql<{ email: string }[]>`select email from auth.users where email in ${sql(emails)}`;
    const existing = new Set(found.map((user) => user.email));
    for (const user of demoUsers) {
      if (existing.has(user.email)) continue;
      const id = await createUser(url, keys, user);
      if (user.role)
        await sql`insert into public.role_members (profile_id, role) values (${id}, ${user.role}) on conflict do nothing`;
      if (user.role === "instructor")
        await sql`insert into public.course_instructors (product_id, profile_id)
          select product_id, ${id} from public.course_sections on conflict do nothing`;
      if (user.role === "instructor") await bringLessonFile(sql, id);
      if (user.email === "manager@seatline.test") await foundDemoOrganisation(sql, id);
    }
  } finally {
    await sql.end();
  }
}

// The file of the demo course's file lesson; its bytes lie in supabase/storage and are uploaded afterwards with those of the seed.
async function bringLessonFile(sql: postgres.Sql, instructor: string): Promise<void> {
  await sql`with file as (
      insert into public.learning_files (id, lesson_id, product_id, owner_id, file_name, content_type, bytes, arrived_at)
      select md5('file ' || title)::uuid, id, product_id, ${instructor}, 'javascript-on-one-page.md', 'text/markdown', 1191, now()
      from public.lessons where id = md5('lesson JavaScript on one page')::uuid
      returning id, lesson_id
    )
    update public.lesson_contents set file_id = file.id from file where lesson_contents.lesson_id = file.lesson_id`;
}

// Five free seats of the course that can be taken, as its manager would buy them, and a gift that waits.
async function foundDemoOrganisation(sql: postgres.Sql, manager: string): Promise<void> {
  const claims = JSON.stringify({ sub: manager, role: "authenticated" });
  await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${claims}, true)`;
    await tx`select private.order_seats((founded ->> 'id')::uuid, jsonb_build_array(jsonb_build_object('variant_id', intakes.variant_id, 'quantity', 5)), null, null, null)
      from private.create_organisation('Rumah Belajar Maya', 'Yayasan Rumah Belajar Maya', 'Jl. Dago 12, Bandung', null, null, null, null) as founded
      cross join (
        select intakes.variant_id from public.intakes join public.products on products.id = intakes.product_id
        where products.slug = 'javascript-from-zero' and intakes.title = 'Self-paced'
      ) as intakes`;
    const gift = { recipient_email: "friend@seatline.test", message: "For your first program." };
    await tx`select private.order_gifts(jsonb_build_array(jsonb_build_object('variant_id', intakes.variant_id, 'gift', ${JSON.stringify(gift)}::text::jsonb)), null, null)
      from public.intakes join public.products on products.id = intakes.product_id
      where products.slug = 'javascript-from-zero' and intakes.title = 'Self-paced'`;
  });
}

async function createUser(url: string, keys: Keys, user: (typeof demoUsers)[number]): Promise<string> {
  const [first_name, last_name] = user.name.split(" ");
  const answer = await fetch(`${url}/auth/v1/admin/users`, {
    method: "POST",
    headers: { apikey: keys.secretKey, authorization: `Bearer ${keys.secretKey}`, "content-type": "application/json" },
    body: JSON.stringify({
      email: user.email,
      password: keys.demoPassword,
      email_confirm: true,
      user_metadata: { first_name, last_name, full_name: user.name, locale: "en" },
    }),
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok || !body.id) {
    throw new Error(`The demo user ${user.email} could not be created (${answer.status}): ${JSON.stringify(body)}`);
  }
  return body.id;
}
