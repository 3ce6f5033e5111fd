import { openConnection, requestTo } from "../http/connection.ts";

/** Opens a buyer of the thin server; `buy` is a purchase as seven calls of one statement each. */
export async function openThinPurchase(url: string, courses: number): Promise<{ buy(): Promise<void>; close(): void }> {
  const connection = await openConnection(url);
  const step = async (number: number, body: Record<string, unknown>) => {
    const answer = await connection.send(requestTo(`${url}/step/${number}`, { body }));
    if (answer.status !== 200) throw new Error(`Thin step ${number} failed: ${answer.body.slice(0, 300)}`);
    return JSON.parse(answer.body)[0]?.id;
  };
  return {
    async buy() {
      const course = 1 + Math.floor(Math.random() * courses);
      const student = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
      await step(1, { course });
      await step(2, { course });
      const order = await step(3, { student });
      const item = await step(4, { order, course });
      await step(5, { order });
      await step(6, { order });
      await step(7, { course, student, item });
    },
    close: connection.close,
  };
}
