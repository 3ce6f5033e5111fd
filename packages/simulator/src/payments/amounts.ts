import { invalidRequest } from "../stripe-errors.ts";

// Stripe's own list: it counts these without decimals whatever ISO 4217 says, and the second list with three.
const WITHOUT_DECIMALS = new Set("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split(" "));
const THREE_DECIMALS = new Set("bhd jod kwd omr tnd".split(" "));

// The least that Stripe takes, in minor units; other currencies have no published minimum.
const MINIMUM: Record<string, number> = {
  aud: 50,
  cad: 50,
  chf: 50,
  eur: 50,
  gbp: 30,
  hkd: 400,
  inr: 50,
  jpy: 50,
  myr: 200,
  nzd: 50,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

/** How many decimals Stripe's minor unit has: 2 for IDR, 0 for JPY. */
export function decimalsOf(currency: string): number {
  if (WITHOUT_DECIMALS.has(currency)) return 0;
  return THREE_DECIMALS.has(currency) ? 3 : 2;
}

/** An amount as people read it. */
export function formatAmount(amount: number, currency: string, locale = "en"): string {
  const decimals = decimalsOf(currency);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(amount / 10 ** decimals);
}

/** Refuses amounts that Stripe would not charge; zero passes where `free` allows it. */
export function assertChargeable(amount: number, currency: string, param: string, free = false): void {
  if (free && amount === 0) return;
  const least = MINIMUM[currency] ?? 1;
  if (amount < least) {
    const message = `Amount must be at least ${formatAmount(least, currency)}, it is ${formatAmount(amount, currency)}.`;
    throw invalidRequest(message, { code: "amount_too_small", param });
  }
  const most = currency === "idr" ? 999_999_999_999 : 99_999_999;
  if (amount > most) {
    throw invalidRequest(`Amount must be no more than ${formatAmount(most, currency)}`, {
      code: "amount_too_large",
      param,
    });
  }
}
