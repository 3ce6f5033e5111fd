import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Actors, installProbe } from "../support/access.ts";
import { useDatabase } from "../support/database.ts";
import { raceRounds } from "../support/effort.ts";
import { fingerprint } from "../support/fingerprint.ts";
import { populateShop } from "../support/populated-shop.ts";
import { type Rest, serveRest } from "../support/rest.ts";
import { hugeJson, impossibleQuantity, strangeJson, strangeText } from "../support/strange-values.ts";

type Verb = { name: string; arguments: string[]; types: string[]; roles: string[] };

// Verbs for which input that changes nothing is no error: reading one's courses, searching for anything, taking away a role nobody has.
const mayAccept = new Set([
  "audit_head",
  "verify_audit",
  "attribute_schema",
  "category_tree",
  "discard_upload",
  "get_cart",
  "given_answer",
  "ledger_balance",
  "list_products",
  "my_calendar",
  "my_courses",
  "my_deliveries",
  "my_downloads",
  "my_store_credit",
  "my_subscriptions",
  "my_waitlist",
  "open_concerns",
  "popular_products",
  "recommended_products",
  "revoke_role",
  "roster",
  "search_complaints",
  "search_orders",
  "search_products",
  "stock_by_location",
  "subscription_offers",
  "suggest_products",
  "variant_prices",
]);
// Verbs that take nothing but a key: nothing can be wrong about what is sent, and what they do is their sense (tests/carts/rules.test.ts).
const takesNothing = new Set(["clear_cart", "start_saving_method"]);

// Types that let any amount of input through to the verb.
const takesMuch = new Set(["text", "jsonb", "text[]", "uuid[]"]);

const database = useDatabase();
/** Bodies for each verb and actor; torture sends five times as many, for there are hundreds of verbs and each body is a request. */
const rounds = Math.min(raceRounds(12), 60);
const accepted = new Set<string>();
let rest: Rest;
let actors: Actors;
let verbs: Verb[];
let before: Record<string, string>;
let foreign: { orders: string[]; variants: string[] };

beforeAll(async () => {
  const { first, second } = await populateShop(database.sql);
  actors = await installProbe(database.sql, { first, second });
  verbs = await database.sql<Verb[]>`
    select proname as name, coalesce(proargnames[1:pronargs], '{}')::text[] as arguments,
      string_to_array(oidvectortypes(proargtypes), ', ') as types, array(
      select role from unnest(array['anon', 'authenticated', 'service_role']) as role where has_function_privilege(role, oid, 'execute')
    ) as roles
    from pg_proc where pronamespace = 'public'::regnamespace order by 1`;
  const orders = await database.sql`select id from public.orders where customer_id = ${second}`;
  const variants = await database.sql`select variant_id from public.intakes`;
  foreign = { orders: orders.map((row) => row.id), variants: variants.map((row) => row.variant_id) };
  rest = await serveRest(database);
  before = await shopAsItIs();
});

afterAll(() => rest?.stop());

for (const actor of ["anon", "first", "admin", "service"]) {
  test(
    `${actor} gets a clear refusal from every verb for whatever is sent, and nothing changes`,
    async () => {
      for (const verb of verbs.filter(({ name }) => !takesNothing.has(name))) {
        await fuzz(verb, actor);
      }
      expect(await shopAsItIs()).toEqual(before);
    },
    120_000 + rounds * 5_000,
  );
}

test("nobody who is not signed in is asked to, by every verb that only people may call, and a verb of the secret key stays forbidden", async () => {
  const closed = verbs.filter(({ roles }) => roles.length > 0 && !roles.includes("anon"));
  expect(closed.length).toBeGreaterThan(150);
  for (const verb of closed) {
    const body = JSON.stringify(Object.fromEntries(verb.arguments.map((name) => [name, null])));
    const forPeople = verb.roles.includes("authenticated");
    const expected = { code: forPeople ? "sign_in_required" : "42501", ...(forPeople && { hint: expect.any(String) }) };
    expect({ verb: verb.name, ...(await send("anon", verb.name, body)) }).toMatchObject({
      verb: verb.name,
      status: 401,
      body: expected,
    });
  }
});

