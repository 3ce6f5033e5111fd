import type { GatewaySettings } from "../read-settings.ts";

/**
 * Where a link in a mail ends: the address asked for when it is the storefront, this machine, or in `additional_redirect_urls` of
 * config.toml; else the storefront. Anything else would hand the session to whoever wrote the link.
 */
export function redirectTarget(asked: string | null, settings: GatewaySettings): URL {
  const home = new URL(settings.siteUrl);
  if (!asked || !URL.canParse(asked)) return home;
  const target = new URL(asked);
  if (target.username || target.password) return home;
  const allowed =
    target.origin === home.origin ||
    (isLoopback(target) && isLoopback(home)) ||
    settings.redirectUrls.some((pattern) => patternOf(pattern).test(target.href) || patternOf(pattern).test(asked));
  return allowed ? target : home;
}

const isLoopback = ({ protocol, hostname }: URL): boolean =>
  (protocol === "http:" || protocol === "https:") && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);

/** `*` stands for anything but `.` and `/`, `**` for anything, `?` for one character. */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("**", "\0")
    .replaceAll("*", "[^./]*")
    .replaceAll("?", "[^./]")
    .replaceAll("\0", ".*");
  return new RegExp(`^${source}$`);
}
