/** Installed versions by package name, from /var/lib/dpkg/status. */
export function parseDpkgStatus(text: string): Readonly<Record<string, string>> {
  const entries = text.split("\n\n").flatMap((paragraph) => {
    const name = /^Package: (.+)$/m.exec(paragraph)?.[1];
    const version = /^Version: (.+)$/m.exec(paragraph)?.[1];
    const installed = /^Status: .* installed$/m.test(paragraph);
    return name !== undefined && version !== undefined && installed ? [[name, version] as const] : [];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
