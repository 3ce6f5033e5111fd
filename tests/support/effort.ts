const effortWished = () => Number(process.env.SEATLINE_EFFORT ?? 1);

/** So many times `quick`, as a whole number and once at least. */
const rounds = (quick: number, times: number) => Math.max(1, Math.round(quick * times));

/**
 * How many attempts are made at the edge of stock: `quick` in `npm test`, SEATLINE_EFFORT times that in `npm run test:torture`, which runs every
 * file that asks here or below. The promise of a million attempts is kept by this one.
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

/** Tells who waits for more than a quick run how far it is, at every twentieth; gives what to call with the number made so far. */
export function reportProgress(total: number, what: string): (made: number) => void {
  const began = Date.now();
  let told = 0;
  return (made) => {
    const twentieths = Math.min(20, Math.floor((made * 20) / total));
    if (effortWished() <= 1 || twentieths === told) return;
    told = twentieths;
    const minutes = ((Date.now() - began) / 60_000).toFixed(1);
    console.log(`${made.toLocaleString("en")} of ${total.toLocaleString("en")} ${what} after ${minutes} minutes`);
  };
}
