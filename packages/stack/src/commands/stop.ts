import { endProcess } from "../postgres/process-identity.ts";
import { endLeftoverServers } from "../postgres/start-postgres.ts";
import { defaultHome } from "../start-stack.ts";
import { endOrphans, isAlive, readState, removeState } from "../supervision/state.ts";

/** Stops the stack of this home and says so; also ends what a killed stack left behind. Nothing running is no error. */
export async function stop(): Promise<void> {
  console.log(await stopStack(defaultHome()));
}

/** Stops the stack of a home and gives a sentence about what was done. */
export async function stopStack(home: string): Promise<string> {
  const state = readState(home);
  if (state?.owner && isAlive(state)) {
    const gone = await endProcess(state.owner, [
      ["SIGTERM", 60],
      ["SIGKILL", 5],
    ]);
    if (!gone)
      throw new Error(
        `Process ${state.owner.pid} does not end. End it with \`kill -9 ${state.owner.pid}\`, then run npm run stop again.`,
      );
    const rest = readState(home);
    if (!rest) return "Seatline is stopped. Your data is kept; npm start brings it back.";
  }
  const left = readState(home);
  if (!left || left.status === "failed") return "Seatline is not running.";
  await endOrphans(left);
  await endLeftoverServers(home);
  removeState(home);
  return "Seatline had been killed; what it left running is ended now. Your data is kept.";
}
