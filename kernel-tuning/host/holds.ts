import { distributions, type PackageManager, type Shell, sh } from "../../hosts/index.ts";
import type { HostRecord } from "./port.ts";

const managers: ReadonlyMap<string, PackageManager> = new Map(
  Object.values(distributions).map(({ packages }) => [packages.family, packages]),
);

/** What each family's tools are known by on a host. */
const tools: Readonly<Record<PackageManager["family"], string>> = { apt: "apt-mark", pacman: "pacman", apk: "apk" };

/** Prints which packages are installed and which are held, by family, as the package managers say it. */
export function readHolds(): Shell[] {
  return [...managers.values()].map(
    ({ family, listInstalled, listHeld }) => sh`if has ${tools[family]}; then
  o installed ${family} "$({ ${listInstalled}; } | base64 | tr -d '\\n')"
  o held ${family} "$({ ${listHeld}; } | base64 | tr -d '\\n')"
fi`,
  );
}

/** Defines `write_hold` for one package, named `family/package`: what follows calls it with that name and `held` or `free`. */
export function writeHold(name: string): Shell {
  const [family = "", ...words] = name.split("/");
  const manager = managers.get(family);
  const one = [words.join("/")];
  if (manager === undefined) throw new RangeError(`no package manager ${family}`);
  return sh`write_hold() { if [ "$2" = held ]; then ${manager.hold(one)}; else ${manager.unhold(one)}; fi; }`;
}

/** Turns lists of packages into a cell for each: `hold apt/linux-image-amd64` is `held` or `free`. */
export function withHolds(records: readonly HostRecord[]): HostRecord[] {
  return records.flatMap((record) => {
    if (record.kind === "held") return [];
    return record.kind === "installed" ? cells(record, records) : [record];
  });
}

function cells({ name: family, value }: HostRecord, records: readonly HostRecord[]): HostRecord[] {
  const manager = managers.get(family);
  const list = records.find(({ kind, name }) => kind === "held" && name === family)?.value ?? "";
  const held = new Set(manager?.parseHeld(decode(list)));
  const names = [...(manager?.parseInstalled(decode(value)).keys() ?? [])];
  return names.map((name) => ({ kind: "hold", name: `${family}/${name}`, value: held.has(name) ? "held" : "free" }));
}

const decode = (text: string): string => Buffer.from(text, "base64").toString();
