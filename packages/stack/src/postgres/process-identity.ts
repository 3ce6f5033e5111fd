import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** The command line of a running process, or null when there is none under this id. A process id alone proves nothing: ids are reused. */
export function commandLine(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 1) return null;
  if (existsSync("/proc/self/cmdline")) {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return line === "" ? null : line;
    } catch {
      return null;
    }
  }
  try {
    return execFileSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).trim() || null;
  } catch {
    return null;
  }
}

/** Whether a process runs under this id and its command line contains the given words. */
export function isRunning(pid: number, words: string): boolean {
  return commandLine(pid)?.includes(words) ?? false;
}

/** Sends signals in turn, waiting after each up to its seconds, until the process with this id and these words is gone. */
export async function endProcess(pid: number, words: string, signals: [NodeJS.Signals, number][]): Promise<boolean> {
  for (const [signal, seconds] of signals) {
    if (!isRunning(pid, words)) return true;
    try {
      process.kill(pid, signal);
    } catch {
      // It ended between the check and the signal, or belongs to someone else; the check below tells which.
    }
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      if (!isRunning(pid, words)) return true;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return !isRunning(pid, words);
}
