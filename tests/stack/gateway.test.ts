import { createHmac, generateKeyPairSync, randomUUID } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createTokenSigner, type TokenSigner } from "../../packages/stack/src/gateway/sign-tokens.ts";
import {
  type Echo,
  type GatewayProcess,
  sendBytes,
  sendRaw,
  startEcho,
  startGatewayProcess,
} from "./gateway-process.ts";

let rest: Echo;
let functions: Echo;
let gateway: GatewayProcess;
let signer: TokenSigner;

beforeAll(async () => {
  rest = await startEcho();
  functions = await startEcho();
  const urls = { POSTGREST_URL: rest.url, FUNCTIONS_URL: functions.url, DATABASE_URL: inject("databaseUrl") };
  gateway = await startGatewayProcess(urls);
  signer = createTokenSigner(gateway.keys.jwk as never);
});
afterAll(() => Promise.all([gateway?.stop(), rest?.close(), functions?.close()]));

const call = async (path: string, headers: Record<string, string> = {}, options: RequestInit = {}) => {
  const response = await fetch(`${gateway.url}${path}`, { ...options, headers });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith("{") ? JSON.parse(text) : null,
  };
};
const anon = () => ({ apikey: gateway.keys.publishableKey });
const secret = () => ({ apikey: gateway.keys.secretKey });
const lastAt = (echo: Echo) => echo.seen.at(-1);
const restSecret = () => Buffer.from(gateway.keys.restSecret);
const tokenAt = (echo: Echo) => String(lastAt(echo)?.headers.authorization).replace("Bearer ", "");
const userToken = (claims: Record<string, unknown> = {}, seconds = 60) =>
  signer.sign({ sub: randomUUID(), role: "authenticated", aud: "authenticated", ...claims }, seconds);

test("a call without a key is refused with the next step", async () => {
  const { status, body } = await call("/rest/v1/products");
  expect(status).toBe(401);
  expect(body).toEqual({
    code: "missing_api_key",
    message: expect.any(String),
    details: null,
    hint: expect.stringContaining("apikey"),
  });
});

test("a key of another project is refused", async () => {
  for (const apikey of [
    "sb_publishable_wrong",
    `${gateway.keys.secretKey}x`,
    "anon",
    gateway.keys.secretKey.slice(0, -1),
  ]) {
    const { status, body } = await call("/rest/v1/products", { apikey });
    expect([status, body.code]).toEqual([401, "invalid_api_key"]);
  }
});

test("each key becomes a token of its role that PostgREST can check, and does not go on itself", async () => {
  for (const [headers, role] of [
    [anon(), "anon"],
    [secret(), "service_role"],
    [{ authorization: `Bearer ${gateway.keys.publishableKey}` }, "anon"],
    [{ ...anon(), authorization: `Bearer ${gateway.keys.publishableKey}` }, "anon"],
    [{ ...secret(), authorization: `Bearer ${gateway.keys.secretKey}` }, "service_role"],
  ] as const) {
    expect((await call("/rest/v1/products?select=*", headers)).status).toBe(200);
    expect(lastAt(rest)?.url).toBe("/products?select=*");
    expect(lastAt(rest)?.headers.apikey).toBeUndefined();
    const { payload } = await jwtVerify(tokenAt(rest), restSecret());
    expect(payload.role).toBe(role);
  }
});

