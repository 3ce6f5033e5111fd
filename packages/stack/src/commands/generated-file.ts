import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { projectFolder } from "../postgres/folders.ts";

/** Writes a generated file, or with `check` only compares; a stale file makes the command fail and the message names the fix. */
export function generatedFile(file: string, text: string, options: { check?: boolean; command: string }): void {
  const name = relative(projectFolder, file);
  const current = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (current === text) {
    console.log(`${name} is up to date.`);
    return;
  }
  if (options.check) throw new Error(`${name} is stale. Run ${options.command} and commit the file.`);
  writeFileSync(file, text);
  console.log(`${name} is written.`);
}
