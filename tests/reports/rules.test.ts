import fc from "fast-check";
import { expect, test } from "vitest";
import { reportKinds } from "../../packages/sdk/src/index.ts";
import { deliver } from "../payments/deliver.ts";
import { paidBasket, refund, told } from "../payments/giving-back.ts";
import { paidSale } from "../payments/paid-sale.ts";
import { paid } from "../payments/provider-events.ts";
import { openSale } from "../payments/sale.ts";
import { simpleShipping } from "../shipping/parcels.ts";
import { enroll } from "../support/buying.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type Sql, useDatabase } from "../support/database.ts";
import { expectRefusal } from "../support/expect-error.ts";
import { buyUnits, stockedVariant } from "../support/goods.ts";
import { asOwner, asStaff, newCustomer } from "../support/people.ts";
import { count, read, request, rowsOf } from "./reporting.ts";

const database = useDatabase();
const invalid = { code: "invalid_report_request", status: 422 };
const taxed = (sql: Sql) =>
  sql`insert into public.tax_rates (country, tax_category, name, basis_points, inclusive) values ('ID', 'standard', 'PPN', 1100, true)`;
const total = (rows: object[], column: string) =>
  rows.reduce((sum, row) => sum + Number((row as Record<string, unknown>)[column] ?? 0), 0);

test("sales are what the ledger says, refunds and taxes included", () =>
  database.rolledBack(async (sql) => {
    const basket = await paidBasket(sql);
    await paidSale(sql);
    await taxed(sql);
    const second = await paidBasket(sql);
    const { refund: half } = await refund(sql, second.orderId, {
      lines: [{ order_item_id: second.things, quantity: 2 }],
    });
    await refund(sql, basket.orderId, { amount: 10_00 });
    await told(sql, half.id, "success");
    const rows = await rowsOf(sql, "sales", { currency: "IDR" });
    const [books] = await sql`
      select coalesce(sum(-amount) filter (where account in ('revenue', 'discounts', 'shipping', 'refunds')), 0)::bigint as net,
        coalesce(sum(-amount) filter (where account = 'tax_payable'), 0)::bigint as tax
      from public.ledger_entries where currency = 'IDR'`;
    expect(total(rows, "net_amount")).toBe(Number(books?.net));
    expect(total(rows, "tax_amount")).toBe(Number(books?.tax));
    expect(total(rows, "orders")).toBe(3);
    const products = await rowsOf(sql, "products");
    expect(total(products, "net_amount")).toBe(total(rows, "net_amount") + total(rows, "refund_amount"));
    expect(total(products, "refunded_units")).toBe(2);
    expect(rows).toHaveLength(30);
    for (const row of rows)
      expect(row.net_amount).toBe(row.revenue_amount - row.discount_amount + row.shipping_amount - row.refund_amount);
  }));

test("buckets follow the calendar of the time zone, also where a day has 23 hours", () =>
  database.rolledBack(async (sql) => {
    await paidSale(sql);
    const time_zone = "Europe/Berlin";
    const days = await rowsOf(sql, "customers", { from: "2026-03-28", to: "2026-03-31", time_zone });
    const starts = days.map(({ starts_at }) => new Date(starts_at).toISOString());
    expect(starts).toEqual(["2026-03-27T23:00:00.000Z", "2026-03-28T23:00:00.000Z", "2026-03-29T22:00:00.000Z"]);
    const weeks = await rowsOf(sql, "customers", {
      from: "2026-01-01",
      to: "2026-01-06",
      bucket: "week",
      time_zone: "UTC",
    });
    expect(weeks.map(({ starts_at }) => starts_at.slice(0, 10))).toEqual(["2025-12-29", "2026-01-05"]);
  }));

