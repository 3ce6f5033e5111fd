// Runs in Deno: maps /functions/v1/<name> (or /<name>) to supabase/functions/<name>/index.ts, whose default export has `fetch`.
// When a file changes it ends with code 75 once the running requests are answered, and the supervisor starts it again.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

type Handler = (request: Request) => Response | Promise<Response>;

declare const Deno: {
  args: string[];
  exit(code: number): never;
  serve(
    options: { port: number; hostname: string; onListen: () => void; onError: (error: unknown) => Response },
    handler: Handler,
  ): { shutdown(): Promise<void> };
  addSignalListener(signal: string, handler: () => void): void;
  watchFs(path: string): AsyncIterable<{ kind: string; paths: string[] }>;
};

const [folder = "", port = ""] = Deno.args;
const RELOAD = 75;
const loaded = new Map<string, Promise<Handler>>();

// A function that is added or taken away ends this process like any change of a file.
const names = new Set(functionNames());
for (const name of names) load(name).catch((error) => console.error(`[${name}] could not be loaded`, error));

// A promise that a function forgot must not take the others down.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  console.error("unhandled rejection", event.reason);
});

const server = Deno.serve({ port: Number(port), hostname: "127.0.0.1", onListen() {}, onError: failed }, answer);
Deno.addSignalListener("SIGTERM", () => end(0));
watch().catch((error) => console.error("Changes are not watched:", error));

async function answer(request: Request): Promise<Response> {
  const path = new URL(request.url).pathname.replace(/^\/functions\/v1(?=\/)/, "");
  const name = path.split("/")[1] ?? "";
  if (name === "_health") return Response.json({ functions: [...names] });
  if (!names.has(name)) {
    return refuse(
      404,
      "function_not_found",
      "There is no function of this name.",
      "Functions live in supabase/functions/<name>/index.ts.",
    );
  }
  try {
    const handler = await load(name);
    return await handler(request);
  } catch (error) {
    console.error(`[${name}]`, error);
    return failed();
  }
}

function load(name: string): Promise<Handler> {
  const known = loaded.get(name);
  if (known) return known;
  const loading = import(pathToFileURL(join(folder, name, "index.ts")).href).then((module) => {
    if (typeof module.default?.fetch !== "function")
      throw new Error(`supabase/functions/${name}/index.ts has no \`export default { fetch }\`.`);
    return module.default.fetch.bind(module.default) as Handler;
  });
  loaded.set(name, loading);
  return loading;
}

function functionNames(): string[] {
  return readdirSync(folder).filter(
    (name) => /^[a-z0-9][\w-]*$/i.test(name) && existsSync(join(folder, name, "index.ts")),
  );
}

async function watch(): Promise<void> {
  for await (const event of Deno.watchFs(folder)) {
    const relevant = event.paths.some(
      (path) => /\.(ts|js|mjs|json|html|txt)$/.test(path) && !path.endsWith("deno.lock"),
    );
    if (event.kind !== "access" && relevant) return end(RELOAD);
  }
}

async function end(code: number): Promise<never> {
  const late = setTimeout(() => Deno.exit(code), 5000);
  await server.shutdown();
  clearTimeout(late);
  return Deno.exit(code);
}

function failed(): Response {
  return refuse(500, "function_failed", "The function failed.", "Its log says why: npm run logs functions.");
}

function refuse(status: number, code: string, message: string, hint: string): Response {
  return Response.json({ code, message, details: null, hint }, { status });
}
