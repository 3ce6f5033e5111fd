import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generateTypes } from "../../packages/sdk/scripts/generate-types.ts";
import * as sdk from "../../packages/sdk/src/index.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase();

test("the SDK's row types are those of the migrations (if not: npm run types)", async () => {
  const file = new URL("../../packages/sdk/src/database.types.ts", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(await generateTypes(database.url));
});

test.each([
  ["orders", "status", sdk.orderStatuses],
  ["payments", "status", sdk.paymentStatuses],
  ["payments", "method", sdk.paymentMethods],
  ["payment_proofs", "status", sdk.paymentProofStatuses],
  ["complaints", "type", sdk.complaintTypes],
  ["complaints", "status", sdk.complaintStatuses],
  ["complaints", "resolution", sdk.complaintResolutions],
  ["processes", "status", sdk.processStatuses],
  ["refunds", "status", sdk.refundStatuses],
  ["refunds", "destination", sdk.refundDestinations],
  ["invoices", "kind", sdk.invoiceKinds],
  ["enrollments", "status", sdk.enrollmentStatuses],
  ["waitlist_entries", "status", sdk.waitlistStatuses],
  ["intakes", "status", sdk.intakeStatuses],
  ["gifts", "status", sdk.giftStatuses],
  ["gift_card_purchases", "status", sdk.giftCardPurchaseStatuses],
  ["organisation_seats", "status", sdk.organisationSeatStatuses],
  ["organisation_members", "role", sdk.organisationRoles],
  ["intakes", "status", sdk.intakeStatuses],
  ["notifications", "status", sdk.notificationStatuses],
  ["notifications", "channel", sdk.notificationChannels],
  ["courses", "level", sdk.courseLevels],
  ["lessons", "kind", sdk.lessonKinds],
  ["attendances", "status", sdk.attendanceStatuses],
  ["products", "kind", sdk.productKinds],
  ["category_attributes", "type", sdk.attributeTypes],
])("the SDK's words for %s.%s are those that the table allows", async (table, column, words) => {
  const [check] = await database.sql<{ definition: string }[]>`
    select pg_get_constraintdef(oid) as definition from pg_constraint
    where conrelid = ${`public.${table}`}::regclass and contype = 'c'
      and (pg_get_constraintdef(oid) like ${`CHECK ((${column} = ANY (ARRAY[%`} or pg_get_constraintdef(oid) like ${`CHECK ((${column} = ANY ('{%`})`;
  const allowed = Array.from(check?.definition.matchAll(/(?<=['{,])[a-z_]+(?=['},])/g) ?? [], (match) => match[0]);
  expect(allowed).toEqual([...words]);
});
