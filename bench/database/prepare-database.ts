import { readFileSync } from "node:fs";
import postgres from "postgres";
import { changeUrl } from "../../packages/stack/src/index.ts";

/** How large the measured tables are. */
export type Sizes = {
  people: number;
  /** Cold intakes, and courses of the floor. */
  intakes: number;
  /** Intakes that cost something. */
  paid: number;
  /** Intakes of 1 000 seats that sell out one after the other. */
  thousands: number;
  /** Seats of the intake that everybody wants. */
  rushSeats: number;
  /** Sales there are before anything is measured, in the shop and in the floor. */
  sales: number;
  /** Orders that are searched in. */
  orders: number;
  /** Goods that are searched in. */
  products: number;
};

/** Makes the database `floor` on the server of this superuser's URL, loaded and analysed, and gives its URL. */
export async function prepareFloor(superuser: string, sizes: Sizes): Promise<string> {
  await run(superuser, "drop database if exists floor with (force)", "create database floor template template0");
  const url = changeUrl(superuser, { database: "floor" });
  await run(url, sqlOf("floor.sql", sizes), "vacuum full floor.courses", "vacuum analyze", "checkpoint");
  return url;
}

/** Clones the migrated database `postgres`, to which nobody may be connected, under a name and gives the superuser's URL. */
export async function cloneDatabase(superuser: string, name: string): Promise<string> {
  const admin = changeUrl(superuser, { database: "template1" });
  await run(admin, `drop database if exists ${name} with (force)`, `create database ${name} template postgres`);
  return changeUrl(superuser, { database: name });
}

/** Loads people, courses and sales into a migrated database and analyses it. */
export async function prepareShop(superuser: string, sizes: Sizes): Promise<void> {
  await run(superuser, sqlOf("shop.sql", sizes), "analyze");
  await sell(superuser, sizes.sales);
  await run(superuser, "vacuum analyze", "checkpoint");
}

/** Loads carts into a loaded shop: of `buyers` people to place, of `readers` more to look at. */
export async function prepareCarts(
  superuser: string,
  sizes: Sizes & { buyers: number; readers: number },
): Promise<void> {
  const { buyers, readers } = sizes;
  const text = sqlOf("carts.sql", sizes).replaceAll(":buyers", String(buyers)).replaceAll(":readers", String(readers));
  await run(superuser, text, "vacuum analyze", "checkpoint");
}

/** Loads intakes of 1 000 seats into a loaded shop. */
export async function prepareThousands(superuser: string, sizes: Sizes): Promise<void> {
  await run(superuser, sqlOf("thousand.sql", sizes), "vacuum analyze", "checkpoint");
}

/** Loads goods to order into a loaded shop. */
export async function prepareGoods(superuser: string, sizes: Sizes): Promise<void> {
  await run(superuser, sqlOf("goods.sql", sizes), "vacuum analyze", "checkpoint");
}

/** Loads orders to search in into a migrated database and analyses it. */
export async function prepareOrders(superuser: string, sizes: Sizes): Promise<void> {
  await run(superuser, sqlOf("orders.sql", sizes), "vacuum analyze", "checkpoint");
}

/** Loads a catalogue of goods to search in into a migrated database and analyses it. */
export async function prepareProducts(superuser: string, sizes: Sizes): Promise<void> {
  await run(superuser, sqlOf("products.sql", sizes), "vacuum analyze", "checkpoint");
}

/** What `private.invariant_violations` has to say, as sentences. */
export async function brokenInvariants(url: string): Promise<string[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    // All of them: with a limit the planner would prepare for a first row that a healthy shop never has, and read for minutes.
    const rows = await sql`select invariant, subject, detail from private.invariant_violations`;
    return rows.slice(0, 10).map((row) => `broken invariant: ${row.invariant} (${row.subject}: ${row.detail})`);
  } finally {
    await sql.end();
  }
}

/** Sells through the real verb, so that every table holds what a sale leaves behind. */
async function sell(superuser: string, sales: number): Promise<void> {
  const sql = postgres(superuser, { max: 2, onnotice: () => {} });
  const together = 250;
  const batch = `do $$ begin for number in 1..${together} loop perform bench.enroll_cold(); end loop; end $$`;
  try {
    await Promise.all(Array.from({ length: Math.ceil(sales / together) }, () => sql.unsafe(batch)));
  } finally {
    await sql.end();
  }
}

/** Runs texts of SQL one after the other on one connection. */
export async function run(url: string, ...texts: string[]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const text of texts) await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

function sqlOf(file: string, sizes: Sizes): string {
  const values: Record<string, number> = {
    people: sizes.people,
    intakes: sizes.intakes,
    courses: sizes.intakes,
    paid: sizes.paid,
    thousands: sizes.thousands,
    rush_seats: sizes.rushSeats,
    sales: sizes.sales,
    orders: sizes.orders,
    products: sizes.products,
  };
  return readFileSync(new URL(`./${file}`, import.meta.url), "utf8").replaceAll(
    /(?<!:):([a-z_]+)/g,
    (match, name: string) => (name in values ? String(values[name]) : match),
  );
}
