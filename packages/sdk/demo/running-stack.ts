import { loadKeys } from "../../stack/src/keys.ts";
import { defaultHome, stackUrls } from "../../stack/src/start-stack.ts";
import { isAlive, readState } from "../../stack/src/supervision/state.ts";

/** Where the demo finds what it plays with. */
export interface RunningStack {
  url: string;
  key: string;
  simulator: string;
  mail: string;
  /** Who teaches the demo courses. */
  instructor: { email: string; password: string };
}

/** The stack that runs in SEATLINE_HOME (default `.seatline`); throws with what to do when there is none. */
export function runningStack(): RunningStack {
  const home = defaultHome();
  const state = readState(home);
  if (state === null || !isAlive(state))
    throw new Error(`No Seatline runs in ${home}. Start it with \`npm start\`, then run \`npm run demo\` again.`);
  if (state.status !== "ready")
    throw new Error("Seatline is still starting. Run `npm run demo` again in a few seconds.");
  const keys = loadKeys(home);
  const { api, simulator, mail } = stackUrls(state.ports, keys);
  const instructor = { email: "instructor@seatline.test", password: keys.demoPassword };
  return { url: api, key: keys.publishableKey, simulator, mail, instructor };
}
