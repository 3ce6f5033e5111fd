import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { offerTransfers } from "../payments/transfer.ts";
import { newPlan } from "../subscriptions/subscribing.ts";
import { type Learner, newLearner, newLearners } from "../support/learners.ts";
import { publishedProduct } from "../support/products.ts";
import { useStack } from "../support/stack.ts";
import { type Answer, callersOf, type Row } from "./calling.ts";

// Every function that reads the header Idempotency-Key, found in its folder, is asked many times at once with one key, and again when the
// world has moved on: one effect and one answer, whatever came back first. A path is a signature, which is made anew.

type Wish = {
  person: Learner;
  body: Row;
  /** Another wish of the same person; there is none where nothing can be said. */
  other?: Row;
  /** How often it took effect, the first time included. */
  effects: () => Promise<number>;
  /** What happens before the lost answer is asked for again. */
  later?: () => Promise<unknown>;
};
const stack = useStack();
const { call, callAgain, sent, unpaid, transferring, bought, teaching, complaining } = callersOf(stack);
let staff: Learner;
let stranger: Learner;

beforeAll(async () => {
  await offerTransfers(stack.sql);
  [staff, stranger] = (await newLearners(stack, 2)) as [Learner, Learner];
  const roles = ["catalog_manager", "finance", "admin"];
  await stack.sql`insert into public.role_members (profile_id, role) select ${staff.id}, unnest(${roles}::text[])`;
});

const wishes: Record<string, () => Promise<Wish>> = {
  checkout: async () => {
    const { person, order_id } = await unpaid();
    const effects = () => count`from public.payments where order_id = ${order_id}`;
    const later = () => person.seatline.orders.cancel({ order_id });
    return { person, body: { order_id }, other: { order_id, amount: 10_000 }, effects, later };
  },
  "complaint-evidence start": async () => {
    const { person, complaint_id } = await complaining();
    const body = { step: "start", complaint_id };
    const effects = () => count`from public.complaint_evidence where complaint_id = ${complaint_id}`;
    return { person, body, other: { step: "start", complaint_id: randomUUID() }, effects };
  },
  "complaint-evidence finish": async () => {
    const { person, complaint_id } = await complaining();
    const start = () => sent(person, "complaint-evidence", { step: "start", complaint_id });
    const [evidence_id, another] = [(await start()).evidence_id, (await start()).evidence_id];
    const effects = () =>
      count`from public.events where name = 'complaint.evidence_added' and subject_id = ${complaint_id}`;
    const later = () =>
      stack.sql`update public.complaint_evidence set sha256 = ${"0".repeat(64)} where id = ${String(evidence_id)}`;
    return {
      person,
      body: { step: "finish", evidence_id },
      other: { step: "finish", evidence_id: another },
      effects,
      later,
    };
  },
  "create-payment-intent": async () => {
    const { person, order_id } = await unpaid();
    const effects = () => count`from public.payments where order_id = ${order_id}`;
    return { person, body: { order_id }, other: { order_id, save_method: true }, effects };
  },
  "download-link": async () => {
    const person = await newLearner(stack);
    const [one, two] = [await bought(person, staff), await bought(person, staff)];
    const effects = () => count`from generate_series(1, (select used_count from public.downloads where id = ${one}))`;
    return { person, body: { download_id: one }, other: { download_id: two }, effects };
  },
  "import-upload start": async () => {
    const file_name = `${randomUUID()}.csv`;
    const body = { step: "start", kind: "stock", file_name };
    const effects = () => count`from public.imports where file_name = ${file_name}`;
    return { person: staff, body, other: { ...body, dry_run: false }, effects };
  },
  "import-upload finish": async () => {
    const start = () =>
      sent(staff, "import-upload", { step: "start", kind: "stock", file_name: "x.csv" }, "sku,quantity\n", "text/csv");
    const [import_id, another] = [(await start()).import_id, (await start()).import_id];
    const effects = () => count`from public.events where name = 'import.queued' and subject_id = ${String(import_id)}`;
    const later = () => staff.seatline.imports.get(String(import_id)).then(({ status }) => status);
    return {
      person: staff,
      body: { step: "finish", import_id },
      other: { step: "finish", import_id: another },
      effects,
      later,
    };
  },
  "learning-upload start": async () => {
    const { person, wish } = await teaching();
    const effects = () => count`from public.learning_files where owner_id = ${person.id}`;
    return { person, body: wish, other: { ...wish, file_name: "other.pdf" }, effects };
  },
  "learning-upload finish": async () => {
    const { person, wish } = await teaching();
    const start = () => sent(person, "learning-upload", wish, "%PDF-1.7\n", "application/pdf");
    const [file_id, another] = [(await start()).file_id, (await start()).file_id];
    const effects = () => count`from public.learning_files where id = ${String(file_id)} and arrived_at is not null`;
    const later = () => stack.sql`update public.learning_files set bytes = 7 where id = ${String(file_id)}`;
    return { person, body: { step: "finish", file_id }, other: { step: "finish", file_id: another }, effects, later };
  },
  "setup-payment-method": async () => {
    const person = await newLearner(stack);
    // the answer names what the provider made, so one answer is one effect
    return { person, body: {}, effects: async () => 1 };
  },
  "start-subscription": async () => {
    const person = await newLearner(stack);
    const [{ planId }, other] = [await newPlan(stack.sql), await newPlan(stack.sql)];
    const effects = () => count`from public.subscriptions where person_id = ${person.id}`;
    const later = () =>
      stack.sql`update public.subscriptions set status = 'expired', ended_at = now(), checkout_url = null where person_id = ${person.id}`;
    return { person, body: { plan_id: planId }, other: { plan_id: other.planId }, effects, later };
  },
  "submit-proof": async () => {
    const { person, payment_id } = await transferring();
    const start = () => sent(person, "upload-proof", { payment_id });
    const [proof_id, another] = [(await start()).proof_id, (await start()).proof_id];
    const effects = () =>
      count`from public.events where name = 'payment_proof.submitted' and subject_id = ${String(proof_id)}`;
    const later = () =>
      staff.seatline.transfers.review({ proof_id: String(proof_id), approve: false, reason: "Another name." });
    return { person, body: { proof_id }, other: { proof_id: another }, effects, later };
  },
  "upload-proof": async () => {
    const { person, payment_id } = await transferring();
    const effects = () => count`from public.payment_proofs where payment_id = ${payment_id}`;
    return { person, body: { payment_id }, other: { payment_id: randomUUID() }, effects };
  },
  "upload start": async () => {
    const [product, other] = [await publishedProduct(stack.sql), await publishedProduct(stack.sql)];
    const body = { step: "start", kind: "image", product_id: product.productId };
    const effects = () => count`from public.media where product_id = ${product.productId}`;
    return { person: staff, body, other: { ...body, product_id: other.productId }, effects };
  },
  "upload finish": async () => {
    const { productId } = await publishedProduct(stack.sql);
    const start = () => sent(staff, "upload", { step: "start", kind: "image", product_id: productId });
    const [id, another] = [(await start()).id, (await start()).id];
    const effects = () => count`from public.media where id = ${String(id)} and ready_at is not null`;
    const later = () => stack.sql`update public.media set alt = 'Changed since.' where id = ${String(id)}`;
    const finish = { step: "finish", kind: "image" };
    return { person: staff, body: { ...finish, id }, other: { ...finish, id: another }, effects, later };
  },
};

