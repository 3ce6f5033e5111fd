import type { Api } from "./api.ts";
import { SeatlineError } from "./errors.ts";
import type { GuestStorage } from "./guest-storage.ts";
import type { CallOptions } from "./http.ts";
import { randomId } from "./random-id.ts";
import type { Cart, CartChange, CartLine } from "./types/carts.ts";
import type { Quote, QuoteLine } from "./types/pricing.ts";
import type { Problem } from "./types/problems.ts";

const STORED_AS = "seatline.guest-cart";
/** As long as the server keeps a cart that nobody touches. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** One line of a guest's cart as it is kept; `seen` is what the guest was last shown of it. */
interface GuestLine {
  variant_id: string;
  quantity: number;
  added_at: string;
  seen?: { title: string | null; unit_amount: number | null; problem: string | null };
}

/** Lines on their way into a person's cart: the key stays the same until an answer came, so that nothing is merged twice. */
export interface PendingMerge {
  person_id: string;
  key: string;
  lines: { variant_id: string; quantity: number }[];
  /** What the guest was last shown of them by name: the server may not know it any more. */
  titles?: Record<string, string>;
  currency?: string;
}

interface Kept {
  currency?: string;
  lines: GuestLine[];
  /** When it was last changed or shown. */
  kept_at?: string;
  merging?: PendingMerge;
}

/** The cart of somebody who has not signed in: kept on the client, priced by the server's public quote. */
export class GuestCart {
  readonly #api: Api;
  readonly #storage: GuestStorage;
  /** Each change waits for the one before, so that two clicks in one page both count. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(api: Api, storage: GuestStorage) {
    this.#api = api;
    this.#storage = storage;
  }

  /** The cart, priced anew. */
  get(options?: CallOptions): Promise<Cart> {
    return this.#change(() => {}, undefined, options);
  }

  /** Puts units on top of those that are there. */
  add(variantId: string, quantity: number, options?: CallOptions): Promise<Cart> {
    const put = (kept: Kept) => {
      const present = kept.lines.find((line) => line.variant_id === variantId);
      if (present) present.quantity += quantity;
      else kept.lines.push({ variant_id: variantId, quantity, added_at: new Date().toISOString() });
    };
    return this.#change(put, variantId, options);
  }

  /** Sets the quantity of a line. */
  set(variantId: string, quantity: number, options?: CallOptions): Promise<Cart> {
    const put = (kept: Kept) => {
      lineOf(kept, variantId).quantity = quantity;
    };
    return this.#change(put, variantId, options);
  }

  /** Takes a line out. */
  remove(variantId: string, options?: CallOptions): Promise<Cart> {
    const take = (kept: Kept) => {
      const line = lineOf(kept, variantId);
      kept.lines = kept.lines.filter((other) => other !== line);
    };
    return this.#change(take, undefined, options);
  }

  /** Takes all lines out. */
  clear(options?: CallOptions): Promise<Cart> {
    const empty = (kept: Kept) => {
      kept.lines = [];
    };
    return this.#change(empty, undefined, options);
  }

  /** Prices it in another currency. */
  setCurrency(currency: string, options?: CallOptions): Promise<Cart> {
    const choose = (kept: Kept) => {
      if (kept.currency !== currency) for (const line of kept.lines) delete line.seen;
      kept.currency = currency;
    };
    return this.#change(choose, undefined, options);
  }

