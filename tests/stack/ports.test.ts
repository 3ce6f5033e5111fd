import { createServer } from "node:net";
import postgres from "postgres";
import { afterAll, expect, test } from "vitest";
import { portsFrom, type Stack, startStack } from "../../packages/stack/src/index.ts";
import { freePorts } from "../support/free-ports.ts";
import { smallServer, temporaryHome } from "./temporary-home.ts";

const homes = [temporaryHome(), temporaryHome()] as const;
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
  const error = await start(homes[0], base).then(
    () => null,
    (reason: Error) => reason,
  );
  await new Promise((resolve) => other.close(resolve));
  expect(error?.message).toContain(`Port ${taken} (simulator) is taken`);
  const advised = Number(/SEATLINE_PORT=(\d+) npm start/.exec(error?.message ?? "")?.[1]);
  expect(Object.values(portsFrom(advised))).not.toContain(taken);
});

test("two stacks run side by side and do not see each other", async () => {
  const first = await start(homes[0], await freePorts(11));
  const second = await start(homes[1], await freePorts(11));
  const names = async (stack: Stack) => {
    const sql = postgres(stack.urls.database, { max: 1, onnotice: () => {} });
    await sql`create table public.only_here as select ${stack.home} as home`;
    const rows = await sql`select home from public.only_here`;
    await sql.end();
    return rows.map((row) => row.home);
  };
  expect(await names(first)).toEqual([first.home]);
  expect(await names(second)).toEqual([second.home]);
  expect(first.keys.secretKey).not.toBe(second.keys.secretKey);
  expect(first.keys.dbPassword).not.toBe(second.keys.dbPassword);
});
