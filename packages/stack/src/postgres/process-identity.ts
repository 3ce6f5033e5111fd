import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A process by id, command line and time of start: ids are reused, so an id alone proves nothing. */
export type ProcessRecord = { pid: number; command: string; started: string };

const hasProc = existsSync("/proc/self/stat");
/** So often at most, every 2 ms, a process is looked at that has no command line: as a kernel's thread never has one. */
const MOST_LOOKS = 2_500;

/** The record of a running process, or null when there is none under this id. */
export function processRecord(pid: number): ProcessRecord | null {
  if (!Number.isInteger(pid) || pid <= 1) return null;
  try {
    return hasProc ? fromProc(pid) : fromPs(pid);
  } catch {
    return null;
  }
}

/** Whether the recorded process, and not a later one with its id, runs. */
export function isRunning(record: ProcessRecord | null | undefined): boolean {
  if (!record) return false;
  const now = processRecord(record.pid);
  return now !== null && now.command === record.command && now.started === record.started;
}

/** Sends signals in turn, waiting after each up to its seconds, until the recorded process is gone; false when it stays. */
export async function endProcess(record: ProcessRecord, signals: [NodeJS.Signals, number][]): Promise<boolean> {
  for (const [signal, seconds] of signals) {
    if (!isRunning(record)) return true;
    try {
      process.kill(record.pid, signal);
    } catch {
      // It ended between the check and the signal, or belongs to someone else; the check below tells which.
    }
    const until = Date.now() + seconds * 1000;
    while (Date.now() < until) {
      if (!isRunning(record)) return true;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  return !isRunning(record);
}

function fromProc(pid: number): ProcessRecord | null {
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    // After the name in parentheses: state is field 3, start time in ticks since boot field 22.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (command) {
      const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
      return { pid, command, started: `${boot}/${fields[19]}` };
    }
    // A zombie has no command line any more; a process that is just being started has none yet, and would be forgotten for good.
    if (fields[0] === "Z" || fields[0] === "X") return null;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  }
  return null;
}

function fromPs(pid: number): ProcessRecord | null {
  const ask = (field: string) =>
    execFileSync("ps", ["-o", `${field}=`, "-p", String(pid)], { encoding: "utf8" }).trim();
  const command = ask("args");
  return command ? { pid, command, started: ask("lstart") } : null;
}
