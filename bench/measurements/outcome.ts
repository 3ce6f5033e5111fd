import type { Row } from "../report/row.ts";

/** What a measurement found: figures, and what must be true and was not. */
export type Outcome = { rows: Row[]; failures: string[] };
