/** Asks again until the answer is true (a thrown error counts as no); throws after the given seconds. */
export async function until(question: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  const began = Date.now();
  while (Date.now() - began < seconds * 1000) {
    if (
      await Promise.resolve()
        .then(question)
        .catch(() => false)
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It did not become true within ${seconds} seconds.`);
}
