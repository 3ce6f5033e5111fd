import { createHash } from "node:crypto";
import Table from "cli-table3";
import { demoUsers } from "../demo-users.ts";
import { type Keys, loadKeys } from "../keys.ts";
import { type StackUrls, stackUrls } from "../start-stack.ts";
import type { State } from "../supervision/state.ts";

/** The text that `start` and `status` print about a running stack: addresses, keys, demo users, what to try first. */
export function describeStack(home: string, state: State): string {
  const keys = loadKeys(home);
  const urls = stackUrls(state.ports, keys);
  const notice = state.notice ? [state.notice] : [];
  return [addresses(urls, keys), people(keys), firstSteps(urls, keys), ...notice].join("\n\n");
}

function addresses(urls: StackUrls, keys: Keys): string {
  return table([
    ["API", urls.api],
    ["Publishable key", keys.publishableKey],
    ["Secret key", keys.secretKey],
    ["Database", urls.database],
    ["Standby (read only)", urls.standby],
    ["Mail", urls.mail],
    ["Payment simulator", urls.simulator],
  ]);
}

function people(keys: Keys): string {
  const rows = demoUsers.map((user) => [user.email, user.role ?? "customer"]);
  return `Demo users, password ${keys.demoPassword}\n${table(rows)}`;
}

function firstSteps(urls: StackUrls, keys: Keys): string {
  return [
    "To try",
    `  1. npm run demo                     a visitor fills a cart, signs up, pays, learns, and earns a certificate`,
    `  2. curl -H "apikey: ${keys.publishableKey}" "${urls.api}/rest/v1/rpc/list_products?category=merchandise"`,
    `  3. open ${urls.api}/functions/v1/media/${pictureOf("sql-without-fear")}   one of the pictures; products have them in image_url`,
    `  4. open ${urls.mail}        the mails the shop has sent`,
    "",
    "npm run status | logs | stop | reset",
  ].join("\n");
}

/** The seed derives its ids from slugs. */
function pictureOf(slug: string): string {
  const hex = createHash("md5").update(`picture ${slug}`).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function table(rows: string[][]): string {
  const made = new Table({ style: { head: [], border: [], compact: true } });
  made.push(...rows);
  return made.toString();
}
