import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, useDatabase } from "../support/database.ts";
import { fingerprint } from "../support/fingerprint.ts";
import { ask, bodyWith, type Owned, oneOfEach, type Place, rowsOfTwo, verbsOfPeople } from "../support/ownership.ts";
import { userClaims } from "../support/people.ts";
import { populateLearning } from "../support/populated-learning.ts";
import { populateShop } from "../support/populated-shop.ts";
import { type Rest, serveRest } from "../support/rest.ts";
import { type Patch, replaceInFunction } from "../support/sabotage.ts";

// A customer sends every verb the ids of another customer's rows, of every kind, in every place that takes an id. The answer must be exactly
// that to an id which nobody has. That the rest of the call was right is shown by the customer's own rows: one of them is answered otherwise.
// Where that cannot be, the reason stands here.
const everybodys: Record<string, string> = {
  category_id: "the catalogue is everybody's",
  intake_id: "who teaches it is asked by their own; everybody else sees what is published",
  lesson_id: "the outline shows it; it opens for those who have a seat (tests/learning/access.test.ts)",
  media_id: "pictures of what is published are everybody's",
  plan_id: "what is offered is everybody's",
  product_id: "the catalogue is everybody's",
  shipping_method_id: "what is offered is everybody's",
  to_intake_id: "the catalogue is everybody's",
  variant_id: "the catalogue is everybody's",
  variant_ids: "the catalogue is everybody's",
};
const staffs: Record<string, string> = {
  "find_import.import_id": "only staff import",
  "get_draft_order.draft_order_id": "only staff draft",
  "get_report.report_id": "only staff read reports",
  "grade_submission.submission_id": "those who teach, by the course (tests/learning/access.test.ts)",
  "note_attendance.notes.enrollment_id": "those who teach, by the session (tests/learning/attendance.rules.test.ts)",
  "report_sheet.report_id": "only staff read reports",
};
const PERMISSION = /"code" : "permission_denied"/; // of staff, whatever the id
const answersAnything: Record<string, string> = {
  "merge_cart.lines.variant_id":
    "what does not exist is left out, and of what is hidden stands that it is not sold (tests/carts/merge.test.ts)",
  "quote.lines.variant_id": "the line has a problem",
  "quote_seats.lines.variant_id": "the line has a problem",
  "shipping_offers.lines.variant_id": "a problem stands beside the offers",
  "attribute_schema.category_id": "what a category adds, which may be nothing",
  "search_complaints.assignee_id": "a filter, of what one may see",
  "variant_prices.variant_ids": "the prices of those that have one",
};
// Arguments of JSON: the key under which ids stand in them, or null.
const json: Record<string, string | null> = {
  address: null,
  answers: null,
  filters: "category_id", // the only id among them
  lines: "variant_id",
  notes: "enrollment_id", // a key itself
  options: null,
  parameters: null,
  questions: null,
};
// The lines of these are an order's.
const linesOfOrders = ["create_shipment", "open_complaint", "refund_order", "resolve_complaint", "split_shipment"];

const database = useDatabase();
// Of which tables a verb tells the caller's own rows, by the name of the place.
const kinds = new Map<string, Set<string>>();
let rest: Rest;
let first: string;
let own: Owned[];
let theirs: Owned[];
let places: Place[];
let offered: { order: string; paid: string; parts: string; lesson: string; variant: string; intake: string };
let before: Record<string, string>;

beforeAll(async () => {
  const { sql } = database;
  const shop = await populateShop(sql);
  first = shop.first;
  await populateLearning(sql, [shop.second]); // so that the other one teaches too
  // their files wait to be handed in
  await sql`update public.submissions set graded_at = now(), score_percent = 1`;
  await sql`update public.learning_files set submission_id = null`;
  ({ own, theirs } = await rowsOfTwo(sql, first, shop.second));
  places = await placesIn(sql);
  const [row] = await sql`select
    (select id from public.orders where customer_id = ${first} and status = 'pending' and total_amount > 0
      and not exists (select from public.instalment_schedules where order_id = orders.id) and not exists (select from public.payments where order_id = orders.id) limit 1) as order,
    (select order_id from public.complaints where customer_id = ${first}) as paid,
    (select order_id from public.instalment_schedules join public.orders on orders.id = order_id where customer_id = ${first}) as parts,
    (select lesson_id from public.learning_files where owner_id = ${first} limit 1) as lesson,
    intakes.id as intake, variant_id as variant
    from public.intakes join public.prices using (variant_id) where status = 'published' and seats > 0 and amount > 0 limit 1`;
  offered = row as typeof offered;
  rest = await serveRest(database);
  before = await fingerprint(sql);
}, 120_000);

