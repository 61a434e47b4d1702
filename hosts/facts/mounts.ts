/** Where file systems matter: the root, and where engines keep images and containers. */
const PLACES = ["/", "/var", "/var/lib/docker", "/var/lib/containers"];

/** File system and mount options of the places that matter, and the free space in `/var` in bytes. */
export function mountFacts(mounts: string, df: string): Record<string, string> {
  const facts = mounts.split("\n").flatMap((line) => {
    const [device = "", place = "", type = "", options = ""] = line.split(" ");
    if (!PLACES.includes(place)) return [];
    return [
      [`filesystem.${place}`, type],
      [`filesystem.${place}.options`, options],
      [`filesystem.${place}.device`, device],
    ];
  });
  const free = df.split("\n").at(-1)?.trim().split(/\s+/)[3];
  return {
    ...Object.fromEntries(facts),
    ...(free === undefined ? {} : { "filesystem./var.freeBytes": String(Number(free) * 1024) }),
  };
}
