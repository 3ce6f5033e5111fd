import { describe, expect, test } from "vitest";
import { orderOne } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { newCustomer, userClaims } from "../support/people.ts";
import { type Rest, serveRest } from "../support/rest.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";
import { buildCourse, call, newLearnerIn, newTeacherOf, upload } from "./teaching.ts";

const database = useDatabase();

type Claims = Record<string, unknown> | null;
type Probe = [path: string, init?: RequestInit];

/** A course full of secrets, and everybody who has no business with them. */
async function vault(sql: Sql) {
  const course = await buildCourse(sql, [{}, { kind: "quiz" }, { kind: "assignment" }, { kind: "file" }], {
    price: 90_00,
    seats: null,
    course: { is_sequential: true },
  });
  const [text = "", quiz = "", assignment = "", file = ""] = course.lessons;
  await sql`update public.lesson_contents set body = 'SECRET body', video_url = 'https://secret.test/video', translations = ${JSON.stringify({ en: { body: "SECRET translation" } })}::text::jsonb
    where product_id = ${course.productId}`;
  await sql`update private.quizzes set questions = ${JSON.stringify([
    { kind: "text", prompt: "What is it?", answer: ["SECRET answer"], explanation: "SECRET explanation" },
  ])}::text::jsonb where lesson_id = ${quiz}`;
  const teacher = await newTeacherOf(sql, course);
  const fileId = await upload(sql, teacher, {
    lesson_id: file,
    file_name: "SECRET.pdf",
    content_type: "application/pdf",
    bytes: 9,
  });
  await sql`update public.lesson_contents set file_id = ${fileId} where lesson_id = ${file}`;
  const [session] = await sql`insert into public.intake_sessions (intake_id, title, starts_at, ends_at)
    values (${course.intakeId}, 'First', now() + interval '1 day', now() + interval '25 hours') returning id`;
  await sql`insert into public.session_links (session_id, url) values (${session?.id}, 'https://secret.test/room')`;
  await sql`insert into public.intake_links (intake_id, url) values (${course.intakeId}, 'https://secret.test/intake')`;
  const seated = async (status: string, columns: Record<string, unknown> = {}) => {
    const learner = await newCustomer(sql);
    const seat = { intake_id: course.intakeId, learner_id: learner, status, enrolled_at: new Date(), ...columns };
    await sql`insert into public.enrollments ${sql(seat)}`;
    return learner;
  };
  const unpaid = await newCustomer(sql);
  await orderOne(sql, unpaid, course.variantId);
  const foreign = await newTeacherOf(sql, await buildCourse(sql, [{ kind: "quiz" }]));
  const outsiders: Record<string, Claims> = {
    visitor: null,
    stranger: userClaims(await newCustomer(sql)),
    unpaid: userClaims(unpaid),
    suspended: userClaims(await seated("suspended")),
    gone: userClaims(await seated("cancelled", { ended_at: new Date() })),
    "past the end": userClaims(await seated("active", { access_ends_at: new Date(Date.now() - 1000) })),
    "past the end, completed": userClaims(await seated("completed", { access_ends_at: new Date(Date.now() - 1000) })),
    "teacher of another course": userClaims(foreign),
  };
  return { course, text, quiz, assignment, file, fileId, session: String(session?.id), outsiders, teacher, seated };
}

const post = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});
const patch = (body: unknown): RequestInit => ({ ...post(body, { prefer: "return=representation" }), method: "PATCH" });

