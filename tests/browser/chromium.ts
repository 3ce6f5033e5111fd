import { existsSync } from "node:fs";
import process from "node:process";
import { type Browser, chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Where the machine's Chromium is: at CHROMIUM_PATH, else where Linux keeps it. Throws with the next step when there is none. */
export function findChromium(): string {
  const given = process.env.CHROMIUM_PATH;
  const executablePath = [given, ...(given ? [] : PLACES)].find((path) => path && existsSync(path));
  if (!executablePath) {
    throw new Error(
      `There is no Chromium at ${given ?? PLACES.join(", ")}. Install one (Debian: apt-get install chromium), or set CHROMIUM_PATH to yours.`,
    );
  }
  return executablePath;
}

/** Starts the Chromium that {@link findChromium} finds. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  // Chromium's sandbox refuses root, as in a container of a build machine.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}
