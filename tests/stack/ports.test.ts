import { createServer } from "node:net";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { portsFrom, type Stack, startStack } from "../../packages/stack/src/index.ts";
import { freePorts } from "../support/free-ports.ts";
import { useStack } from "../support/stack.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";

const first = useStack();
const home = temporaryHome();
const running: Stack[] = [];

afterAll(async () => {
  await Promise.all(running.map((stack) => stack.stop()));
});

const start = async (home: string, port: number) => {
  const stack = await startStack({ home, port, pieces: [], seed: false, settings: smallServer });
  running.push(stack);
  return stack;
};

test("a taken port is named, with a base port that is free", async () => {
  const base = await freePorts(11);
  const taken = portsFrom(base).simulator;
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(taken, "127.0.0.1", resolve));
  const error = await start(home, base).then(
    () => null,
    (reason: Error) => reason,
  );
  await new Promise((resolve) => other.close(resolve));
  expect(error?.message).toContain(`Port ${taken} (simulator) is taken`);
  const advised = Number(/SEATLINE_PORT=(\d+) npm start/.exec(error?.message ?? "")?.[1]);
  expect(Object.values(portsFrom(advised))).not.toContain(taken);
});

test("two stacks run side by side and do not see each other", async () => {
  const second = await start(home, await freePorts(11));
  const names = async (stack: Pick<Stack, "home" | "urls">) => {
    const sql = postgres(stack.urls.database, { max: 1, onnotice: () => {} });
    await sql`create schema only_here`;
    await sql`create table only_here.homes as select ${stack.home} as home`;
    const rows = await sql`select home from only_here.homes`;
    return { homes: rows.map((row) => row.home), end: () => sql`drop schema only_here cascade`.then(() => sql.end()) };
  };
  const seen = [await names(first), await names(second)];
  expect(seen.map(({ homes }) => homes)).toEqual([[first.home], [second.home]]);
  await Promise.all(seen.map(({ end }) => end()));
  expect(first.keys.secretKey).not.toBe(second.keys.secretKey);
  expect(first.keys.dbPassword).not.toBe(second.keys.dbPassword);
});
