import { chownSync, constants, copyFileSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { SystemUser } from "./system-user.ts";

/** Copies a live data folder for a base backup: files that vanish meanwhile are skipped, everything belongs to the given account. */
export function copyFolder(
  from: string,
  to: string,
  user: SystemUser,
  skip: (path: string) => boolean,
  below = "",
): void {
  mkdirSync(to, { mode: 0o700 });
  if (user) chownSync(to, user.uid, user.gid);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (skip(path)) continue;
    const target = join(to, entry.name);
    if (entry.isDirectory()) copyFolder(join(from, entry.name), target, user, skip, path);
    else if (entry.isFile()) copyFile(join(from, entry.name), target, user);
  }
}

function copyFile(from: string, to: string, user: SystemUser): void {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if (user) chownSync(to, user.uid, user.gid);
}
