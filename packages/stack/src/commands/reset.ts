import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { removeCluster } from "../postgres/start-postgres.ts";
import { defaultHome } from "../start-stack.ts";
import { stopStack } from "./stop.ts";

/** What a stack keeps in its home beside the database and the keys. Named one by one, since the folder may hold things of the user. */
const kept = ["storage", "logs", "simulator.json", "migrations.json", "mail", "rest.conf", "state.json", "lock.json"];

/** Stops the stack and deletes its data; asks first unless `yes`. API keys stay, so that a storefront needs no new settings, unless `keys`. */
export async function reset(options: { yes?: boolean; keys?: boolean }): Promise<void> {
  const home = defaultHome();
  if (!existsSync(home)) {
    console.log(`There is nothing to reset in ${home}.`);
    return;
  }
  if (!options.yes && !(await confirmed(home))) {
    console.log("Nothing was changed.");
    return;
  }
  await stopStack(home);
  removeCluster(home);
  for (const name of [...kept, ...(options.keys ? ["keys.json"] : [])])
    rmSync(join(home, name), { recursive: true, force: true });
  console.log("All data is deleted. npm start makes a new school.");
}

async function confirmed(home: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error("Reset deletes all data and there is nobody to ask. Add --yes: npm run reset -- --yes");
  const dialog = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await dialog.question(`Delete all data in ${home}? [y/N] `);
  dialog.close();
  return /^y(es)?$/i.test(answer.trim());
}
