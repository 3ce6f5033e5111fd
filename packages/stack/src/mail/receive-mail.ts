import { SMTPServer } from "smtp-server";
import type { MailStore } from "./mail-store.ts";

/** Something that runs until it is stopped. */
export type Running = { stop(): Promise<void> };

const largest = 20 * 1024 * 1024;

/** Takes mail by SMTP on 127.0.0.1, from and to everyone, with any login or none. A mail is acknowledged when it is on disk. */
export async function receiveMail(port: number, store: MailStore): Promise<Running> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    size: largest,
    logger: false,
    onAuth: (_auth, _session, done) => done(null, { user: "anyone" }),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      let size = 0;
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= largest) chunks.push(chunk);
      });
      stream.on("end", () => {
        if (size > largest) {
          return done(Object.assign(new Error("The mail is larger than 20 MiB."), { responseCode: 552 }));
        }
        const to = session.envelope.rcptTo.map(({ address }) => address);
        store.add(Buffer.concat(chunks), to).then(
          ({ ID }) => done(null, `kept as ${ID}`),
          (error) => {
            console.error("A mail could not be kept:", error);
            done(new Error("The mail could not be kept."));
          },
        );
      });
    },
  });
  // A client that drops its connection half-way is no fault of the sink.
  server.on("error", (error) => {
    if ((error as NodeJS.ErrnoException).code !== "ECONNRESET") console.error("SMTP:", error.message);
  });
  await new Promise<void>((resolve, reject) => {
    server.server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
  return { stop: () => new Promise((resolve) => server.close(() => resolve())) };
}
