import { beforeAll, expect, test } from "vitest";
import { restConfiguration } from "../../packages/stack/src/rest/rest-configuration.ts";
import { publishedIntake } from "../support/catalog.ts";
import { type SignedUp, signUpStaff, useStack } from "../support/stack.ts";

const stack = useStack();
let slug: string;
let manager: SignedUp;

beforeAll(async () => {
  [{ slug }, manager] = await Promise.all([
    publishedIntake(stack.sql, { seats: 3, price: 10_00 }),
    signUpStaff(stack, "catalog_manager"),
  ]);
});

const read = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(`${stack.urls.api}/rest/v1${path}`, { ...init, headers: { apikey: stack.keys.publishableKey, ...headers } });
const product = () => `/products?slug=eq.${slug}&select=id,title,variants(sku,prices(amount))`;
const keptBy = (response: Response) => response.headers.get("cache-control");
const forAll = "public, max-age=60, stale-while-revalidate=300";
const forNobody = "private, no-store";

test("a read of the catalogue by nobody in particular may be kept by browsers and CDNs", async () => {
  const paths = await stack.sql<{ path: string; settings_prefix: string }[]>`
    select * from private.cached_reads where path not like '/rpc/%'`;
  for (const { path, settings_prefix } of paths) {
    const response = await read(`${path}?limit=1`);
    expect([path, response.status]).toEqual([path, 200]);
    expect(keptBy(response)).toBe(
      settings_prefix === "stock" ? "public, max-age=5, stale-while-revalidate=10" : forAll,
    );
    expect(response.headers.get("vary")).toBe("Accept, Accept-Profile, Authorization, apikey, Prefer, Range");
    expect(response.headers.get("etag")).toMatch(/^W\/"[\w-]{27}"$/);
  }
});

test("whoever has the present answer gets 304 without a body, and a new answer when it changed", async () => {
  const first = await read(product());
  const etag = first.headers.get("etag") as string;
  await first.text();
  for (const known of [etag, etag.slice(2), `"other", ${etag}`, "*"]) {
    const again = await read(product(), { "if-none-match": known });
    expect([again.status, await again.text()]).toEqual([304, ""]);
    expect(again.headers.get("etag")).toBe(etag);
    expect(keptBy(again)).toBe(forAll);
    expect(again.headers.get("vary")).toBe(first.headers.get("vary"));
    expect(again.headers.get("content-type")).toBeNull();
  }
  expect((await read(product(), { "if-none-match": 'W/"other"' })).status).toBe(200);
  await stack.sql`update public.products set title = 'Renamed' where slug = ${slug}`;
  const changed = await read(product(), { "if-none-match": etag });
  expect([changed.status, await changed.json()]).toEqual([200, [expect.objectContaining({ title: "Renamed" })]]);
  expect(changed.headers.get("etag")).not.toBe(etag);
});

test("what somebody signed in reads is kept by nobody, whoever they are", async () => {
  const who: Record<string, string>[] = [
    { authorization: `Bearer ${manager.token}` },
    { apikey: stack.keys.secretKey },
  ];
  for (const headers of who) {
    const response = await read(product(), { ...headers, "if-none-match": "*" });
    expect([response.status, keptBy(response), response.headers.get("etag")]).toEqual([200, forNobody, null]);
  }
});

test("a write, a refusal, a part of a list and a read that is not listed are kept by nobody", async () => {
  const body = { method: "POST", body: "{}" };
  const json = { "content-type": "application/json" };
  const answers = {
    "a write": await read("/products", json, body),
    "a call": await read("/rpc/enroll", json, body),
    "a refused call": await read("/rpc/place_order", { ...json, authorization: `Bearer ${manager.token}` }, body),
    "a table of people": await read("/profiles"),
    "an unknown table": await read("/nothing"),
    "a broken query": await read("/products?select=nothing"),
    "one row that is none": await read("/products?slug=eq.none", { accept: "application/vnd.pgrst.object+json" }),
    "a wrong key": await read("/products", { apikey: "sb_publishable_wrong" }),
    "a bad path": await read("/products%00"),
    "a part": await read("/products?select=id", { range: "0-0" }),
    "a counted part": await read("/products?select=id&limit=1", { prefer: "count=exact" }),
  };
  for (const [name, response] of Object.entries(answers)) {
    expect([name, keptBy(response), response.headers.get("etag")]).toEqual([name, forNobody, null]);
  }
});

test("a verb for people asks nobody in particular to sign in", async () => {
  const json = { "content-type": "application/json" };
  const response = await read("/rpc/place_order", json, { method: "POST", body: "{}" });
  const asked = { code: "sign_in_required", message: expect.any(String), details: null, hint: expect.any(String) };
  expect([response.status, await response.json()]).toEqual([401, asked]);
});

test("HEAD says how long, and has no body and no name for it", async () => {
  const response = await read(product(), { "if-none-match": "*" }, { method: "HEAD" });
  expect([response.status, await response.text(), keptBy(response)]).toEqual([200, "", forAll]);
  expect(response.headers.get("etag")).toBeNull();
});

test("hosted Supabase and the embedded stack call the same function before each request", async () => {
  const [role] = await stack.sql`select rolconfig from pg_roles where rolname = 'authenticator'`;
  const named = "private.before_request";
  expect(role?.rolconfig).toContain(`pgrst.db_pre_request=${named}`);
  const keys = { jwk: {}, restSecret: "" } as Parameters<typeof restConfiguration>[2];
  expect(restConfiguration("", stack.ports, keys)).toContain(`db-pre-request = "${named}"`);
});
