import type { Pool, Sql } from "../support/database.ts";
import { asCustomer, asOwner, asService } from "../support/people.ts";

/** Runs `work` as a customer (by id), as the secret key or as the owner: in a transaction of its own on a pool, else in the open one. */
export async function actingAs<T>(sql: Sql, who: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  if ("begin" in sql) return (await (sql as Pool).begin((transaction) => actingAs(transaction, who, work))) as T;
  if (who === "service") await asService(sql);
  else if (who === "owner") await asOwner(sql);
  else await asCustomer(sql, who);
  const result = await work(sql);
  await asOwner(sql);
  return result;
}
