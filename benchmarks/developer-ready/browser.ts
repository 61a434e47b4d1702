import { existsSync } from "node:fs";
import type { Editor } from "./editor.ts";
import type { Repository } from "./tools.ts";

/** A browser on the controller. */
export interface Browser {
  /** Opens the folder in the editor; resolves when the explorer shows the repository's file. Rejects with `Error`. */
  openWorkspace(editor: Editor, repository: Repository, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** Settings under which Chromium does nothing but what it is asked for. */
export const quietChromium: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Path of the Chromium that distributions install; undefined where there is none. */
export function findChromium(): string | undefined {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
}

/** Starts Chromium. Its driver is loaded only here: few runs need it. */
export async function openBrowser(executablePath: string): Promise<Browser> {
  const { chromium } = await import("playwright-core");
  const browser = await chromium.launch({ executablePath, args: [...quietChromium] });
  return {
    openWorkspace: async (editor, repository, signal) => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      const end = () => void page.close();
      signal.addEventListener("abort", end, { once: true });
      try {
        page.setDefaultTimeout(0);
        page.setDefaultNavigationTimeout(0);
        const { address, password } = editor;
        await page.request.post(`${address}/login`, { form: { password, base: ".", href: `${address}/login` }, timeout: 0 });
        await page.goto(`${address}/?folder=${encodeURIComponent(repository.path)}`, { waitUntil: "commit" });
        await page.locator(".explorer-folders-view .monaco-list-row", { hasText: repository.file }).first().waitFor();
      } finally {
        signal.removeEventListener("abort", end);
        await page.close();
      }
    },
    close: () => browser.close(),
  };
}
