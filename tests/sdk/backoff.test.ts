import fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, retryAfterMs } from "../../packages/sdk/src/backoff.ts";

test("waits double, are spread by half, and end at five seconds", () => {
  expect([0, 1, 2, 9].map((attempt) => backoffMs(attempt, () => 1))).toEqual([200, 400, 800, 5_000]);
  expect([0, 1, 2, 9].map((attempt) => backoffMs(attempt, () => 0))).toEqual([100, 200, 400, 2_500]);
});

test("Retry-After is read as seconds and as a date", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(retryAfterMs("3", now)).toBe(3_000);
  expect(retryAfterMs("Thu, 01 Jan 2026 00:00:05 GMT", now)).toBe(5_000);
  expect(retryAfterMs("Thu, 01 Jan 2020 00:00:00 GMT", now)).toBe(0);
});

test("a Retry-After that cannot be read counts as absent, and none is negative", () => {
  expect(retryAfterMs(null)).toBeNull();
  expect(retryAfterMs("")).toBeNull();
  expect(retryAfterMs("soon")).toBeNull();
  fc.assert(fc.property(fc.string(), (header) => (retryAfterMs(header) ?? 0) >= 0));
});