test("every function that takes a key is asked here", () => {
  const folder = new URL("../../supabase/functions/", import.meta.url);
  const keyed = readdirSync(folder).filter((name) => {
    const handler = new URL(`${name}/handler.ts`, folder);
    return /idempotency-key|answerOnce</.test(readOrNothing(handler));
  });
  expect([...new Set(Object.keys(wishes).map(functionOf))].sort()).toEqual(keyed.sort());
});

describe.each(Object.keys(wishes))("%s", (name) => {
  test("asked eight times at once with one key has one effect and one answer, also when it is asked again later", async () => {
    const wish = await (wishes[name] as () => Promise<Wish>)();
    const key = randomUUID();
    const ask = (person = wish.person, body = wish.body) => callAgain(functionOf(name), person, body, key);
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask()));
    expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
    const first = withoutPath(answers[0] as Answer);
    expect(new Set(answers.map((answer) => JSON.stringify(withoutPath(answer)))).size).toBe(1);
    await wish.later?.();
    expect(withoutPath(await ask())).toEqual(first);
    expect(await wish.effects()).toBe(1);

    if (wish.other) expect(await ask(wish.person, wish.other)).toMatchObject(reused);
    await stack.sql`update private.idempotency_keys set answer = answer || '{"id": "told before", "order": "told before"}' where key = ${key}`;
    const others = await ask(wish.person === staff ? await colleague() : stranger);
    expect(others.status).toBeLessThan(500);
    expect(JSON.stringify(others)).not.toContain("told before");
  }, 60_000);
});

test("a key of one function is refused by another, and an empty or endless one by all", async () => {
  const { person, order_id } = await unpaid();
  const key = randomUUID();
  expect((await call("checkout", person, { order_id }, key)).status).toBe(200);
  expect(await call("create-payment-intent", person, { order_id }, key)).toMatchObject(reused);
  expect(await call("setup-payment-method", person, {}, key)).toMatchObject(reused);
  const invalid = { status: 422, body: { code: "invalid_idempotency_key" } };
  for (const bad of ["", "x".repeat(256)]) {
    expect(await call("checkout", person, { order_id }, bad)).toMatchObject(invalid);
  }
});

const reused = { status: 422, body: { code: "idempotency_key_reused" } };
const functionOf = (name: string) => name.split(" ")[0] as string;

async function count(from: TemplateStringsArray, ...values: string[]): Promise<number> {
  const text = from.reduce((sql, part, index) => `${sql}$${index}${part}`);
  const [row] = await stack.sql.unsafe(`select count(*) as rows ${text}`, values);
  return row?.rows;
}

function withoutPath({ status, body: { path: _, ...body } }: Answer) {
  return { status, body };
}

async function colleague(): Promise<Learner> {
  const person = await newLearner(stack);
  await stack.sql`insert into public.role_members (profile_id, role) values (${person.id}, 'admin')`;
  return person;
}

function readOrNothing(file: URL): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
