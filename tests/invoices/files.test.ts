import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { INVOICE_BUCKET, openPdfFiles } from "../../packages/worker/src/pdf-files.ts";
import { anonymousClient, useStack } from "../support/stack.ts";

const stack = useStack({ invariants: false });
const open = (key = stack.keys.secretKey) => openPdfFiles(stack.urls.api, key, INVOICE_BUCKET);
const newName = () => `test/${randomUUID()}.pdf`;

test("the first file that Storage took counts", async () => {
  const name = newName();
  const first = Buffer.from("%PDF-1.7 first");
  expect((await open().keep(name, first)).equals(first)).toBe(true);
  expect((await open().keep(name, Buffer.from("%PDF-1.7 later"))).equals(first)).toBe(true);
  expect((await open().read(name)).equals(first)).toBe(true);
});

test("ten runs that bring the same file at once end with it; one that is refused meanwhile finds it on its next try", async () => {
  const name = newName();
  const bytes = Buffer.from("%PDF-1.7 the same");
  const ended = await Promise.allSettled(Array.from({ length: 10 }, () => open().keep(name, bytes)));
  const kept = ended.flatMap((run) => (run.status === "fulfilled" ? [run.value] : []));
  expect(kept.length).toBeGreaterThan(0);
  for (const file of [...kept, await open().keep(name, bytes)]) expect(file.equals(bytes)).toBe(true);
});

test("the bucket is private and takes PDFs only", async () => {
  await open().keep(newName(), Buffer.from("%PDF-1.7"));
  const { storage } = anonymousClient(stack, stack.keys.secretKey);
  expect((await storage.getBucket(INVOICE_BUCKET)).data).toMatchObject({
    public: false,
    allowed_mime_types: ["application/pdf"],
  });
  const { error } = await storage.from(INVOICE_BUCKET).upload(newName(), "x", { contentType: "text/html" });
  expect(error).not.toBeNull();
});

test("without the secret key nothing is kept and nothing is read", async () => {
  const name = newName();
  await expect(open(stack.keys.publishableKey).keep(name, Buffer.from("%PDF-1.7"))).rejects.toThrow(name);
  await open().keep(name, Buffer.from("%PDF-1.7"));
  await expect(open(stack.keys.publishableKey).read(name)).rejects.toThrow(name);
});
