import { html } from "hono/html";

type Content = ReturnType<typeof html>;

/** The frame of a page. `refresh` loads it again after so many seconds, for states that pass by themselves. */
export function layout(title: string, content: Content, refresh?: number): Content {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${refresh === undefined ? "" : html`<meta http-equiv="refresh" content="${refresh}">`}
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/simulator/style.css">
</head>
<body>
${content}
</body>
</html>`;
}

/**
 * Headers that keep a page to itself: no scripts, no frames. Forms may lead anywhere on the web, since browsers check
 * every redirect after a form and only the shop knows where its own pages lead on to.
 */
export const PAGE_HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' http: https:",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};