  /** What has to be merged into this person's cart, kept until {@link GuestCart.merged}; null when there is nothing. */
  beginMerge(personId: string): Promise<PendingMerge | null> {
    return this.#inTurn(async () => {
      const kept = await this.#read();
      // What was on its way to somebody else is theirs; it does not end up in another's cart.
      if (kept.merging?.person_id === personId) return kept.merging;
      if (kept.lines.length === 0) return null;
      const lines = kept.lines.map(({ variant_id, quantity }) => ({ variant_id, quantity }));
      const titles = Object.fromEntries(
        kept.lines.flatMap((line) => (line.seen?.title ? [[line.variant_id, line.seen.title]] : [])),
      );
      const { currency } = kept;
      const merging = {
        person_id: personId,
        key: randomId(),
        lines,
        titles,
        ...(currency === undefined ? {} : { currency }),
      };
      await this.#write({ lines: [], merging, ...(currency === undefined ? {} : { currency }) });
      return merging;
    });
  }

  /** Forgets what was merged, or can never be. */
  merged(pending: PendingMerge): Promise<void> {
    return this.#inTurn(async () => {
      const { merging, ...kept } = await this.#read();
      if (merging?.key === pending.key) await this.#write(kept);
    });
  }

  #change(change: (kept: Kept) => void, touched: string | undefined, options?: CallOptions): Promise<Cart> {
    return this.#inTurn(async () => {
      const kept = await this.#read();
      change(kept);
      const quote = await this.#quote(kept, options);
      const problem = quote?.lines.find((line) => line.variant_id === touched)?.problem;
      if (problem) throw refusalOf(problem);
      const cart = describe(kept, quote, touched);
      for (const line of cart.lines) {
        const seen = { title: line.title, unit_amount: line.unit_amount, problem: line.problem?.code ?? null };
        lineOf(kept, line.variant_id).seen = seen;
      }
      await this.#write(kept);
      return cart;
    });
  }

  async #quote({ lines, currency }: Kept, options?: CallOptions): Promise<Quote | null> {
    if (lines.length === 0) return null;
    const wanted = lines.map(({ variant_id, quantity }) => ({ variant_id, quantity }));
    return this.#api.askInBody<Quote>("quote", { lines: wanted, currency }, options);
  }

  async #read(): Promise<Kept> {
    try {
      const kept: unknown = JSON.parse((await this.#storage.getItem(STORED_AS)) ?? "null");
      if (typeof kept === "object" && kept !== null && "lines" in kept && Array.isArray(kept.lines))
        return withoutOld(kept as Kept);
    } catch {
      // Somebody else wrote there; a cart that cannot be read is an empty one.
    }
    return { lines: [] };
  }

  async #write(kept: Kept): Promise<void> {
    if (kept.lines.length === 0 && !kept.merging && kept.currency === undefined)
      await this.#storage.removeItem(STORED_AS);
    else await this.#storage.setItem(STORED_AS, JSON.stringify({ ...kept, kept_at: new Date().toISOString() }));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work, work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** What nobody looked at for thirty days is gone; what is on its way into a person's cart still arrives. */
function withoutOld(kept: Kept): Kept {
  const isOld = kept.kept_at !== undefined && Date.now() - Date.parse(kept.kept_at) > KEPT_MS;
  return isOld ? { ...kept, lines: [] } : kept;
}

function lineOf(kept: Kept, variantId: string): GuestLine {
  const line = kept.lines.find(({ variant_id }) => variant_id === variantId);
  if (line) return line;
  throw new SeatlineError({
    code: "cart_item_not_found",
    message: "This is not in your cart.",
    status: 404,
    hint: "Read your cart again.",
  });
}

function describe(kept: Kept, quote: Quote | null, touched: string | undefined): Cart {
  const { currency, lines: priced, problems, ...sums } = quote ?? quoteOfNothing(kept.currency);
  const lines = kept.lines.map((line) => describeLine(line, priced));
  const changes = lines.flatMap((line, index) =>
    line.variant_id === touched ? [] : changesOf(line, kept.lines[index]?.seen),
  );
  const facts = { id: null, expires_at: null, shipping_address: null, coupon_codes: [] };
  return { ...facts, currency, lines, quote: sums, changes, problems };
}

/** The server quotes nothing for no lines. The currency is empty while nobody chose one: then the shop's own will be taken. */
function quoteOfNothing(currency = ""): Quote {
  const sums = { subtotal_amount: 0, discount_amount: 0, tax_amount: 0, tax_included_amount: 0, shipping_amount: 0 };
  return {
    currency,
    lines: [],
    ...sums,
    total_amount: 0,
    shipping: null,
    discounts: [],
    taxes: [],
    problems: [cartEmpty],
  };
}

function describeLine(line: GuestLine, priced: QuoteLine[]): CartLine {
  const own = priced.find((each) => each.variant_id === line.variant_id && each.parent_variant_id === null);
  const parts = priced.filter((each) => each.parent_variant_id === line.variant_id);
  if (!own) throw new Error(`The quote has no line for ${line.variant_id}.`);
  const { parent_variant_id: _, ...facts } = own;
  return {
    ...facts,
    title: facts.title ?? line.seen?.title ?? null,
    problem: facts.problem ?? parts.find(({ problem }) => problem)?.problem ?? null,
    components: parts.map(({ variant_id, kind, sku, title, quantity, ships_at }) => ({
      variant_id,
      kind,
      sku,
      title,
      quantity,
      ships_at,
    })),
    added_at: line.added_at,
  };
}

function changesOf(line: CartLine, seen: GuestLine["seen"]): CartChange[] {
  if (!seen) return [];
  const { variant_id, title } = line;
  const problem = line.problem?.code ?? null;
  const changes: CartChange[] = [];
  if (line.unit_amount !== null && seen.unit_amount !== null && line.unit_amount !== seen.unit_amount)
    changes.push({ code: "price_changed", variant_id, title, from: seen.unit_amount, to: line.unit_amount });
  if (problem !== null && problem !== seen.problem)
    changes.push({ code: "not_available", variant_id, title, from: null, to: problem });
  if (problem === null && seen.problem !== null)
    changes.push({ code: "available_again", variant_id, title, from: seen.problem, to: null });
  return changes;
}

const cartEmpty: Problem = {
  code: "cart_empty",
  status: 409,
  message: "There is nothing in this cart.",
  hint: "Add something first.",
  details: null,
};

function refusalOf({ code, status, message, hint, details }: Problem): SeatlineError {
  return new SeatlineError({ code, status, message, hint, details });
}
