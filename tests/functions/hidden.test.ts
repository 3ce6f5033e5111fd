import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { createClient } from "@supabase/supabase-js";
import { beforeAll, expect, test } from "vitest";
import type { Database } from "../../supabase/functions/_shared/call-verb.ts";
import { handleProofLink } from "../../supabase/functions/proof-link/handler.ts";
import { buildCourse } from "../learning/teaching.ts";
import { offerTransfers } from "../payments/transfer.ts";
import { payOrder } from "../support/buying.ts";
import { type Learner, newLearner } from "../support/learners.ts";
import { publishedProduct } from "../support/products.ts";
import { useStack } from "../support/stack.ts";
import { type Answer, callersOf, type Row } from "./calling.ts";

// Functions that take no id of anybody's. A new one stands here, or is asked below.
const takesNobodys: Record<string, string> = {
  "calendar-feed": "opened by the secret in its address",
  "carrier-webhook": "the carrier signs",
  "ewallet-webhook": "the provider signs",
  media: "what is published is everybody's (tests/catalog/media.access.test.ts)",
  "process-update": "production signs",
  "setup-payment-method": "takes nothing",
  "start-subscription": "plans are everybody's",
  "stripe-webhook": "the provider signs",
};

const stack = useStack();
const { call, sent, unpaid, transferring, bought, teaching, complaining } = callersOf(stack);
let staff: Learner;
let customer: Learner;

beforeAll(async () => {
  await offerTransfers(stack.sql);
  [staff, customer] = [await newLearner(stack), await newLearner(stack)];
  await stack.sql`insert into public.role_members (profile_id, role) select ${staff.id}, unnest('{catalog_manager,admin}'::text[])`;
});

test("what is somebody else's is answered by every function as what is not there", async () => {
  const [unpaidOne, transfer, complaint, teacher] = [
    await unpaid(),
    await transferring(),
    await complaining(),
    await teaching(),
  ];
  const evidence = await sent(complaint.person, "complaint-evidence", {
    step: "start",
    complaint_id: complaint.complaint_id,
  });
  const proof = await sent(transfer.person, "upload-proof", { payment_id: transfer.payment_id });
  const file = await sent(teacher.person, "learning-upload", teacher.wish, "%PDF-1.7\n", "application/pdf");
  await call("learning-upload", teacher.person, { step: "finish", file_id: file.file_id });
  const imported = (await call("import-upload", staff, { step: "start", kind: "stock", file_name: "a.csv" })).body;
  const exported = await staff.seatline.imports.startExport("products");
  const { productId } = await publishedProduct(stack.sql);
  const picture = await sent(staff, "upload", { step: "start", kind: "image", product_id: productId });
  const [reader, [invoiced, invoice_id], [graduate, certificate_id]] = [
    await newLearner(stack),
    await invoice(),
    await certificate(),
  ];
  const theirs: [string, (id: string) => Row, unknown, Learner][] = [
    ["checkout", (order_id) => ({ order_id }), unpaidOne.order_id, unpaidOne.person],
    [
      "complaint-evidence",
      (complaint_id) => ({ step: "start", complaint_id }),
      complaint.complaint_id,
      complaint.person,
    ],
    ["complaint-evidence", (evidence_id) => ({ step: "finish", evidence_id }), evidence.evidence_id, complaint.person],
    ["complaint-evidence", (evidence_id) => ({ step: "link", evidence_id }), evidence.evidence_id, complaint.person],
    ["create-payment-intent", (order_id) => ({ order_id }), unpaidOne.order_id, unpaidOne.person],
    ["download-link", (download_id) => ({ download_id }), await bought(reader, staff), reader],
    ["export-link", (export_id) => ({ export_id }), exported.id, staff],
    ["import-upload", (import_id) => ({ step: "finish", import_id }), imported.import_id, staff],
    ["invoice-link", (invoice_id) => ({ invoice_id }), invoice_id, invoiced],
    ["learning-link", (certificate_id) => ({ certificate_id }), certificate_id, graduate],
    ["learning-link", (file_id) => ({ file_id }), file.file_id, teacher.person],
    ["learning-upload", (file_id) => ({ step: "finish", file_id }), file.file_id, teacher.person],
    ["proof-link", (proof_id) => ({ proof_id }), proof.proof_id, transfer.person],
    ["submit-proof", (proof_id) => ({ proof_id }), proof.proof_id, transfer.person],
    ["upload", (id) => ({ step: "finish", kind: "image", id }), picture.id, staff],
    ["upload-proof", (payment_id) => ({ payment_id }), transfer.payment_id, transfer.person],
  ];
  const before = await traces(theirs.map(([, , id]) => String(id)));
  for (const [name, body, id] of theirs) {
    expect(id, name).toMatch(/^[0-9a-f-]{36}$/);
    const { hidden, nothing } = await bothAnswers((row) => call(name, customer, row), body, String(id));
    expect({ name, ...hidden }).toEqual({ name, ...nothing });
    expect({ name, status: hidden.status }).toEqual({ name, status: name === "upload" ? 403 : 404 });
  }
  expect(await traces(theirs.map(([, , id]) => String(id)))).toEqual(before);
  // that nothing else was wrong with what was asked: whose it is is answered otherwise
  for (const [name, body, id, owner] of theirs) {
    const { status } = await call(name, owner, body(String(id)));
    expect([403, 404], name).not.toContain(status);
    expect(status, name).toBeLessThan(500);
  }
  const folder = readdirSync(new URL("../../supabase/functions/", import.meta.url), { withFileTypes: true });
  const functions = folder.filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"));
  const asked = new Set([...theirs.map(([name]) => name), ...Object.keys(takesNobodys)]);
  expect([...asked].sort()).toEqual(functions.map(({ name }) => name).sort());
}, 60_000);

