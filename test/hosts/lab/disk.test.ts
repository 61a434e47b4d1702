import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mmdebstrapArguments } from "../../../hosts/lab/disk/apt-family.ts";
import { type DiskRecipe, diskBuilder } from "../../../hosts/lab/disk/builder.ts";
import { diskHash } from "../../../hosts/lab/disk/cache.ts";
import { chooseMirror } from "../../../hosts/lab/disk/debian-mirror.ts";
import { mountsBelow } from "../../../hosts/lab/disk/remove-tree.ts";
import { parseDpkgStatus } from "../../../hosts/packages/dpkg-status.ts";
import { golden } from "../../golden.ts";

const mirror = "http://mirror.example/debian";
const request = {
  release: "trixie",
  architecture: "amd64",
  packages: ["git", "docker.io", "git"],
  mirror,
  boot: "direct",
} as const;
const paths = {
  ...{ rootTar: "/cache/root.tar", status: "/cache/dpkg-status" },
  ...{ guestFiles: "/it's here/guest", grubFiles: "/it's here/guest-grub" },
};
/** The processor is named only where it is not the controller's. */
const ofAnyController = (words: readonly string[]) => words.filter((word) => !word.startsWith("--architectures="));
const recipe = (): Promise<DiskRecipe> => diskBuilder("debian").recipe(request);

describe("a Debian disk's recipe", () => {
  it("gives these arguments of mmdebstrap", async () => {
    golden("hosts/lab/mmdebstrap.txt", `${ofAnyController(mmdebstrapArguments(await recipe(), paths)).join("\n")}\n`);
  });

  it("gives these where the machine boots through GRUB, and is refused on other processors", async () => {
    const grub = await diskBuilder("debian").recipe({ ...request, boot: "grub" });
    golden("hosts/lab/mmdebstrap-grub.txt", `${ofAnyController(mmdebstrapArguments(grub, paths)).join("\n")}\n`);
    await assert.rejects(diskBuilder("debian").recipe({ ...request, boot: "grub", architecture: "arm64" }), /amd64 only/);
  });

  it("doesn't depend on the order or repetition of packages", async () => {
    const other = await diskBuilder("debian").recipe({ ...request, packages: ["docker.io", "git"] });
    assert.equal(diskHash(other, 8, ""), diskHash(await recipe(), 8, ""));
  });

  it("has another hash after a change of anything that decides the disk", async () => {
    const base = await recipe();
    const hashes = [
      diskHash(base, 8, ""),
      diskHash(base, 9, ""),
      diskHash(base, 8, "other layout"),
      diskHash({ ...base, release: "testing" }, 8, ""),
      diskHash({ ...base, packages: [...base.packages, "zsh"] }, 8, ""),
      diskHash({ ...base, mirror: null }, 8, ""),
      diskHash({ ...base, architecture: "arm64" }, 8, ""),
      diskHash({ ...base, sources: ["deb http://mirror.example x main"] }, 8, ""),
      diskHash({ ...base, options: [...base.options, "--verbose"] }, 8, ""),
      diskHash({ ...base, files: { ...base.files, "seed.sh": "0" } }, 8, ""),
      diskHash({ ...base, epoch: 0 }, 8, ""),
    ];
    assert.equal(new Set(hashes).size, hashes.length);
  });

  it("has the same hash whatever order its fields are in", async () => {
    const base = await recipe();
    const turned = Object.fromEntries(Object.entries(base).reverse()) as unknown as DiskRecipe;
    assert.equal(diskHash(turned, 8, ""), diskHash(base, 8, ""));
  });

  it("is of another processor when that is asked for", async () => {
    const foreign = process.arch === "arm64" ? "amd64" : "arm64";
    const other = await diskBuilder("debian").recipe({ ...request, architecture: foreign });
    assert.ok(mmdebstrapArguments(other, paths).includes(`--architectures=${foreign}`));
  });

  it("is refused for a distribution without a builder", () => {
    assert.throws(() => diskBuilder("plan9"), /no lab disk for "plan9"/);
  });
});

describe("the dpkg status file", () => {
  it("gives installed versions, without what was removed", () => {
    const text = [
      "Package: git\nStatus: install ok installed\nVersion: 1:2.47.3-0+deb13u1",
      "Package: gone\nStatus: deinstall ok config-files\nVersion: 1.0",
      "Package: bash\nStatus: install ok installed\nVersion: 5.2.37-2+b5\n",
    ].join("\n\n");
    assert.deepEqual(parseDpkgStatus(text), { bash: "5.2.37-2+b5", git: "1:2.47.3-0+deb13u1" });
  });
});

describe("the controller's mirror", () => {
  it("is used when it is one of its own", () => {
    assert.equal(chooseMirror("http://mirror.lab/debian/\nhttp://deb.debian.org/debian/\n"), "http://mirror.lab/debian/");
  });

  it("is left to mmdebstrap when it is Debian's default, a local disk, or unknown", () => {
    assert.deepEqual(["http://deb.debian.org/debian/\n", "file:/mnt/cd/\n", ""].map(chooseMirror), [
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("mounts below a directory", () => {
  it("are found by whole path parts, with escapes undone", () => {
    const mountinfo = [
      "1 0 8:1 / / rw - ext4 /dev/vda rw",
      "2 1 0:5 / /cache/a\\040b/root/dev rw - devtmpfs udev rw",
      "3 1 0:6 / /cache/a\\040bc rw - tmpfs tmpfs rw",
    ].join("\n");
    assert.deepEqual(mountsBelow("/cache/a b", mountinfo), ["/cache/a b/root/dev"]);
  });
});
