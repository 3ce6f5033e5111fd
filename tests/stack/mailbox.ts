import { until } from "./until.ts";

/** A mail as the sink's JSON gives it. */
export type SinkMail = {
  ID: string;
  Subject: string;
  Snippet: string;
  Created: string;
  To: { Name: string; Address: string }[];
  Text: string;
  HTML: string;
  Headers: Record<string, string[]>;
};

/** Subjects of the mails with a code; the shop's own mails have others. */
export type CodeSubject =
  | "Your sign-in code"
  | "Set a new password"
  | "Confirm your address"
  | "Confirm your new address"
  | "Your address is being changed"
  | "You are invited";

/** Waits for a mail with this subject to an address and gives the newest. */
export async function mailTo(sink: string, address: string, subject: CodeSubject): Promise<SinkMail> {
  const query = encodeURIComponent(`to:${address} subject:"${subject}"`);
  let newest = "";
  await until(async () => {
    const found = await (await fetch(`${sink}/api/v1/search?query=${query}`)).json();
    newest = found.messages[0]?.ID ?? "";
    return newest !== "";
  }, 45);
  return (await fetch(`${sink}/api/v1/message/${newest}`)).json();
}

/** How many mails the sink has for an address. */
export async function mailCount(sink: string, address: string): Promise<number> {
  const found = await (await fetch(`${sink}/api/v1/search?query=${encodeURIComponent(`to:${address}`)}`)).json();
  return found.messages_count;
}

/** The six digits in a mail. */
export const codeIn = (mail: SinkMail): string => /^(\d{6})$/m.exec(mail.Text)?.[1] ?? "";

/** The link in a mail. */
export const linkIn = (mail: SinkMail): URL => new URL(/(http\S+\/auth\/v1\/verify\S+)/.exec(mail.Text)?.[1] ?? "");
