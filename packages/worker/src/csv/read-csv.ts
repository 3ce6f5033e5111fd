import { pipeline, Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { plainCell } from "./cells.ts";

/** A record of a CSV file and its number as a spreadsheet counts rows: the header is 1. */
export type CsvRow = { number: number; cells: string[] };

/** A file that cannot be read any further. `code` is one of `not_text` and `not_csv`. */
export class UnreadableFile extends Error {
  override name = "UnreadableFile";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

// Longer first lines have their delimiter in the part that is looked at.
const LOOK_AHEAD = 64 * 1024;
const MAX_RECORD = 1024 * 1024;

/**
 * Reads the rows of a CSV file as they arrive: UTF-8 with or without a byte order mark, separated by commas or by semicolons, whichever the first line
 * has more of outside quotes. Rows without any content are left out, and counted. Throws {@link UnreadableFile}.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRow> {
  const text = decode(bytes);
  let start = "";
  for (let next = await text.next(); !next.done; next = await text.next()) {
    start += next.value;
    if (start.length >= LOOK_AHEAD || firstLine(start) !== start) break;
  }
  const parser = parse({
    delimiter: commonDelimiter(firstLine(start)),
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    max_record_size: MAX_RECORD,
  });
  // Errors of the source arrive at the parser, and with it at the loop below.
  pipeline(Readable.from(follow(start, text)), parser, () => {});
  let number = 0;
  try {
    for await (const record of parser) {
      number += 1;
      const cells = (record as string[]).map(plainCell);
      if (cells.some((cell) => cell !== "")) yield { number, cells };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UnreadableFile("not_csv", `This is not CSV after row ${number}: ${error.message}`, { cause: error });
  }
}

async function* follow(start: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield start;
  yield* rest;
}

async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const read = (chunk?: Uint8Array) => {
    let text: string;
    try {
      text = decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (cause) {
      throw new UnreadableFile("not_text", "This file is not UTF-8 text; save it as CSV UTF-8.", { cause });
    }
    if (text.includes("\0")) {
      throw new UnreadableFile("not_text", "This file is not text; save it as CSV UTF-8.");
    }
    return text;
  };
  for await (const chunk of bytes) yield read(chunk);
  yield read();
}

/** Everything up to the first line end outside quotes; all of it when there is none. */
function firstLine(text: string): string {
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "\n" || character === "\r")) return text.slice(0, index);
  }
  return text;
}

function commonDelimiter(line: string): "," | ";" {
  const plain = line.replaceAll(/"[^"]*"/g, "");
  return plain.split(";").length > plain.split(",").length ? ";" : ",";
}
