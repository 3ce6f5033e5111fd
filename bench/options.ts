import { Command, InvalidArgumentError } from "commander";

/** The measurements, in the order in which they run. */
export const measurementNames = [
  "enroll-cold",
  "enroll-hot",
  "stock-hot",
  "place-order",
  "catalog-list",
  "my-courses",
  "order-search",
  "product-search",
  "import",
  "enroll-http",
  "cart",
  "rush",
  "journey",
  "beside-report",
  "webhooks",
  "recovery",
  "start",
] as const;

/** One measurement. */
export type MeasurementName = (typeof measurementNames)[number];

/** What a run was asked for. */
export type Options = {
  /** What to measure. */
  only: MeasurementName[];
  /** Seconds of load per single figure, after its warm-up. */
  seconds: number;
  /** Numbers of clients at once. */
  clients: number[];
  /** How often each pair of figures is taken in turn; the median counts. */
  rounds: number;
  /** Small tables and few rounds: shows that everything works, proves no figure. */
  quick: boolean;
  /** Base port of the stack that is measured. */
  port: number;
  /** State folder; made for the run and removed after it when left out. */
  home?: string;
};

/** Reads the command line; `--quick` changes what is not given. */
export function readOptions(argv: string[]): Options {
  const given = new Command("bench")
    .description("Measures this checkout against floors taken in the same run, and says which budgets are reached.")
    .option("--only <names>", `one or more of ${measurementNames.join(", ")}, with commas`, names)
    .option("--seconds <n>", "seconds of load per figure (default 5, quick 1)", positive)
    .option("--clients <list>", "clients at once, with commas (default 1,8,32, quick 8)", list)
    .option("--rounds <n>", "how often each pair is taken in turn (default 3, quick 1)", positive)
    .option("--quick", "small tables, one round: to try the bench, not to quote it")
    .option("--port <base>", "base port of the measured stack; eleven ports are used from there", positive, 61900)
    .option("--home <folder>", "state folder to use and keep (default: a temporary one)")
    .parse(argv)
    .opts();
  const quick = Boolean(given.quick);
  return {
    only: given.only ?? [...measurementNames],
    seconds: given.seconds ?? (quick ? 1 : 5),
    clients: given.clients ?? (quick ? [8] : [1, 8, 32]),
    rounds: given.rounds ?? (quick ? 1 : 3),
    quick,
    port: given.port,
    home: given.home,
  };
}

function names(text: string): MeasurementName[] {
  const asked = text.split(",").map((name) => name.trim());
  const unknown = asked.filter((name) => !measurementNames.some((known) => known === name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`There is no ${unknown.join(", ")}. Choose from ${measurementNames.join(", ")}.`);
  }
  return measurementNames.filter((name) => asked.includes(name));
}

function positive(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("Give a whole number from 1.");
  return number;
}

function list(text: string): number[] {
  return text.split(",").map(positive);
}
