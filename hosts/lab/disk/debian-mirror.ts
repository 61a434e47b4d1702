import { runLocal } from "../local-process.ts";

/** What mmdebstrap uses by itself, together with the updates and security archives. */
const DEFAULT = /^https?:\/\/(deb|ftp)\.debian\.org\/debian\/?$/;

/**
 * The mirror the controller itself installs Debian packages from, when it is a Debian machine with a mirror of its own (a lab without
 * internet usually has one). Undefined means the default of Debian.
 */
export async function debianMirror(): Promise<string | undefined> {
  const words = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian", "Label: Debian"];
  const text = await runLocal("apt-get", words, { timeoutSeconds: 10 }).catch(() => "");
  return chooseMirror(text);
}

/** The first address of a list, one per line, that is not the default's. */
export function chooseMirror(addresses: string): string | undefined {
  const first = addresses.split("\n").find((line) => /^https?:\/\//.test(line));
  return first === undefined || DEFAULT.test(first) ? undefined : first;
}
