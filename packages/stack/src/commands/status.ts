import { loadKeys } from "../keys.ts";
import { isRunning } from "../postgres/process-identity.ts";
import { defaultHome, stackUrls } from "../start-stack.ts";
import { isAlive, readState } from "../supervision/state.ts";
import { describeStack } from "./describe-stack.ts";

/** Prints whether the stack runs, its pieces and its addresses; with `json` one object for programs. */
export async function status(options: { json?: boolean }): Promise<void> {
  const home = defaultHome();
  const last = readState(home);
  const state = isAlive(last) ? last : null;
  const pieces = Object.entries(state?.pieces ?? {}).map(([name, piece]) => ({
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
    console.log(
      last?.status === "failed"
        ? `Seatline is not running. The last start failed: ${last.error}`
        : "Seatline is not running. npm start starts it.",
    );
    return;
  }
  console.log(`Seatline is ${state.status === "ready" ? "running" : "starting"} since ${state.startedAt}\n`);
  for (const piece of pieces) {
    const restarts = piece.restarts ? `, restarted ${piece.restarts} times` : "";
    console.log(`  ${piece.name.padEnd(10)} ${piece.running ? `process ${piece.pid}` : "not running"}${restarts}`);
  }
  console.log(`\n${describeStack(home, state)}`);
}
