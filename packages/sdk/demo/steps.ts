import { SeatlineError } from "../src/index.ts";
import { styled } from "./print.ts";

let number = 0;

/** Runs one step of the story: prints its title, and when it fails says which one it was. */
export async function step<T>(title: string, play: () => Promise<T>): Promise<T> {
  number += 1;
  console.log(`\n${styled("bold", `${String(number).padStart(3)}. ${title}`)}`);
  try {
    return await play();
  } catch (cause) {
    throw new Error(`Step ${number} (${title}) is wrong: ${explain(cause)}`, { cause });
  }
}

/** Ends a step with a sentence when something that must hold does not. */
export function check(holds: unknown, otherwise: string): asserts holds {
  if (!holds) throw new Error(otherwise);
}

function explain(cause: unknown): string {
  if (!(cause instanceof SeatlineError)) return cause instanceof Error ? cause.message : String(cause);
  const request = cause.requestId ? ` (request ${cause.requestId})` : "";
  return [`${cause.code}: ${cause.message}${request}`, cause.hint].filter(Boolean).join(" ");
}
