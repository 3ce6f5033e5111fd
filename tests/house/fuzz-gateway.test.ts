import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { type SignedUp, signUp, useStack } from "../support/stack.ts";
import { hugeJson, strangeJson, strangeText } from "../support/strange-values.ts";

const stack = useStack();
let person: SignedUp;

beforeAll(async () => {
  person = await signUp(stack);
});

test.each([
  "signup",
  "token?grant_type=password",
  "token?grant_type=refresh_token",
  "otp",
  "verify",
  "recover",
  "resend",
])(
  "POST /auth/v1/%s refuses strange input clearly",
  async (path) => {
    const member = (name: string) =>
      fc
        .oneof(
          strangeJson,
          strangeText.map((text) => JSON.stringify(text)),
        )
        .map((json) => `"${name}":${json}`);
    const body = fc.oneof(
      strangeJson,
      fc
        .tuple(member("email"), member("password"), member("token"), member("type"))
        .map((members) => `{${members.join(",")}}`),
    );
    await property(body, (text) => call("POST", `/auth/v1/${path}`, text, { authorization: "" }), 30);
  },
  120_000,
);

test("a verb refuses bodies that are no JSON, in other clothes, or nested without end", async () => {
  const path = "/rest/v1/rpc/place_order";
  for (const body of ["", "null", "[]", "{", "lines=1", "\u0000", ...hugeJson.map((lines) => `{"lines":${lines}}`)]) {
    const answer = await call("POST", path, body);
    expectClear(answer, body.slice(0, 60));
    expect(answer.status, body.slice(0, 60)).toBeGreaterThanOrEqual(400);
  }
  for (const type of [
    "text/plain",
    "application/xml",
    "multipart/form-data",
    "text/csv",
    "application/octet-stream",
    "nonsense",
  ]) {
    const answer = await call("POST", path, '{"lines":[]}', { "content-type": type });
    expectClear(answer, type);
    expect(answer.status, type).toBeGreaterThanOrEqual(400);
  }
});

test("strange paths, methods and headers are refused clearly", async () => {
  const paths = ["/", "//", "/rest/v1/../auth/v1/admin/users", "/rest/v1/%2e%2e/auth/v1/admin/users", "/rest/v1/%00"];
  paths.push(
    "/rest/v1/rpc/%F0%9F%99%82",
    `/rest/v1/${"x".repeat(7000)}`,
    `/rest/v1/products?select=${"(".repeat(3000)}`,
    "/nothing/here",
    "/_system/info",
  );
  for (const path of paths) {
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
      expectClear(
        await call(method, path, method === "GET" ? undefined : "{}"),
        `${method} ${path.slice(0, 60)}`,
        [501],
      );
    }
  }
  const headers: Record<string, string>[] = [
    { range: "9999999999-" },
    { range: "a-b" },
    { "range-unit": "x", range: "5-1" },
    { prefer: "count=exact,tx=rollback,resolution=x" },
    { prefer: "\u00ff" },
    { "accept-profile": "private" },
    { accept: "application/vnd.pgrst.plan" },
    { "x-request-id": "x".repeat(5000) },
  ];
  for (const header of headers)
    expectClear(
      await call("GET", "/rest/v1/products?select=id", undefined, header),
      JSON.stringify(header).slice(0, 80),
    );
});

test("a schema that is not the API cannot be named", async () => {
  for (const schema of ["private", "auth", "storage", "pg_catalog", "information_schema"]) {
    const answer = await call("GET", "/rest/v1/users", undefined, { "accept-profile": schema });
    expect(answer.status, schema).toBe(406);
  }
});

test("the fuzz notices an answer that breaks, and a refusal without a code or a sentence", () => {
  const clear = { code: "invalid_body", message: "The body must be JSON." };
  expectClear({ status: 400, body: clear }, "sent");
  const bad = [
    { status: 500, body: clear },
    { status: 501, body: clear },
    { status: 400, body: { message: clear.message } },
    { status: 404, body: { code: clear.code } },
    { status: 413, body: { text: "Request Entity Too Large" } },
  ];
  for (const answer of bad) expect(() => expectClear(answer, "sent"), String(answer.status)).toThrow(/to be null/);
});

type Answer = { status: number; body: Record<string, unknown> };

async function call(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const all = new Headers({
    apikey: stack.keys.publishableKey,
    authorization: `Bearer ${person.token}`,
    "content-type": "application/json",
    "x-request-id": randomUUID(),
  });
  for (const [name, value] of Object.entries(headers)) value === "" ? all.delete(name) : all.set(name, value);
  const response = await fetch(`${stack.urls.api}${path}`, {
    method,
    headers: all,
    body: body === undefined ? undefined : Buffer.from(body.toWellFormed()),
  });
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) ?? {} };
  } catch {
    return { status: response.status, body: { text: text.slice(0, 300) } };
  }
}

async function property(
  bodies: fc.Arbitrary<string>,
  send: (body: string) => Promise<Answer>,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(bodies, async (body) => expectClear(await send(body), body.slice(0, 300))),
    { numRuns, endOnFailure: true },
  );
}

// Clear: no server error, and every refusal says what is wrong in a sentence and a code.
function expectClear({ status, body }: Answer, sent: string, also: number[] = []): void {
  const known = status < 500 || also.includes(status);
  const told = (body.code ?? body.error_code ?? body.error) && (body.message ?? body.msg ?? body.error_description);
  const unclear = known && (status < 400 || told) ? null : { sent, status, body };
  expect(unclear).toBeNull();
}
