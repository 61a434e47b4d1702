import { findChromium } from "../../benchmarks/developer-ready/browser.ts";

export { quietChromium } from "../../benchmarks/developer-ready/browser.ts";

/** Throws where no Chromium is installed. */
export function chromiumPath(): string {
  const path = findChromium();
  if (path === undefined) throw new Error("no Chromium: apt-get install chromium");
  return path;
}
