import { type Keys, keySet } from "../keys.ts";
import type { Ports } from "../ports.ts";

/** The text of PostgREST's configuration: what a hosted project has, with plan output and aggregates off. */
export function restConfiguration(databaseUrl: string, ports: Ports, keys: Keys): string {
  const settings: Record<string, string | number | boolean> = {
    "db-uri": databaseUrl,
    "db-schemas": "public",
    "db-extra-search-path": "public, extensions",
    "db-anon-role": "anon",
    "db-max-rows": 1000,
    "db-plan-enabled": false,
    "db-aggregates-enabled": false,
    "db-pool": 24,
    "db-pool-acquisition-timeout": 10,
    "db-pool-max-idletime": 300,
    "db-config": false,
    "db-channel-enabled": true,
    // Hosted Supabase reads the same name from the setting of the role authenticator, which a migration makes.
    "db-pre-request": "private.before_request",
    // PostgREST takes about five times as long to check an ES256 token it has not seen; the gateway has checked it already.
    "jwt-secret": JSON.stringify({ keys: [restKey(keys), ...keySet(keys).keys] }),
    "jwt-aud": "authenticated",
    "jwt-role-claim-key": ".role",
    "jwt-cache-max-lifetime": 300,
    "openapi-mode": "follow-privileges",
    "server-host": "127.0.0.1",
    "server-port": ports.rest,
    "admin-server-port": ports.restAdmin,
    "server-trace-header": "X-Request-Id",
    "log-level": "error",
  };
  const line = ([name, value]: [string, string | number | boolean]) =>
    `${name} = ${typeof value === "string" ? JSON.stringify(value) : value}`;
  return `# Written by every start; changes here are lost.\n${Object.entries(settings).map(line).join("\n")}\n`;
}

function restKey(keys: Keys): JsonWebKey {
  return { kty: "oct", alg: "HS256", k: Buffer.from(keys.restSecret).toString("base64url") };
}
