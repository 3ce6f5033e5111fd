import { loadKeys } from "../keys.ts";
import { isRunning } from "../postgres/process-identity.ts";
import { defaultHome, stackUrls } from "../start-stack.ts";
import { pieceNames } from "../supervision/pieces.ts";
import { isAlive, readState } from "../supervision/state.ts";
import { describeStack } from "./describe-stack.ts";

/** Prints whether the stack runs, its pieces and its addresses; with `json` one object for programs. */
export async function status(options: { json?: boolean }): Promise<void> {
  const home = defaultHome();
  const last = readState(home);
  const state = isAlive(last) ? last : null;
  const entries = Object.entries(state?.pieces ?? {});
  const pieces = entries.sort(byOrder).map(([name, piece]) => ({
    name,
    pid: piece.pid,
    running: isRunning(piece),
    restarts: piece.restarts,
  }));
  if (options.json) {
    const keys = state && loadKeys(home);
    const report = {
      running: state !== null,
      status: state?.status ?? "stopped",
      home,
      started_at: state?.startedAt ?? null,
      ports: state?.ports ?? null,
      urls: keys && state && stackUrls(state.ports, keys),
      publishable_key: keys?.publishableKey ?? null,
      secret_key: keys?.secretKey ?? null,
      demo_password: keys?.demoPassword ?? null,
      pieces,
    };
    console.log(JSON.stringify(report, null, 2));
    return;
  }
  if (!state) {
    if (last?.status === "failed") console.log(`Seatline is not running. The last start failed: ${last.error}`);
    else if (last)
      console.log("Seatline was killed instead of stopped. npm start repairs it, npm run stop ends what is left.");
    else console.log("Seatline is not running. npm start starts it.");
    return;
  }
  console.log(`Seatline is ${state.status === "ready" ? "running" : "starting"} since ${state.startedAt}\n`);
  for (const piece of pieces) {
    const restarts = piece.restarts ? `, restarted ${piece.restarts} times` : "";
    console.log(`  ${piece.name.padEnd(10)} ${piece.running ? `process ${piece.pid}` : "not running"}${restarts}`);
  }
  console.log(`\n${describeStack(home, state)}`);
}

const order = ["postgres", "standby", ...pieceNames] as string[];

function byOrder([one]: [string, unknown], [other]: [string, unknown]): number {
  return order.indexOf(one) - order.indexOf(other);
}