/** Every way to a secret that we could think of: rows, embedding, filters and orders on what is hidden, other schemas, plans, verbs. */
function waysIn({ course, text, quiz, file, fileId, session }: Awaited<ReturnType<typeof vault>>): Probe[] {
  const { productId, intakeId } = course;
  return [
    [`/lesson_contents?product_id=eq.${productId}`],
    ["/lesson_contents?body=like.*SECRET*"],
    ["/lesson_contents?select=lesson_id,body::text,file:learning_files(*)"],
    [`/lessons?select=*,lesson_contents(*),learning_files(*)&product_id=eq.${productId}`],
    [`/lessons?select=id,hit:lesson_contents!inner(lesson_id)&lesson_contents.body=like.*SECRET*`],
    [
      `/course_sections?select=*,lessons(*,lesson_contents(*),quiz_attempts(*),submissions(*))&product_id=eq.${productId}`,
    ],
    [
      `/products?select=title,courses(intakes(*,intake_links(*),enrollments(*),intake_sessions(*,session_links(*))))&id=eq.${productId}`,
    ],
    [`/intakes?select=id,hit:intake_links!inner(intake_id)&intake_links.url=like.*secret*`],
    [`/intake_sessions?select=id,hit:session_links!inner(session_id)&session_links.url=like.*secret*`],
    [`/session_links?session_id=eq.${session}`],
    [`/intake_links?intake_id=eq.${intakeId}`],
    [`/learning_files?or=(id.eq.${fileId},file_name.like.*SECRET*)`],
    ["/quizzes"],
    ["/quizzes", { headers: { "accept-profile": "private" } }],
    ["/quiz_papers", { headers: { "accept-profile": "private" } }],
    ["/rpc/lesson_states", post({ product_id: productId, enrollment_id: null }, { "content-profile": "private" })],
    ["/audit_log?table_name=eq.lesson_contents"],
    ["/events?select=*"],
    [`/lesson_contents?product_id=eq.${productId}`, { headers: { accept: "application/vnd.pgrst.plan+json" } }],
    [`/rpc/quiz_questions?lesson_id=${quiz}`],
    [`/rpc/lesson_document?lesson_id=${text}`],
    [`/rpc/lesson_document?lesson_id=${file}&locale=en`],
    [`/rpc/course_outline?product_id=${productId}&locale=en`],
    [`/rpc/my_courses?select=*`],
    ["/rpc/my_calendar"],
    [`/rpc/roster?intake_id=${intakeId}`],
    ["/rpc/start_quiz", post({ lesson_id: quiz })],
    ["/rpc/complete_lesson", post({ lesson_id: text })],
    ["/rpc/put_quiz", post({ lesson_id: quiz, questions: [{ kind: "text", prompt: "?", answer: ["me"] }] })],
    ["/rpc/prepare_upload", post({ lesson_id: file, file_name: "a.pdf", content_type: "application/pdf", bytes: 9 })],
    [`/lessons?id=eq.${text}`, patch({ is_preview: true })],
    [`/lesson_contents?lesson_id=eq.${text}`, patch({ video_url: "https://mine.test" })],
    [
      "/lesson_contents",
      post({ lesson_id: text, body: "mine" }, { prefer: "resolution=merge-duplicates,return=representation" }),
    ],
    ["/course_instructors", post({ product_id: productId, profile_id: crypto.randomUUID() })],
  ];
}

/** What the outsiders got out: each line is a leak. */
async function leaks(rest: Rest, built: Awaited<ReturnType<typeof vault>>): Promise<string[]> {
  const found: string[] = [];
  for (const [who, claims] of Object.entries(built.outsiders)) {
    await Promise.all(
      waysIn(built).map(async ([path, init]) => {
        const answer = await rest.request(claims, path, init);
        const body = await answer.text();
        const told = /SECRET|secret\.test/.test(body.replaceAll(/like\.\*\w+\*/g, "")) || /"hit":/.test(body);
        if (told || answer.status >= 500) found.push(`${who} ${path}: ${answer.status} ${body.slice(0, 200)}`);
      }),
    );
  }
  return found;
}

async function keepsSecrets(shop: TestDatabase): Promise<void> {
  const built = await vault(shop.sql);
  const rest = await serveRest(shop);
  try {
    expect(await leaks(rest, built)).toEqual([]);
    const [kept] =
      await shop.sql`select count(*)::int as intact from public.lesson_contents join public.lessons on lessons.id = lesson_id
      where lessons.product_id = ${built.course.productId} and body = 'SECRET body' and not is_preview`;
    expect(kept?.intact).toBe(4);
  } finally {
    await rest.stop();
  }
}

describe("what is in a locked course", () => {
  test("comes out by no request that an outsider can send", () => keepsSecrets(database), 60_000);

  test(
    "that test notices a policy that shows contents to everybody",
    () => withSabotage("alter policy select_open on public.lesson_contents using (true)", keepsSecrets, { rounds: 1 }),
    60_000,
  );

  test(
    "that test notices rooms whose address outlives the access",
    () =>
      withSabotage(
        replaceInFunction("private.attended_sessions", /and private\.is_seat_open\([^)]*\)/, ""),
        keepsSecrets,
        { rounds: 1 },
      ),
    60_000,
  );
});

