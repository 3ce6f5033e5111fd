import pg from "pg";

/** Rows of one statement. */
export type Rows<Row> = Row[];

// biome-ignore lint/suspicious/noExplicitAny: a row whose type the caller does not name
type AnyRow = any;

/** Runs one statement: every `${value}` is a parameter of it, never text in it. */
export type Query = <Row extends Rows<AnyRow> = Rows<AnyRow>>(
  strings: TemplateStringsArray,
  ...values: unknown[]
) => Promise<Row>;

/** One transaction. `execute` runs a statement that somebody else wrote, with its values. */
export type Transaction = Query & { execute(text: string, values?: unknown[]): Promise<{ rows: AnyRow[] }> };

/** A pool of connections as the role `postgres`. */
export type Sql = Query & {
  /** Runs `work` in one transaction: committed when it returns, rolled back when it throws. */
  begin<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  end(): Promise<void>;
};

const BIGINT = 20;
const DISCONNECTED =
  /connection terminated|terminating connection|connection ended|not queryable|timeout exceeded when trying to connect/i;
const LOST = /^(08|57P0|53300|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT)/;

/**
 * Opens the pool. It connects on first use and again after every loss; a lost connection fails the statement it carried and nothing
 * else, which is why this is node-postgres: postgres.js 3.4 ends the process when a connection drops while it writes.
 */
export function openDatabase(url: string, onLoss: (error: Error) => void = () => {}): Sql {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: "seatline worker",
    max: 8, // four of them for provider events, in a crowd
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 30 * 60,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  pool.on("error", onLoss);
  const query: Query = async (strings, ...values) =>
    (await pool.query(toText(strings), toValues(values))).rows as never;
  return Object.assign(query, {
    begin: <Result>(work: (transaction: Transaction) => Promise<Result>) => inTransaction(pool, onLoss, work),
    end: () => pool.end(),
  });
}

/** Runs one transaction whose events and status changes carry this correlation id. */
export async function correlated<Result>(
  sql: Sql,
  correlationId: string,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  return await sql.begin(async (transaction) => {
    await transaction`select set_config('seatline.request_id', ${correlationId}, true)`;
    return await work(transaction);
  });
}

/** Whether the error means that the database was away, so that the same work can simply be tried again. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as Error & { code?: unknown };
  return typeof code === "string" ? LOST.test(code) : DISCONNECTED.test(error.message);
}

async function inTransaction<Result>(
  pool: pg.Pool,
  onLoss: (error: Error) => void,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  // A checked-out client tells of its own loss; without a listener that would end the process.
  client.on("error", onLoss);
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const execute = (text: string, values: unknown[] = []) => client.query(text, values);
    const query: Query = async (strings, ...values) => (await execute(toText(strings), toValues(values))).rows as never;
    const result = await work(Object.assign(query, { execute }));
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((reason: Error) => {
      broken = reason;
    });
    throw error;
  } finally {
    client.off("error", onLoss);
    client.release(broken);
  }
}

function toText(strings: TemplateStringsArray): string {
  return strings.reduce((text, part, index) => `${text}$${index}${part}`);
}

function toValues(values: unknown[]): unknown[] {
  return values.map((value) => (value === undefined ? null : value));
}

// Big integers are numbers: money and ids stay below 2^53.
function getTypeParser(oid: number, format?: "text" | "binary") {
  return oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as "text");
}
