import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import { PermanentFailure } from "./permanent-failure.ts";

/** A file that goes with a mail. */
export type Attachment = { filename: string; contentType: string; content: Buffer };

/** One mail to one person. `effectKey` names the effect, not the attempt: sent again, the mail has the same Message-ID. */
export type Mail = {
  to: string;
  subject: string;
  text: string;
  html: string;
  attachments?: Attachment[];
  effectKey: string;
  correlationId: string;
};

/** Sends mail; throws PermanentFailure when the server refuses it for good (5xx), any other error when it may work later. */
export type Mailer = {
  send(mail: Mail): Promise<void>;
  close(): void;
};

/** A mailer over SMTP with a small pool of connections that closes when idle. */
export function openMailer(smtpUrl: string, from: string): Mailer {
  const url = new URL(smtpUrl);
  const secure = url.protocol === "smtps:";
  const transport = createTransport({
    pool: true,
    maxConnections: 3,
    maxMessages: 100,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port) || (secure ? 465 : 587),
    secure,
    ...(url.username
      ? { auth: { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } }
      : {}),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail({
          from,
          to: mail.to,
          subject: mail.subject,
          text: mail.text,
          html: mail.html,
          attachments: mail.attachments,
          messageId: messageId(mail.effectKey, from),
          headers: { "X-Correlation-Id": mail.correlationId, "Auto-Submitted": "auto-generated" },
        });
      } catch (error) {
        const { responseCode } = error as { responseCode?: number };
        if (responseCode !== undefined && responseCode >= 550 && responseCode <= 559) {
          throw new PermanentFailure(`The mail server refuses this mail for good (${responseCode}).`, { cause: error });
        }
        throw error;
      }
    },
    close: () => transport.close(),
  };
}

/** The Message-ID of an effect: the same key always gives the same id, so that a mailbox can drop a repetition. */
export function messageId(effectKey: string, from: string): string {
  const domain = /@([A-Za-z0-9.-]+)/.exec(from)?.[1] ?? "seatline.localhost";
  return `<${createHash("sha256").update(effectKey).digest("hex").slice(0, 32)}@${domain}>`;
}
