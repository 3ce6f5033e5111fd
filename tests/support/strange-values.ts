import fc from "fast-check";

/** Text that breaks naive code: quotes, SQL, controls, zero bytes, right-to-left, lone surrogates, very long. */
export const strangeText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "'",
    '"',
    "';drop table orders;--",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\u202e",
    "🙂".repeat(300),
    "null",
    "NaN",
    "-infinity",
    "2026-02-30",
    "1e400",
    "{}",
    "[1",
    "\\",
    "%00",
    "x".repeat(10_000),
    "00000000-0000-0000-0000-000000000000",
  ),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.uuid(),
);

/** A JSON value of any type and size, as text: JSON can say numbers that JavaScript cannot hold. */
export const strangeJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: strangeText.map((text) => JSON.stringify(text)) },
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
  fc.constantFrom(
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e9",
    "1e400",
    "-1e400",
    "9223372036854775808",
    "1e-400",
    "[]",
    "{}",
    "[[[[]]]]",
  ),
  fc.constantFrom("NaN", "Infinity", "undefined", "'", "[", '{"a":', "01", '"\t"'),
  fc.constantFrom(100, 1000).map((size) => `[${Array(size).fill('{"variant_id":null,"quantity":1}').join(",")}]`),
);

/** JSON as large as an attacker would send: long lists, long text, deep nesting. */
export const hugeJson: readonly string[] = [
  `[${Array(100_000).fill("1").join(",")}]`,
  `[${Array(20_000).fill('{"variant_id":null,"quantity":1}').join(",")}]`,
  JSON.stringify("x".repeat(1_000_000)),
  `${"[".repeat(5_000)}${"]".repeat(5_000)}`,
];

/** A quantity no shop can sell. */
export const impossibleQuantity: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "0",
    "-1",
    "1.5",
    "1e9",
    "1e400",
    "2147483648",
    "9223372036854775808",
    "null",
    '"1"',
    '"NaN"',
    "true",
    "[1]",
    "{}",
    "0.9999999999999999999",
  ),
  fc.integer({ max: 0 }).map(String),
);
