type Variables = Record<string, string>;

/** Makes the request that a documented `curl` command would send. Knows -X, -H, -d, -G and --data-urlencode, and fails on anything else. */
export function shellRequest(command: string, variables: Variables): Request {
  const [program, ...words] = splitWords(command, variables);
  if (program !== "curl") throw new Error(`Only curl is documented, not ${program}.`);
  let url = "";
  let method: string | undefined;
  let body: string | undefined;
  let asQuery = false;
  const headers = new Headers();
  const fields = new URLSearchParams();
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const value = () => words.shift() ?? "";
    if (word === "-X") method = value();
    else if (word === "-H") headers.append(...pair(value(), ":"));
    else if (word === "-d") body = value();
    else if (word === "-G") asQuery = true;
    else if (word === "--data-urlencode") fields.append(...pair(value(), "="));
    else if (word.startsWith("-") || url !== "") throw new Error(`shellRequest does not know ${word}.`);
    else url = word;
  }
  if (asQuery) url += `?${fields}`;
  return new Request(url, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers,
    ...(body === undefined ? {} : { body }),
  });
}

/** Splits a command into words as a shell does: quotes, backslashes, continued lines, `$NAME` outside single quotes. */
function splitWords(command: string, variables: Variables): string[] {
  const token = /\\\n|\s+|'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"\\]+)/gy;
  const fill = (text: string) =>
    text.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
      const value = variables[name];
      if (value === undefined) throw new Error(`No command before this one kept $${name}.`);
      return value;
    });
  const words: string[] = [];
  let word: string | null = null;
  for (const [text, single, double, bare] of command.matchAll(token)) {
    const piece =
      single ??
      (double === undefined ? undefined : fill(double.replaceAll(/\\(["\\$])/g, "$1"))) ??
      (bare && fill(bare));
    if (piece !== undefined) word = (word ?? "") + piece;
    else if (text !== "\\\n" || word !== null) {
      if (word !== null) words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}

function pair(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}