test("input as large as an attacker would send is refused by every argument of every verb", async () => {
  const attack = async (verb: Verb, index: number, huge: string | undefined) => {
    const name = verb.arguments[index] as string;
    const others = verb.arguments.filter((other) => other !== name).map((other) => `${JSON.stringify(other)}:null,`);
    const answer = await send("service", verb.name, `{${others.join("")}${JSON.stringify(name)}:${huge}}`);
    expect(answer, `${verb.name}.${name}`).toSatisfy(isClear);
  };
  // types that end at the door (uuid, numbers, times) never reach the verb: the first argument of each stands for all of its type
  const doors = new Set<string>();
  for (const verb of verbs) {
    for (const [index, type] of verb.types.entries()) {
      if (takesMuch.has(type) || doors.has(type)) continue;
      doors.add(type);
      await Promise.all(hugeJson.map((huge) => attack(verb, index, huge)));
    }
    const open = verb.arguments.map((_, index) => index).filter((index) => takesMuch.has(verb.types[index] ?? ""));
    await Promise.all(open.map((index) => attack(verb, index, hugeJson[index % hugeJson.length])));
  }
  expect(doors.size).toBeGreaterThan(3);
  for (const lines of hugeJson) {
    const answer = await send("first", "place_order", `{"lines":${lines}}`);
    expect(answer, lines.slice(0, 60)).toSatisfy(isClear);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
  expect(await shopAsItIs()).toEqual(before);
}, 180_000);

test("the fuzz notices a verb that breaks on strange input", async () => {
  await database.sql`
    create function public.fragile(amount text) returns void language plpgsql as
    $$ begin if length(amount) > 20 then raise exception using errcode = '55000', message = 'broken inside'; end if; end $$`;
  await database.sql`grant execute on function public.fragile(text) to authenticated`;
  await database.sql`notify pgrst, 'reload schema'`;
  await expect.poll(async () => (await send("first", "fragile", '{"amount":"x"}')).status).toBe(204);
  const fragile = { name: "fragile", arguments: ["amount"], types: ["text"], roles: ["authenticated"] };
  await expect(fuzz(fragile, "first")).rejects.toThrow("Property failed");
  await database.sql`drop function public.fragile(text)`;
}, 180_000);

test("only verbs that may answer with success to meaningless input did so", () => {
  expect([...accepted].filter((name) => !mayAccept.has(name))).toEqual([]);
});

test("a quantity no shop can sell is refused in every form, and nothing is reserved", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: foreign.variants.length - 1 }),
      impossibleQuantity,
      async (index, quantity) => {
        const body = `{"lines":[{"variant_id":"${foreign.variants[index]}","quantity":${quantity}}]}`;
        const answer = await send("first", "place_order", body);
        expect(answer, body).toSatisfy(isClear);
        expect(answer.status, body).toBeGreaterThanOrEqual(400);
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
  expect(await shopAsItIs()).toEqual(before);
}, 180_000);

test("another customer's orders answer exactly as orders that do not exist", async () => {
  const missing = await send("first", "get_order", '{"order_id":"5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b3c"}');
  for (const order of foreign.orders) {
    for (const verb of ["get_order", "cancel_order", "start_payment"]) {
      const answer = await send("first", verb, JSON.stringify({ order_id: order }));
      expect({ verb, ...answer }).toEqual({ verb, ...missing });
    }
  }
  expect(await shopAsItIs()).toEqual(before);
});

test("no filter, order, range or column of a read ends in a server error", async () => {
  const column = fc.constantFrom(
    "id",
    "status",
    "title",
    "amount",
    "created_at",
    "nothing_like_this",
    "orders(*)",
    "products(variants(*))",
    "*",
    "",
  );
  const operator = fc.constantFrom(
    "eq",
    "gt",
    "like",
    "ilike",
    "match",
    "imatch",
    "in",
    "is",
    "fts",
    "plfts",
    "cs",
    "cd",
    "ov",
    "sl",
    "not.eq",
    "any",
    "",
  );
  const relation = fc.constantFrom(
    "products",
    "variants",
    "prices",
    "intakes",
    "orders",
    "payments",
    "stock_levels",
    "profiles",
    "nothing_like_this",
  );
  await fc.assert(
    fc.asyncProperty(relation, column, operator, strangeText, async (name, where, how, value) => {
      const short = value.toWellFormed().slice(0, 500);
      const query = new URLSearchParams({
        select: where || "*",
        [where || "id"]: `${how}.${short}`,
        order: short.slice(0, 20),
        limit: short.slice(0, 5),
      });
      for (const path of [`/${name}?${query}`, `/${name}?${where || "id"}=${how}.${encodeURIComponent(short)}`]) {
        const answer = await answerOf(await rest.request(actors.first?.claims ?? null, path));
        expect(answer, path.slice(0, 300)).toSatisfy(isClear);
      }
    }),
    { numRuns: 200, endOnFailure: true },
  );
}, 180_000);

