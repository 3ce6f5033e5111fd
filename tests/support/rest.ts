import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTokenSigner, type SigningKey } from "../../packages/stack/src/gateway/sign-tokens.ts";
import { changeUrl, portsFrom } from "../../packages/stack/src/index.ts";
import { loadKeys } from "../../packages/stack/src/keys.ts";
import { postgrestBinary } from "../../packages/stack/src/rest/postgrest-binary.ts";
import { restConfiguration } from "../../packages/stack/src/rest/rest-configuration.ts";
import { runPiece } from "../../packages/stack/src/supervision/run-piece.ts";
import type { TestDatabase } from "./database.ts";
import { freePorts } from "./free-ports.ts";

/** PostgREST on one test database, configured as the stack configures it. */
export type Rest = {
  url: string;
  /** Sends a request with a token for these claims, or as anon without any. */
  request(claims: Record<string, unknown> | null, path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
};

/** Serves a test database over HTTP, so that a test can fuzz or break it without anyone beside it noticing. */
export async function serveRest(database: TestDatabase): Promise<Rest> {
  const home = mkdtempSync(join(tmpdir(), "seatline-rest-"));
  const keys = loadKeys(home);
  const ports = portsFrom(await freePorts(11));
  const configuration = join(home, "rest.conf");
  const url = changeUrl(database.url, { user: "authenticator" });
  writeFileSync(configuration, restConfiguration(url, ports, keys), { mode: 0o600 });
  const piece = await runPiece(
    {
      name: "rest",
      program: postgrestBinary(),
      args: [configuration],
      env: process.env,
      cwd: home,
      log: join(home, "rest.log"),
      ready: `http://127.0.0.1:${ports.restAdmin}/ready`,
    },
    () => {},
  );
  const signer = createTokenSigner(keys.jwk as SigningKey);
  const tokens = new WeakMap<object, string>(); // PostgREST remembers a token it has checked; a new one costs more than most requests
  const tokenFor = (claims: Record<string, unknown>) => {
    const token = tokens.get(claims) ?? signer.sign(claims, 3600);
    tokens.set(claims, token);
    return token;
  };
  const base = `http://127.0.0.1:${ports.rest}`;
  return {
    url: base,
    request(claims, path, init = {}) {
      const headers = new Headers(init.headers);
      if (claims && claims.role !== "anon") headers.set("authorization", `Bearer ${tokenFor(claims)}`);
      return fetch(`${base}${path}`, { ...init, headers });
    },
    async stop() {
      await piece.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
