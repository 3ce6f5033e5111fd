import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Sql } from "./database.ts";
import { userClaims } from "./people.ts";

/** A row that belongs to a person: its table, its key, and its status where it has one. */
export type Owned = { relation: string; id: string; state: string | null };

/** A function of the API that signed-in people may execute. */
export type PeoplesVerb = { name: string; arguments: string[]; types: string[]; needed: number };

/** Where an id is sent: the verb, the argument, and how the id stands in it. */
export type Place = { name: string; verb: PeoplesVerb; argument: string; holding: (id: string) => unknown };

/** What a verb answered to the ids that were sent to one place, beside what it answered to an id that nobody has. */
export type Asked = { missing: string; answers: (Owned & { answer: string })[] };

const probe = readFileSync(new URL("ownership-probe.sql", import.meta.url), "utf8");

/** Finds every row of two people by what it names; `theirs` are the rows of the second in which the first has no part. */
export async function rowsOfTwo(sql: Sql, first: string, second: string): Promise<{ own: Owned[]; theirs: Owned[] }> {
  await sql.unsafe(probe);
  await sql`select probe.find_owned(${[first, second]}::uuid[])`;
  const rows = (person: string, other: string) => sql<Owned[]>`
    select relation, id, state from probe.owned as mine
    where person = ${person} and (${person === first} or not exists (select from probe.owned where id = mine.id and person = ${other}))
    order by relation, state, id`;
  return { own: await rows(first, second), theirs: await rows(second, first) };
}

/** One row of every table, or of every status where a table has one. */
export function oneOfEach(rows: Owned[]): Owned[] {
  return [...new Map(rows.map((row) => [`${row.relation} ${row.state}`, row])).values()];
}

/** Every function of the API that signed-in people may execute. */
export async function verbsOfPeople(sql: Sql): Promise<PeoplesVerb[]> {
  return sql<PeoplesVerb[]>`
    select proname as name, coalesce(proargnames[1:pronargs], '{}')::text[] as arguments,
      string_to_array(oidvectortypes(proargtypes), ', ') as types, pronargs - pronargdefaults as needed
    from pg_proc where pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', oid, 'execute')
      and prorettype <> 'trigger'::regtype and not oidvectortypes(proargtypes) ~ '^(intakes|variants)$' order by 1`;
}

/** The body of a call: what the verb must be given, what the test gives beside it, and the id in its place. */
export function bodyWith({ verb, argument, holding }: Place, id: string, given: Record<string, unknown>) {
  const names = verb.arguments.filter((name, index) => index < verb.needed || name in given);
  return { ...Object.fromEntries(names.map((name) => [name, given[name] ?? null])), [argument]: holding(id) };
}

/** Asks a verb as a person about each of the rows, and about an id that nobody has. Nothing of it stays. */
export async function ask(
  sql: Sql,
  person: string,
  place: Place,
  rows: Owned[],
  given: Record<string, unknown>,
): Promise<Asked> {
  const nobody = { relation: "", id: randomUUID(), state: null };
  const asked = [nobody, ...rows].map((row) => ({ ...row, body: bodyWith(place, row.id, given) }));
  const answers = await sql<(Owned & { answer: string })[]>`
    select row ->> 'relation' as relation, row ->> 'id' as id, row ->> 'state' as state,
      probe.answer(${JSON.stringify(userClaims(person))}, ${statementFor(place.verb, Object.keys(asked[0]?.body ?? {}))}, row -> 'body', row ->> 'id') as answer
    from jsonb_array_elements(${JSON.stringify(asked)}::text::jsonb) as row`;
  return { missing: answers[0]?.answer as string, answers: answers.slice(1) };
}

function statementFor(verb: PeoplesVerb, names: string[]): string {
  const values = names.map((name) => {
    const type = verb.types[verb.arguments.indexOf(name)] as string;
    if (type === "jsonb") return `"${name}" => $1 -> '${name}'`;
    if (!type.endsWith("[]")) return `"${name}" => ($1 ->> '${name}')::${type}`;
    return `"${name}" => array(select jsonb_array_elements_text($1 -> '${name}'))::${type}`;
  });
  return `select jsonb_agg(to_jsonb(answer))::text from public.${verb.name}(${values.join(", ")}) as answer`;
}
