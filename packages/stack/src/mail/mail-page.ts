import { createHash } from "node:crypto";
import type { Message, Person, Summary } from "./mail-store.ts";

// Looks for new mail while the list is open, and deletes; without scripts the page still reads.
const script = `
const total = Number(document.body.dataset.total), first = document.body.dataset.first;
if (document.body.dataset.page === "list") setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch("/api/v1/messages?limit=1").then((r) => r.json()).catch(() => null);
  if (answer && (answer.total !== total || (answer.messages[0]?.ID ?? "") !== first)) location.reload();
}, 2000);
document.querySelector("[data-delete]")?.addEventListener("click", async (event) => {
  const id = event.target.dataset.delete;
  await fetch("/api/v1/messages", { method: "DELETE", body: id ? JSON.stringify({ IDs: [id] }) : "" });
  location.href = "/";
});
`;

const style = `
:root { color-scheme: light dark; --ink: light-dark(#1a1d21, #e8eaed); --soft: light-dark(#667085, #98a2b3);
  --line: light-dark(#e4e7ec, #2b3038); --ground: light-dark(#f7f8fa, #14161a); --paper: light-dark(#fff, #1c1f25); --accent: light-dark(#2257d6, #8fb0ff); }
* { box-sizing: border-box } body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px } header { display: flex; gap: 12px; align-items: center; margin-bottom: 16px }
h1 { font-size: 20px; margin: 0; flex: 1; overflow-wrap: anywhere } a { color: var(--accent) }
input, button { font: inherit; padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); color: inherit }
button { cursor: pointer } .sheet { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; overflow: hidden }
.mail { display: grid; grid-template-columns: 220px 1fr auto; gap: 4px 16px; padding: 12px 16px; border-top: 1px solid var(--line); color: inherit; text-decoration: none }
.mail:first-child { border-top: 0 } .mail:hover, .mail:focus-visible { background: var(--ground) } .mail span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.mail .subject { font-weight: 600 } .mail .snippet { grid-column: 2 / 4 } .soft { color: var(--soft) } .empty { padding: 48px 16px; text-align: center }
dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 16px; margin: 0; padding: 16px } dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
pre { margin: 0; padding: 16px; white-space: pre-wrap; overflow-wrap: anywhere; border-top: 1px solid var(--line); font: 14px/1.5 ui-monospace, monospace }
iframe { display: block; width: 100%; height: 60vh; border: 0; border-top: 1px solid var(--line); background: #fff } details { padding: 12px 16px; border-top: 1px solid var(--line) }
@media (max-width: 640px) { .mail { grid-template-columns: 1fr auto } .mail .subject, .mail .snippet { grid-column: 1 / 3 } }
`;

/** The Content-Security-Policy of the list and the reader: only their own script and style, and the frame with the mail. */
export const pagePolicy = [
  "default-src 'none'",
  `script-src 'sha256-${hash(script)}'`,
  `style-src 'sha256-${hash(style)}'`,
  "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
].join("; ");

/** The list, newest first: those of `all` that match the query. */
export function listPage(mails: readonly Summary[], query: string, all: readonly Summary[]): string {
  const rows = mails.slice(0, 200).map(
    (mail) => `<a class="mail" href="/message/${mail.ID}">
<span>${text(mail.To.concat(mail.Bcc).map(shortName).join(", "))}</span><span class="subject">${text(mail.Subject || "(no subject)")}</span>
<time class="soft" datetime="${mail.Created}">${moment(mail.Created)}</time><span class="soft snippet">${text(mail.Snippet)}</span></a>`,
  );
  const empty = query
    ? "No mail matches this search."
    : "No mail yet. Sign up, ask for a sign-in code, or buy a course, and it appears here.";
  return page(
    "Mail",
    `data-page="list" data-total="${all.length}" data-first="${all[0]?.ID ?? ""}"`,
    `<header><h1>Mail <span class="soft">${mails.length}</span></h1>
<form action="/"><input type="search" name="query" value="${text(query)}" placeholder="to:ann@example.test" aria-label="Search mail"></form>
${mails.length > 0 ? '<button type="button" data-delete="">Delete all</button>' : ""}</header>
<div class="sheet">${rows.join("") || `<p class="empty soft">${empty}</p>`}</div>`,
  );
}

/** One mail. Its HTML stands in a frame of its own that runs nothing. */
export function messagePage(mail: Message): string {
  const facts: [string, string][] = [
    ["From", mail.From ? fullName(mail.From) : ""],
    ["To", mail.To.map(fullName).join(", ")],
    ["Cc", mail.Cc.map(fullName).join(", ")],
    ["Bcc", mail.Bcc.map(fullName).join(", ")],
    ["Arrived", moment(mail.Created)],
    ["Request", mail.Headers["X-Correlation-Id"]?.[0] ?? ""],
  ];
  const headers = Object.entries(mail.Headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`));
  return page(
    mail.Subject || "(no subject)",
    'data-page="message"',
    `<header><a href="/">All mail</a><h1>${text(mail.Subject || "(no subject)")}</h1>
<button type="button" data-delete="${mail.ID}">Delete</button></header>
<article class="sheet"><dl>${facts
      .filter(([, value]) => value)
      .map(([name, value]) => `<dt>${name}</dt><dd>${text(value)}</dd>`)
      .join("")}</dl>
${mail.HTML ? `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" src="/message/${mail.ID}/html" title="The mail as HTML"></iframe>` : ""}
<pre>${text(mail.Text)}</pre><details><summary class="soft">Headers</summary><pre>${text(headers.join("\n"))}</pre></details></article>`,
  );
}

/** The mail's own HTML for the frame; links open in a new tab. */
export function htmlInFrame(mail: Message): string {
  return `<!doctype html><meta charset="utf-8"><base target="_blank">${mail.HTML}`;
}

function page(title: string, data: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${text(title)}</title><style>${style}</style></head><body ${data}><main>${body}</main><script>${script}</script></body></html>`;
}

function hash(content: string): string {
  return createHash("sha256").update(content).digest("base64");
}

const text = (value: string): string => value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
const shortName = ({ Name, Address }: Person): string => Name || Address;
const fullName = ({ Name, Address }: Person): string => (Name ? `${Name} <${Address}>` : Address);
const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