afterAll(() => rest?.stop());

test("another customer's ids are answered as ids that do not exist, by every verb, wherever it takes one", async () => {
  const wrong: string[] = [];
  await inLanes(places, async (place) => void wrong.push(...(await wrongAt(database.sql, place))));
  expect(wrong).toEqual([]);
  expect(places.length).toBeGreaterThan(150);
}, 120_000);

test("over HTTP the refusal is the same to the letter, and nothing changes", async () => {
  const claims = userClaims(first);
  const different: string[] = [];
  await inLanes(
    places.filter(({ name }) => !(name in answersAnything)),
    async (place) => {
      const rows = theirs.filter(({ relation }) => kinds.get(place.name)?.has(relation));
      const asked = [randomUUID(), ...oneOfEach(rows.length > 0 ? rows : theirs.slice(0, 1)).map(({ id }) => id)];
      const answers = await Promise.all(asked.map((id) => send(claims, place, id)));
      if (!/^4\d\d /.test(answers[0] as string) || new Set(answers).size > 1)
        different.push(`${place.name}: ${answers}`);
    },
  );
  expect(different).toEqual([]);
  expect(await fingerprint(database.sql)).toEqual(before);
}, 120_000);

describe("a verb is found", () => {
  const cases: [string, string, Patch][] = [
    [
      "that forgot to ask whose the row is",
      "remove_address.address_id",
      replaceInFunction("private.find_own_address", "addresses.profile_id = auth.uid()", "true"),
    ],
    [
      "that forgot to ask whose the second row is",
      "set_subscription_method.payment_method_id",
      replaceInFunction("private.own_method", "payment_methods.person_id = own_method.person_id", "true"),
    ],
    [
      "that says that the row is somebody else's",
      "new_verb.order_id",
      newVerb(
        "order_id uuid",
        "perform private.fail(case when exists (select from public.orders where id = order_id) then 'forbidden' else 'not_found' end, 404, 'No.')",
      ),
    ],
    [
      "that takes an id nobody tested it with",
      "new_verb.thing_id",
      newVerb("thing_id uuid", "perform private.fail('not_found', 404, 'No.')"),
    ],
    ["that is answered for an id nobody has", "new_verb.thing_id", newVerb("thing_id uuid", "perform true")],
    [
      "that takes ids in JSON of which nothing is said",
      "new_verb.things",
      newVerb("things jsonb", "perform private.fail('not_found', 404, 'No.')"),
    ],
  ];

  test.each(cases)("%s", async (_what, name, bug) => {
    await database.rolledBack(async (sql) => {
      await (typeof bug === "string" ? sql.unsafe(bug) : bug(sql));
      const place = (await placesIn(sql)).find((one) => one.name === name) ?? expect.fail();
      expect(await wrongAt(sql, place)).not.toEqual([]);
    });
  });
});

function newVerb(takes: string, does: string): string {
  return `create function public.new_verb(${takes}) returns void language plpgsql security definer as $$ begin ${does}; end $$;
    grant execute on function public.new_verb to authenticated`;
}

async function send(claims: Record<string, unknown>, place: Place, id: string): Promise<string> {
  const body = JSON.stringify(bodyWith(place, id, given(place)));
  const headers = { "content-type": "application/json" };
  const answer = await rest.request(claims, `/rpc/${place.verb.name}`, { method: "POST", headers, body });
  return `${answer.status} ${(await answer.text()).replaceAll(id, "…")}`;
}

/** Works through the places, three at a time. */
async function inLanes(all: Place[], work: (place: Place) => Promise<void>): Promise<void> {
  const queue = [...all];
  await Promise.all(
    [1, 2, 3].map(async () => {
      for (let place = queue.pop(); place; place = queue.pop()) await work(place);
    }),
  );
}

