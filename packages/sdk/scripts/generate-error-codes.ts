import { readFileSync, writeFileSync } from "node:fs";

const docsFile = new URL("../../../docs/errors.md", import.meta.url);
const codesFile = new URL("../src/error-codes.ts", import.meta.url);

/** The codes that docs/errors.md lists: the first cell of each table row that has a status in the second. */
export function documentedCodes(markdown: string): string[] {
  const codes = Array.from(markdown.matchAll(/^\| `([a-z][a-z0-9_]*)` \| (?:\d{3}|0)\b/gm), (match) => match[1] ?? "");
  return [...new Set(codes)].sort();
}

/** The text of src/error-codes.ts for these codes. */
export function errorCodesModule(codes: readonly string[]): string {
  return [
    "// Made from docs/errors.md by packages/sdk/scripts/generate-error-codes.ts. Do not edit.",
    "",
    "/** Every code that this version knows; docs/errors.md says when each comes and what to do. */",
    `export const errorCodes = [\n${codes.map((code) => `  "${code}",`).join("\n")}\n] as const;`,
    "",
    "/** The stable word of an error. */",
    "export type ErrorCode = (typeof errorCodes)[number];",
    "",
  ].join("\n");
}

if (import.meta.main) {
  const wanted = errorCodesModule(documentedCodes(readFileSync(docsFile, "utf8")));
  if (!process.argv.includes("--check")) writeFileSync(codesFile, wanted);
  else if (readFileSync(codesFile, "utf8") !== wanted) {
    console.error("packages/sdk/src/error-codes.ts is stale. Run: node packages/sdk/scripts/generate-error-codes.ts");
    process.exitCode = 1;
  }
}
