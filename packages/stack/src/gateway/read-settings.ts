import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { SigningKey } from "./sign-tokens.ts";

/** What the gateway needs to know, read once at start. */
export type GatewaySettings = {
  port: number;
  /** The gateway's own address as clients write it, without a slash at the end. */
  url: string;
  /** The storefront: links in mails lead back to it. */
  siteUrl: string;
  /** More addresses that links in mails may lead to; `*` and `**` as in Supabase. */
  redirectUrls: string[];
  postgrestUrl: string;
  functionsUrl: string;
  /** Superuser URL: Auth and Storage own their schemas. */
  databaseUrl: string;
  smtpUrl: string;
  mailFrom: string;
  publishableKey: string;
  secretKey: string;
  jwk: SigningKey;
  /** Signs what PostgREST is told about a caller. */
  restSecret: string;
  /** Functions that need no key, from `verify_jwt = false` in config.toml. */
  openFunctions: string[];
  minimumPasswordLength: number;
  /** Whether a new account must confirm its address before the first sign-in. */
  requireConfirmation: boolean;
  /** Where Storage keeps the files. */
  storageFolder: string;
  /** The state folder: the one with the keys. */
  home: string;
};

/** Reads the settings from the environment and the files it names. Throws with the name of what is missing. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): GatewaySettings {
  const need = (name: string): string => {
    const value = env[name];
    if (!value)
      throw new Error(`The gateway needs ${name}. \`npm start\` sets it; to run the gateway alone, set it yourself.`);
    return value;
  };
  const keysFile = resolve(need("SEATLINE_KEYS"));
  const keys = readKeys(keysFile);
  const port = Number(need("GATEWAY_PORT"));
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Error(`GATEWAY_PORT must be a port number, not "${env.GATEWAY_PORT}".`);
  const url = (env.GATEWAY_URL ?? `http://127.0.0.1:${port}`).replace(/\/+$/, "");
  const config = readConfig(env.SUPABASE_CONFIG ?? defaultConfig);
  return {
    port,
    url,
    siteUrl: env.SITE_URL || env.STOREFRONT_URL || config.siteUrl || url,
    redirectUrls: config.redirectUrls,
    postgrestUrl: need("POSTGREST_URL"),
    functionsUrl: need("FUNCTIONS_URL"),
    databaseUrl: need("DATABASE_URL"),
    smtpUrl: need("SMTP_URL"),
    mailFrom: env.MAIL_FROM || "Seatline <no-reply@seatline.localhost>",
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
    jwk: keys.jwk,
    restSecret: keys.restSecret,
    openFunctions: config.openFunctions,
    minimumPasswordLength: config.minimumPasswordLength,
    requireConfirmation: env.AUTH_REQUIRE_CONFIRMATION === "1",
    home: dirname(keysFile),
    storageFolder: env.STORAGE_FOLDER || join(dirname(keysFile), "storage"),
  };
}

const defaultConfig = fileURLToPath(new URL("../../../../supabase/config.toml", import.meta.url));

function readKeys(file: string): Pick<GatewaySettings, "publishableKey" | "secretKey" | "jwk" | "restSecret"> {
  const keys = JSON.parse(readFileSync(file, "utf8"));
  for (const name of ["publishableKey", "secretKey", "jwk", "restSecret"]) {
    if (!keys[name]) throw new Error(`${file} has no ${name}. \`npm run reset\` makes new keys.`);
  }
  return keys;
}

/** The facts of config.toml that the gateway follows. */
type Config = {
  openFunctions: string[];
  redirectUrls: string[];
  siteUrl: string | null;
  minimumPasswordLength: number;
};

// Four facts are read from config.toml, so the line shapes they have are read here instead of adding a TOML library.
function readConfig(file: string): Config {
  const config: Config = { openFunctions: [], redirectUrls: [], siteUrl: null, minimumPasswordLength: 6 };
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return config;
  }
  let section = "";
  for (const line of text.split("\n")) {
    section = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim() ?? section;
    const name = /^functions\."?([\w-]+)"?$/.exec(section)?.[1];
    if (name && /^\s*verify_jwt\s*=\s*false\b/.test(line)) config.openFunctions.push(name);
    if (section === "auth") {
      config.siteUrl = /^\s*site_url\s*=\s*"([^"]+)"/.exec(line)?.[1] ?? config.siteUrl;
      config.minimumPasswordLength = Number(
        /^\s*minimum_password_length\s*=\s*(\d+)/.exec(line)?.[1] ?? config.minimumPasswordLength,
      );
    }
  }
  const list = /^\s*additional_redirect_urls\s*=\s*\[([^\]]*)\]/m.exec(text)?.[1] ?? "";
  config.redirectUrls = [...list.matchAll(/"([^"]+)"/g)].map((match) => match[1] ?? "");
  return config;
}
