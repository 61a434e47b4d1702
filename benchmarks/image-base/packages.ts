/** What one layer says of installed packages, and of what layers below it had. */
export interface LayerPackages {
  /** Packages in each of the layer's lists, by the list's path. */
  readonly lists: ReadonlyMap<string, number>;
  /** Paths that the layer removes, with everything below them (OCI image specification, "Whiteouts"). */
  readonly removed: readonly string[];
}

const lines = (pattern: RegExp) => (text: string) => text.match(pattern)?.length ?? 0;

/** Where package managers keep what is installed, and how many packages such a file tells of. */
const LISTS: readonly { readonly path: RegExp; packages(text: string): number }[] = [
  { path: /^var\/lib\/dpkg\/status$/, packages: lines(/^Status: \S+ \S+ installed$/gm) },
  // Distroless images have a file for each package.
  { path: /^var\/lib\/dpkg\/status\.d\/(?!.*\.md5sums$)[^/]+$/, packages: lines(/^Package: /gm) },
  { path: /^(?:usr\/)?lib\/apk\/db\/installed$/, packages: lines(/^P:/gm) },
  { path: /^var\/lib\/pacman\/local\/[^/]+\/desc$/, packages: lines(/^%NAME%$/gm) },
];

const plain = (path: string): string => path.replace(/^(?:\.?\/)+/, "");

/** How a file of a layer is read, if it is one of those lists. */
export function listAt(path: string): { readonly path: string; packages(text: string): number } | undefined {
  const name = plain(path);
  const found = LISTS.find((list) => list.path.test(name));
  return found === undefined ? undefined : { path: name, packages: found.packages };
}

/** The path that an entry of a layer removes from the layers below, if it does. */
export function removedBy(path: string): string | undefined {
  const [, folder = "", name] = /^(.*\/)?\.wh\.([^/]+)$/.exec(plain(path)) ?? [];
  if (name === undefined) return undefined;
  return name === ".wh..opq" ? folder.slice(0, -1) : `${folder}${name}`;
}

/** Installed packages of an image, by its layers from the lowest up; `undefined` where there is no list of a kind that is known. */
export function countPackages(layers: readonly LayerPackages[]): number | undefined {
  const all = new Map<string, number>();
  for (const { lists, removed } of layers) {
    for (const path of all.keys()) if (removed.some((gone) => path === gone || path.startsWith(`${gone}/`))) all.delete(path);
    for (const [path, packages] of lists) all.set(path, packages);
  }
  return all.size === 0 ? undefined : [...all.values()].reduce((sum, packages) => sum + packages, 0);
}
