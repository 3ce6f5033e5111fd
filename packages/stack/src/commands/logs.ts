import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { defaultHome } from "../start-stack.ts";

/** Prints the last lines of every piece's log, or of one, and goes on with what is added until it is interrupted. */
export async function logs(piece: string | undefined, options: { lines: string; follow: boolean }): Promise<void> {
  const folder = join(defaultHome(), "logs");
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((file) => file.endsWith(".log"))
        .map((file) => file.slice(0, -4))
    : [];
  if (piece && !names.includes(piece)) {
    throw new Error(
      names.length
        ? `There is no log of "${piece}". There are: ${names.join(", ")}.`
        : "There are no logs yet. npm start makes some.",
    );
  }
  const shown = piece ? [piece] : names;
  const width = Math.max(...shown.map((name) => name.length), 0);
  const print = (name: string, text: string) => {
    for (const line of text.split("\n")) if (line) console.log(piece ? line : `${name.padEnd(width)} | ${line}`);
  };
  const positions = new Map<string, number>();
  for (const name of shown) {
    const file = join(folder, `${name}.log`);
    const size = statSync(file).size;
    const tail = read(file, Math.max(0, size - 200_000), size)
      .trimEnd()
      .split("\n");
    print(name, tail.slice(-Number(options.lines)).join("\n"));
    positions.set(name, size);
  }
  while (options.follow) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const name of shown) {
      const file = join(folder, `${name}.log`);
      const size = existsSync(file) ? statSync(file).size : 0;
      const from = positions.get(name) ?? 0;
      if (size === from) continue;
      // A smaller file is a new one: the log was turned over.
      const text = read(file, size < from ? 0 : from, size);
      const end = text.lastIndexOf("\n") + 1;
      if (end === 0) continue;
      print(name, text.slice(0, end));
      positions.set(name, (size < from ? 0 : from) + Buffer.byteLength(text.slice(0, end)));
    }
  }
}

function read(file: string, from: number, to: number): string {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  const handle = openSync(file, "r");
  try {
    readSync(handle, buffer, 0, buffer.length, from);
  } finally {
    closeSync(handle);
  }
  return buffer.toString("utf8");
}
