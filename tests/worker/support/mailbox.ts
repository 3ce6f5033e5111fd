import type { AddressInfo } from "node:net";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer } from "smtp-server";

/** One mail as the mailbox received it. */
export type ReceivedMail = Email & { recipient: string };

/** A mail server inside the test: it keeps what it gets and can be told to refuse. */
export type Mailbox = {
  url: string;
  mails: ReceivedMail[];
  /** Called with each recipient; a returned error refuses the mail. */
  refuse: (recipient: string) => Error | undefined;
  /** Awaited before a mail is accepted. */
  hold: () => Promise<void>;
  close(): Promise<void>;
};

/** Opens a mailbox on a free port. */
export async function openMailbox(): Promise<Mailbox> {
  const mails: ReceivedMail[] = [];
  const mailbox = { mails, refuse: () => undefined, hold: async () => {} } as unknown as Mailbox;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo: ({ address }, _session, callback) => callback(mailbox.refuse(address) ?? null),
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", async () => {
        await mailbox.hold();
        const mail = await PostalMime.parse(Buffer.concat(chunks));
        mails.push({ ...mail, recipient: session.envelope.rcptTo[0]?.address ?? "" });
        callback();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  mailbox.url = `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
  mailbox.close = () => new Promise((resolve) => server.close(() => resolve()));
  return mailbox;
}

/** An error that a mail server answers with this code. */
export function smtpError(code: number): Error {
  return Object.assign(new Error("refused by the test"), { responseCode: code });
}
