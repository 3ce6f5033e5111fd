import { beforeAll, expect, test } from "vitest";
import { refusal } from "../sdk/refusal.ts";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Learner, newLearners } from "../support/learners.ts";
import { useStack } from "../support/stack.ts";

const stack = useStack();
let finance: Learner;
let customer: Learner;

beforeAll(async () => {
  [finance, customer] = (await newLearners(stack, 2)) as [Learner, Learner];
  await stack.sql`insert into public.role_members (profile_id, role) values (${finance.id}, 'finance')`;
});

test("staff ask for a report over HTTP, the worker counts it, and it comes as rows and as a sheet", async () => {
  const { reports } = finance.seatline;
  const { intakeId } = await publishedIntake(stack.sql, { seats: 3 });
  await enroll(stack.sql, customer.id, intakeId);
  const wish = { kind: "courses", parameters: { time_zone: "UTC" } } as const;
  const asked = await reports.request(wish, { idempotencyKey: "courses" });
  expect(asked).toMatchObject({
    kind: "courses",
    created_by: finance.id,
    parameters: { bucket: "day", time_zone: "UTC" },
  });
  expect((await reports.request(wish, { idempotencyKey: "courses" })).id).toBe(asked.id);
  const counted = async () => (await reports.get(asked.id)).status;
  await expect.poll(counted).toBe("done");
  const report = await reports.get<"courses">(asked.id);
  expect(report.rows?.find((row) => row.intake_id === intakeId)).toMatchObject({ seats: 3, enrolled: 1, active: 1 });
  expect(Date.parse(report.as_of ?? "")).toBeGreaterThan(Date.parse(asked.created_at) - 60_000);
  const sheet = await reports.sheet(asked.id);
  expect(sheet.split("\r\n")[0]).toBe(report.columns.join(","));
  expect(sheet).toContain(intakeId);
});

test("a customer is refused, and so is a report that makes no sense", async () => {
  expect(await refusal(customer.seatline.reports.request({ kind: "sales" }))).toMatchObject({
    code: "permission_denied",
    status: 403,
  });
  expect(await refusal(customer.seatline.reports.get(crypto.randomUUID()))).toMatchObject({
    code: "report_not_found",
    status: 404,
  });
  const senseless = finance.seatline.reports.request({ kind: "sales", parameters: { from: "soon" } });
  expect(await refusal(senseless)).toMatchObject({ code: "invalid_report_request", status: 422 });
});
