import Table from "cli-table3";
import type { MachineFacts } from "./machine-facts.ts";
import type { Row } from "./row.ts";

/** Prints what was measured, one row per figure, under a line about the machine and the driver. */
export function printTable(rows: Row[], facts: MachineFacts, notes: string[]): void {
  const table = new Table({
    head: ["measurement", "clients", "value", "floor", "ratio", "budget", "reached"],
    colAligns: ["left", "right", "right", "right", "right", "left", "left"],
    style: { head: [], border: [] },
  });
  for (const row of rows) {
    table.push([
      `${row.measurement}: ${row.what}`,
      row.clients ?? "",
      `${figure(row.value)} ${row.unit}`,
      row.floor ? `${figure(row.floor.value)} ${row.floor.name}` : "",
      row.ratio === null ? "" : row.ratio < 10 ? `${(row.ratio * 100).toFixed(0)} %` : `${row.ratio.toFixed(0)} ×`,
      row.budget?.text ?? "",
      row.budget ? (row.budget.reached ? "yes" : "no") : "",
    ]);
  }
  console.log(`\n${facts.cores} cores (${facts.cpu}), load ${facts.load}, Node ${facts.node}, commit ${facts.commit}`);
  console.log(table.toString());
  for (const note of notes) console.log(note);
}

function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
