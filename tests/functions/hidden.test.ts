import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { buildCourse } from "../learning/teaching.ts";
import { offerTransfers } from "../payments/transfer.ts";
import { payOrder } from "../support/buying.ts";
import { type Learner, newLearner } from "../support/learners.ts";
import { publishedProduct } from "../support/products.ts";
import { useStack } from "../support/stack.ts";
import { callersOf, type Row } from "./calling.ts";

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
  const theirs: [string, (id: string) => Row, unknown][] = [
    ["checkout", (order_id) => ({ order_id }), unpaidOne.order_id],
    ["complaint-evidence", (complaint_id) => ({ step: "start", complaint_id }), complaint.complaint_id],
    ["complaint-evidence", (evidence_id) => ({ step: "finish", evidence_id }), evidence.evidence_id],
    ["complaint-evidence", (evidence_id) => ({ step: "link", evidence_id }), evidence.evidence_id],
    ["create-payment-intent", (order_id) => ({ order_id }), unpaidOne.order_id],
    ["download-link", (download_id) => ({ download_id }), await bought(await newLearner(stack), staff)],
    ["export-link", (export_id) => ({ export_id }), exported.id],
    ["import-upload", (import_id) => ({ step: "finish", import_id }), imported.import_id],
    ["invoice-link", (invoice_id) => ({ invoice_id }), await invoice()],
    ["learning-link", (certificate_id) => ({ certificate_id }), await certificate()],
    ["learning-link", (file_id) => ({ file_id }), file.file_id],
    ["learning-upload", (file_id) => ({ step: "finish", file_id }), file.file_id],
    ["proof-link", (proof_id) => ({ proof_id }), proof.proof_id],
    ["submit-proof", (proof_id) => ({ proof_id }), proof.proof_id],
    ["upload", (id) => ({ step: "finish", kind: "image", id }), picture.id],
    ["upload-proof", (payment_id) => ({ payment_id }), transfer.payment_id],
  ];
  for (const [name, body, id] of theirs) {
    expect(id, name).toMatch(/^[0-9a-f-]{36}$/);
    const [hidden, nothing] = [
      await call(name, customer, body(String(id))),
      await call(name, customer, body(randomUUID())),
    ];
    expect({ name, ...hidden }).toEqual({ name, ...nothing });
    expect({ name, status: hidden.status }).toEqual({ name, status: name === "upload" ? 403 : 404 });
  }
}, 60_000);

/** The invoice of somebody's order, as the worker writes it. */
async function invoice(): Promise<string> {
  const { person, order_id } = await unpaid();
  await payOrder(stack.sql, person.id, order_id);
  const found = async () => (await stack.sql`select id from public.invoices where order_id = ${order_id}`)[0]?.id;
  await expect.poll(found).toBeTruthy();
  return found();
}

async function certificate(): Promise<string> {
  const course = await buildCourse(stack.sql, [{ kind: "text" }]);
  const { id: learner, seatline } = await newLearner(stack);
  await seatline.courses.enroll({ intake_id: course.intakeId });
  const [row] = await stack.sql`
    insert into public.certificates (number, enrollment_id, product_id, learner_id, learner_name, course_title, completed_on, issued_at, time_zone, issuer, locale, verify_url)
    select 'CERT-2026-' || upper(translate(substr(md5(enrollments.id::text), 1, 5), 'ilou', '1234')) || '-ABCDE-FGH12', enrollments.id, ${course.productId}, ${learner}, 'Sari', 'A course', now()::date, now(), 'UTC', 'A school', 'en', 'http://shop.test/verify'
    from public.enrollments where enrollments.learner_id = ${learner} returning id`;
  return row?.id;
}
