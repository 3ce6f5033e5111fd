import { expect, test } from "vitest";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, type TestDatabase, useDatabase } from "../support/database.ts";
import { asCustomer, asOwner, asService, newCustomer, staffRoles } from "../support/people.ts";
import { replaceInFunction, withSabotage } from "../support/sabotage.ts";

// Every verb with an idempotency key, taken from the catalogue, whatever its arguments mean. A recall_answer that only tells says whose key it
// is asked for and what the verb calls its body; an answer is then put under that key, as if it had been given and lost on its way.

type Verb = { name: string; names: string[]; types: string[]; returns: string; service: boolean };
type Asked = { person_id: string; key: string; verb: string; body: unknown };
type Outcome = { answer: unknown } | { code: string; status: number } | { asked: Asked };
/** Who calls, and values for arguments that are looked at before the key, by verb. */
type Setting = { one: string; other: string; meant: Record<string, Record<string, [string, string]>> };

/** Two values of each type; any will do where a key is asked for before they are looked at. */
const values: Record<string, [string, string]> = {
  bigint: ["1", "2"],
  boolean: ["true", "false"],
  integer: ["1", "2"],
  jsonb: ['[{"sent": 1}]', '[{"sent": 2}]'],
  text: ["one", "two"],
  "text[]": ["{one}", "{two}"],
  "timestamp with time zone": ["2031-01-01", "2031-01-02"],
  uuid: ["5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b01", "5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b02"],
  "uuid[]": ["{5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b01}", "{5a1f6d0e-3b1c-4d46-9a51-0a4f6a1f2b02}"],
};
/** Arguments of the secret key's verbs that are no part of the request: who asks, and what functions found out about bytes. */
const found = ["facts", "mime_type", "byte_size", "sha256", "content_type", "bytes", "person_id"];
/** Keyed by a step before them: they only read or complete what is kept. */
const elsewhere = ["attach_subscription", "given_answer"];

const database = useDatabase();

test("every verb answers a repeated call with what it answered first, and refuses the key for any other body", () =>
  repeated(database));

test("no verb gives anybody the answer to somebody else's key", () => nobodyElses(database));

test("the checks notice a key that is asked for nothing", () =>
  withSabotage(
    "create or replace function private.recall_answer(person_id uuid, key text, verb text, body jsonb) returns jsonb language sql as 'select null::jsonb'",
    repeated,
  ));

test("the checks notice a body that is not compared", () =>
  withSabotage(
    replaceInFunction("private.recall_answer", "v_known.body_hash <> md5(recall_answer.body::text)", "false"),
    repeated,
  ));

test("the checks notice keys that do not belong to people", () =>
  withSabotage(
    replaceInFunction("private.recall_answer", "idempotency_keys.person_id = recall_answer.person_id and", ""),
    nobodyElses,
  ));

test("every verb keeps its answer where it looks for one", async () => {
  const forgetful = await database.sql`
    select proname from pg_proc where pronamespace = 'private'::regnamespace
      and prosrc ~ 'private.recall_answer\\(' and prosrc !~ 'private.(remember_answer|answer_cart)\\(' order by 1`;
  expect(forgetful.map(({ proname }) => proname)).toEqual(["given_answer"]);
});

async function repeated(target: TestDatabase): Promise<void> {
  await target.rolledBack(async (sql) => {
    const setting = await someSetting(sql);
    const surprises: unknown[] = [];
    for (const { verb, asked } of await keptAnswers(sql, setting)) {
      const again = await call(sql, verb, setting, "one");
      if (!tells(again)) surprises.push({ verb: verb.name, again, asked });
      for (const [index, name] of verb.names.entries()) {
        // a reporter is who asks; its keys are its own
        if (["idempotency_key", "reporter"].includes(name) || (verb.service && found.includes(name))) continue;
        const changed = await call(sql, verb, setting, "one", index);
        const refused = "code" in changed && changed.code === "idempotency_key_reused" && changed.status === 422;
        if (!refused) surprises.push({ verb: verb.name, argument: name, changed });
      }
    }
    expect(surprises).toEqual([]);
  });
}

async function nobodyElses(target: TestDatabase): Promise<void> {
  await target.rolledBack(async (sql) => {
    const setting = await someSetting(sql);
    const told: string[] = [];
    for (const { verb } of await keptAnswers(sql, setting)) {
      if (tells(await call(sql, verb, setting, "other"))) told.push(verb.name);
    }
    expect(told).toEqual([]);
  });
}

