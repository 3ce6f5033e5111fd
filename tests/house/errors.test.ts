import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { documentedCodes, errorCodesModule } from "../../packages/sdk/scripts/generate-error-codes.ts";
import { errorCodes } from "../../packages/sdk/src/index.ts";
import { nativeCodes } from "../../packages/sdk/src/native-codes.ts";

const root = new URL("../../", import.meta.url);
const docs = readFileSync(new URL("docs/errors.md", root), "utf8");
const documented = new Set(documentedCodes(docs));

/** The files under a folder that end so, with their text; none when the folder does not exist. */
function filesOf(folder: string, ending: string): { file: string; text: string }[] {
  const url = new URL(`${folder}/`, root);
  return readdirSync(url, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(ending) && !file.includes("node_modules"))
    .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(new URL(file, url), "utf8") }));
}

/** Every code that `pattern` finds, with the file it stands in. */
function codesIn(files: { file: string; text: string }[], pattern: RegExp): { code: string; file: string }[] {
  return files.flatMap(({ file, text }) =>
    Array.from(text.matchAll(pattern), (match) => ({ code: match[1] ?? "", file })),
  );
}

const raised = [
  ...codesIn(filesOf("supabase/migrations", ".sql"), /private\.(?:fail|problem|refuse_and_keep)\(\s*'([^']*)'/g),
  ...codesIn(filesOf("supabase/functions", ".ts"), /new Problem\(\s*(?:[\w.]+ \|\| )?"([^"]*)"/g),
  ...codesIn(filesOf("packages/stack/src/gateway", ".ts"), /\bcode: "([a-z_]+)"/g),
  ...codesIn(filesOf("packages/stack/src/functions", ".ts"), /\brefuse\(\s*\d+,\s*"([a-z_]+)"/g),
];

test("every code that SQL, the functions or the gateway answer with is in docs/errors.md", () => {
  expect(raised.length).toBeGreaterThan(20);
  expect(raised.filter(({ code }) => !documented.has(code))).toEqual([]);
});

test("every code in docs/errors.md is answered by something", () => {
  const sdk = codesIn(filesOf("packages/sdk/src", ".ts"), /"([a-z_]+)"/g).filter(
    ({ file }) => !file.endsWith("error-codes.ts"),
  );
  const answered = new Set([...raised, ...sdk].map(({ code }) => code));
  expect([...documented].filter((code) => !answered.has(code))).toEqual([]);
});

test("docs/errors.md gives each code of SQL the status it is raised with", () => {
  const statuses = new Map(Array.from(docs.matchAll(/^\| `([a-z][a-z0-9_]*)` \| (\d+)/gm), (row) => [row[1], row[2]]));
  for (const { file, text } of filesOf("supabase/migrations", ".sql")) {
    for (const [, code, status] of text.matchAll(/private\.(?:fail|problem|refuse_and_keep)\(\s*'([^']*)',\s*(\d+)/g)) {
      expect({ file, code, status: statuses.get(code) }).toEqual({ file, code, status });
    }
  }
});

test("a code is listed once", () => {
  const rows = Array.from(docs.matchAll(/^\| `([a-z][a-z0-9_]*)` \| (?:\d{3}|0)\b/gm), (match) => match[1]);
  expect(rows.filter((code, index) => rows.indexOf(code) !== index)).toEqual([]);
});

test("the SDK's type of codes is made from docs/errors.md as it stands", () => {
  const file = readFileSync(new URL("packages/sdk/src/error-codes.ts", root), "utf8");
  expect(file).toBe(errorCodesModule([...documented].sort()));
  expect(new Set(errorCodes)).toEqual(documented);
});

test("docs/errors.md lists the native codes as the SDK reads them", () => {
  const rows = Array.from(docs.matchAll(/^\| `([A-Z0-9*]+)` \| `([a-z_]+)`/gm), (match) => [match[1], match[2]]);
  expect(Object.fromEntries(rows)).toEqual(nativeCodes);
});
