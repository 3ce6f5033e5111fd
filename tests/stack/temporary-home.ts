import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { removeCluster } from "../../packages/stack/src/postgres/start-postgres.ts";

/** A new state folder for a stack of this file alone; removed when the file ends, after the stack in it was stopped. */
export function temporaryHome(): string {
  const home = mkdtempSync(join(tmpdir(), "seatline-stack-"));
  // As root Postgres runs under another account, which has to walk in.
  chmodSync(home, 0o755);
  afterAll(() => {
    removeCluster(home);
    rmSync(home, { recursive: true, force: true });
  });
  return home;
}

/** Settings that make a server of a test small and quick. */
export const smallServer = { shared_buffers: "32MB" };
