import { waitFor } from "./wait-for.ts";

interface Message {
  To: unknown;
  Subject: string;
}

/** Waits for a mail to this address whose subject or text has `text` in it, and gives its subject. */
export async function subjectOfMail(mail: string, address: string, text: string): Promise<string> {
  const found = await waitFor(`a mail to ${address} about ${text}`, async () => {
    const answer = await fetch(`${mail}/api/v1/messages?query=${encodeURIComponent(text)}`);
    const { messages } = (await answer.json()) as { messages: Message[] };
    return messages.find(({ To }) => JSON.stringify(To).includes(address));
  });
  return found.Subject;
}
