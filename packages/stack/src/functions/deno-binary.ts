import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Finds the Deno program of this checkout: the one its install script put in place, else the one in the package for this platform. */
export function denoBinary(): string {
  const require = createRequire(import.meta.url);
  const suffix = process.platform === "win32" ? ".exe" : "";
  const libc = process.platform === "linux" ? "-glibc" : "";
  const folder = dirname(require.resolve("deno/package.json"));
  const platform = join(dirname(folder), "@deno", `${process.platform}-${process.arch}${libc}`);
  for (const place of [folder, platform]) {
    const binary = join(place, `deno${suffix}`);
    if (existsSync(binary)) return binary;
  }
  throw new Error(`There is no Deno program for ${process.platform} ${process.arch}. Run \`npm install\` again.`);
}
