import type { Bench } from "../bench.ts";
import { run } from "../database/prepare-database.ts";
import { peopleFrom, signIn } from "../http/buyers.ts";
import { requestTo } from "../http/connection.ts";
import { plain } from "../report/row.ts";
import { compareHttp } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

const readers = 100;
const coursesEach = 5;
const many = 100;

/**
 * A learner's dashboard: through the gateway, and from PostgREST itself with the same token; of five courses, and of a hundred among a
 * million enrolments of the shop (100 000 in a quick run).
 */
export async function measureMyCourses(bench: Bench): Promise<Outcome> {
  const stack = await bench.shop("api");
  const first = bench.sizes.people - readers;
  await run(
    stack.urls.superuser,
    `select bench.enroll(${first} + person, 10 + (person + course * 7) % ${bench.sizes.intakes}, null)
     from generate_series(0, ${readers - 1}) as person, generate_series(1, ${coursesEach}) as course`,
    "analyze",
  );
  const people = signIn(stack, peopleFrom(first, readers));
  const requests = (url: string) => people.map(({ headers }) => requestTo(url, { headers }));
  const inTurn = (url: string, path: string) => {
    const all = requests(`${url}${path}`);
    let turn = 0;
    return { url, next: () => all[turn++ % all.length] as Buffer };
  };
  const rows = await compareHttp(
    bench,
    {
      measurement: "my-courses",
      what: `dashboard of ${coursesEach} courses`,
      value: inTurn(stack.urls.api, "/rest/v1/rpc/my_courses"),
      floor: { name: "bare PostgREST", ...inTurn(stack.urls.rest, "/rpc/my_courses") },
      atLeast: () => undefined,
    },
    bench.options.clients,
  );
  const learners = bench.options.quick ? 1_000 : 10_000;
  bench.progress(`enrolling ${learners} learners in ${many} courses each`);
  await run(stack.urls.superuser, ...manyCourses(learners), "analyze");
  const loaded = signIn(stack, peopleFrom(0, readers));
  const inTurnOf = (url: string, path: string) => {
    const all = loaded.map(({ headers }) => requestTo(`${url}${path}`, { headers }));
    let turn = 0;
    return { url, next: () => all[turn++ % all.length] as Buffer };
  };
  const large = await compareHttp(
    bench,
    {
      measurement: "my-courses",
      what: `dashboard of ${many} courses, ${learners * many} enrolments in all`,
      value: inTurnOf(stack.urls.api, "/rest/v1/rpc/my_courses"),
      floor: { name: "bare PostgREST", ...inTurnOf(stack.urls.rest, "/rpc/my_courses") },
      atLeast: () => undefined,
    },
    bench.options.clients,
  );
  for (const row of large) {
    const p95 = Number(row.details?.p95_ms);
    rows.push(
      row,
      plain({ measurement: "my-courses", what: `the same, p95`, clients: row.clients, value: p95, unit: "ms" }),
    );
  }
  return { rows, failures: [] };
}

/** A hundred courses that are not counted, with four lessons each, and everybody in all of them; written past triggers, like the shop. */
function manyCourses(learners: number): string[] {
  const ids = `md5('many' || number)::uuid`;
  return [
    "set session_replication_role = replica",
    `insert into public.products (id, kind, slug, title, summary, status) select ${ids}, 'course', 'many-' || number, 'Course ' || number, '', 'published' from generate_series(1, ${many}) as number`,
    `insert into public.courses (product_id) select ${ids} from generate_series(1, ${many}) as number`,
    `insert into public.variants (id, product_id, sku, title, stock_mode) select ${ids}, ${ids}, 'MANY-' || number, 'Intake', 'none' from generate_series(1, ${many}) as number`,
    `insert into public.intakes (id, product_id, variant_id, title) select ${ids}, ${ids}, ${ids}, 'Intake' from generate_series(1, ${many}) as number`,
    `insert into public.course_sections (id, product_id, title) select ${ids}, ${ids}, 'Section' from generate_series(1, ${many}) as number`,
    `insert into public.lessons (product_id, section_id, kind, title, position) select ${ids}, ${ids}, 'text', 'Lesson ' || place, place
     from generate_series(1, ${many}) as number, generate_series(1, 4) as place`,
    `insert into public.enrollments (intake_id, learner_id, status, enrolled_at) select ${ids}, bench.person(person), 'active', now()
     from generate_series(0, ${learners - 1}) as person, generate_series(1, ${many}) as number`,
    `insert into public.lesson_progress (enrollment_id, lesson_id, product_id, learner_id, completed_at)
     select enrollments.id, lessons.id, lessons.product_id, enrollments.learner_id, now()
     from public.enrollments join public.lessons on lessons.product_id = enrollments.intake_id and lessons.position <= 2
     where enrollments.learner_id in (select bench.person(person) from generate_series(0, ${readers - 1}) as person)`,
    "set session_replication_role = origin",
  ];
}
