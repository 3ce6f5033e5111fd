import { flushCompileCache } from "node:module";
import { readSettings } from "./read-settings.ts";
import { startGateway } from "./start-gateway.ts";

// Runs the gateway on its own; `npm start` runs it as a child process.
const gateway = await startGateway(readSettings());
console.log(`gateway listens at ${gateway.url}`);
flushCompileCache(); // a gateway that is killed would leave nothing in it

let stopping = false;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (stopping) return;
    stopping = true;
    gateway.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
}
