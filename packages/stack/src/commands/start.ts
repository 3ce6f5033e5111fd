import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import ora from "ora";
import { compileCache } from "../compile-cache.ts";
import { projectFolder } from "../postgres/folders.ts";
import { defaultHome, defaultPort } from "../start-stack.ts";
import { isAlive, readState, type State } from "../supervision/state.ts";
import { describeStack } from "./describe-stack.ts";

const supervisor = join(projectFolder, "packages/stack/src/supervision/supervisor.ts");

/** Starts the stack in the background, returns when it is ready and prints where everything is. Throws with the reason when it fails. */
export async function start(): Promise<void> {
  const home = defaultHome();
  const port = defaultPort();
  const running = readState(home);
  if (running && isAlive(running) && running.status === "ready") {
    console.log(`Seatline is already running.\n\n${describeStack(home, running)}`);
    if (process.env.SEATLINE_PORT && running.ports.gateway !== port) {
      console.log(
        `\nIt keeps port ${running.ports.gateway}. To move it: npm run stop, then SEATLINE_PORT=${port} npm start.`,
      );
    }
    return;
  }
  const began = Date.now();
  const spinner = ora({ text: "Starting Seatline", discardStdin: false }).start();
  try {
    const state = await ready(home, isAlive(running) ? null : launch(home, port), (step) => {
      spinner.text = step;
    });
    spinner.succeed(`Seatline is ready after ${((Date.now() - began) / 1000).toFixed(1)} s`);
    console.log(`\n${describeStack(home, state)}`);
  } catch (error) {
    spinner.fail("Seatline did not start");
    throw error;
  }
}

type Launched = { pid: number; code: number | null };

function launch(home: string, port: number): Launched {
  mkdirSync(join(home, "logs"), { recursive: true });
  const log = openSync(join(home, "logs", "supervisor.log"), "a");
  const child = spawn(process.execPath, [supervisor, home, String(port)], {
    cwd: projectFolder,
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env },
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const launched: Launched = { pid: child.pid ?? 0, code: null };
  child.once("error", () => {
    launched.code = -1;
  });
  child.once("exit", (code, signal) => {
    launched.code = code ?? (signal ? -1 : 0);
  });
  child.unref();
  return launched;
}

/** Waits for the launched stack, or for the one that another start has launched meanwhile. */
async function ready(home: string, launched: Launched | null, onStep: (step: string) => void): Promise<State> {
  for (;;) {
    const state = readState(home);
    if (state?.status === "failed" && state.owner?.pid === launched?.pid) throw new Error(state.error);
    if (state && isAlive(state)) {
      if (state.status === "ready") return state;
      if (state.status === "starting" && state.step) onStep(state.step);
    } else if (!launched || launched.code !== null) {
      if (state?.status === "failed" && !launched) throw new Error(state.error);
      throw new Error(
        `The stack ended while starting. ${join(home, "logs", "supervisor.log")} says why; start again with npm start.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}
