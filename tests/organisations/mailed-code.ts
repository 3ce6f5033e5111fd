import { expect } from "vitest";
import type { TestStack } from "../support/stack.ts";

/** The code in the mail that reached an address. */
export async function mailedCode(stack: TestStack, email: string): Promise<string> {
  let code = "";
  const look = async () => {
    const found = await fetch(`${stack.urls.mail}/api/v1/messages?query=${encodeURIComponent(email)}`);
    const [mail] = ((await found.json()) as { messages: { ID: string }[] }).messages;
    if (!mail) return "";
    const message = await fetch(`${stack.urls.mail}/api/v1/message/${mail.ID}`);
    code = /code=([0-9A-F-]+)/.exec(((await message.json()) as { Text: string }).Text)?.[1] ?? "";
    return code;
  };
  await expect.poll(look).toMatch(/^[0-9A-F-]{29}$/);
  return code;
}
