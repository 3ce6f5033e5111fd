import { expect } from "vitest";
import type { Pool, TestDatabase } from "../support/database.ts";
import { refusalOf } from "../support/expect-error.ts";
import { race } from "../support/race.ts";
import { deliver } from "./deliver.ts";
import type { ProviderEvent } from "./provider-events.ts";

/** One of the paths that meet: what it does on a connection of its own. */
export type Path = (sql: Pool) => Promise<unknown>;

/** Several paths at once; each may be refused, none may break. Gives what the paths answered, the refused ones by code. */
export async function together(target: TestDatabase, paths: Path[]): Promise<unknown[]> {
  const { values, errors } = await race(target, paths.length, async (sql, index) => {
    let answer: unknown;
    const refusal = await refusalOf(async () => {
      answer = await (paths[index] as Path)(sql);
    });
    if (refusal && refusal.status >= 500) throw new Error(`A path broke with ${refusal.code}.`);
    return refusal ? refusal.code : answer;
  });
  expect(errors.map(String), "what broke").toEqual([]);
  return values;
}

/** As many of them as wished. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** The path of a webhook or of the reconciler: hands this event to the inbox. */
export function tell(event: ProviderEvent): Path {
  return (sql) => deliver(sql, event);
}

/** Tells the provider's events that were not taken for a lock once more, as the worker does. */
export async function settleDown(target: TestDatabase): Promise<void> {
  await target.sql`update private.provider_events set received_at = now() - interval '6 seconds' where processed_at is null`;
  await target.sql`select private.apply_pending_provider_events()`;
}