test("a quiz tells its answers to nobody who can still be tested, by whatever is asked of the attempt", async () => {
  const { course, text, quiz, seated } = await vault(database.sql);
  await database.sql`update public.lessons set max_attempts = 2 where id = ${quiz}`;
  const learner = await seated("active");
  await call(database.sql, learner, "complete_lesson", { lesson_id: text });
  const claims = userClaims(learner);
  const rest = await serveRest(database);
  try {
    const ask = async (path: string, init?: RequestInit) => {
      const answer = await rest.request(claims, path, init);
      return { status: answer.status, body: await answer.text() };
    };
    const begun = await ask("/rpc/start_quiz", post({ lesson_id: quiz, idempotency_key: "begin" }));
    const { id } = JSON.parse(begun.body);
    const answers = [
      begun,
      await ask("/rpc/start_quiz", post({ lesson_id: quiz, idempotency_key: "begin" })),
      await ask("/quiz_attempts?select=*,lessons(*,lesson_contents(lesson_id))"),
      await ask(`/rpc/quiz_questions?lesson_id=${quiz}`),
      await ask(`/rpc/lesson_document?lesson_id=${quiz}`),
      await ask("/rpc/submit_quiz", post({ attempt_id: id, answers: ["wrong"] })),
      await ask(`/quiz_attempts?id=eq.${id}`),
      await ask("/lesson_progress?select=*"),
      await ask("/results?select=*"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 404, 200, 200, 200, 200, 200]);
    for (const { body } of answers) expect(body).not.toMatch(/SECRET (answer|explanation)/);
    const last = JSON.parse((await ask("/rpc/start_quiz", post({ lesson_id: quiz }))).body);
    expect((await ask("/rpc/submit_quiz", post({ attempt_id: last.id, answers: ["wrong"] }))).body).toContain(
      "SECRET answer",
    );
    expect(course.lessons).toContain(quiz);
  } finally {
    await rest.stop();
  }
}, 60_000);

