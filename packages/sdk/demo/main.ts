import { createSeatline } from "../src/index.ts";
import { buying } from "./buying.ts";
import { learning } from "./learning.ts";
import { styled } from "./print.ts";
import { runningStack } from "./running-stack.ts";

// One learner's story against the running stack; it ends at the first step that is wrong.
try {
  const stack = runningStack();
  const client = createSeatline(stack);
  const course = await buying(stack, client);
  await learning(stack, client, course.id);
  console.log(`\n${styled("green", "All as promised.")}`);
} catch (error) {
  console.error(`\n${styled("red", error instanceof Error ? error.message : String(error))}`);
  process.exitCode = 1;
}
