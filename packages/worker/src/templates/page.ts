/** Text as it may stand in HTML, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** One part of a mail: a sentence or two, a table of label and value, or a link. */
export type Part =
  | { kind: "paragraph"; text: string }
  | { kind: "table"; rows: { label: string; value: string }[] }
  | { kind: "link"; text: string; url: string };

/** The same parts as plain text and as HTML; everything that goes into the HTML is escaped here. */
export function page(language: string, shop: string, parts: Part[]): { text: string; html: string } {
  return { text: `${parts.map(asText).join("\n\n")}\n\n${shop}\n`, html: asDocument(language, shop, parts) };
}

function asText(part: Part): string {
  if (part.kind === "paragraph") return part.text;
  if (part.kind === "link") return `${part.text}: ${part.url}`;
  return part.rows.map(({ label, value }) => `${label}: ${value}`).join("\n");
}

function asHtml(part: Part): string {
  if (part.kind === "paragraph") return `<p style="margin:0 0 16px">${escapeHtml(part.text)}</p>`;
  if (part.kind === "link") {
    const style =
      "display:inline-block;padding:10px 16px;background:#1f4b99;color:#ffffff;text-decoration:none;border-radius:4px";
    return `<p style="margin:0 0 16px"><a href="${escapeHtml(part.url)}" style="${style}">${escapeHtml(part.text)}</a></p>`;
  }
  const rows = part.rows.map(
    ({ label, value }) =>
      `<tr><td style="padding:4px 16px 4px 0">${escapeHtml(label)}</td><td style="padding:4px 0;text-align:right">${escapeHtml(value)}</td></tr>`,
  );
  return `<table style="border-collapse:collapse;margin:0 0 16px">${rows.join("")}</table>`;
}

function asDocument(language: string, shop: string, parts: Part[]): string {
  return [
    `<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8"><title>${escapeHtml(shop)}</title></head>`,
    '<body style="font-family:sans-serif;font-size:16px;line-height:1.5;color:#1a1a1a;max-width:560px;margin:0 auto;padding:24px">',
    ...parts.map(asHtml),
    `<p style="margin:24px 0 0;color:#5a5a5a">${escapeHtml(shop)}</p></body></html>`,
  ].join("\n");
}
