import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { UserError } from "../../../hosts/index.ts";
import { alpineCommands, newestMini, parseApkInfo } from "../../../hosts/lab/disk/alpine.ts";
import { mmdebstrapArguments } from "../../../hosts/lab/disk/apt-family.ts";
import { type DiskRequest, diskBuilder, labDistributions } from "../../../hosts/lab/disk/builder.ts";
import { rootCommand } from "../../../hosts/lab/disk/root-command.ts";
import { archCommand, archFiles } from "../../../hosts/lab/disk/tromjaro.ts";
import { toolRemedy } from "../../../hosts/lab/prerequisites.ts";
import { distributionName } from "../../../hosts/schema.ts";
import { golden, sample } from "../../golden.ts";

const request: DiskRequest = { release: "", architecture: "amd64", packages: ["git"], mirror: undefined, boot: "direct" };
const recipe = (distribution: string, changes: Partial<DiskRequest>) =>
  diskBuilder(distribution).recipe({ ...request, ...changes });
const paths = {
  rootTar: "/cache/root.tar",
  status: "/cache/dpkg-status",
  guestFiles: "/project/guest",
  grubFiles: "/project/guest-grub",
};
/** Without folders of this machine. */
const portable = (text: string) => text.replaceAll(import.meta.dirname.replace("/test/hosts/lab", ""), "PROJECT");

describe("lab machines", () => {
  it("can be made of every distribution", () => {
    assert.deepEqual([...labDistributions].sort(), [...distributionName.options].sort());
  });

  for (const [distribution, release, architecture, mirror] of [
    ["ubuntu", "24.04", "amd64", undefined],
    ["ubuntu", "noble", "arm64", "http://mirror.example/ubuntu"],
    ["pureos", "crimson", "amd64", undefined],
    ["raspberry-pi-os", "trixie", "arm64", "http://mirror.example/debian"],
  ] as const)
    it(`of ${distribution} ${release} ${architecture} come from these arguments of mmdebstrap`, async () => {
      const words = mmdebstrapArguments(await recipe(distribution, { release, architecture, mirror }), paths);
      const independent = words.filter((word) => !word.startsWith("--architectures="));
      golden(`hosts/lab/mmdebstrap-${distribution}-${architecture}.txt`, `${independent.join("\n")}\n`);
    });

  it("of Alpine come from these commands", async () => {
    const commands = alpineCommands(await recipe("alpine", { release: "3.22" }), "/cache", "SCRIPT");
    const download = commands.download("alpine-minirootfs-3.22.1-x86_64.tar.gz");
    const install = commands.install.slice(rootCommand().length);
    const lists = [["curl", ...commands.index], ["curl", ...download], install];
    golden("hosts/lab/alpine.txt", portable(lists.map((words) => `${words.join("\n")}\n`).join("\n")));
  });

  it("of Tromjaro come from these commands and files", async () => {
    const built = await recipe("tromjaro", { release: "rolling", mirror: "https://mirror.example/manjaro/" });
    const files = archFiles(built);
    const command = archCommand(built, "/cache", "SCRIPT").slice(rootCommand().length);
    golden("hosts/lab/tromjaro.txt", portable(`${command.join("\n")}\n\n${files["pacman.conf"]}\n${files.mirrorlist}`));
  });

  it("are refused for a release or a processor that the distribution does not have, with the way out", async () => {
    const refused = async (distribution: string, changes: Partial<DiskRequest>) =>
      await recipe(distribution, changes).then(
        () => "",
        (error) => (error instanceof UserError ? (error.remedy ?? "") : ""),
      );
    assert.match(await refused("alpine", { release: "edge" }), /release: "3\.22"/);
    assert.match(await refused("tromjaro", { release: "stable" }), /release: rolling/);
    assert.match(await refused("tromjaro", { release: "rolling", architecture: "arm64" }), /architecture/);
    assert.match(await refused("raspberry-pi-os", { release: "trixie" }), /architecture: arm64/);
  });

  it("name what the controller lacks for them in one command, then what Debian has no package for", () => {
    const tools = diskBuilder("tromjaro").tools;
    assert.match(toolRemedy(tools), /^apt-get install pacman-package-manager arch-install-scripts .*; copy manjaro\.gpg/);
  });
});

describe("Alpine's list of files", () => {
  const list = sample("hosts/alpine/latest-releases.yaml");

  it("gives the mini root file system with the checksum that the release states", () => {
    const mini = newestMini(list, "3.22");
    assert.equal(mini.file, "alpine-minirootfs-3.22.1-x86_64.tar.gz");
    assert.match(mini.sha256, /^[0-9a-f]{64}$/);
    assert.deepEqual(newestMini(list, "3.22.1"), mini);
  });

  it("is refused for a point release that is gone, and when it names none", () => {
    assert.throws(() => newestMini(list, "3.22.0"), /has 3\.22\.1 of this branch only/);
    assert.throws(() => newestMini("[]", "3.22"), /names no mini root file system/);
  });

  it("is one thing, the installed packages another", () => {
    const text = "musl-1.2.5-r10\nca-certificates-bundle-20250911-r0\n\nWARNING: nothing\n";
    assert.deepEqual(parseApkInfo(text), { "ca-certificates-bundle": "20250911-r0", musl: "1.2.5-r10" });
  });
});
