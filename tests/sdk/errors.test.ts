import { expect, test } from "vitest";
import { createSeatline, SeatlineError } from "../../packages/sdk/src/index.ts";
import { refusal } from "./refusal.ts";
import { type Answer, scriptedServer } from "./scripted-server.ts";

async function refusalOf(answer: Answer): Promise<SeatlineError> {
  const { url } = await scriptedServer(answer);
  return refusal(createSeatline({ url, key: "sb_publishable_test", maxRetries: 0 }).courses.list());
}

test("a refusal carries code, status, message, hint, details and the server's request id", async () => {
  const body = { code: "out_of_stock", message: "Every seat is taken.", hint: "Choose another.", details: "a-variant" };
  const error = await refusalOf({ status: 409, body, headers: { "x-request-id": "request-1" } });
  expect(error).toBeInstanceOf(SeatlineError);
  expect(error).toMatchObject({ ...body, status: 409, requestId: "request-1", name: "SeatlineError" });
  expect(error.cause).toEqual(body);
});

test.each([
  ["42501", 403, "permission_denied"],
  ["42501", 401, "sign_in_required"],
  ["PGRST301", 401, "invalid_token"],
  ["PGRST302", 401, "sign_in_required"],
  ["PGRST303", 401, "invalid_token"],
  ["PGRST116", 406, "not_found"],
  ["PGRST202", 404, "unknown_operation"],
  ["PGRST100", 400, "invalid_input"],
  ["PGRST003", 504, "service_unavailable"],
  ["23505", 409, "already_exists"],
  ["22P02", 400, "invalid_input"],
  ["22003", 400, "invalid_input"],
  ["57014", 500, "statement_timeout"],
  ["XX000", 500, "unexpected_answer"],
])("the native code %s with status %d is called %s", async (native, status, code) => {
  expect(await refusalOf({ status, body: { code: native, message: "native words" } })).toMatchObject({ code, status });
});

test("a native code without a hint gets one, and a hint that was given stays", async () => {
  const hint = async (body: object, status = 400) => (await refusalOf({ status, body })).hint;
  expect(await hint({ code: "23514", message: 'violates check constraint "lists_end"' })).toMatch(/constraint/);
  expect(await hint({ code: "42501", message: "permission denied" }, 401)).toMatch(/Sign in/);
  expect(await hint({ code: "22P02", message: "no uuid", hint: "Send one." })).toBe("Send one.");
  expect(await hint({ code: "already_exists", message: "There is one." }, 409)).toBeNull();
});

test.each([
  [401, "sign_in_required"],
  [404, "not_found"],
  [429, "rate_limited"],
  [501, "not_supported"],
  [502, "service_unavailable"],
  [418, "unexpected_answer"],
])("an answer %d without a code is called %s", async (status, code) => {
  expect(await refusalOf({ status, text: "<html>a proxy's page</html>" })).toMatchObject({ code, status });
});

test("what Storage finds too large is called as a function calls it", async () => {
  const body = { statusCode: "413", error: "Payload too large", message: "The object exceeded the maximum size" };
  const refused = { code: "file_too_large", status: 413, message: body.message, hint: expect.any(String) };
  expect(await refusalOf({ status: 400, body })).toMatchObject(refused);
  expect(await refusalOf({ status: 400, body: { ...body, statusCode: "409" } })).toMatchObject({ status: 400 });
});

test("a word that this version does not list is handed on", async () => {
  expect((await refusalOf({ status: 409, body: { code: "word_of_next_year", message: "New." } })).code).toBe(
    "word_of_next_year",
  );
});

test("an answer that is not JSON is not taken for data", async () => {
  expect(await refusalOf({ text: "<html>not the gateway</html>" })).toMatchObject({
    code: "unexpected_answer",
    status: 200,
  });
});
