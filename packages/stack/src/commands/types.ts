import { join } from "node:path";
import { projectFolder } from "../postgres/folders.ts";
import { supabase } from "../postgres/index.ts";
import { generatedFile } from "./generated-file.ts";
import { withFreshDatabase } from "./with-fresh-database.ts";

/** Generates the SDK's row types from the migrations; with `check` fails when the committed file differs. */
export async function types(options: { check?: boolean }): Promise<void> {
  const text = await withFreshDatabase(({ owner }) =>
    supabase(["gen", "types", "--lang", "typescript", "--schema", "public", `--remote=${owner}`]),
  );
  const file = join(projectFolder, "packages/sdk/src/database.types.ts");
  generatedFile(file, `// Generated from supabase/migrations by \`npm run types\`. Do not edit.\n${text}`, {
    check: options.check,
    command: "npm run types",
  });
}
