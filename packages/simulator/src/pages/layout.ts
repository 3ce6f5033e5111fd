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

/** Headers that keep a page to itself. `shops` are the addresses a form may lead to, since browsers check redirects too. */
export function pageHeaders(shops: readonly string[] = []): Record<string, string> {
  const origins = shops.map((address) => URL.parse(address)?.origin).filter((origin) => origin !== undefined);
  return {
    "content-security-policy": `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self' ${origins.join(" ")}`,
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}
