import type { Api, Query } from "./api.ts";
import { decodeCursor } from "./cursor.ts";
import type { CallOptions } from "./http.ts";
import { orderBy, rowsAfter, type SortColumn } from "./keyset-filter.ts";
import { type Page, type PageParams, pageSize, toPage } from "./page.ts";

/** A list of a table's rows: what is read of each, with the columns of the sort, and in which order. */
export interface RowList {
  relation: string;
  select: string;
  sort: readonly SortColumn[];
}

/** Newest first by a time of the row, as most lists are. */
export function newestFirst(column: string): readonly SortColumn[] {
  return [
    { column, direction: "desc" },
    { column: "id", direction: "desc" },
  ];
}

/** A page of the rows that fit a filter of PostgREST and that the caller may see. */
export async function rowsPage<Row>(
  api: Api,
  { relation, select, sort }: RowList,
  filter: Query,
  params: PageParams,
  options?: CallOptions,
): Promise<Page<Row>> {
  const limit = pageSize(params);
  const query = {
    ...filter,
    select,
    or: params.cursor ? rowsAfter(sort, decodeCursor(params.cursor, sort.length)) : undefined,
    order: orderBy(sort),
    limit: String(limit + 1),
  };
  const rows = await api.rows<Row & Record<string, unknown>>(relation, query, options);
  return toPage<Row>(rows, limit, (row) => sort.map(({ column }) => String((row as Record<string, unknown>)[column])));
}
