import { expect, test } from "vitest";
import { RightOfWay } from "../../packages/worker/src/right-of-way.ts";

const NEVER = 2 ** 30;

test("what follows a sale goes at once while no sale waits", async () => {
  const way = new RightOfWay(NEVER);
  await way.wait();
  way.set(false);
  await way.wait();
});

test("what follows a sale waits until the sales have passed", async () => {
  const way = new RightOfWay(NEVER);
  way.set(true);
  const order: string[] = [];
  const waiting = [way.wait(), way.wait()].map((wait) => wait.then(() => order.push("mail")));
  way.set(true);
  order.push("sale");
  way.set(false);
  await Promise.all(waiting);
  expect(order).toEqual(["sale", "mail", "mail"]);
  await way.wait();
});

test("a crowd that never ends does not stop it", async () => {
  const way = new RightOfWay(1);
  way.set(true);
  await way.wait();
  await way.wait();
});