/** What is wrong with how a verb answers to ids in one place. */
async function wrongAt(sql: Sql, place: Place): Promise<string[]> {
  const told = async (rows: Owned[]) => {
    const { missing, answers } = await ask(sql, first, place, rows, given(place));
    return { missing, apart: answers.filter(({ answer }) => answer !== missing) };
  };
  const { missing, apart } = await told(oneOfEach(theirs));
  const excused =
    (place.name.split(".").at(-1) as string) in everybodys ||
    [staffs, answersAnything].some((list) => place.name in list) ||
    PERMISSION.test(missing);
  let telling = (await told(oneOfEach(own))).apart;
  if (telling.length === 0 && !excused) telling = (await told(own)).apart;
  kinds.set(place.name, new Set(telling.map(({ relation }) => relation)));
  const more = await told(theirs.filter(({ relation }) => kinds.get(place.name)?.has(relation)));
  const wrong = (place.name === "merge_cart.lines.variant_id" ? [] : [...apart, ...more.apart]).map(
    ({ relation, answer }) => `${place.name} tells another's ${relation} apart: ${answer}, not ${missing}`,
  );
  if (!(place.name in answersAnything) && !/^PGRST .*"status" : 4\d\d/.test(missing))
    wrong.push(`${place.name} does not refuse an id that nobody has: ${missing.slice(0, 300)}`);
  if (telling.length === 0 && !excused) wrong.push(`${place.name} answers every id the same: ${missing.slice(0, 300)}`);
  if (telling.length > 0 && place.name in staffs) wrong.push(`${place.name} is excused and need not be`);
  return wrong;
}

/** Every place where a signed-in person may send an id. */
async function placesIn(sql: Sql): Promise<Place[]> {
  return (await verbsOfPeople(sql)).flatMap((verb) =>
    verb.arguments.flatMap((argument, index): Place[] => {
      const name = `${verb.name}.${argument}`;
      if (verb.types[index] === "uuid") return [{ name, verb, argument, holding: (id) => id }];
      if (verb.types[index] === "uuid[]") return [{ name, verb, argument, holding: (id) => [id] }];
      if (verb.types[index] !== "jsonb" || json[argument] === null) return [];
      const key = linesOfOrders.includes(verb.name) ? "order_item_id" : json[argument];
      const holding = (id: string) => {
        if (key === undefined) return {};
        if (argument === "notes") return { [id]: "present" };
        return argument === "filters" ? { [key]: id } : [{ [key]: id, quantity: 1 }];
      };
      return [{ name: key === undefined ? name : `${name}.${key}`, verb, argument, holding }];
    }),
  );
}

const words: Record<string, unknown> = {
  amount: 1,
  answers: [1],
  body: "A text.",
  bytes: 4,
  code: "NO-SUCH-CODE",
  content_type: "text/plain",
  currency: "IDR",
  description: "It is broken.",
  file_name: "work.txt",
  image_ids: [],
  message: "A text.",
  name: "PT Contoh",
  quantity: 1,
  questions: [],
  reason: "A reason.",
  role: "member",
  subject: "A subject.",
  type: "other",
};

/** What stands beside the id in a call: words, and where it takes a second id, one that is right. */
function given({ verb, argument }: Place): Record<string, unknown> {
  const of = (relation: string, state: string | null = null) =>
    own.find((row) => row.relation === relation && (state === null || row.state === state))?.id ?? null;
  const ids: Record<string, unknown> = {
    enrollment_id: of("enrollments", "active"),
    intake_id: offered.intake,
    lesson_id: offered.lesson,
    lines: [{ variant_id: offered.variant, quantity: 1 }],
    order_id: { open_complaint: offered.paid, set_instalment_method: offered.parts }[verb.name] ?? offered.order,
    organisation_id: of("organisations"),
    profile_id: first,
    seat_id: of("organisation_seats", "free"),
    session_id: of("intake_sessions"),
    subscription_id: of("subscriptions"),
  };
  const beside = verb.arguments.filter(
    (name, index) =>
      name !== argument &&
      (index < verb.needed || (verb.name === "place_order" && name === "lines" && argument !== "cart_id")),
  );
  return Object.fromEntries(beside.map((name) => [name, words[name] ?? ids[name] ?? null]));
}
