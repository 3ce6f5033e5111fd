const effortWished = () => Number(process.env.SEATLINE_EFFORT ?? 1);

/**
 * How many rounds a random test takes: `quick` in `npm test`, many times that in `npm run test:torture`, which sets SEATLINE_EFFORT and
 * runs every file that asks here.
 */
export function effort(quick: number): number {
  return Math.max(1, Math.round(quick * effortWished()));
}

/** The same for races and days in a whole shop: a round of those costs as much as twenty-five usual ones, and their number grows as slowly. */
export function raceRounds(quick: number): number {
  return Math.max(1, Math.round(quick * Math.max(1, effortWished() / 25)));
}
