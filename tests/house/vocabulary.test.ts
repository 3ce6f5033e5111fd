import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { expect, test } from "vitest";

const options = { cwd: new URL("../..", import.meta.url), encoding: "utf8" } as const;
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], options)
  .trim()
  .split("\n");

const generated = ["package-lock.json", "deno.lock", "schema.sql", "database.types.ts"];
const written = files.filter((file) => !generated.includes(basename(file)));
const texts = written.filter((file) =>
  /\.(ts|tsx|js|sql|md|json|toml|ya?ml|html|css)$|^\.ci\/run$|^\.npmrc$/.test(file),
);

function matching(pattern: RegExp): string[] {
  return texts.flatMap((file) => {
    if (file === "tests/house/vocabulary.test.ts") return [];
    const lines = read(file).split("\n");
    return lines.flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : []));
  });
}

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}

test("no file names a package registry: npm's own settings decide where packages come from", () => {
  expect(matching(/https?:\/\/[\w.-]*(registry|npmjs|artifactory|verdaccio|nexus)[\w.-]*\//i)).toEqual([]);
  const lock = read("package-lock.json");
  expect(lock.match(/"resolved": "https?:\/\/(?!registry\.npmjs\.org\/)[^"]*/g) ?? []).toEqual([]);
});

test("no file holds a path of one machine", () => {
  expect(matching(/(^|[\s"'`(=:])\/(home|Users|work|root)\/\w/)).toEqual([]);
});

test("files that people write have at most 450 lines", () => {
  // the seed is one shop, and errors.md one list of every code
  const whole = ["seed.sql", "errors.md"];
  const long = texts.filter((file) => /\.(ts|tsx|sql|md)$/.test(file) && !whole.includes(basename(file)));
  expect(
    long.map((file) => ({ file, lines: read(file).split("\n").length })).filter(({ lines }) => lines > 451),
  ).toEqual([]);
});

test("files have kebab-case names that say what they are", () => {
  const named = written.filter((file) => /\.(ts|tsx)$/.test(file)).map((file) => basename(file));
  expect(named.filter((name) => !/^[a-z0-9]+([-.][a-z0-9]+)*\.tsx?$/.test(name))).toEqual([]);
  const vague = /(^|\/)(utils?|helpers?|common|misc|shared)(\.tsx?|\/)/;
  expect(files.filter((file) => vague.test(file))).toEqual([]);
});

test("migrations are lower case, named by domain and open with what they promise", () => {
  const sql = texts.filter((file) => file.startsWith("supabase/migrations/"));
  const shouting = sql.filter((file) => /^\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|GRANT)\b/m.test(read(file)));
  expect(shouting).toEqual([]);
  expect(sql.filter((file) => !/\/migrations\/\d{14}_[a-z_]+\.sql$/.test(file))).toEqual([]);
  expect(sql.filter((file) => !read(file).startsWith("/*"))).toEqual([]);
});

test("no test is singled out or left for later", () => {
  const tests = texts.filter((file) => file.endsWith(".test.ts") && file !== "tests/house/vocabulary.test.ts");
  expect(tests.filter((file) => /\b(test|it|describe)\.(only|todo)\b/.test(read(file)))).toEqual([]);
});

test("package-lock.json holds exactly the dependencies that the packages name (if not: npm install)", () => {
  const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, object> };
  const folders = files
    .filter((file) => /^(packages\/[\w-]+\/)?package\.json$/.test(file))
    .map((file) => file.replace(/\/?package\.json$/, ""));
  for (const folder of folders) {
    const { dependencies, devDependencies } = JSON.parse(read(folder ? `${folder}/package.json` : "package.json"));
    expect(lock.packages[folder], folder || "the root").toMatchObject({
      ...(dependencies && { dependencies }),
      ...(devDependencies && { devDependencies }),
    });
    const locked = lock.packages[folder] as { dependencies?: object };
    expect(Object.keys(locked.dependencies ?? {}), folder || "the root").toEqual(
      Object.keys(dependencies ?? {}).sort(),
    );
  }
});
