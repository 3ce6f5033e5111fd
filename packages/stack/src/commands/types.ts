import { join } from "node:path";
import { generateTypes } from "../../../sdk/scripts/generate-types.ts";
import { projectFolder } from "../postgres/folders.ts";
import { generatedFile } from "./generated-file.ts";
import { withFreshDatabase } from "./with-fresh-database.ts";

/** Generates the SDK's row types from the migrations; with `check` fails when the committed file differs. */
export async function types(options: { check?: boolean }): Promise<void> {
  const text = await withFreshDatabase(({ owner }) => generateTypes(owner));
  const file = join(projectFolder, "packages/sdk/src/database.types.ts");
  generatedFile(file, text, { check: options.check, command: "npm run types" });
}
