import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import PostalMime, { type Address } from "postal-mime";

/** A person in a mail, as Mailpit writes them. */
export type Person = { Name: string; Address: string };

/** A mail in a list. Field names are Mailpit's. */
export type Summary = {
  ID: string;
  From: Person | null;
  To: Person[];
  Cc: Person[];
  Bcc: Person[];
  Subject: string;
  /** When it arrived, ISO 8601. */
  Created: string;
  Snippet: string;
  Size: number;
  Attachments: number;
};

/** A whole mail. */
export type Message = Summary & {
  Text: string;
  HTML: string;
  /** Every header with all its values; names as Mailpit writes them, each part with a capital: `X-Correlation-Id`. */
  Headers: Record<string, string[]>;
};

/** The mails that arrived, newest first, kept as one file each. */
export type MailStore = {
  /** Keeps a mail; resolves when it is on disk. `to` are the addresses of the envelope. */
  add(raw: Buffer, to: string[]): Promise<Summary>;
  list(): readonly Summary[];
  /** The whole mail, or null. */
  read(id: string): Promise<Message | null>;
  /** Removes the given mails, or all. */
  remove(ids?: string[]): Promise<void>;
};

const most = 1000;

/** Opens the folder, making it when it is not there. The oldest mails go when there are more than a thousand. */
export async function openMailStore(folder: string): Promise<MailStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => idOf(name) !== null).sort();
  const summaries: Summary[] = [];
  for (const name of names.slice(-most)) {
    const raw = await readFile(join(folder, name));
    summaries.unshift(summaryOf(await parse(idOf(name) ?? "", raw)));
  }
  const fileOf = (id: string): string => join(folder, `${id}.eml`);
  const remove = async (ids: string[]): Promise<void> => {
    for (const id of ids) {
      const at = summaries.findIndex((summary) => summary.ID === id);
      if (at === -1) continue;
      summaries.splice(at, 1);
      await rm(fileOf(id), { force: true });
    }
  };
  for (const name of names.slice(0, -most)) await rm(join(folder, name), { force: true });

  return {
    async add(raw, to) {
      const id = newId();
      const envelope = to.map((address) => `Delivered-To: ${address.replace(/[\r\n]/g, "")}\r\n`).join("");
      const kept = Buffer.concat([Buffer.from(envelope), raw]);
      const summary = summaryOf(await parse(id, kept));
      await writeFile(`${fileOf(id)}.new`, kept, { mode: 0o600 });
      await rename(`${fileOf(id)}.new`, fileOf(id));
      summaries.unshift(summary);
      await remove(summaries.slice(most).map((old) => old.ID));
      return summary;
    },
    list: () => summaries,
    async read(id) {
      if (!summaries.some((summary) => summary.ID === id)) return null;
      return parse(id, await readFile(fileOf(id)));
    },
    remove: (ids) => remove(ids ?? summaries.map((summary) => summary.ID)),
  };
}

let last = 0;

// Ids sort by arrival, also within one millisecond.
function newId(): string {
  last = Math.max(Date.now() * 1000, last + 1);
  return `${last.toString(36).padStart(11, "0")}${randomBytes(4).toString("hex")}`;
}

const idOf = (name: string): string | null => /^([0-9a-z]{19})\.eml$/.exec(name)?.[1] ?? null;
const arrivedAt = (id: string): string => new Date(Number.parseInt(id.slice(0, 11), 36) / 1000).toISOString();

async function parse(id: string, raw: Buffer): Promise<Message> {
  const mail = await PostalMime.parse(raw);
  const headers: Record<string, string[]> = {};
  for (const { key, value } of mail.headers) {
    const name = key.toLowerCase().replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
    headers[name] = [...(headers[name] ?? []), value];
  }
  const text = mail.text ?? textOf(mail.html ?? "");
  const named = [...people(mail.to), ...people(mail.cc)];
  const hidden = (headers["Delivered-To"] ?? []).filter(
    (to) => !named.some(({ Address }) => Address.toLowerCase() === to.toLowerCase()),
  );
  return {
    ID: id,
    From: people(mail.from ? [mail.from] : [])[0] ?? null,
    To: people(mail.to),
    Cc: people(mail.cc),
    Bcc: hidden.map((Address) => ({ Name: "", Address })),
    Subject: mail.subject ?? "",
    Created: arrivedAt(id),
    Snippet: text.replace(/\s+/g, " ").trim().slice(0, 200),
    Size: raw.length,
    Attachments: mail.attachments.length,
    Text: text,
    HTML: mail.html ?? "",
    Headers: headers,
  };
}

function summaryOf({ Text: _text, HTML: _html, Headers: _headers, ...summary }: Message): Summary {
  return summary;
}

function people(addresses: Address[] | undefined): Person[] {
  return (addresses ?? []).flatMap((each) =>
    "group" in each && each.group
      ? people(each.group as Address[])
      : [{ Name: each.name ?? "", Address: each.address ?? "" }],
  );
}

const textOf = (html: string): string => html.replace(/<(style|script)[\s\S]*?<\/\1>/gi, " ").replace(/<[^>]+>/g, " ");
