import { randomBytes } from "node:crypto";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// Lengths after the prefix, as Stripe writes them today.
const LENGTHS = {
  cs_test_a1: 56,
  cus_: 14,
  pi_3: 23,
  ch_3: 23,
  re_3: 23,
  dp_1: 23,
  pm_1: 23,
  seti_1: 23,
  sub_1: 23,
  si_: 14,
  in_1: 23,
  il_1: 23,
  li_1: 23,
  price_1: 23,
  prod_: 14,
  evt_1: 23,
  req_: 14,
  txn_1: 23,
  wd_: 16,
  ewp_: 20,
  ewr_: 20,
  ewe_: 20,
  pce_: 20,
  SIM: 16,
} as const;

let pool = Buffer.alloc(0);
let used = 0;

/**
 * A new id in Stripe's style. Ids come from the system's randomness and not from the seed: a database that outlives the
 * simulator must never meet the same id twice.
 */
export function newId(prefix: keyof typeof LENGTHS): string {
  let id: string = prefix;
  while (id.length < prefix.length + LENGTHS[prefix]) {
    if (used >= pool.length) {
      pool = randomBytes(4096);
      used = 0;
    }
    const index = (pool[used++] as number) & 63;
    if (index < ALPHABET.length) id += ALPHABET[index];
  }
  return id;
}