test("what a user's token says goes on with either key, in the form that only PostgREST takes", async () => {
  const token = userToken();
  for (const key of [anon(), secret()]) {
    expect((await call("/rest/v1/products", { ...key, authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await jwtVerify(tokenAt(rest), restSecret())).payload).toEqual(decodeJwt(token));
  }
});

test("a token in PostgREST's own form is refused at the entrance", async () => {
  await call("/rest/v1/products", { ...anon(), authorization: `Bearer ${userToken()}` });
  const inner = tokenAt(rest);
  const answer = await call("/rest/v1/products", { ...anon(), authorization: `Bearer ${inner}` });
  expect([answer.status, answer.body.code]).toEqual([401, "invalid_token"]);
});

test("a user's token without a key, and two different keys, are refused", async () => {
  expect((await call("/rest/v1/products", { authorization: `Bearer ${userToken()}` })).body.code).toBe(
    "missing_api_key",
  );
  const both = await call("/rest/v1/products", { ...anon(), authorization: `Bearer ${gateway.keys.secretKey}` });
  expect([both.status, both.body.code]).toEqual([401, "invalid_api_key"]);
});

test("a secret key from a browser is refused, from a server it is not", async () => {
  const signs: Record<string, string>[] = [
    { origin: "https://shop.test" },
    { "sec-fetch-site": "same-origin" },
    { "sec-fetch-dest": "empty" },
    { "user-agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36" },
  ];
  for (const sign of signs) {
    for (const path of [
      "/rest/v1/products",
      "/auth/v1/admin/users",
      "/functions/v1/stripe-webhook",
      "/storage/v1/object/public/a/b",
    ]) {
      const { status, text } = await sendRaw(gateway.url, {
        path,
        headers: { ...secret(), ...sign },
      });
      expect([status, JSON.parse(text).code]).toEqual([401, "secret_key_in_browser"]);
    }
  }
  expect((await call("/rest/v1/products", secret())).status).toBe(200);
});

test("forged, altered, expired and foreign tokens are refused", async () => {
  const token = userToken();
  const [head = "", body = "", signature = ""] = token.split(".");
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { ...JSON.parse(Buffer.from(body, "base64url").toString()), role: "service_role" };
  const publicKey = JSON.stringify(signer.jwks.keys[0]);
  const hs = `${encode({ alg: "HS256", typ: "JWT", kid: gateway.keys.jwk.kid })}.${body}`;
  const foreign = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const other = createTokenSigner({ ...foreign, kid: gateway.keys.jwk.kid });
  const otherId = createTokenSigner({ ...gateway.keys.jwk, kid: "another" } as never);
  const bad = {
    altered: `${head}.${encode(claims)}.${signature}`,
    "alg none": `${encode({ alg: "none", kid: gateway.keys.jwk.kid })}.${encode(claims)}.`,
    "none with a signature": `${encode({ alg: "none", kid: gateway.keys.jwk.kid })}.${encode(claims)}.${signature}`,
    "HS256 with the public key": `${hs}.${createHmac("sha256", publicKey).update(hs).digest("base64url")}`,
    "another key": other.sign({ sub: randomUUID(), role: "authenticated" }, 60),
    "another kid": otherId.sign({ sub: randomUUID(), role: "authenticated" }, 60),
    "an unknown role": userToken({ role: "postgres" }),
    "no role": userToken({ role: undefined }),
    "another spelling of the signature": `${token}=`,
    "two parts": `${head}.${body}`,
    words: "hello",
  };
  for (const [name, each] of Object.entries(bad)) {
    const answer = await call("/rest/v1/products", { ...anon(), authorization: `Bearer ${each}` });
    expect([name, answer.status, answer.body.code]).toEqual([name, 401, "invalid_token"]);
  }
  const old = await call("/rest/v1/products", { ...anon(), authorization: `Bearer ${userToken({}, -1)}` });
  expect([old.status, old.body.code]).toEqual([401, "token_expired"]);
  const basic = await call("/rest/v1/products", { ...anon(), authorization: "Basic YTpi" });
  expect([basic.status, basic.body.code]).toEqual([401, "invalid_token"]);
});

test("a token of a session that does not exist is refused", async () => {
  const authorization = `Bearer ${userToken({ session_id: randomUUID() })}`;
  const answer = await call("/rest/v1/products", { ...anon(), authorization });
  expect([answer.status, answer.body.code]).toEqual([401, "session_ended"]);
  const auth = await call("/auth/v1/user", { ...anon(), authorization });
  expect([auth.status, auth.body.error_code]).toEqual([403, "session_not_found"]);
});

test("a request id is kept when it is safe, made when not, sent on and echoed", async () => {
  const kept = await call("/rest/v1/products", { ...anon(), "x-request-id": "order-17.a:b_c" });
  expect(kept.headers.get("x-request-id")).toBe("order-17.a:b_c");
  expect(lastAt(rest)?.headers["x-request-id"]).toBe("order-17.a:b_c");
  for (const unsafe of ["", "a b", "x".repeat(129), "<script>", "-a"]) {
    const { headers } = await call("/rest/v1/products", { ...anon(), "x-request-id": unsafe });
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(lastAt(rest)?.headers["x-request-id"]).toBe(headers.get("x-request-id"));
  }
  expect((await call("/rest/v1/products")).headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
});

test("hop-by-hop headers, and what the client says about proxies, do not go on", async () => {
  const headers = {
    ...anon(),
    connection: "keep-alive, x-hop",
    "x-hop": "1",
    "x-forwarded-for": "6.6.6.6",
    "x-forwarded-host": "evil.test",
    forwarded: "for=6.6.6.6",
    "x-real-ip": "6.6.6.6",
    "proxy-authorization": "Basic eDp5",
    te: "trailers",
    "x-seatline-caller": "e30",
    prefer: "count=exact",
  };
  await sendRaw(gateway.url, { path: "/rest/v1/products", headers });
  const seen = lastAt(rest)?.headers ?? {};
  expect(seen.prefer).toBe("count=exact");
  expect(seen["x-forwarded-for"]).toBe("127.0.0.1");
  for (const name of [
    "x-hop",
    "x-forwarded-host",
    "forwarded",
    "x-real-ip",
    "proxy-authorization",
    "te",
    "x-seatline-caller",
  ]) {
    expect([name, seen[name]]).toEqual([name, undefined]);
  }
});

test("a caller cannot vouch for itself toward Auth", async () => {
  const forged = Buffer.from(JSON.stringify({ role: "service_role" })).toString("base64url");
  const { status, body } = await call("/auth/v1/admin/users", { ...anon(), "x-seatline-caller": forged });
  expect([status, body.error_code]).toEqual([403, "not_admin"]);
});

test("a preflight is answered for every path, and an answer tells a browser what it may read", async () => {
  for (const path of ["/rest/v1/rpc/enroll", "/functions/v1/checkout", "/auth/v1/token", "/storage/v1/object/a/b"]) {
    const headers = {
      origin: "https://shop.test",
      "access-control-request-method": "POST",
      "access-control-request-headers": "apikey,x-custom",
    };
    const answer = await sendRaw(gateway.url, { method: "OPTIONS", path, headers });
    expect(answer.status).toBe(204);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    expect(answer.headers["access-control-allow-headers"]).toBe("apikey,x-custom");
    expect(answer.headers["access-control-allow-methods"]).toContain("PATCH");
  }
  const answer = await call("/rest/v1/products", { ...anon(), origin: "https://shop.test" });
  expect(answer.headers.get("access-control-allow-origin")).toBe("*");
  for (const name of ["content-range", "x-request-id", "retry-after", "etag"]) {
    expect(answer.headers.get("access-control-expose-headers")).toContain(name);
  }
  expect(answer.headers.get("content-range")).toBe("0-0/1");
  expect(answer.headers.get("server")).toBeNull();
});

test("paths that lead elsewhere are refused and reach nothing", async () => {
  const before = rest.seen.length + functions.seen.length;
  for (const path of [
    "/rest/v1/../../_system/info",
    "/rest/v1/%2e%2e/x",
    "/rest/v1/a/%2E./x",
    "/rest/v1/..%2f..%2f_system",
    "/functions/v1/../../etc/passwd",
    "/functions/v1/%2e%2e%2fsecrets",
    "/functions/v1/a%2fb",
    "/storage/v1/object/public/b/..%5c..%5cx",
    "/rest/v1\\..\\x",
    "//evil.test/rest/v1/products",
    "http://evil.test/rest/v1/products",
    "/rest/v1/a%00b",
  ]) {
    const { status, text } = await sendRaw(gateway.url, { path, headers: secret() });
    expect([path, status, JSON.parse(text).code]).toEqual([
      path,
      status === 404 ? 404 : 400,
      status === 404 ? "not_found" : "bad_path",
    ]);
  }
  expect(rest.seen.length + functions.seen.length).toBe(before);
});

test("what is not served says so", async () => {
  for (const path of [
    "/",
    "/_system",
    "/_system/info",
    "/auth/v1/_system/info",
    "/rest/v2/x",
    "/auth/v1/nothing",
    "/functions/v1/",
  ]) {
    expect([path, (await call(path, secret())).status]).toEqual([path, 404]);
  }
  for (const path of [
    "/realtime/v1/websocket",
    "/graphql/v1",
    "/pg/tables",
    "/auth/v1/factors",
    "/auth/v1/authorize",
    "/storage/v1/s3/b",
  ]) {
    const { status, text } = await call(path, secret());
    expect([path, status]).toEqual([path, 501]);
    expect(text).toContain("embedded stack");
  }
});

test("bodies and answers of any size pass unchanged, over the limit they are refused", async () => {
  for (const size of [0, 1, 65_536, 65_537, 3_000_000]) {
    const body = Buffer.alloc(size, 98);
    expect((await call("/rest/v1/rpc/x", anon(), { method: "POST", body })).status).toBe(200);
    expect(lastAt(rest)?.body.equals(body)).toBe(true);
  }
  const chunks = Array.from({ length: 30 }, () => Buffer.alloc(50_000, 99));
  await sendRaw(gateway.url, { method: "POST", path: "/rest/v1/rpc/x", headers: anon(), body: chunks });
  expect(lastAt(rest)?.body.length).toBe(1_500_000);
  expect((await call("/rest/v1/size/4000000", anon())).text.length).toBe(4_000_000);

  const before = rest.seen.length;
  const large = await call("/rest/v1/rpc/x", anon(), { method: "POST", body: Buffer.alloc(5_300_000) });
  expect([large.status, large.body.code]).toEqual([413, "body_too_large"]);
  const endless = Array.from({ length: 120 }, () => Buffer.alloc(50_000));
  const cut = await sendRaw(gateway.url, { method: "POST", path: "/rest/v1/rpc/x", headers: anon(), body: endless });
  expect(cut.status).toBe(413);
  expect(rest.seen.length).toBe(before);
});

test("functions get key and token as sent; only the webhook is open without a key", async () => {
  const token = `Bearer ${userToken()}`;
  const options = { method: "POST", body: "{}" };
  expect((await call("/functions/v1/checkout", { ...anon(), authorization: token }, options)).status).toBe(200);
  expect(lastAt(functions)).toMatchObject({ url: "/functions/v1/checkout", method: "POST" });
  expect(lastAt(functions)?.headers).toMatchObject({
    ...anon(),
    authorization: token,
    host: new URL(gateway.url).host,
  });
  expect((await call("/functions/v1/checkout", {}, options)).body.code).toBe("missing_api_key");
  const hook = await call("/functions/v1/stripe-webhook", { "stripe-signature": "t=1,v1=x" }, options);
  expect(hook.status).toBe(200);
  expect(lastAt(functions)?.headers["stripe-signature"]).toBe("t=1,v1=x");
});

test("a header sent twice does not slip past the gateway", async () => {
  const token = userToken();
  const lines = [
    "POST /functions/v1/checkout HTTP/1.1",
    `host: ${new URL(gateway.url).host}`,
    `apikey: ${gateway.keys.publishableKey}`,
    `authorization: Bearer ${token}`,
    `authorization: Bearer ${gateway.keys.secretKey}`,
    "content-length: 2",
    "connection: close",
  ];
  const before = functions.seen.length;
  await sendBytes(gateway.url, `${lines.join("\r\n")}\r\n\r\n{}`);
  for (const { headers } of functions.seen.slice(before)) expect(headers.authorization).toBe(`Bearer ${token}`);
});

test("what is not HTTP gets 400 and harms nobody", async () => {
  for (const bytes of [
    "hello\r\n\r\n",
    "GET / HTTP/1.1\r\n\r\n",
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(20_000)}\r\n\r\n`,
  ]) {
    expect(await sendBytes(gateway.url, bytes)).toMatch(/^HTTP\/1.1 4(00|31) /);
  }
  expect((await call("/rest/v1/products", anon())).status).toBe(200);
});

test("the key set holds the public half only", async () => {
  const { body, status } = await call("/auth/v1/.well-known/jwks.json");
  expect(status).toBe(200);
  expect(body.keys).toHaveLength(1);
  expect(body.keys[0]).toMatchObject({
    kid: gateway.keys.jwk.kid,
    alg: "ES256",
    kty: "EC",
    x: gateway.keys.jwk.x,
    y: gateway.keys.jwk.y,
  });
  expect(body.keys[0].d).toBeUndefined();
  expect(decodeProtectedHeader(userToken()).kid).toBe(body.keys[0].kid);
});

test("an answer that breaks off in the middle breaks off for the client too", async () => {
  await expect(call("/rest/v1/cut", anon())).rejects.toThrow();
  expect((await call("/rest/v1/products", anon())).status).toBe(200);
});

test("a database that closed the connection in the middle is away: PostgREST's 400 without a code becomes 503", async () => {
  const lost = await call("/rest/v1/refuse/", anon());
  expect([lost.status, lost.body.code, lost.headers.get("retry-after")]).toEqual([503, "service_unavailable", "1"]);
  const refused = await call("/rest/v1/refuse/22P02", anon());
  expect([refused.status, refused.body.code]).toEqual([400, "22P02"]);
});

test("while the data API is away a call gets 503 with Retry-After, and health tells which piece it is", async () => {
  await rest.close();
  const { status, headers, body } = await call("/rest/v1/products", anon());
  expect([status, body.code, headers.get("retry-after")]).toEqual([503, "service_unavailable", "1"]);
  const health = await call("/health");
  expect([health.status, health.body]).toEqual([503, { status: "degraded", database: true, rest: false, auth: true }]);
});
