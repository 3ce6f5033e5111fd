import { expect } from "vitest";
import { SeatlineError } from "../../packages/sdk/src/index.ts";

/** Waits for a call to be refused and gives the error; fails when it is not refused, or by anything but a SeatlineError. */
export async function refusal(call: Promise<unknown>): Promise<SeatlineError> {
  const error = await call.then(
    () => expect.fail("expected a refusal, got an answer"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SeatlineError)) throw error;
  return error;
}