/** Every keyed verb with an answer that was given to `one`, as if on its way it had been lost. */
async function keptAnswers(sql: Sql, setting: Setting): Promise<{ verb: Verb; asked: Asked }[]> {
  const verbs = await keyedVerbs(sql);
  expect(verbs.length).toBeGreaterThan(140);
  await sql`savepoint telling`;
  await sql.unsafe(`
    create or replace function private.recall_answer(person_id uuid, key text, verb text, body jsonb) returns jsonb language plpgsql as
    $$ begin raise exception using message = jsonb_build_object('person_id', person_id, 'key', key, 'verb', verb, 'body', body)::text; end $$`);
  const kept: { verb: Verb; asked: Asked }[] = [];
  const silent: unknown[] = [];
  for (const verb of verbs) {
    const outcome = await call(sql, verb, setting, "one");
    if ("asked" in outcome) kept.push({ verb, asked: outcome.asked });
    else silent.push({ verb: verb.name, outcome });
  }
  expect(silent, "each asks for its key before anything else").toEqual([]);
  await sql`rollback to savepoint telling`;
  for (const { verb, asked } of kept) {
    const answer = { jsonb: { told: "before" }, processes: { error: "told before" } }[verb.returns] ?? [
      { role: "told before" },
    ];
    await sql`insert into private.idempotency_keys (person_id, key, verb, body_hash, answer)
      values (${asked.person_id}, ${asked.key}, ${asked.verb}, md5(${JSON.stringify(asked.body)}::text::jsonb::text), ${JSON.stringify(answer)}::text::jsonb)`;
  }
  return kept;
}

function tells(outcome: Outcome): boolean {
  return "answer" in outcome && /told.{1,4}before/.test(JSON.stringify(outcome.answer));
}

/** Two people who may do everything, and two intakes. */
async function someSetting(sql: Sql): Promise<Setting> {
  const [one, other] = [await newCustomer(sql), await newCustomer(sql)];
  for (const id of [one, other]) {
    for (const role of staffRoles)
      await sql`insert into public.role_members (profile_id, role) values (${id}, ${role})`;
  }
  const intake_id: [string, string] = [(await publishedIntake(sql)).intakeId, (await publishedIntake(sql)).intakeId];
  const kind: [string, string] = ["products", "stock"];
  const meant = {
    ...Object.fromEntries(["close_intake", "message_intake", "publish_intake"].map((verb) => [verb, { intake_id }])),
    request_report: { kind: ["sales", "orders"] as [string, string] },
    start_export: { kind },
    start_import: { kind },
  };
  return { one, other, meant };
}

async function keyedVerbs(sql: Sql): Promise<Verb[]> {
  const rows = await sql<Verb[]>`
    select proname as name, proargnames[1:pronargs]::text[] as names, prorettype::regtype::text as returns,
      array(select format_type(type, null) from unnest(proargtypes) with ordinality as types (type, place) order by place) as types,
      not has_function_privilege('authenticated', oid, 'execute') as service
    from pg_proc where pronamespace = 'public'::regnamespace and 'idempotency_key' = any (proargnames) order by proname`;
  return rows.filter(({ name }) => !elsewhere.includes(name));
}

/** Calls a verb with the key of its name and undoes it; `other` is the argument that gets another value than the rest. */
async function call(sql: Sql, verb: Verb, setting: Setting, who: "one" | "other", other = -1): Promise<Outcome> {
  const person = setting[who];
  const sent = verb.names.map((name, index) => {
    const [given, instead] =
      setting.meant[verb.name]?.[name] ?? (values[verb.types[index] as string] as [string, string]);
    let value = index === other ? instead : given;
    if (name === "idempotency_key") value = verb.name;
    if (name === "person_id" && verb.service) value = person;
    return `"${name}" => '${value}'::${verb.types[index]}`;
  });
  await sql`savepoint before_call`;
  try {
    await (verb.service ? asService(sql) : asCustomer(sql, person));
    const rows = await sql.unsafe(
      `select to_jsonb(answer) as answer from public.${verb.name}(${sent.join(", ")}) as answer`,
    );
    return { answer: rows.map(({ answer }) => answer) };
  } catch (error) {
    return outcomeOf(error);
  } finally {
    await sql`rollback to savepoint before_call`;
    await asOwner(sql);
  }
}

function outcomeOf(error: unknown): Outcome {
  const { message } = error as Error;
  try {
    const told = JSON.parse(message);
    if (told.person_id) return { asked: told };
    const { detail } = error as { detail?: string };
    return { code: told.code, status: JSON.parse(detail ?? "{}").status };
  } catch {
    return { code: message, status: 0 };
  }
}
