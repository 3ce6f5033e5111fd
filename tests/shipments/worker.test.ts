import { expect, test } from "vitest";
import { paidBasket } from "../payments/giving-back.ts";
import { useDatabase } from "../support/database.ts";
import { startSilentWorker } from "../support/worker.ts";
import { parcelsOf } from "./parcels.ts";

const database = useDatabase();

test("the worker opens the parcels of a paid order with goods, once", async () => {
  const { orderId } = await paidBasket(database.sql);
  const worker = await startSilentWorker(database.url);
  try {
    await worker.untilEmpty();
  } finally {
    await worker.stop();
  }
  expect(await parcelsOf(database.sql, orderId)).toMatchObject([{ status: "pending", items: [{ quantity: 4 }] }]);
  const runs = await database.sql`select status, error from public.processes where task = 'shipments.open-shipments'`;
  expect(runs).toEqual([{ status: "done", error: null }]);
});