test("what lies before from or at to is not counted, and the rest is counted once however it is cut", () =>
  database.rolledBack(async (sql) => {
    const hours = fc.array(fc.integer({ min: -2000, max: 2000 }), { minLength: 1, maxLength: 12 });
    const [when] = fc.sample(hours, { numRuns: 1, seed: 20_260_101 }) as [number[]];
    const variant = await stockedVariant(sql, 100);
    const from = Date.parse("2026-03-01T00:00:00Z");
    for (const hour of when) {
      const order = await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 1 }]);
      const at = new Date(from + hour * 3_600_000);
      await sql`update public.orders set placed_at = ${at}, paid_at = ${at} where id = ${order}`;
    }
    const within = when.filter((hour) => hour >= 0 && hour < 30 * 24).length;
    for (const bucket of ["hour", "day", "week", "month", "year"]) {
      const parameters = { from: "2026-03-01", to: "2026-03-31", bucket, time_zone: "UTC" };
      expect(total(await rowsOf(sql, "orders", parameters), "orders"), bucket).toBe(within);
      expect(total(await rowsOf(sql, "customers", parameters), "buyers"), bucket).toBe(within);
    }
    const products = await rowsOf(sql, "products", { from: "2026-03-01", to: "2026-03-31", time_zone: "UTC" });
    expect(total(products, "units")).toBe(within);
    expect(total(products, "orders")).toBe(within);
  }));

test("orders say what became of them, products what they brought, payments how they went", () =>
  database.rolledBack(async (sql) => {
    await deliver(sql, paid(await openSale(sql)));
    await openSale(sql);
    const [orders] = (await rowsOf(sql, "orders")).filter((row) => row.orders > 0);
    expect(orders).toMatchObject({ orders: 2, paid: 1, pending: 1, cancelled: 0, average_amount: orders?.paid_amount });
    const payments = await rowsOf(sql, "payments");
    expect(payments).toMatchObject([{ payments: 2, captured: 1, unfinished: 1, failed: 0, refunded_amount: 0 }]);
    expect(payments[0]?.captured_amount).toBe(orders?.paid_amount);
    const [product] = await rowsOf(sql, "products");
    expect(product).toMatchObject({ kind: "course", orders: 1, units: 1, refunded_units: 0 });
  }));

test("taxes are those of invoices less those of credit notes", () =>
  database.rolledBack(async (sql) => {
    await taxed(sql);
    await simpleShipping(sql, 11_10, { tax: "standard" });
    const basket = await paidBasket(sql);
    await sql`select private.issue_invoice(${basket.orderId})`;
    const booked = async () => {
      const [sums] = await sql`
        select sum(case kind when 'invoice' then 1 else -1 end * tax_included_amount)::bigint as tax from public.invoices`;
      return Number(sums?.tax);
    };
    const before = await booked();
    expect(before).toBeGreaterThan(0);
    expect(await sql`select shipping_tax_included_amount::integer as tax from public.invoices`).toEqual([
      { tax: 1_10 },
    ]);
    const [whole] = await rowsOf(sql, "taxes");
    expect(whole).toMatchObject({ name: "PPN", basis_points: 1100, inclusive: true, tax_amount: before });
    expect(whole?.taxable_amount).toBe(basket.amount - before);
    const { refund: part } = await refund(sql, basket.orderId, {
      lines: [{ order_item_id: basket.things, quantity: 4 }],
    });
    await told(sql, part.id, "success");
    await sql`select private.issue_credit_note(${part.id})`;
    const [rest] = await rowsOf(sql, "taxes");
    expect(rest?.tax_amount).toBe(await booked());
    expect(rest?.tax_amount).toBeLessThan(before);
  }));

test("courses tell how full intakes are and how their learners do", () =>
  database.rolledBack(async (sql) => {
    const { intakeId } = await publishedIntake(sql, { seats: 5 });
    for (let people = 0; people < 3; people++) await enroll(sql, await newCustomer(sql), intakeId);
    const [row] = await rowsOf(sql, "courses");
    expect(row).toMatchObject({ intake_id: intakeId, seats: 5, enrolled: 3, active: 3, completed: 0, waiting: 0 });
    expect(row).toMatchObject({ completed_percent: 0, progress_percent: 0, score_percent: null });
  }));

