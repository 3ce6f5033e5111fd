import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";

/** The account Postgres runs under; null means the account of this process. */
export type SystemUser = { name: string; uid: number; gid: number } | null;

/**
 * Chooses the account for Postgres, which refuses to run as root: as root the owner of an existing data folder,
 * else the system user `seatline` (created when possible), else `nobody`. Anyone else runs it as themselves.
 */
export function systemUser(dataFolder: string): SystemUser {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(dataFolder)) {
    const { uid, gid } = statSync(dataFolder);
    if (uid !== 0) return { name: String(uid), uid, gid };
  }
  return find("seatline") ?? create() ?? find("nobody") ?? refuse();
}

/** Whether an account may walk down to a folder (every parent lets it pass). */
export function mayEnter(folder: string, user: SystemUser): boolean {
  if (!user) return true;
  for (let path = folder; ; path = dirname(path)) {
    if (existsSync(path)) {
      const { mode, uid, gid } = statSync(path);
      const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
      if (!(mode & bit)) return false;
    }
    if (path === dirname(path)) return true;
  }
}

function find(name: string): SystemUser {
  if (existsSync("/etc/passwd")) {
    const line = readFileSync("/etc/passwd", "utf8")
      .split("\n")
      .find((entry) => entry.startsWith(`${name}:`));
    const [, , uid, gid] = line?.split(":") ?? [];
    if (uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return null;
}

function create(): SystemUser {
  try {
    const options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"];
    execFileSync("useradd", [...options, "--shell", "/usr/sbin/nologin", "seatline"], { stdio: "ignore" });
  } catch {
    // Another start may have created it at the same moment, or this image has no useradd: the look-up decides.
  }
  return find("seatline");
}

function refuse(): never {
  throw new Error(
    "Postgres refuses to run as root and neither a system user `seatline` nor `nobody` could be found. Create one with `useradd --system seatline`, or start as a normal user.",
  );
}
