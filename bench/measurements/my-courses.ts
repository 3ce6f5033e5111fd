import type { Bench } from "../bench.ts";
import { run } from "../database/prepare-database.ts";
import { peopleFrom, signIn } from "../http/buyers.ts";
import { requestTo } from "../http/connection.ts";
import { compareHttp } from "./compare-http.ts";
import type { Outcome } from "./outcome.ts";

const readers = 100;
const coursesEach = 5;

/** A learner's dashboard of five courses: through the gateway, and from PostgREST itself with the same token. */
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
  return { rows, failures: [] };
}