/**
 * All of the shop but the count of wrong coupon codes, which a refusal keeps on purpose, and the answers kept for keys: those who take a role
 * away that nobody has are answered, and so is their key.
 */
async function shopAsItIs(): Promise<Record<string, string>> {
  const {
    "private.coupon_guesses": _guesses,
    "private.idempotency_keys": _keys,
    ...rest
  } = await fingerprint(database.sql);
  return rest;
}

async function fuzz(verb: Verb, actor: string): Promise<void> {
  await fc.assert(
    fc.asyncProperty(bodyFor(verb, actor), async (body) => {
      fc.pre(verb.name !== "create_location" || !namesPlace(body));
      const answer = await send(actor, verb.name, body);
      expect(answer, body.slice(0, 300)).toSatisfy(isClear);
      if (answer.status < 300 && verbs.includes(verb)) accepted.add(verb.name);
    }),
    { numRuns: rounds, endOnFailure: true },
  );
}

// Staff may name a place by any letters, digits and hyphens, a uuid or a number among them, so chance can make one that is right.
function namesPlace(body: string): boolean {
  try {
    return /^[a-z0-9-]+$/.test(String(JSON.parse(body)?.code));
  } catch {
    return false;
  }
}

function bodyFor(verb: Verb, actor: string): fc.Arbitrary<string> {
  const value = (name: string): fc.Arbitrary<string> => {
    const likely: fc.Arbitrary<string>[] = [strangeJson, fc.uuid().map((id) => JSON.stringify(id))];
    // Staff may cancel any order, so only those who may not are given real ones.
    if (name === "order_id" && (actor === "anon" || actor === "first"))
      likely.push(fc.constantFrom(...foreign.orders).map((id) => JSON.stringify(id)));
    if (name === "lines") likely.push(strangeLines());
    return fc.oneof(...likely);
  };
  const whole = fc
    .tuple(...verb.arguments.map((name) => value(name)))
    .map((values) => `{${verb.arguments.map((name, index) => `${JSON.stringify(name)}:${values[index]}`).join(",")}}`);
  const some = fc.tuple(fc.subarray(verb.arguments), strangeText, strangeJson).map(([names, extra, json]) => {
    const members = [
      ...names.map((name) => `${JSON.stringify(name)}:${json}`),
      `${JSON.stringify(extra.slice(0, 50))}:1`,
    ];
    return `{${members.join(",")}}`;
  });
  return fc.oneof(
    { weight: 4, arbitrary: whole },
    { weight: 1, arbitrary: some },
    { weight: 1, arbitrary: strangeJson },
  );
}

function strangeLines(): fc.Arbitrary<string> {
  const variant = fc.oneof(
    fc.constantFrom(...foreign.variants).map((id) => JSON.stringify(id)),
    strangeJson,
  );
  const line = fc
    .tuple(variant, impossibleQuantity)
    .map(([id, quantity]) => `{"variant_id":${id},"quantity":${quantity},"unit_amount":0}`);
  return fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => `[${lines.join(",")}]`);
}

type Answer = { status: number; body: { code?: unknown; message?: unknown } };

async function send(actor: string, verb: string, body: string): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return answerOf(await rest.request(actors[actor]?.claims ?? null, `/rpc/${verb}`, { method: "POST", headers, body }));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  if (response.ok) return { status: response.status, body: {} };
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: { message: `no JSON: ${text.slice(0, 200)}` } };
  }
}

// Clear: never a server error, and a refusal has a code and a sentence that shows nothing of the inside.
function isClear({ status, body }: Answer): boolean {
  if (status < 300) return true;
  if (status < 400 || status >= 500) return false;
  if (typeof body.code !== "string" || body.code === "" || typeof body.message !== "string" || body.message === "")
    return false;
  return !/\b(private\.|pg_catalog|PL\/pgSQL|select .* from|insert into)/i.test(JSON.stringify(body));
}
