/** Debian's way: the running kernel's own packages, and the metapackages that would bring the next one. */
export function debianKernels(installed: readonly string[], kernel: string, meta: RegExp): string[] {
  const own = [`linux-image-${kernel}`, `linux-headers-${kernel}`, `linux-modules-${kernel}`, `linux-modules-extra-${kernel}`];
  return installed.filter((name) => own.includes(name) || meta.test(name)).sort();
}

export const DEBIAN_META = /^linux-(?:image|headers)-(?:(?:cloud-|rt-)?(?:amd64|arm64))$/;
