import { z } from "zod";
import type { SeededRandom } from "./random.ts";
import { span } from "./settings.ts";

// Each fault strikes by probability at every occasion, or the next `count` times; `types` limits it to some events.
const chance = {
  probability: z.number().min(0).max(1).optional(),
  count: z.number().int().nonnegative().optional(),
};
const onEvents = { ...chance, types: z.array(z.string().min(1)).optional() };

function rule<Shape extends z.core.$ZodShape>(shape: Shape) {
  return z
    .union([z.boolean(), z.null(), z.strictObject(shape)])
    .transform((value): z.output<z.ZodObject<Shape>> | null => {
      if (value === null || value === false) return null;
      return value === true ? (z.strictObject(shape).parse({ probability: 1 }) as never) : (value as never);
    })
    .refine(
      (value) => {
        const given = value as { probability?: number; count?: number } | null;
        return given === null || (given.probability === undefined) !== (given.count === undefined);
      },
      { message: "give either probability (0 to 1) or count" },
    )
    .optional();
}

/** What PUT /simulator/faults accepts. The body is the whole set: a fault that is left out is off. */
export const faultsSchema = z.strictObject({
  /** Further copies of a delivery, sent at the same time. */
  duplicate: rule({ ...onEvents, copies: z.number().int().min(1).max(100).default(1) }),
  /** A delivery that leaves late. */
  delay: rule({ ...onEvents, ms: span.default([2_000, 5_000]) }),
  /** A delivery that is never sent; the event stays in the events list. */
  drop: rule(onEvents),
  /** A delivery that waits until a later one has been answered, at most `window_ms`. */
  reorder: rule({ ...onEvents, window_ms: z.number().int().min(1).default(2_000) }),
  /**
   * `by` minor units are taken too little (negative: too much). `payment`: the provider itself books that amount.
   * `webhook`: only the deliveries say so, the API keeps the right amount.
   */
  wrong_amount: rule({
    ...onEvents,
    by: z.number().int().default(1),
    where: z.enum(["payment", "webhook"]).default("payment"),
  }),
  /** A new session is followed by a false "it was paid" that the provider never signed. */
  forged: rule({
    ...chance,
    how: z.enum(["wrong_secret", "altered_body", "stale_timestamp", "unsigned"]).default("wrong_secret"),
  }),
  /** The buyer takes a successful payment back through the bank. */
  dispute: rule({
    ...chance,
    after_ms: z.number().int().nonnegative().default(0),
    reason: z.string().default("fraudulent"),
    /** The bank only asks at first; no money moves. */
    inquiry: z.boolean().default(false),
    /** How it ends by itself; left out, somebody decides it. */
    ends: z.enum(["won", "lost"]).optional(),
    ends_after_ms: z.number().int().nonnegative().default(0),
  }),
});

/** Faults as they are set. */
export type FaultRules = z.output<typeof faultsSchema>;
/** The name of a fault. */
export type FaultName = keyof FaultRules;
/** The names of all faults. */
export const FAULT_NAMES = Object.keys(faultsSchema.shape) as FaultName[];

/** Decides when a fault strikes, by the seed, and counts how often it did. */
export class Faults {
  #rules: FaultRules = {};
  #struck = new Map<FaultName, number>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Replaces all rules. */
  set(rules: FaultRules): void {
    this.#rules = rules;
    this.#struck.clear();
  }

  /** The rules as they stand (counts go down as they are used), with how often each struck. */
  describe(): Record<FaultName, unknown> {
    const entries = FAULT_NAMES.map((name) => {
      const rule = this.#rules[name];
      return [name, rule ? { ...rule, struck: this.#struck.get(name) ?? 0 } : null];
    });
    return Object.fromEntries(entries) as Record<FaultName, unknown>;
  }

  /** The rule if the fault strikes now, else null. */
  strike<Name extends FaultName>(name: Name, eventType?: string): NonNullable<FaultRules[Name]> | null {
    const rule = this.#rules[name];
    if (!rule) return null;
    if (eventType !== undefined && "types" in rule && rule.types && !rule.types.includes(eventType)) return null;
    if (rule.count !== undefined) {
      if (rule.count === 0) return null;
      rule.count--;
    } else if (this.#random.next(`fault.${name}`) >= (rule.probability ?? 0)) {
      return null;
    }
    this.#struck.set(name, (this.#struck.get(name) ?? 0) + 1);
    return rule as NonNullable<FaultRules[Name]>;
  }

  /** The rule whether or not it strikes. */
  rule<Name extends FaultName>(name: Name): FaultRules[Name] {
    return this.#rules[name];
  }
}
