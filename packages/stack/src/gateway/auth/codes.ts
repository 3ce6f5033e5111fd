import { createHash, createHmac, randomInt, timingSafeEqual } from "node:crypto";
import type { Sql } from "postgres";
import { type Attempts, createAttempts } from "./attempts.ts";
import { tooMany, wrongCode } from "./auth-problem.ts";

/** Where lite keeps the hash of a code, and when it was sent. */
const columns = {
  confirmation: ["confirmation_token", "confirmation_sent_at"],
  recovery: ["recovery_token", "recovery_sent_at"],
  emailChange: ["email_change_token_new", "email_change_sent_at"],
} as const;

/** One-time codes and links: made, limited, withdrawn. */
export type Codes = {
  /** Stores a new code for a user; an earlier one for the same purpose ends. `address` is where it is sent. */
  issue(userId: string, address: string, purpose: keyof typeof columns): Promise<{ code: string; hash: string }>;
  /** What a link carries instead of the hash. */
  signLink(hash: string): string;
  /** The hash inside a link; refused when this project did not make the link. */
  hashIn(link: string): string;
  /** Takes one attempt for an address before its code is judged. Refused after five: the code is withdrawn then. */
  takeAttempt(address: string): Promise<void>;
  /** The code was right. */
  giveBackAttempt(address: string): void;
  /** Takes one mail for an address; refused when it got too many. */
  takeMail(address: string): void;
};

/** The hash lite stores for a code. */
export const hashOf = (address: string, code: string): string =>
  createHash("sha256")
    .update(address.toLowerCase() + code)
    .digest("hex");

/** Attempts per code, and in an hour over all codes of an address: six digits stay out of reach of guessing. */
const triesPerCode = 5;
const triesPerHour = 20;

/** Makes the codes of one project. */
export function createCodes(sql: Sql, secret: string): Codes {
  const perCode = createAttempts(triesPerCode, 300);
  const perHour = createAttempts(triesPerHour, 3600);
  const mails: Attempts = createAttempts(10, 600);
  const markOf = (hash: string): string =>
    createHmac("sha256", secret).update(`link ${hash}`).digest("hex").slice(0, 32);
  return {
    async issue(userId, address, purpose) {
      const code = String(randomInt(0, 1_000_000)).padStart(6, "0");
      const hash = hashOf(address, code);
      const [token, sent] = columns[purpose];
      await sql`update auth.users set ${sql(token)} = ${hash}, ${sql(sent)} = now(), updated_at = now() where id = ${userId}`;
      perCode.forget(address);
      return { code, hash };
    },
    // The hash alone can be worked out for every one of the million codes of a known address; the mark cannot.
    signLink: (hash) => hash + markOf(hash),
    hashIn(link) {
      const hash = link.slice(0, 64);
      const mark = Buffer.from(link.slice(64));
      const right = Buffer.from(markOf(hash));
      if (mark.length !== right.length || !timingSafeEqual(mark, right)) throw wrongCode();
      return hash;
    },
    async takeAttempt(address) {
      const wait = perHour.take(address);
      if (wait > 0) throw tooMany(wait);
      if (perCode.take(address) === 0) return;
      await sql`
        update auth.users set confirmation_token = null, recovery_token = null where email = ${address}
      `;
      await sql`update auth.users set email_change_token_new = null where email_change = ${address}`;
      throw wrongCode();
    },
    giveBackAttempt(address) {
      perHour.giveBack(address);
      perCode.forget(address);
    },
    takeMail(address) {
      const wait = mails.take(address);
      if (wait > 0)
        throw tooMany(wait, "Too many mails were sent to this address. Wait before asking for the next one.");
    },
  };
}
