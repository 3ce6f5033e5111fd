/** What a figure has to reach. */
export type Budget = {
  /** As people read it, such as "≥ 50 % of the floor". */
  text: string;
  reached: boolean;
};

/** One line of the report: a figure, what it is compared with, and whether that is enough. */
export type Row = {
  measurement: string;
  /** What was done, as a short phrase. */
  what: string;
  /** Clients at once; null where there is no such number. */
  clients: number | null;
  value: number;
  unit: string;
  /** What the value is compared with, taken in the same run; null where nothing is. */
  floor: { name: string; value: number } | null;
  /** value / floor, null without a floor. */
  ratio: number | null;
  budget: Budget | null;
  /** Every single reading, in the order taken. */
  readings?: number[];
  floorReadings?: number[];
  /** Further facts of this row, such as percentiles. */
  details?: Record<string, number | string>;
};

/** Makes a row and computes its ratio; `atLeast` is the budget as a share of the floor. */
export function compared(
  row: Omit<Row, "ratio" | "budget" | "floor"> & { floor: NonNullable<Row["floor"]>; atLeast?: number },
): Row {
  const { atLeast, ...rest } = row;
  const ratio = row.floor.value > 0 ? row.value / row.floor.value : null;
  const budget =
    atLeast === undefined
      ? null
      : { text: `≥ ${Math.round(atLeast * 100)} % of ${row.floor.name}`, reached: ratio !== null && ratio >= atLeast };
  return { ...rest, ratio, budget };
}

/** Makes a row that is compared with nothing but its budget. */
export function plain(row: Omit<Row, "ratio" | "floor" | "budget"> & { budget?: Budget | null }): Row {
  return { ...row, floor: null, ratio: null, budget: row.budget ?? null };
}
