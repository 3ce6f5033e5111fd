import { readFileSync } from "node:fs";
import type { Sql } from "./database.ts";
import { newCustomer, staffRoles, userClaims } from "./people.ts";

/** Everything that can be asked of a relation over the API. */
export const commands = ["select", "insert", "update", "delete"] as const;
export type Command = (typeof commands)[number];

/** What an actor reaches: `no` grant, or `none`, `some` or `all` of the rows; `empty` is too little to judge by. */
export type Level = "no" | "none" | "some" | "all" | "empty";

/** What each role was granted: everything, nothing, or these columns. */
export type Grants = Record<string, Record<Command, boolean | string[]>>;

/** What each actor reaches, in a word and in numbers. */
export type Reach = { actor: string; levels: Record<Command, { level: Level; rows?: number; reached?: number }> }[];

/** The people of an access test by name: nobody, two customers who bought, one who did not, one of each staff role, the secret key. */
export type Actors = Record<string, { role: string; claims: Record<string, unknown> }>;

const probe = readFileSync(new URL("access-probe.sql", import.meta.url), "utf8");

/** Installs the probe in a database of a test and makes one person per staff role; `customers` are people who already bought something. */
export async function installProbe(sql: Sql, customers: Record<string, string>): Promise<Actors> {
  await sql.unsafe(probe);
  const actors: Actors = { anon: { role: "anon", claims: { role: "anon" } } };
  for (const [name, id] of Object.entries(customers)) actors[name] = { role: "authenticated", claims: userClaims(id) };
  actors.stranger = { role: "authenticated", claims: userClaims(await newCustomer(sql)) };
  for (const role of staffRoles) {
    const id = await newCustomer(sql);
    await sql`insert into public.role_members (profile_id, role) values (${id}, ${role})`;
    actors[role] = { role: "authenticated", claims: userClaims(id) };
  }
  actors.service = { role: "service_role", claims: { role: "service_role" } };
  for (const [name, { role, claims }] of Object.entries(actors)) {
    await sql`insert into probe.actors (name, role, claims) values (${name}, ${role}, ${JSON.stringify(claims)})`;
  }
  return actors;
}

/** Every table and view of the API, by name. */
export async function apiRelations(sql: Sql): Promise<string[]> {
  const rows = await sql`select relname from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by relname`;
  return rows.map((row) => String(row.relname));
}

/** The grants in one relation of the API. */
export async function grantsIn(sql: Sql, relation: string): Promise<Grants> {
  const [row] = await sql`select probe.grants(${`public.${relation}`}::regclass) as grants`;
  return row?.grants as Grants;
}

/** What each actor reaches in one relation of the API, with every command or only those asked for. Leaves nothing behind. */
export async function reachIn(sql: Sql, relation: string, asked: readonly Command[] = commands): Promise<Reach> {
  const [row] = await sql`select probe.levels(${`public.${relation}`}::regclass, ${[...asked]}::text[]) as levels`;
  return row?.levels as Reach;
}

/** Whether anybody reaches something else than `before` with these commands: the answer of `reachIn`, compared, for less work. */
export async function reachDiffers(
  sql: Sql,
  relation: string,
  asked: readonly Command[],
  before: Reach,
): Promise<boolean> {
  const [row] = await sql`
    select probe.differs(${`public.${relation}`}::regclass, ${[...asked]}::text[], ${JSON.stringify(before)}::text::jsonb) as differs`;
  return row?.differs as boolean;
}

/** Grants as a person reads them, one line per role. */
export function describeGrants(grants: Grants): Record<string, string> {
  const lines = ["anon", "authenticated", "service_role"].map((role) => {
    const granted = grants[role] as Grants[string];
    const words = commands
      .filter((command) => granted[command] !== false)
      .map((command) => (Array.isArray(granted[command]) ? `${command} (${granted[command].join(", ")})` : command));
    return [role, words.join(", ") || "nothing"];
  });
  return Object.fromEntries(lines);
}

/** Reach as a person reads it; actors who reach the same stand together. */
export function describeReach(reach: Reach): Record<string, string> {
  const groups = new Map<string, string[]>();
  for (const { actor, levels } of reach) {
    const reached = commands.filter((command) => levels[command].level !== "no");
    const words = reached.map((command) => `${command} ${levels[command].level}`).join(", ") || "nothing";
    groups.set(words, [...(groups.get(words) ?? []), actor]);
  }
  return Object.fromEntries([...groups].map(([words, actors]) => [actors.join(", "), words]));
}