test("a customer is new once, and comes back after that", () =>
  database.rolledBack(async (sql) => {
    const [variant, person] = [await stockedVariant(sql, 9), await newCustomer(sql)];
    for (const at of ["2026-02-03T10:00:00Z", "2026-02-03T11:00:00Z", "2026-02-05T10:00:00Z"]) {
      const order = await buyUnits(sql, person, [{ variant, quantity: 1 }]);
      await sql`update public.orders set paid_at = ${at} where id = ${order}`;
    }
    const days = await rowsOf(sql, "customers", { from: "2026-02-03", to: "2026-02-06", time_zone: "UTC" });
    expect(days.map(({ first_time_buyers, returning_buyers }) => [first_time_buyers, returning_buyers])).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
  }));

test("the dashboard compares today with the days before and says what waits", () =>
  database.rolledBack(async (sql) => {
    await paidSale(sql);
    const old = await paidSale(sql);
    await sql`update public.orders set paid_at = now() - interval '1 day' where id = ${old.orderId}`;
    const rows = await rowsOf(sql, "dashboard");
    const metric = (name: string) => rows.find((row) => row.metric === name);
    expect(metric("paid_orders")).toMatchObject({ currency: "IDR", now: null, today: 1, yesterday: 1, last_7_days: 2 });
    expect(metric("paid_orders")).toMatchObject({ previous_7_days: 0, last_30_days: 2, previous_30_days: 0 });
    expect(metric("enrolments")).toMatchObject({ currency: null, today: 2 });
    expect(metric("orders_in_review")).toMatchObject({ now: 0, today: null });
    expect(metric("net_sales")?.today).toBeGreaterThan(0);
  }));

test("the event log is read in pages, by name, and a report says when there is more", () =>
  database.rolledBack(async (sql) => {
    await paidSale(sql);
    await paidSale(sql);
    const id = await request(sql, "events", { names: ["order.placed", "order.paid"], limit: 3 });
    await count(sql, id);
    const first = await read<"events">(sql, id);
    expect(first).toMatchObject({ status: "done", row_count: 3, truncated: true });
    expect(first.rows?.map(({ name }) => name)).toEqual(["order.placed", "order.paid", "order.placed"]);
    const rest = await rowsOf(sql, "events", { names: ["order.paid", "order.placed"], after_id: first.rows?.[2]?.id });
    expect(rest.map(({ name }) => name)).toEqual(["order.paid"]);
  }));

test("every kind is counted, also in an empty shop, with the columns that it promises", () =>
  database.rolledBack(async (sql) => {
    const kinds = await sql`select kind from private.report_kinds`;
    expect(kinds.map(({ kind }) => kind).sort()).toEqual([...reportKinds].sort());
    for (const kind of reportKinds) await rowsOf(sql, kind);
    await taxed(sql);
    const basket = await paidBasket(sql);
    await sql`select private.issue_invoice(${basket.orderId})`;
    for (const kind of reportKinds) {
      const id = await request(sql, kind);
      await count(sql, id);
      const { rows, columns } = await read(sql, id);
      expect(rows?.length, kind).toBeGreaterThan(0);
      for (const row of rows ?? []) expect(Object.keys(row).sort(), kind).toEqual([...columns].sort());
    }
  }));

