import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isRunning, type ProcessRecord, processRecord } from "../postgres/process-identity.ts";

/** Homes this very process runs a stack in: after a restart of a container a stale lock can carry our own id. */
const held = new Set<string>();

/**
 * Takes a home for this process, so that two starts at the same moment do not both run on one data folder; returns the release.
 * A lock left by a process that is gone is taken over. Throws when a live process holds it.
 */
export function lockHome(home: string): () => void {
  const file = join(home, "lock.json");
  const own = `${file}.${process.pid}`;
  if (held.has(home)) throw inUse(home, process.pid);
  writeFileSync(own, JSON.stringify(processRecord(process.pid)));
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      // A link appears with its contents or not at all; a plain write could be read half-way by the other start.
      if (link(own, file)) {
        held.add(home);
        return () => {
          held.delete(home);
          rmSync(file, { force: true });
        };
      }
      const holder = read(file);
      if (holder && holder.pid !== process.pid && isRunning(holder)) throw inUse(home, holder.pid);
      takeAway(file, holder);
    }
  } finally {
    rmSync(own, { force: true });
  }
  throw new Error(`${file} could not be taken. Remove it and start again.`);
}

function inUse(home: string, pid: number): Error {
  return new Error(
    `${home} is in use by process ${pid}. Stop that stack first (npm run stop), or set SEATLINE_HOME to another folder.`,
  );
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a stale lock, unless another start has just replaced it by its own: then that one is put back. */
function takeAway(file: string, stale: ProcessRecord | null): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const taken = read(aside);
  if (JSON.stringify(taken) !== JSON.stringify(stale)) link(aside, file);
  rmSync(aside, { force: true });
}

function read(file: string): ProcessRecord | null {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
