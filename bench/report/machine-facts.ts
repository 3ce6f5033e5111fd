import { execFileSync } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import { projectFolder } from "../../packages/stack/src/postgres/folders.ts";

/** What a figure depends on and cannot be read without. */
export type MachineFacts = {
  cores: number;
  cpu: string;
  memoryGb: number;
  /** Load average over one minute before anything was measured: above a tenth of the cores the figures are not quiet. */
  load: number;
  platform: string;
  node: string;
  commit: string;
  /** Whether files differ from that commit. */
  changed: boolean;
  /** Whether the data lies in memory, where a commit costs nothing. */
  dataInMemory: boolean;
};

/** Reads the facts; `home` is where the measured data lies. */
export function machineFacts(home: string): MachineFacts {
  const status = git("status", "--porcelain", "--untracked-files=no");
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    platform: `${process.platform} ${process.arch}${distribution()}`,
    node: process.versions.node,
    commit: git("rev-parse", "--short", "HEAD"),
    changed: status !== "",
    dataInMemory: statfsSync(home).type === 0x01021994,
  };
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, {
      cwd: projectFolder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "unknown";
  }
}

function distribution(): string {
  try {
    const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
    return name ? `, ${name}` : "";
  } catch {
    return "";
  }
}
