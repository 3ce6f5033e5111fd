const effortWished = () => Number(process.env.SEATLINE_EFFORT ?? 1);

/** So many times `quick`, as a whole number and once at least. */
const rounds = (quick: number, times: number) => Math.max(1, Math.round(quick * times));

/**
 * How many rounds the edge of stock takes: `quick` in `npm test`, SEATLINE_EFFORT times that in `npm run test:torture`, which runs every file
 * that asks here or below. The promise of a million attempts is kept by this one.
 */
export function effort(quick: number): number {
  return rounds(quick, effortWished());
}

/** The same for whatever else chance makes (quotes, carts, histories of a shop): each costs ten times as much as an attempt, so their number grows as slowly. */
export function randomRounds(quick: number): number {
  return rounds(quick, Math.max(Math.min(effortWished(), 1), effortWished() / 10));
}

/** The same for races and days in a whole shop: a round of those costs as much as twenty-five attempts, and their number grows as slowly. */
export function raceRounds(quick: number): number {
  return rounds(quick, Math.max(1, effortWished() / 25));
}
