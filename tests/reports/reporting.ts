import type { CountedReport, ReportKind, ReportRows } from "../../packages/sdk/src/index.ts";
import { actingAs } from "../payments/acting-as.ts";
import type { Sql } from "../support/database.ts";

/** Asks for a report with the secret key and gives its id. */
export function request(sql: Sql, kind: string, parameters: object = {}, maxAge = 0): Promise<string> {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`
      select public.request_report(${kind}, ${JSON.stringify(parameters)}::text::jsonb, ${maxAge}) ->> 'id' as id`;
    return row?.id;
  });
}

/** Counts a report in this transaction, as the worker does on a replica. */
export async function count(sql: Sql, id: string): Promise<void> {
  await sql`
    select private.finish_report(reports.id, private.data_as_of(), (
      select coalesce(jsonb_agg(line), '[]') from private.count_report(reports.kind, reports.parameters) as line))
    from public.reports where reports.id = ${id}`;
}

/** A report as it is read. */
export function read<Kind extends ReportKind>(sql: Sql, id: string): Promise<CountedReport<Kind>> {
  return actingAs(sql, "service", async (tx) => {
    const [row] = await tx`select public.get_report(${id}) as report`;
    return row?.report;
  });
}

/** Asks, counts, and gives the rows. */
export async function rowsOf<Kind extends ReportKind>(
  sql: Sql,
  kind: Kind,
  parameters: object = {},
): Promise<ReportRows[Kind][]> {
  const id = await request(sql, kind, parameters);
  await count(sql, id);
  return (await read<Kind>(sql, id)).rows ?? [];
}
