/** Waits until `look` returns something that is not false, null or undefined, and returns it; fails after `within` milliseconds. */
export async function until<Found>(
  what: string,
  look: () => Found | Promise<Found>,
  within = 45_000,
): Promise<NonNullable<Exclude<Found, false>>> {
  const ends = Date.now() + within;
  for (;;) {
    const found = await look();
    if (found !== false && found !== null && found !== undefined) return found as NonNullable<Exclude<Found, false>>;
    if (Date.now() > ends) throw new Error(`waited ${within} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
