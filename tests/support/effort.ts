/**
 * How many rounds a random test takes: `quick` in `npm test`, many times that in `npm run test:torture`, which sets SEATLINE_EFFORT.
 */
export function effort(quick: number): number {
  return Math.max(1, Math.round(quick * Number(process.env.SEATLINE_EFFORT ?? 1)));
}
