import { existsSync } from "node:fs";

/** Settings under which Chromium does nothing but what it is asked for. */
export const quietChromium: string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Throws where no Chromium is installed. */
export function chromiumPath(): string {
  const path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
  if (path === undefined) throw new Error("no Chromium: apt-get install chromium");
  return path;
}
