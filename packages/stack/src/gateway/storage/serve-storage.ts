import type { Lite } from "../auth/lite.ts";
import { readBody } from "../auth/read-body.ts";
import type { Claims } from "../sign-tokens.ts";

/** Storage as supabase-js expects it, on what lite has. */
export type ServeStorage = (request: Request, caller: Claims) => Promise<Response>;

const prefix = "/storage/v1";
const unsupported = ["upload", "s3", "render", "iceberg", "vector", "cdn"];

/** Makes Storage: lite does the work, the answers are put into Supabase's form and what lite lacks is refused with a sentence. */
export function createStorage(lite: Lite): ServeStorage {
  const inTurn = turns();
  return async (request, caller) => {
    const path = new URL(request.url).pathname.slice(prefix.length);
    const [, kind = "", action = ""] = path.split("/");
    if (unsupported.includes(kind) || action === "list-v2") return notSupported(kind);
    if (request.method === "POST" && /^\/object\/sign\/[^/]+$/.test(path)) return signMany(lite, request, caller);
    if (["GET", "HEAD", "PUT"].includes(request.method) && isSignedUrl(request) && !lite.signed(tokenOf(request)))
      return storageError(400, "InvalidJWT", "This link has ended, or was changed. Ask for a new one.");
    const names = await namesWritten(request, path);
    const response = await inTurn(names, () => lite.storage(inLiteWords(request), caller));
    if (request.method === "POST" && /^\/object\/(upload\/)?sign\//.test(path)) return withSignedUrl(response);
    return request.method === "GET" && kind === "object" ? harmless(saved(request, response)) : response;
  };
}

const isSignedUrl = (request: Request): boolean =>
  /^\/storage\/v1\/object\/(upload\/)?sign\//.test(new URL(request.url).pathname);
const tokenOf = (request: Request): string => new URL(request.url).searchParams.get("token") ?? "";

/**
 * The objects that a request writes or removes, as `<bucket>/<name>`. Those who do so at once wait for each other: lite looks, keeps the bytes
 * and writes the row in three steps, and who comes between them is answered with a failure.
 */
async function namesWritten(request: Request, path: string): Promise<string[]> {
  const { method } = request;
  const name = /^\/object\/(?:upload\/sign\/)?(.+)$/.exec(path)?.[1];
  if (method === "GET" || method === "HEAD" || !name) return [];
  if (method === "PUT" || name.includes("/")) return /^(sign|list|info)\//.test(name) ? [] : [decoded(name)];
  if (method !== "DELETE") return [];
  const { prefixes } = await readBody(request.clone() as Request);
  return Array.isArray(prefixes) ? prefixes.map((prefix) => `${name}/${prefix}`) : [];
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // lite refuses it
  }
}

/** Runs work once all earlier work on the same names has ended, well or not. */
function turns(): <T>(names: string[], work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (names, work) => {
    const before = Promise.allSettled(names.map((name) => last.get(name)));
    const mine = before.then(work);
    for (const name of names) last.set(name, mine);
    try {
      return await mine;
    } finally {
      for (const name of names) if (last.get(name) === mine) last.delete(name);
    }
  };
}

/** Older clients say `/object/authenticated/<bucket>`; lite knows the short form only. */
function inLiteWords(request: Request): Request {
  const url = request.url.replace("/storage/v1/object/authenticated/", "/storage/v1/object/");
  return url === request.url ? request : new Request(url, request);
}

async function withSignedUrl(response: Response): Promise<Response> {
  const body = (await response.json()) as { signedUrl?: string };
  const url = body.signedUrl?.slice(prefix.length);
  return Response.json(url ? { ...body, url, signedURL: url } : body, { status: response.status });
}

// lite refuses all when one is missing; Supabase answers for each.
async function signMany(lite: Lite, request: Request, caller: Claims): Promise<Response> {
  const { expiresIn, paths } = await readBody(request);
  if (!Array.isArray(paths) || paths.length > 500 || !paths.every((path) => typeof path === "string")) {
    return storageError(400, "InvalidRequest", "paths must be a list of at most 500 names.");
  }
  const signed: unknown[] = [];
  for (const path of paths as string[]) {
    const url = `${request.url}/${path.split("/").map(encodeURIComponent).join("/")}`;
    const one = new Request(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ expiresIn }),
    });
    const answer = (await (await lite.storage(one, caller)).json()) as { signedUrl?: string; message?: string };
    const signedURL = answer.signedUrl?.slice(prefix.length) ?? null;
    signed.push({ path, signedURL, error: signedURL ? null : (answer.message ?? "Not found") });
  }
  return Response.json(signed);
}

/** A signed URL with `download` is saved under that name, as on hosted Supabase; lite does not know the parameter. */
function saved(request: Request, response: Response): Response {
  const name = new URL(request.url).searchParams.get("download");
  if (name === null || !response.ok) return response;
  const headers = new Headers(response.headers);
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  headers.set("content-disposition", name ? `attachment; filename*=UTF-8''${encoded}` : "attachment");
  return new Response(response.body, { status: response.status, headers });
}

/** What people uploaded is shown on the API's own address: it must not run there. */
function harmless(response: Response): Response {
  const headers = new Headers(response.headers);
  if (headers.get("content-type")?.startsWith("text/html")) headers.set("content-type", "text/plain; charset=utf-8");
  headers.set("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  headers.set("x-content-type-options", "nosniff");
  return new Response(response.body, { status: response.status, headers });
}

function notSupported(kind: string): Response {
  const what =
    { upload: "Resumable upload", s3: "The S3 protocol", render: "Image transformation" }[kind] ??
    "This part of Storage";
  return storageError(
    501,
    "NotSupported",
    `${what} is not in the embedded stack. Run \`npx supabase start\` (needs Docker).`,
  );
}

const storageError = (status: number, error: string, message: string): Response =>
  Response.json({ statusCode: String(status), error, message }, { status });