test("what is asked for without sense is refused with what to send", () =>
  database.rolledBack(async (sql) => {
    const wrong: [string, unknown][] = [
      ["boats", {}],
      ["sales", { from: "2026-02-30" }],
      ["sales", { from: "yesterday" }],
      ["sales", { from: "infinity" }],
      ["sales", { from: 5 }],
      ["sales", { from: "2026-02-01", to: "2026-02-01" }],
      ["sales", { from: "2000-01-01", to: "2026-01-01" }],
      ["sales", { bucket: "decade" }],
      ["sales", { from: "2025-01-01", to: "2026-01-01", bucket: "hour" }],
      ["sales", { time_zone: "Mars/Olympus" }],
      ["sales", { currency: "XYZ" }],
      ["sales", { limit: 0 }],
      ["sales", { limit: 1.5 }],
      ["sales", { limit: "all" }],
      ["sales", { limit: 10_001 }],
      ["sales", { after_id: 3 }],
      ["sales", { unheard_of: true }],
      ["events", { names: "order.paid" }],
      ["events", { names: [5] }],
      ["events", { after_id: -1 }],
      ["events", { bucket: "day" }],
      ["sales", []],
      ["sales", "2026"],
    ];
    for (const [kind, parameters] of wrong) {
      const attempt = async () => {
        await asStaff(sql, "admin");
        return sql`select public.request_report(${kind}, ${JSON.stringify(parameters)}::text::jsonb)`;
      };
      await expectRefusal(attempt, invalid);
      await asOwner(sql);
    }
    for (const age of [-1, 86_401]) {
      await asStaff(sql, "admin");
      await expectRefusal(() => sql`select public.request_report('sales', '{}', ${age})`, invalid);
      await asOwner(sql);
    }
    expect(await sql`select id from public.reports`).toEqual([]);
  }));

test("a report that is young enough is shared, and one of another question is not", () =>
  database.rolledBack(async (sql) => {
    const first = await request(sql, "sales", {}, 600);
    expect(await request(sql, "sales", {}, 600)).toBe(first);
    expect(await request(sql, "sales", { bucket: "week" }, 600)).not.toBe(first);
    expect(await request(sql, "orders", {}, 600)).not.toBe(first);
    expect(await request(sql, "sales", {})).not.toBe(first);
    await sql`update public.reports set created_at = now() - interval '601 seconds'`;
    expect(await request(sql, "sales", {}, 600)).not.toBe(first);
  }));

test("a report is a sheet in which no text is a formula, once it is counted, and the first answer counts", () =>
  database.rolledBack(async (sql) => {
    const variant = await stockedVariant(sql, 5, { price: 9_00 });
    await sql`update public.products set title = '=SUM(A1:A9), "quoted"' where id = (select product_id from public.variants where id = ${variant})`;
    await buyUnits(sql, await newCustomer(sql), [{ variant, quantity: 1 }]);
    const id = await request(sql, "products");
    const sheet = async () => {
      await asStaff(sql, "admin");
      const [row] = await sql`select public.report_sheet(${id}) as sheet`;
      return row?.sheet as string;
    };
    await expectRefusal(sheet, { code: "report_not_ready", status: 409 });
    await asOwner(sql);
    await count(sql, id);
    const before = await read(sql, id);
    await sql`select private.finish_report(${id}, now(), '[]')`;
    expect(await read(sql, id)).toEqual(before);
    const [header, line, end] = (await sheet()).split("\r\n");
    expect(header).toBe(before.columns.join(","));
    expect(line).toContain(`"'=SUM(A1:A9), ""quoted"""`);
    expect(end).toBe("");
  }));

test("old reports go, with their rows", () =>
  database.rolledBack(async (sql) => {
    const [old, young] = [await request(sql, "sales"), await request(sql, "orders")];
    await count(sql, old);
    await sql`update public.reports set created_at = now() - interval '31 days' where id = ${old}`;
    expect(await sql`select private.discard_old_reports() as gone`).toEqual([{ gone: 1 }]);
    expect((await sql`select id from public.reports`).map(({ id }) => id)).toEqual([young]);
    expect(await sql`select report_id from private.report_rows`).toEqual([]);
    const asked = async (tx: Sql) => tx`select public.get_report(${old})`;
    await asStaff(sql, "finance");
    await expectRefusal(() => asked(sql), { code: "report_not_found", status: 404 });
  }));
