import { resourceMissing } from "./stripe-errors.ts";

/** What a list call asks for, in Stripe's words. */
export interface PageQuery {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
}

/** One page, newest first. */
export interface Page<Row> {
  rows: Row[];
  has_more: boolean;
}

/** Rows in the order they were made, found by id or read backwards page by page; the oldest go when `keep` is passed. */
export class Collection<Row extends { id: string }> {
  #rows: Row[] = [];
  #positions = new Map<string, number>();
  #dropped = 0;
  readonly noun: string;
  readonly #keep: number;

  constructor(noun: string, keep = Number.POSITIVE_INFINITY) {
    this.noun = noun;
    this.#keep = keep;
  }

  get size(): number {
    return this.#rows.length;
  }

  add(row: Row): Row {
    this.#positions.set(row.id, this.#dropped + this.#rows.push(row) - 1);
    if (this.#rows.length > this.#keep * 1.2) this.#dropOldest(this.#rows.length - this.#keep);
    return row;
  }

  find(id: string): Row | undefined {
    const position = this.#positions.get(id);
    return position === undefined ? undefined : this.#rows[position - this.#dropped];
  }

  /** The row, or Stripe's `resource_missing` that names the parameter it came in. */
  get(id: string, param = "id", status = 404): Row {
    const row = this.find(id);
    if (row === undefined) throw resourceMissing(this.noun, id, param, status);
    return row;
  }

  /** Every row, oldest first. */
  all(): readonly Row[] {
    return this.#rows;
  }

  /** The newest rows first, after or before a cursor, as Stripe's lists go. */
  page(query: PageQuery, matches: (row: Row) => boolean = () => true): Page<Row> {
    const limit = query.limit ?? 10;
    const rows: Row[] = [];
    if (query.ending_before !== undefined) {
      const from = this.#indexOf(query.ending_before, "ending_before") + 1;
      for (let index = from; index < this.#rows.length && rows.length <= limit; index++) {
        if (matches(this.#rows[index] as Row)) rows.push(this.#rows[index] as Row);
      }
      return { rows: rows.slice(0, limit).reverse(), has_more: rows.length > limit };
    }
    const from =
      query.starting_after === undefined ? this.#rows.length : this.#indexOf(query.starting_after, "starting_after");
    for (let index = from - 1; index >= 0 && rows.length <= limit; index--) {
      if (matches(this.#rows[index] as Row)) rows.push(this.#rows[index] as Row);
    }
    return { rows: rows.slice(0, limit), has_more: rows.length > limit };
  }

  clear(): void {
    this.#rows = [];
    this.#positions.clear();
    this.#dropped = 0;
  }

  #indexOf(id: string, param: string): number {
    const position = this.#positions.get(id);
    if (position === undefined) throw resourceMissing(this.noun, id, param, 400);
    return position - this.#dropped;
  }

  #dropOldest(count: number): void {
    for (const row of this.#rows.splice(0, count)) this.#positions.delete(row.id);
    this.#dropped += count;
  }
}
