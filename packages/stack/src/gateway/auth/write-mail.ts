/** The mails Auth sends. */
export type MailKind =
  | "confirmation"
  | "recovery"
  | "magic-link"
  | "invite"
  | "email-change"
  | "email-change-notice"
  | "reauthentication";

const texts: Record<MailKind, { subject: string; sentence: string; action: string }> = {
  confirmation: {
    subject: "Confirm your address",
    sentence: "Welcome. Confirm that this address is yours.",
    action: "Confirm",
  },
  recovery: { subject: "Set a new password", sentence: "You asked for a new password.", action: "Set a new password" },
  "magic-link": { subject: "Your sign-in code", sentence: "Here is the code to sign in.", action: "Sign in" },
  invite: { subject: "You are invited", sentence: "An account was made for you. Accept it here.", action: "Accept" },
  "email-change": {
    subject: "Confirm your new address",
    sentence: "Confirm that this is your new address.",
    action: "Confirm",
  },
  "email-change-notice": {
    subject: "Your address is being changed",
    sentence:
      "Someone signed in to your account asked to change its address. If it was not you, set a new password now.",
    action: "",
  },
  reauthentication: { subject: "Your confirmation code", sentence: "Enter this code to go on.", action: "" },
};

/** Writes one mail as subject, text and HTML. The code stands alone on its line in the text. */
export function writeMail(
  kind: MailKind,
  { code, link, email }: { code: string; link: string | null; email: string },
): { subject: string; text: string; html: string } {
  const { subject, sentence, action } = texts[kind];
  const until = code
    ? "The code can be used once, within five minutes. If you did not ask for it, nothing needs to be done."
    : "";
  const text = [sentence, code && `Your code:\n\n${code}`, link && `Or follow this link:\n${link}`, until]
    .filter(Boolean)
    .join("\n\n");
  const html = `<!doctype html><html lang="en"><body style="font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;max-width:480px;margin:32px auto;padding:0 16px">
<h1 style="font-size:20px">${inHtml(subject)}</h1><p>${inHtml(sentence)}</p>
${code ? `<p style="font-size:28px;letter-spacing:6px;background:#f4f4f4;padding:20px;text-align:center">${inHtml(code)}</p>` : ""}
${link && action ? `<p><a href="${inHtml(link)}" style="background:#1c1c1c;color:#fff;padding:10px 18px;text-decoration:none;display:inline-block">${inHtml(action)}</a></p>` : ""}
<p style="color:#666;font-size:13px">${inHtml(until)}<br>Sent to ${inHtml(email)}.</p></body></html>`;
  return { subject, text: `${text}\n`, html };
}

const inHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
