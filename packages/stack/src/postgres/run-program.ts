import { spawn } from "node:child_process";
import type { SystemUser } from "./system-user.ts";

/** How to run a program to its end. */
export type ProgramOptions = {
  args: string[];
  user?: SystemUser;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  input?: string;
  /** What to call it in an error; default its path. */
  name?: string;
};

/** Runs a program to its end and gives its output; throws with what it printed when it fails. */
export function runProgram(program: string, options: ProgramOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options.args, {
      cwd: options.cwd ?? "/",
      env: options.env ?? process.env,
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
      stdio: ["pipe", "pipe", "pipe"],
    });
    let output = "";
    let errors = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(output);
      else reject(new Error(`${options.name ?? program} failed (${code}):\n${errors || output}`));
    });
  });
}
