import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generateTypes } from "../../packages/sdk/scripts/generate-types.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase();

test("the SDK's row types are those of the migrations (if not: npm run types)", async () => {
  const file = new URL("../../packages/sdk/src/database.types.ts", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(await generateTypes(database.url));
});
