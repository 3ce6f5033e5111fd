import postgres from "postgres";

/** A pool of connections as the role `postgres`. Big integers are numbers: money and ids stay below 2^53. */
export type Sql = postgres.Sql<{ bigint: number }>;
/** The same inside one transaction. */
export type Transaction = postgres.TransactionSql<{ bigint: number }>;

/** Opens the pool. It connects on first use and again, with growing pauses, whenever the connection was lost. */
export function openDatabase(url: string): Sql {
  return postgres(url, {
    max: 5,
    connect_timeout: 10,
    max_lifetime: 30 * 60,
    onnotice: () => {},
    connection: {
      application_name: "seatline worker",
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
    types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
  });
}

/** Runs one transaction whose events and status changes carry this correlation id. */
export async function correlated<Result>(
  sql: Sql,
  correlationId: string | null,
  run: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  const result = await sql.begin(async (transaction) => {
    if (correlationId) await transaction`select set_config('seatline.request_id', ${correlationId}, true)`;
    return { value: await run(transaction) };
  });
  return result.value as Result;
}

const LOST = /^(08|57P0|53300|CONNECT|ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT)/;

/** Whether the error means that the database was away, so that the same work can simply be tried again. */
export function isConnectionLoss(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && (LOST.test(code) || code === "CONNECTION_CLOSED" || code === "CONNECTION_ENDED");
}
