import { renameSync, rmSync, writeFileSync } from "node:fs";

/**
 * Puts a file in the place of another: a reader sees the old content or the new one, never half of one, also after a power cut. `mode` is
 * octal, such as 0o600. Throws the file system's own error, and what was there is as it was.
 */
export function replaceFile(path: string, content: string, { mode = 0o666 }: { readonly mode?: number } = {}): void {
  const draft = `${path}.${process.pid}.new`;
  try {
    writeFileSync(draft, content, { flush: true, mode });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}