describe("somebody who teaches", () => {
  test("reaches their own course and its learners, and nothing that is sold, paid or decided elsewhere", async () => {
    const sql = database.sql;
    const built = await vault(sql);
    const { course, teacher, assignment, text, seated } = built;
    const learner = await seated("active");
    for (const lesson_id of [text]) await call(sql, learner, "complete_lesson", { lesson_id });
    await sql`update public.courses set is_sequential = false where product_id = ${course.productId}`;
    const work = await upload(sql, learner, {
      lesson_id: assignment,
      file_name: "mine.pdf",
      content_type: "application/pdf",
      bytes: 9,
    });
    const submission = await call(sql, learner, "submit_assignment", { lesson_id: assignment, file_ids: [work] });
    const other = await vault(sql);
    const outside = await publishedIntake(sql, { seats: 5 });
    const outsider = await newLearnerIn(sql, outside);
    const [seat] = await sql`select id from public.enrollments where learner_id = ${learner}`;
    const rest = await serveRest(database);
    try {
      const ask = async (path: string, init?: RequestInit) => {
        const answer = await rest.request(userClaims(teacher), path, init);
        const text = await answer.text();
        return { path, status: answer.status, rows: answer.ok && text ? JSON.parse(text) : text };
      };
      // their own scope
      const own: Probe[] = [
        [`/enrollments?intake_id=eq.${course.intakeId}&learner_id=eq.${learner}`],
        [`/rpc/roster?intake_id=${course.intakeId}`],
        [`/submissions?id=eq.${submission.id}`],
        [`/lessons?id=eq.${text}`, patch({ title: "Better" })],
        [`/lesson_contents?lesson_id=eq.${text}`, patch({ body: "Better" })],
      ];
      for (const [path, init] of own) expect((await ask(path, init)).rows, path).not.toEqual([]);

      // rows that are not theirs: nothing comes back, nothing is changed
      const lesson = other.text;
      const nothing: Probe[] = [
        [`/profiles?select=*&id=neq.${teacher}`],
        [
          `/enrollments?select=id,learner:profiles(email)&learner_id=eq.${learner}&learner.email=not.is.null&learner=not.is.null`,
        ],
        [`/enrollments?learner_id=eq.${outsider}`],
        ["/orders"],
        ["/order_items"],
        ["/payments"],
        ["/refunds"],
        ["/invoices"],
        ["/waitlist_entries"],
        ["/gifts"],
        ["/organisations"],
        ["/seat_grants"],
        ["/role_members"],
        ["/addresses"],
        ["/carts"],
        [`/products?id=eq.${course.productId}`, patch({ title: "Mine" })],
        [`/courses?product_id=eq.${course.productId}`, patch({ has_certificate: false })],
        [`/intakes?id=eq.${course.intakeId}`, patch({ seats: 1 })],
        [`/prices?variant_id=eq.${course.variantId}`, patch({ amount: 0 })],
        [`/lessons?id=eq.${lesson}`, patch({ title: "Mine" })],
        [`/lesson_contents?lesson_id=eq.${lesson}`, patch({ body: "Mine" })],
        [`/intake_sessions?id=eq.${other.session}`, patch({ title: "Mine" })],
        [`/session_links?session_id=eq.${other.session}`],
      ];
      const seen = await Promise.all(nothing.map(([path, init]) => ask(path, init)));
      expect(seen.filter(({ status, rows }) => status < 400 && rows.length > 0)).toEqual([]);
      expect(seen.filter(({ status }) => status >= 500)).toEqual([]);

      // verbs and writes that are not theirs
      const refused: Probe[] = [
        ["/rpc/cancel_intake", post({ intake_id: course.intakeId, reason: "mine" })],
        ["/rpc/duplicate_intake", post({ intake_id: course.intakeId })],
        ["/rpc/grant_seat", post({ intake_id: course.intakeId, profile_id: teacher, reason: "mine" })],
        ["/rpc/withdraw_seat", post({ enrollment_id: seat?.id, reason: "mine" })],
        ["/rpc/transfer_enrollment", post({ enrollment_id: seat?.id, to_intake_id: other.course.intakeId })],
        ["/rpc/cancel_enrollment", post({ enrollment_id: seat?.id })],
        ["/rpc/set_course_renewal", post({ product_id: course.productId, days: 1 })],
        ["/rpc/revoke_certificate", post({ certificate_id: seat?.id, reason: "mine" })],
        ["/rpc/close_intake", post({ intake_id: other.course.intakeId })],
        ["/rpc/publish_intake", post({ intake_id: other.course.intakeId })],
        ["/rpc/message_intake", post({ intake_id: other.course.intakeId, subject: "Hi", body: "Hi" })],
        ["/rpc/note_attendance", post({ session_id: other.session, notes: {} })],
        ["/rpc/note_attendance", post({ session_id: built.session, notes: { [crypto.randomUUID()]: "present" } })],
        ["/rpc/put_quiz", post({ lesson_id: other.quiz, questions: [] })],
        [`/rpc/quiz_questions?lesson_id=${other.quiz}`],
        [`/rpc/roster?intake_id=${other.course.intakeId}`],
        ["/course_instructors", post({ product_id: other.course.productId, profile_id: teacher })],
        ["/course_prerequisites", post({ product_id: course.productId, required_product_id: other.course.productId })],
        ["/intakes", post({ product_id: course.productId, title: "Mine" })],
        ["/lessons", post({ section_id: other.course.sectionId, kind: "text", title: "Mine" })],
        [`/lessons?id=eq.${text}`, patch({ section_id: other.course.sectionId })],
        ["/lesson_contents", post({ lesson_id: lesson, body: "Mine" }, { prefer: "resolution=merge-duplicates" })],
        [`/lesson_contents?lesson_id=eq.${text}`, patch({ file_id: other.fileId })],
        [`/lesson_contents?lesson_id=eq.${assignment}`, patch({ file_id: work })],
        [
          "/intake_sessions",
          post({ intake_id: other.course.intakeId, title: "M", starts_at: "2030-01-01", ends_at: "2030-01-02" }),
        ],
        [
          "/session_links",
          post({ session_id: other.session, url: "https://mine.test" }, { prefer: "resolution=merge-duplicates" }),
        ],
        [
          "/intake_links",
          post(
            { intake_id: other.course.intakeId, url: "https://mine.test" },
            { prefer: "resolution=merge-duplicates" },
          ),
        ],
        [`/submissions?id=eq.${submission.id}`, patch({ score_percent: 100 })],
        [`/enrollments?id=eq.${seat?.id}`, patch({ status: "completed" })],
      ];
      const answers = await Promise.all(refused.map(([path, init]) => ask(path, init)));
      expect(answers.filter(({ status }) => status < 400 || status >= 500)).toEqual([]);
    } finally {
      await rest.stop();
    }
  }, 60_000);
});
