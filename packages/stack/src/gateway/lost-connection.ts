import type { ServerResponse } from "node:http";
import type { ConditionalAnswer } from "./conditional-answer.ts";

/** A refusal is short; a longer answer is none. */
const longest = 4096;

/**
 * Holds a 400 of the data API back until it is complete: with an empty code it means that the database closed the connection in the middle, which
 * is nobody's mistake and worth another try, so `away` answers instead. Null for any other status.
 */
export function lostConnection(
  res: ServerResponse,
  status: number,
  headers: string[],
  away: () => void,
): ConditionalAnswer | null {
  if (status !== 400) return null;
  const chunks: Buffer[] = [];
  let size = 0;
  const send = () => {
    res.writeHead(status, headers);
    for (const each of chunks) res.write(each);
  };
  return {
    add(chunk) {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= longest) return true;
      send();
      return false;
    },
    end() {
      if (hasEmptyCode(Buffer.concat(chunks, size).toString())) return away();
      send();
      res.end();
    },
  };
}

function hasEmptyCode(body: string): boolean {
  try {
    return (JSON.parse(body) as { code?: unknown } | null)?.code === "";
  } catch {
    return false;
  }
}
