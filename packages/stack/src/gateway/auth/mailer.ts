import { AsyncLocalStorage } from "node:async_hooks";
import { createTransport } from "nodemailer";
import type { GatewaySettings } from "../read-settings.ts";
import { type MailKind, writeMail } from "./write-mail.ts";

/** What is known about the request that a mail answers. */
export type MailContext = { requestId: string; redirectTo: string | null };

/** Carries the context of the request being served to the mailer, through lite. */
export const mailContext = new AsyncLocalStorage<MailContext>();

/** Sends the mails of Auth. The names are those lite calls. Returns at once: the time of an answer must not tell who has an account. */
export type Mailer = {
  sendConfirmation(email: string, hash: string, code: string): Promise<void>;
  sendRecovery(email: string, hash: string, code: string): Promise<void>;
  sendMagicLink(email: string, hash: string, code: string): Promise<void>;
  sendInvite(email: string, hash: string, code: string): Promise<void>;
  sendEmailChange(email: string, hash: string, code: string, about?: { currentEmail?: string }): Promise<void>;
  sendReauthentication(email: string, code: string): Promise<void>;
  /** Resolves when every mail so far is sent or given up. */
  finish(): Promise<void>;
};

/** Makes the mailer. `signLink` turns the stored hash of a code into what a link carries. */
export function createMailer(settings: GatewaySettings, signLink: (hash: string) => string): Mailer {
  const transport = createTransport(settings.smtpUrl);
  const underway = new Set<Promise<unknown>>();
  const send = async (to: string, kind: MailKind, code: string, hash: string | null, type: string): Promise<void> => {
    const context = mailContext.getStore();
    const link = hash === null ? null : linkTo(settings, signLink(hash), type, context?.redirectTo ?? settings.siteUrl);
    const message = {
      from: settings.mailFrom,
      to: { name: "", address: to },
      ...writeMail(kind, { code, link, email: to }),
      headers: context ? { "X-Correlation-Id": context.requestId } : {},
    };
    const deliver = (triesLeft: number): Promise<unknown> =>
      transport.sendMail(message).catch(async (error) => {
        if (triesLeft === 0) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return deliver(triesLeft - 1);
      });
    const delivery = deliver(3).catch((error) => {
      console.error(`Auth could not send the mail "${message.subject}"; is the mail server at SMTP_URL up?`, error);
    });
    underway.add(delivery);
    delivery.finally(() => underway.delete(delivery));
  };
  return {
    sendConfirmation: (email, hash, code) => send(email, "confirmation", code, hash, "signup"),
    sendRecovery: (email, hash, code) => send(email, "recovery", code, hash, "recovery"),
    sendMagicLink: (email, hash, code) => send(email, "magic-link", code, hash, "magiclink"),
    sendInvite: (email, hash, code) => send(email, "invite", code, hash, "invite"),
    async sendEmailChange(email, hash, code, about) {
      await send(email, "email-change", code, hash, "email_change");
      if (about?.currentEmail) await send(about.currentEmail, "email-change-notice", "", null, "");
    },
    sendReauthentication: (email, code) => send(email, "reauthentication", code, null, ""),
    async finish() {
      await Promise.all(underway);
      transport.close();
    },
  };
}

function linkTo(settings: GatewaySettings, token: string, type: string, redirectTo: string): string {
  return `${settings.url}/auth/v1/verify?${new URLSearchParams({ token, type, redirect_to: redirectTo })}`;
}
