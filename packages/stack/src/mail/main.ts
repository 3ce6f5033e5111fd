import { join, resolve } from "node:path";
import { openMailStore } from "./mail-store.ts";
import { receiveMail } from "./receive-mail.ts";
import { serveMail } from "./serve-mail.ts";

// Takes every mail by SMTP, delivers none, and shows them on a page. `npm start` runs it as a child process.
const portIn = (name: string): number => {
  const port = Number(process.env[name]);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Error(`${name} must be a port number. \`npm start\` sets it; to run the mail sink alone, set it yourself.`);
};
const folder = resolve(process.env.MAIL_FOLDER ?? join(process.env.SEATLINE_HOME ?? ".seatline", "mail"));

const store = await openMailStore(folder);
const smtp = await receiveMail(portIn("SMTP_PORT"), store);
const page = await serveMail(portIn("MAIL_PORT"), store);
console.log(
  `mail sink takes mail at port ${process.env.SMTP_PORT}, shows it at http://127.0.0.1:${process.env.MAIL_PORT}`,
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    Promise.all([smtp.stop(), page.stop()]).then(() => process.exit(0));
  });
}
