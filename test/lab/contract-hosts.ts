import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { distributionOf, joinSh, type Shell, sh, type Transport } from "../../hosts/index.ts";
import type { DistributionName } from "../../hosts/schema.ts";
import { makeAptRepository } from "./apt-repository.ts";
import type { Identity } from "./identities.ts";
import { makePacmanRepository } from "./pacman-repository.ts";

/** A system that every operation is tried on. */
export interface ContractHost {
  readonly distribution: DistributionName;
  /** Release names that it must be known by. */
  readonly names: readonly string[];
  readonly transport: Transport;
  /** The version of git in its repository. */
  readonly git: string;
  readonly model?: string;
}

const packages = [
  { name: "git", version: "2.47.1-r0", depends: ["libcontract"] },
  { name: "libcontract", version: "1.0-r0" },
  { name: "ca-certificates", version: "20250911-r0" },
  { name: "linux-amd64", version: "6.12.1-r0" },
  { name: "linux-arm64", version: "6.12.1-r0" },
] as const;

/** The host with OpenRC: its owner has a kernel package and certificates already, and no package index. */
export async function alpineHost(transport: Transport): Promise<ContractHost> {
  const lines = packages.map((item) => [item.name, item.version, ...("depends" in item ? item.depends : [])].join(" "));
  const apk = distributionOf("alpine").packages;
  await transport.write(`${lines.join("\n")}\n`, { path: "/srv/apk/index", mode: 0o644 });
  await transport.run(
    joinSh([apk.fetchIndex, apk.install(["ca-certificates", "linux-amd64", "linux-arm64"], {}), apk.dropIndex], " && "),
  );
  return { distribution: "alpine", names: ["3.22", "3.22.1"], transport, git: "2.47.1-r0" };
}

/** Repositories for apt and pacman on the Debian machine that takes all other identities. */
export async function fillDebian(transport: Transport): Promise<void> {
  const debs = [
    { name: "git", version: "1:2.47.3-1", depends: "libcontract (= 1.0-1)" },
    { name: "libcontract", version: "1.0-1" },
  ];
  await transport.run(makeAptRepository(debs));
  await transport.write(pacmanFiles(), { path: "/srv/pacman.tar", mode: 0o600 });
  const { fetchIndex, install, dropIndex } = distributionOf("tromjaro").packages;
  const owned = install(["ca-certificates", "linux-lts"], {});
  await transport.run(joinSh([sh`tar -xf /srv/pacman.tar -C /`, fetchIndex, sh`(${owned})`, dropIndex], " && "));
  const does = "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n";
  const units = {
    "demo.service": `${does}\n[Install]\nWantedBy=multi-user.target\n`,
    "needer.service": `[Unit]\nRequires=demo.service\nAfter=demo.service\n\n${does}`,
  };
  for (const [name, text] of Object.entries(units))
    await transport.write(text, { path: `/etc/systemd/system/${name}`, mode: 0o644 });
}

function pacmanFiles(): Buffer {
  const path = mkdtempSync(join(tmpdir(), "distrobench-pacman-"));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  };
  try {
    makePacmanRepository({ path, write }, [
      { name: "git", version: "1:2.47-1", depends: ["libcontract"] },
      { name: "libcontract", version: "1.0-1" },
      { name: "ca-certificates", version: "2024-1" },
      { name: "linux-lts", version: "6.12.1-1" },
    ]);
    execFileSync("tar", ["--owner=0", "--group=0", "-C", path, "-cf", join(path, "all.tar"), "srv", "var", "etc"]);
    return readFileSync(join(path, "all.tar"));
  } finally {
    rmSync(path, { recursive: true });
  }
}

/** Gives the Debian machine another identity for the time of `use`; everything is put back, links as links. */
export async function withIdentity(
  transport: Transport,
  identity: Identity,
  use: (host: ContractHost) => Promise<void>,
): Promise<void> {
  const paths = Object.keys(identity.files);
  await transport.run(
    sh`for f in ${paths}; do mkdir -p "/srv/before$(dirname "$f")"; if [ -e "$f" ]; then mv "$f" "/srv/before$f"; fi; done`,
  );
  try {
    for (const [path, text] of Object.entries(identity.files)) await transport.write(text, { path, mode: 0o644 });
    const tree = Object.entries(identity.deviceTree ?? {});
    for (const [name, text] of tree) await transport.write(text, { path: `/srv/device-tree/${name}`, mode: 0o444 });
    const model = identity.deviceTree?.model?.replace(/\0$/, "");
    const git = identity.distribution === "tromjaro" ? "1:2.47-1" : "1:2.47.3-1";
    const { distribution, names } = identity;
    const seen = tree.length === 0 ? transport : withDeviceTree(transport);
    await use({ distribution, names, transport: seen, git, ...(model === undefined ? {} : { model }) });
  } finally {
    await transport.run(
      sh`for f in ${paths}; do rm -f "$f"; if [ -e "/srv/before$f" ]; then mv "/srv/before$f" "$f"; fi; done; rm -rf /srv/before /srv/device-tree`,
    );
  }
}

/** An emulated PC has no device tree: what is asked of /proc/device-tree is read from another folder. */
const withDeviceTree = (transport: Transport): Transport => withMoved(transport, "/proc/device-tree", "/srv/device-tree");

/** What scripts ask of a place on the host they find in another one. */
export function withMoved(transport: Transport, from: string, to: string): Transport {
  const moved = (script: Shell): Shell => {
    const text = script.toString().replaceAll(from, to);
    return sh(Object.assign([text], { raw: [text] }));
  };
  return {
    host: transport.host,
    statistics: transport.statistics,
    run: (script, options) => transport.run(moved(script), options),
    start: (script, options) => transport.start(moved(script), options),
    write: (content, target) => transport.write(content, target),
    read: (path) => transport.read(path),
    connect: (port) => transport.connect(port),
    anew: async () => withMoved(await transport.anew(), from, to),
    close: () => transport.close(),
  };
}
