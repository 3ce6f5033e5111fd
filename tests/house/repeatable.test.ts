import { readdirSync, readFileSync, statSync } from "node:fs";
import { expect, test } from "vitest";
import type { Sql } from "../support/database.ts";
import { useDatabase } from "../support/database.ts";

// Whatever changes something takes an idempotency key. What does not stands here with the reason why it needs none.
const verbsWithoutKey: Record<string, string> = {
  attach_payment_session:
    "a step inside checkout, whose key start_payment has; the same session twice is fine, another one is refused",
  discard_upload: "removes what was never shown; what is gone stays gone",
  evidence_document: "a question; volatile to see what the verb before it wrote",
  gift_card_balance: "a question; what it writes is the count of wrong codes, which every guess must add to",
  proof_document: "a question; volatile to see what the verb before it wrote",
  provider_customer: "a step inside functions; the first customer that was remembered counts for ever",
  quote: "a question; what it writes is the count of wrong codes, which every guess must add to",
  quote_renewal: "a question",
  quote_seats: "a question; what it writes is the count of wrong codes, which every guess must add to",
  receive_carrier_event: "the inbox: the event's id is the key",
  receive_provider_event: "the inbox: the event's id is the key",
  shipping_offers: "a question",
  take_provider_events: "the inbox: the events' ids are the keys",
};
const functionsWithoutKey: Record<string, string> = {
  "calendar-feed": "a question, asked with GET",
  "carrier-webhook": "the event's id is the key",
  "ewallet-webhook": "the event's id is the key",
  "export-link": "a question: signs a link, counts nothing",
  "invoice-link": "a question: signs a link, counts nothing",
  "learning-link": "a question: signs a link, counts nothing",
  media: "a question, asked with GET",
  "process-update": "the key is idempotency_key in the body, which is signed; a header is not",
  "proof-link": "a question: signs a link, counts nothing",
  "stripe-webhook": "the event's id is the key",
};

const database = useDatabase({ invariants: false });
const folder = new URL("../../supabase/functions/", import.meta.url);

test("every function of the API that may change something takes an idempotency key, or says why not", async () => {
  expect(await unkeyed(database.sql)).toEqual(Object.keys(verbsWithoutKey));
});

test("every key that a function of the API takes reaches the work it does", async () => {
  const lost = await database.sql`
    select proname from pg_proc
    where pronamespace = 'public'::regnamespace and 'idempotency_key' = any (proargnames)
      and strpos(prosrc, proname || '.idempotency_key') = 0`;
  expect(lost).toEqual([]);
});

test("every edge function reads the header Idempotency-Key, or says why not", () => {
  expect(headless(sources())).toEqual(Object.keys(functionsWithoutKey));
});

test("a new verb or function without a key, and without a reason, is found", async () => {
  await database.rolledBack(async (sql) => {
    await sql`create function public.a_new_verb(order_id uuid) returns void language sql as 'select'`;
    await sql`revoke execute on function public.a_new_verb(uuid) from public`;
    expect(await unkeyed(sql)).not.toContain("a_new_verb");
    await sql`grant execute on function public.a_new_verb(uuid) to service_role`;
    expect(await unkeyed(sql)).toContain("a_new_verb");
  });
  const made = "export const handle = (request: Request) => callVerb(deps.asUser, 'pay', {}, requestId(request));";
  expect(headless({ ...sources(), "a-new-function": made })).toContain("a-new-function");
});

/** Functions that anybody may call over the API, that may write, and that no key makes repeatable. */
async function unkeyed(sql: Sql): Promise<string[]> {
  const rows = await sql`
    select proname from pg_proc
    where pronamespace = 'public'::regnamespace and provolatile = 'v' and prokind = 'f' and prorettype <> 'trigger'::regtype
      and not 'idempotency_key' = any (coalesce(proargnames, '{}'))
      and exists (select from unnest(array['anon', 'authenticated', 'service_role']) as role where has_function_privilege(role, pg_proc.oid, 'execute'))
    order by proname`;
  return rows.map(({ proname }) => proname);
}

/** The code of every edge function by its name, which is its folder's. */
function sources(): Record<string, string> {
  const names = readdirSync(folder).filter(
    (name) => !name.startsWith("_") && statSync(new URL(name, folder)).isDirectory(),
  );
  const read = (name: string) =>
    readdirSync(new URL(`${name}/`, folder)).map((file) => readFileSync(new URL(`${name}/${file}`, folder), "utf8"));
  return Object.fromEntries(names.map((name) => [name, read(name).join("\n")]));
}

function headless(functions: Record<string, string>): string[] {
  const reads = /headers\.get\("idempotency-key"\)|\banswerOnce[<(]/;
  return Object.keys(functions)
    .filter((name) => !reads.test(functions[name] as string))
    .sort();
}
