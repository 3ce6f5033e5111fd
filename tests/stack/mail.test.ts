import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePorts } from "../support/free-ports.ts";
import { sendRaw } from "./gateway-process.ts";

// The copy of nodemailer that this folder reaches has no types.
const { createTransport } = createRequire(import.meta.url)("nodemailer");
const folder = mkdtempSync(join(tmpdir(), "seatline-mail-"));
let port: number;
let sink: ChildProcess;
let page: string;

const start = async () => {
  sink = spawn(process.execPath, ["packages/stack/src/mail/main.ts"], {
    env: { ...process.env, MAIL_PORT: String(port), SMTP_PORT: String(port + 1), MAIL_FOLDER: folder },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    sink.stdout?.on("data", (chunk) => String(chunk).includes("mail sink takes") && resolve());
    sink.once("exit", () => reject(new Error("The mail sink ended before it was ready.")));
  });
};
const end = (signal: NodeJS.Signals) =>
  new Promise<void>((resolve) => {
    sink.once("exit", () => resolve());
    sink.kill(signal);
  });
const send = (mail: Record<string, unknown>) => {
  const transport = createTransport(`smtp://127.0.0.1:${port + 1}`);
  return transport.sendMail({ from: "Shop <shop@example.test>", ...mail }).finally(() => transport.close());
};
const json = async (path: string) => (await fetch(`${page}${path}`)).json();

