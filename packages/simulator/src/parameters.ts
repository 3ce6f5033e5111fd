import { z } from "zod";
import { invalidParameter, type StripeFailure } from "./stripe-errors.ts";

// Stripe's form encoding knows only strings, lists and nested objects. These pieces turn the strings into values and
// carry Stripe's own error code in `params.code`.

function refuse(context: z.RefinementCtx, message: string, code?: string): never {
  context.addIssue({ code: "custom", message, params: { code } });
  return z.NEVER;
}

/** A whole number within bounds, both included. */
export function integer(lowest = Number.MIN_SAFE_INTEGER, highest = Number.MAX_SAFE_INTEGER) {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value)) {
      return refuse(context, `Invalid integer: ${text}`, "parameter_invalid_integer");
    }
    if (value < lowest) return refuse(context, `This value must be greater than or equal to ${lowest}.`);
    if (value > highest) return refuse(context, `This value must be less than or equal to ${highest}.`);
    return value;
  });
}

/** `true` or `false`. */
export const boolean = z.string().transform((text, context) => {
  if (text !== "true" && text !== "false") return refuse(context, `Invalid boolean: ${text}`);
  return text === "true";
});

/** A text that is not empty. */
export function text(longest = 5000) {
  return z.string().transform((value, context) => {
    if (value === "") {
      return refuse(
        context,
        "You passed an empty string. We assume empty values are an attempt to unset a parameter; however this parameter cannot be unset. You should remove it from your request or supply a non-empty value.",
        "parameter_invalid_empty",
      );
    }
    if (value.length > longest) return refuse(context, `Invalid string: must be at most ${longest} characters.`);
    return value;
  });
}

/** A text that an empty string sets to null. */
export function clearableText(longest = 5000) {
  return z.union([z.literal("").transform(() => null), text(longest)]);
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.string().transform((value, context): Words[number] => {
    if (!words.includes(value)) {
      return refuse(context, `Invalid value: must be one of ${words.join(", ")}`);
    }
    return value;
  });
}

/** A three-letter currency, lower case, that `Intl` knows. */
export const currency = z.string().transform((value, context) => {
  const code = value.toLowerCase();
  if (!CURRENCIES.has(code)) return refuse(context, `Invalid currency: ${value}.`);
  return code;
});

const CURRENCIES = new Set(Intl.supportedValuesOf("currency").map((code) => code.toLowerCase()));

/** An e-mail address as Stripe accepts it: something, an at sign, something with a dot. */
export const email = text(800).transform((value, context) => {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) {
    return refuse(context, `Invalid email address: ${value}`, "email_invalid");
  }
  return value;
});

/** An absolute http or https address; `{CHECKOUT_SESSION_ID}` may stand in it. */
export const url = text(5000).transform((value, context) => {
  const parsed = URL.parse(value);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) return refuse(context, "Not a valid URL", "url_invalid");
  return value;
});

/** Stripe's metadata: up to 50 keys of 40 characters with values of 500; empty values unset, an empty string unsets all. */
export const metadata = z.union([
  z.literal(""),
  z.record(z.string(), z.string()).superRefine((value, context) => {
    const keys = Object.keys(value);
    if (keys.length > 50) refuse(context, `Metadata can have at most 50 keys, you passed ${keys.length}.`);
    for (const key of keys) {
      if (key.length > 40) refuse(context, `Metadata keys can have at most 40 characters, '${key}' has ${key.length}.`);
      if ((value[key] as string).length > 500)
        refuse(context, `Metadata values can have up to 500 characters, but the value of '${key}' is longer.`);
    }
  }),
]);

/** A parsed metadata parameter. */
export type MetadataChange = z.output<typeof metadata> | undefined;

/** What the metadata is after a change: keys are merged, empty values take a key away. */
export function changeMetadata(before: Record<string, string>, change: MetadataChange): Record<string, string> {
  if (change === undefined) return before;
  if (change === "") return {};
  const after = { ...before, ...change };
  for (const key of Object.keys(after)) if (after[key] === "") delete after[key];
  return after;
}

/** Names of fields to return whole instead of as an id. */
export const expand = z.array(z.string()).optional();

/** The parameters of every list. */
export const paging = {
  limit: integer(1, 100).optional(),
  starting_after: text().optional(),
  ending_before: text().optional(),
  expand,
};

/** `created=…` or `created[gte]=…`, in seconds. */
export const createdRange = z
  .union([
    integer().transform((at) => ({ gte: at, lte: at })),
    z.strictObject({
      gt: integer().optional(),
      gte: integer().optional(),
      lt: integer().optional(),
      lte: integer().optional(),
    }),
  ])
  .optional();

/** Whether a time lies in the range that a list asks for. */
export function isInRange(at: number, range: z.output<typeof createdRange>): boolean {
  if (range === undefined) return true;
  const { gt, gte, lt, lte } = range as { gt?: number; gte?: number; lt?: number; lte?: number };
  return (
    (gt === undefined || at > gt) &&
    (gte === undefined || at >= gte) &&
    (lt === undefined || at < lt) &&
    (lte === undefined || at <= lte)
  );
}

/** A parameter that Stripe knows and that changes nothing here: accepted, without effect. */
export const withoutEffect = z.unknown().optional();

/** A parameter that Stripe knows and that would change money or flow: refused, so that nobody relies on it. */
export const notSimulated = z
  .unknown()
  .superRefine((_, context) =>
    refuse(context, "Stripe knows this parameter, the simulator does not.", "simulator_unsupported"),
  )
  .optional();

/** Reads parameters by a schema; the first thing wrong leaves as Stripe's error. */
export function readParameters<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw failureOf(result.error.issues, input);
}

function failureOf(issues: readonly z.core.$ZodIssue[], input: unknown): StripeFailure {
  const flat = issues.flatMap((issue) => innermost(issue, []));
  const unknown = flat.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys.map((key) => parameterName([...issue.path, key])) : [],
  );
  if (unknown.length > 0) {
    const message = `Received unknown parameter${unknown.length > 1 ? "s" : ""}: ${unknown.join(", ")}`;
    return invalidParameter(message, "parameter_unknown", unknown[0] as string);
  }
  const missing = flat.find((issue) => valueAt(input, issue.path) === undefined);
  if (missing !== undefined) {
    const param = parameterName(missing.path);
    return invalidParameter(`Missing required param: ${param}.`, "parameter_missing", param);
  }
  const first = flat[0] as z.core.$ZodIssue;
  const param = parameterName(first.path);
  if (first.code === "custom") return invalidParameter(first.message, first.params?.code as string | undefined, param);
  return invalidParameter(`Invalid value for ${param}: ${first.message}`, undefined, param);
}

// A union reports one list of issues per member; the member that got furthest says best what is wrong.
function innermost(issue: z.core.$ZodIssue, above: PropertyKey[]): z.core.$ZodIssue[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [{ ...issue, path }];
  const weight = (issues: z.core.$ZodIssue[]) =>
    issues.some((each) => each.code === "custom" || each.code === "unrecognized_keys" || each.path.length > 0) ? 1 : 0;
  const best = issue.errors.reduce((a, b) => (weight(b) >= weight(a) ? b : a));
  return best.flatMap((each) => innermost(each, path));
}

function parameterName(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (index === 0 ? String(part) : `[${String(part)}]`)).join("");
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part], input);
}