test("a function that asks with the secret key instead of the caller's is found", async () => {
  const { person, payment_id } = await transferring();
  const proof = await sent(person, "upload-proof", { payment_id });
  expect((await call("submit-proof", person, { proof_id: proof.proof_id })).status).toBe(200);
  const secret = createClient(stack.urls.api, stack.keys.secretKey) as unknown as Database;
  const careless = async (row: Row) => {
    const request = new Request("http://functions.test", { method: "POST", body: JSON.stringify(row) });
    const deps = { asUser: secret, asService: secret, now: () => Date.now() };
    const { status } = await handleProofLink(request, deps).catch(({ status }: { status: number }) => ({ status }));
    return { status, body: {} };
  };
  const { hidden, nothing } = await bothAnswers(careless, (proof_id) => ({ proof_id }), String(proof.proof_id));
  expect([hidden.status, nothing.status]).toEqual([200, 404]);
});

/** What is answered about an id that somebody else has, and about one that nobody has. */
async function bothAnswers(ask: (row: Row) => Promise<Answer>, body: (id: string) => Row, id: string) {
  return { hidden: await ask(body(id)), nothing: await ask(body(randomUUID())) };
}

/** What the customer who asks left behind, and the rows that they asked about; an export is worked on meanwhile. */
async function traces(ids: string[]): Promise<unknown> {
  const tables = ["orders", "payments", "payment_proofs", "complaints", "complaint_evidence", "downloads", "imports"];
  const rows = [...tables, "invoices", "certificates", "learning_files", "media"].map(
    (table) => `select to_jsonb(t) as row from public.${table} as t where id = any ($1)`,
  );
  return stack.sql.unsafe(
    `select (select jsonb_agg(row order by row ->> 'id') from (${rows.join(" union all ")}) as rows) as rows,
      (select count(*) from public.events where actor_id = $2) as events, (select count(*) from public.payments where order_id = any ($1)) as payments,
      (select count(*) from public.complaint_evidence where complaint_id = any ($1)) as evidence,
      (select count(*) from public.payment_proofs where payment_id = any ($1)) as proofs`,
    [ids, customer.id],
  );
}

/** The invoice of somebody's order, as the worker writes it. */
async function invoice(): Promise<[Learner, string]> {
  const { person, order_id } = await unpaid();
  await payOrder(stack.sql, person.id, order_id);
  const found = async () => (await stack.sql`select id from public.invoices where order_id = ${order_id}`)[0]?.id;
  await expect.poll(found).toBeTruthy();
  return [person, await found()];
}

async function certificate(): Promise<[Learner, string]> {
  const course = await buildCourse(stack.sql, [{ kind: "text" }]);
  const person = await newLearner(stack);
  const learner = person.id;
  await person.seatline.courses.enroll({ intake_id: course.intakeId });
  const [row] = await stack.sql`
    insert into public.certificates (number, enrollment_id, product_id, learner_id, learner_name, course_title, completed_on, issued_at, time_zone, issuer, locale, verify_url)
    select 'CERT-2026-' || upper(translate(substr(md5(enrollments.id::text), 1, 5), 'ilou', '1234')) || '-ABCDE-FGH12', enrollments.id, ${course.productId}, ${learner}, 'Sari', 'A course', now()::date, now(), 'UTC', 'A school', 'en', 'http://shop.test/verify'
    from public.enrollments where enrollments.learner_id = ${learner} returning id`;
  return [person, row?.id];
}