beforeAll(async () => {
  port = await freePorts(2);
  page = `http://127.0.0.1:${port}`;
  await start();
});
afterAll(async () => {
  if (sink.exitCode === null) await end("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
});

test("a mail that was sent is listed and read with its text, HTML and headers", async () => {
  await send({
    to: "Ann <ann@example.test>",
    bcc: "hidden@example.test",
    subject: "Order 17 is paid — terima kasih ✓",
    text: "Thank you.\nSee you soon.",
    html: "<h1>Thank you</h1>",
    headers: { "X-Correlation-Id": "request-17" },
  });
  const { total, messages } = await json("/api/v1/messages");
  expect(total).toBe(1);
  expect(messages[0]).toMatchObject({
    From: { Name: "Shop", Address: "shop@example.test" },
    To: [{ Name: "Ann", Address: "ann@example.test" }],
    Subject: "Order 17 is paid — terima kasih ✓",
    Snippet: "Thank you. See you soon.",
  });
  expect(Date.now() - Date.parse(messages[0].Created)).toBeLessThan(60_000);
  const mail = await json(`/api/v1/message/${messages[0].ID}`);
  expect(mail.Text).toContain("See you soon.");
  expect(mail.HTML).toContain("<h1>Thank you</h1>");
  expect(mail.Headers["X-Correlation-Id"]).toEqual(["request-17"]);
  expect(mail.Bcc).toEqual([{ Name: "", Address: "hidden@example.test" }]);
});

test("mails are found by recipient, sender, subject and words", async () => {
  await send({ to: "bob@example.test", subject: "Your course begins", text: "Bring a pencil" });
  const found = async (query: string) =>
    (await json(`/api/v1/search?query=${encodeURIComponent(query)}`)).messages.map(
      (mail: { Subject: string }) => mail.Subject,
    );
  expect(await found("to:bob@example.test")).toEqual(["Your course begins"]);
  expect(await found("to:BOB@example.test subject:begins")).toEqual(["Your course begins"]);
  expect(await found('subject:"course begins" pencil')).toEqual(["Your course begins"]);
  expect(await found("to:hidden@example.test")).toHaveLength(1);
  expect(await found("to:nobody@example.test")).toEqual([]);
  expect(await found("from:shop@example.test")).toHaveLength(2);
});

test("an acknowledged mail survives a kill", async () => {
  await send({ to: "kept@example.test", subject: "Kept", text: "x" });
  await end("SIGKILL");
  await start();
  expect((await json("/api/v1/search?query=to:kept@example.test")).messages).toHaveLength(1);
  expect((await json("/api/v1/messages")).messages.map((mail: { Subject: string }) => mail.Subject)).toEqual([
    "Kept",
    "Your course begins",
    "Order 17 is paid — terima kasih ✓",
  ]);
});

test("what a stranger wrote is shown, never run", async () => {
  await send({
    from: '"<img src=x onerror=alert(1)>" <evil@example.test>',
    to: "ann@example.test",
    subject: '"><script>alert(1)</script>',
    text: "</pre><script>alert(1)</script>",
    html: "<script>alert(1)</script><img src=http://evil.test/track.png><a href=https://shop.test>shop</a>",
  });
  const id = (await json("/api/v1/messages")).messages[0].ID;
  for (const path of ["/", `/message/${id}`, "/?query=%22%3E%3Cscript%3E"]) {
    const response = await fetch(`${page}${path}`);
    const html = await response.text();
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(html.match(/<script>/g)).toHaveLength(1);
    expect(html).not.toContain("<img");
  }
  const reader = await (await fetch(`${page}/message/${id}`)).text();
  expect(reader).toMatch(/<iframe sandbox="allow-popups allow-popups-to-escape-sandbox"/);
  const frame = await fetch(`${page}/message/${id}/html`);
  const policy = frame.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("sandbox allow-popups");
  expect(policy).not.toContain("allow-scripts");
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("img-src data:");
});

test("another site cannot read the mails by a name of its own", async () => {
  const { status } = await sendRaw(page, { path: "/api/v1/messages", headers: { host: "evil.test" } });
  expect(status).toBe(403);
  const answer = await fetch(`${page}/api/v1/messages`, { headers: { origin: "https://evil.test" } });
  expect(answer.headers.get("access-control-allow-origin")).toBeNull();
});

test("mails are deleted one by one or all, from disk too", async () => {
  const before = (await json("/api/v1/messages")).messages;
  const one = await fetch(`${page}/api/v1/messages`, {
    method: "DELETE",
    body: JSON.stringify({ IDs: [before[0].ID] }),
  });
  expect(one.status).toBe(200);
  expect((await json("/api/v1/messages")).total).toBe(before.length - 1);
  expect((await fetch(`${page}/api/v1/messages`, { method: "DELETE", body: "[" })).status).toBe(400);
  await fetch(`${page}/api/v1/messages`, { method: "DELETE" });
  expect((await json("/api/v1/messages")).total).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
});

test("the newest thousand are kept", async () => {
  const transport = createTransport({
    host: "127.0.0.1",
    port: port + 1,
    pool: true,
    maxConnections: 8,
    maxMessages: 1e6,
  });
  const numbers = Array.from({ length: 1_005 }, (_, index) => index);
  for (const number of numbers.slice(0, 5))
    await transport.sendMail({ from: "a@b.test", to: "c@d.test", subject: `old ${number}`, text: "x" });
  await Promise.all(
    numbers
      .slice(5)
      .map((number) => transport.sendMail({ from: "a@b.test", to: "c@d.test", subject: `new ${number}`, text: "x" })),
  );
  transport.close();
  expect((await json("/api/v1/messages")).total).toBe(1_000);
  expect((await json("/api/v1/search?query=subject:old")).messages).toEqual([]);
  expect(readdirSync(folder)).toHaveLength(1_000);
});

test("unknown mails, methods and broken clients do not disturb it", async () => {
  expect((await fetch(`${page}/api/v1/message/0000000000000000000`)).status).toBe(404);
  expect((await fetch(`${page}/message/..%2f..%2fetc`)).status).toBe(404);
  expect((await fetch(`${page}/`, { method: "POST", body: "x" })).status).toBe(405);
  await new Promise<void>((resolve) => {
    const socket = connect(port + 1, "127.0.0.1", () =>
      socket.write("HELO x\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<c@d.test>\r\nDATA\r\nhalf", () => socket.destroy()),
    );
    socket.on("close", () => resolve());
  });
  await send({ to: "after@example.test", subject: "Still here", text: "" });
  expect((await json("/api/v1/search?query=to:after@example.test")).messages).toHaveLength(1);
});
