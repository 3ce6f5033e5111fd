// The detached process of `npm start`: runs the stack until it gets SIGTERM. Arguments: home, base port.

import { startStack } from "../start-stack.ts";

const [home = "", port = ""] = process.argv.slice(2);
let asked = false;
let end = () => {
  asked = true;
};
process.on("SIGTERM", () => end());
process.on("SIGINT", () => end());
process.on("SIGHUP", () => {});

try {
  const stack = await startStack({ home, port: Number(port) });
  end = () => {
    end = () => {};
    stack.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  if (asked) end();
} catch (error) {
  console.error(new Date().toISOString(), error);
  process.exit(1);
}
