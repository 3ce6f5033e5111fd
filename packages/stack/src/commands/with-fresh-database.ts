import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freeBase } from "../ports.ts";
import { bootstrap, changeUrl, migrate, startPostgres } from "../postgres/index.ts";
import { removeCluster } from "../postgres/start-postgres.ts";

/** Runs something against a new, migrated, unseeded database that is gone afterwards: what is generated from it does not depend on anyone's data. */
export async function withFreshDatabase<Result>(
  use: (urls: { owner: string; superuser: string }) => Promise<Result>,
): Promise<Result> {
  const home = mkdtempSync(join(tmpdir(), "seatline-"));
  // As root Postgres runs under another account, which has to walk in.
  chmodSync(home, 0o755);
  const port = (await freeBase(56_000 + Math.floor(Math.random() * 40) * 100)) + 1;
  const server = await startPostgres({
    home,
    port,
    password: "postgres",
    settings: { fsync: "off", shared_buffers: "64MB" },
  });
  try {
    await bootstrap(server.url);
    const owner = changeUrl(server.url, { user: "postgres" });
    await migrate(owner);
    return await use({ owner, superuser: server.url });
  } finally {
    await server.stop();
    removeCluster(home);
    rmSync(home, { recursive: true, force: true });
  }
}
