import { randomUUID } from "node:crypto";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useStack } from "../support/stack.ts";
import { newEmail } from "./gateway-process.ts";

const stack = useStack({ invariants: false });
const open = `open-${randomUUID()}`;
const closed = `closed-${randomUUID()}`;
let admin: SupabaseClient;
let sql: postgres.Sql;
const client = (key = stack.keys.publishableKey) =>
  createClient(stack.urls.api, key, { auth: { persistSession: false, autoRefreshToken: false } });
const signedUp = async () => {
  const own = client();
  const { data } = await own.auth.signUp({ email: newEmail(), password: "correct horse 1" });
  return { own, id: data.user?.id ?? "" };
};

beforeAll(async () => {
  admin = client(stack.keys.secretKey);
  sql = postgres(stack.urls.database, { max: 1, onnotice: () => {} });
  expect((await admin.storage.createBucket(open, { public: true })).error).toBeNull();
  expect(
    (await admin.storage.createBucket(closed, { public: false, allowedMimeTypes: ["text/plain"], fileSizeLimit: 1000 }))
      .error,
  ).toBeNull();
  // A folder of one's own, as hosted Supabase's guide has it.
  for (const [verb, clause] of [
    ["select", "using"],
    ["insert", "with check"],
    ["delete", "using"],
  ]) {
    await sql.unsafe(`
      create policy "own_${verb}_${closed}" on storage.objects for ${verb} to authenticated
      ${clause} (bucket_id = '${closed}' and (storage.foldername(name))[1] = (select auth.uid())::text)
    `);
  }
});
afterAll(async () => {
  for (const verb of ["select", "insert", "delete"])
    await sql?.unsafe(`drop policy "own_${verb}_${closed}" on storage.objects`);
  await sql?.end({ timeout: 1 });
});

test("only the secret key makes, changes and removes buckets", async () => {
  const { own } = await signedUp();
  for (const caller of [client(), own]) {
    expect((await caller.storage.createBucket(`mine-${randomUUID()}`)).error).not.toBeNull();
    await caller.storage.updateBucket(closed, { public: true });
    await caller.storage.deleteBucket(closed);
    await caller.storage.emptyBucket(open);
    expect((await caller.storage.listBuckets()).data).toEqual([]);
  }
  expect((await admin.storage.getBucket(closed)).data).toMatchObject({ id: closed, public: false });
});

test("a file in a public bucket is read by anyone without a key, byte by byte as it was written", async () => {
  const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256));
  const { error } = await admin.storage.from(open).upload("covers/a b.png", bytes, { contentType: "image/png" });
  expect(error).toBeNull();
  const response = await fetch(admin.storage.from(open).getPublicUrl("covers/a b.png").data.publicUrl);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
  const { error: refused } = await client().storage.from(open).upload("x.txt", "x");
  expect(refused?.message).toContain("row-level security");
});

test("a file in a private bucket is for its owner and for no one else", async () => {
  const [ann, bob] = [await signedUp(), await signedUp()];
  const name = `${ann.id}/result.txt`;
  expect((await ann.own.storage.from(closed).upload(name, "passed", { contentType: "text/plain" })).error).toBeNull();
  expect(await (await ann.own.storage.from(closed).download(name)).data?.text()).toBe("passed");
  expect((await ann.own.storage.from(closed).list(ann.id)).data?.map((file) => file.name)).toEqual([name]);
  for (const other of [bob.own, client()]) {
    expect((await other.storage.from(closed).download(name)).data).toBeNull();
    expect((await other.storage.from(closed).list(ann.id)).data).toEqual([]);
    expect(
      (await other.storage.from(closed).upload(`${ann.id}/forged.txt`, "x", { contentType: "text/plain" })).error,
    ).not.toBeNull();
    expect((await other.storage.from(closed).createSignedUrl(name, 60)).data).toBeNull();
    await other.storage.from(closed).remove([name]);
    await other.storage.from(closed).move(name, `${bob.id}/stolen.txt`);
  }
  expect((await fetch(`${stack.urls.api}/storage/v1/object/public/${closed}/${name}`)).status).toBe(400);
  expect(await (await ann.own.storage.from(closed).download(name)).data?.text()).toBe("passed");
  expect((await ann.own.storage.from(closed).remove([name])).data).toHaveLength(1);
  expect((await ann.own.storage.from(closed).download(name)).data).toBeNull();
});

