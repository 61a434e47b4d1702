const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** For people: `512 KiB`, `1.2 GiB`. */
export function bytesText(count: number): string {
  const power = count < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[power]}`;
}
