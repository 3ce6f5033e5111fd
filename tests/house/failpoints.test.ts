import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FAILPOINTS } from "../../supabase/functions/_shared/failpoint.ts";

const root = new URL("../../", import.meta.url);
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n");
const read = (file: string) => readFileSync(new URL(file, root), "utf8");
const code = [...new Set(files)].filter((file) => /^(packages\/worker\/src|supabase\/functions)\/.*\.ts$/.test(file));

/** Names in the code; a name that is put together stands for all that it may be. */
function reached(file: string): string[] {
  return [...read(file).matchAll(/failpoint\(\s*["`]([^"`]+)["`]/g)].flatMap(([, name = ""]) => {
    if (!name.includes("${")) return [name];
    const pattern = new RegExp(`^${name.replaceAll(".", "\\.").replace(/\$\{[^}]*\}/g, "(capture|void)")}$`);
    return FAILPOINTS.filter((known) => pattern.test(known));
  });
}

test("every failpoint of the list is reached by the code, and the code has no other", () => {
  expect(code.flatMap(reached).toSorted()).toEqual([...FAILPOINTS].toSorted());
});

test("at every failpoint of the list a test crashes", () => {
  const tests = files.filter((file) => /^tests\/.*crashes\.test\.ts$/.test(file));
  const tried = tests.flatMap((file) =>
    [...read(file).matchAll(/stepsOf\(([^)]+)\)/g)].flatMap(([, groups = ""]) =>
      [...groups.matchAll(/"([^"]+)"/g)].map(([, group]) => group),
    ),
  );
  expect(FAILPOINTS.filter((name) => !tried.includes(name.split(".")[0]))).toEqual([]);
});

/** Reaches something outside the database: a provider, a carrier, the production system, Storage, a mail server. */
const OUTSIDE =
  /\bprovider(s|Of)\b|\bcapabilityOf\b|\bcarriers\b|\bcarrier\.|\bsendToProduction\b|\bsignUpload\b|\btakeUpload\b|\b(invoice|certificate|stored)Files\b|\bmailer\b|\.storage\b|\bsavingCustomer\b/;

/** What reaches outside without a failpoint of its own, and why none is needed. */
const WITHOUT: Record<string, string> = {
  "packages/worker/src/tasks/imports.run-import.ts": "only reads the file; what it stages the next run throws away",
  "packages/worker/src/tasks/shipments.reconcile.ts": "only asks; what it hears the inbox takes once",
  "packages/worker/src/tasks/subscriptions.reconcile.ts": "only asks; what it hears the inbox takes once",
  "supabase/functions/complaint-evidence/handler.ts": "takes its file by take-upload.ts, which has them",
  "supabase/functions/submit-proof/handler.ts": "takes its file by take-upload.ts, which has them",
  "supabase/functions/import-upload/handler.ts": "signs an upload, which changes nothing until it is used",
  "supabase/functions/learning-upload/handler.ts": "signs an upload, which changes nothing until it is used",
  "supabase/functions/upload/handler.ts": "signs an upload, which changes nothing until it is used",
  "supabase/functions/invoice-link/handler.ts": "signs a link, which changes nothing",
};

test("whatever reaches outside the database has a failpoint, or a reason to have none", () => {
  const acting = code.filter(
    (file) => /\/tasks\/[^/]+\.[^/]+\.ts$|\/handler\.ts$/.test(file) && OUTSIDE.test(withoutImports(read(file))),
  );
  const bare = acting.filter((file) => reached(file).length === 0);
  expect(bare.toSorted()).toEqual(Object.keys(WITHOUT).toSorted());
});

function withoutImports(text: string): string {
  return text.replace(/^import [^;]*;$/gm, "").replace(/\/\*\*[\s\S]*?\*\//g, "");
}