test("a signed URL opens one file until it ends", async () => {
  await admin.storage.from(closed).upload("certificate.txt", "signed", { contentType: "text/plain" });
  const { data } = await admin.storage.from(closed).createSignedUrl("certificate.txt", 60);
  const url = data?.signedUrl ?? "";
  expect(await (await fetch(url)).text()).toBe("signed");
  expect((await fetch(url.replace("certificate.txt", "other.txt"))).ok).toBe(false);
  const { data: short } = await admin.storage.from(closed).createSignedUrl("certificate.txt", -1);
  const [place = "", token = ""] = url.split("?token=");
  const [head, content] = token.split(".");
  const forged = ["", "x", `${token}x`, `${head}.${content}.`, `${head}.${content}.${"A".repeat(43)}`, `${token}.x`];
  for (const wrong of [place, short?.signedUrl ?? "", ...forged.map((each) => `${place}?token=${each}`)]) {
    const answer = await fetch(wrong);
    expect([wrong, answer.status, await answer.json()]).toEqual([
      wrong,
      400,
      expect.objectContaining({ error: "InvalidJWT" }),
    ]);
  }
  const { data: many } = await admin.storage.from(closed).createSignedUrls(["certificate.txt", "missing.txt"], 60);
  expect(many?.map(({ error }) => error === null)).toEqual([true, false]);
  expect(await (await fetch(many?.[0]?.signedUrl ?? "")).text()).toBe("signed");
});

test("a signed upload URL takes one file without a session", async () => {
  const { data } = await admin.storage.from(closed).createSignedUploadUrl("proof.txt");
  const { error } = await client()
    .storage.from(closed)
    .uploadToSignedUrl("proof.txt", data?.token ?? "", "paid", { contentType: "text/plain" });
  expect(error).toBeNull();
  expect(await (await admin.storage.from(closed).download("proof.txt")).data?.text()).toBe("paid");
  const forged = await client().storage.from(closed).uploadToSignedUrl("proof2.txt", `${data?.token}x`, "paid");
  expect(forged.error).toMatchObject({ statusCode: "400", message: expect.stringContaining("link") });
});

test("a bucket's limits hold", async () => {
  const large = await admin.storage.from(closed).upload("large.txt", "x".repeat(1001), { contentType: "text/plain" });
  expect(large.error?.message).toContain("maximum allowed size");
  const other = await admin.storage.from(closed).upload("page.txt", "x", { contentType: "text/html" });
  expect(other.error?.message).toContain("mime type");
});

test("an uploaded page does not run on the API's address", async () => {
  await admin.storage.from(open).upload("page.html", "<script>alert(1)</script>", { contentType: "text/html" });
  const response = await fetch(admin.storage.from(open).getPublicUrl("page.html").data.publicUrl);
  expect(response.headers.get("content-type")).toContain("text/plain");
  expect(response.headers.get("content-security-policy")).toContain("sandbox");
});

test("an access token cannot be made from a signed URL", async () => {
  const { data } = await admin.storage.from(closed).createSignedUrl("certificate.txt", 60);
  const token = new URL(data?.signedUrl ?? "").searchParams.get("token");
  const response = await fetch(`${stack.urls.api}/rest/v1/profiles`, {
    headers: { apikey: stack.keys.publishableKey, authorization: `Bearer ${token}` },
  });
  expect(response.status).toBe(401);
});

test("many who write, read and remove one file at once are each answered clearly, and nothing is left behind", async () => {
  const name = `${randomUUID()}.txt`;
  const file = () => admin.storage.from(closed);
  const deeds = [
    () => file().upload(name, "some words", { contentType: "text/plain" }),
    () => file().download(name),
    () => file().remove([name]),
    () => file().createSignedUploadUrl(name),
  ];
  const answers = await Promise.all(Array.from({ length: 80 }, (_, index) => deeds[index % 4]?.()));
  const failures = answers.flatMap((answer) => (answer?.error ? [answer.error as { status?: number }] : []));
  expect(failures.filter(({ status = 500 }) => status >= 500)).toEqual([]);
  await file().remove([name]);
  expect((await file().download(name)).data).toBeNull();
  expect((await file().upload(name, "other words", { contentType: "text/plain" })).error).toBeNull();
  expect(await (await file().download(name)).data?.text()).toBe("other words");
});
