/** Asks again and again, a little later each time, until the answer is there; throws after 30 s with what was waited for. */
export async function waitFor<T>(what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = Date.now() + 30_000;
  for (let pauseMs = 100; ; pauseMs = Math.min(1_000, pauseMs * 1.5)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline)
      throw new Error(`Waited 30 seconds for ${what}. \`npm run logs\` shows what the pieces say.`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
