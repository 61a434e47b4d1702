import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, beforeEach, describe, it } from "node:test";
import { removeLeftovers } from "../../hosts/packages/engine-leftovers.ts";
import { parseTraces } from "../../hosts/packages/engine-traces.ts";

const root = mkdtempSync(join(tmpdir(), "distrobench-leftovers-"));
const file = (path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};

/** The script on a folder that stands for the host; what a test states in shell comes before it. */
function remove(before: string, stated = ""): string {
  const script = removeLeftovers(parseTraces(before))
    .join("\n")
    .replaceAll(/\/(etc\/group|var\/lib|proc\/self\/mounts)/g, `${root}/$1`);
  // This machine may have engines of its own.
  const none = `command() { case $2 in dockerd|containerd|podman) false ;; *) builtin command "$@" ;; esac; }`;
  return execFileSync("bash", ["-c", `${none}\n${stated}\n${script}`], { encoding: "utf8" });
}

after(() => rmSync(root, { recursive: true }));
beforeEach(() => {
  rmSync(root, { recursive: true, force: true });
  file("proc/self/mounts", "/dev/sda1 / ext4 rw 0 0\n");
  file("etc/group", "root:x:0:\n");
});

describe("a group that came with an engine's package", () => {
  const tools = 'groupdel() { echo "groupdel $1"; }\ndelgroup() { echo "delgroup $1"; }';
  const gone = (line: string, stated = tools, before = "group docker absent") => {
    file("etc/group", `root:x:0:\n${line}\n`);
    return remove(before, stated);
  };

  it("goes with it, by what the host has for that", () => {
    assert.equal(gone("docker:x:103:"), "groupdel docker\n");
    assert.equal(gone("docker:x:103:", `${tools}\ngroupdel() { false; }`), "delgroup docker\n");
  });

  it("stays when somebody has joined it, and while an engine is there that needs it", () => {
    assert.equal(gone("docker:x:103:anna"), "");
    assert.equal(gone("docker:x:103:", `${tools}\ncommand() { :; }`), "");
  });

  it("stays where it was before, or nobody knows", () => {
    assert.equal(gone("docker:x:103:", tools, "group docker present"), "");
    assert.deepEqual(removeLeftovers({}), []);
  });
});

describe("what an engine kept its images in", () => {
  const folders = ["/var/lib/docker", "/var/lib/containerd", "/var/lib/containers"];
  const absent = folders.map((path) => `store ${path} absent`).join("\n");
  const left = () => folders.filter((path) => existsSync(join(root, path)));
  const emptyStores = () => {
    file("var/lib/docker/volumes/metadata.db", "x");
    file("var/lib/docker/image/overlay2/repositories.json", "{}");
    mkdirSync(join(root, "var/lib/docker/containers"), { recursive: true });
    file("var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db", "x");
    mkdirSync(join(root, "var/lib/containerd/io.containerd.content.v1.content/blobs/sha256"), { recursive: true });
    file("var/lib/containers/storage/overlay-images/images.json", "[]");
    file("var/lib/containers/storage/db.sql", "x");
  };
  beforeEach(emptyStores);

  it("goes when the engine is gone and nothing is in it", () => {
    remove(absent);
    assert.deepEqual(left(), []);
  });

  for (const [what, path, text] of [
    ["an image of Docker's", "var/lib/docker/image/overlay2/imagedb/content/sha256/ab12", "{}"],
    ["a volume of Docker's", "var/lib/docker/volumes/data/_data/x", ""],
    ["a container of Docker's", "var/lib/docker/containers/ab12/config.v2.json", "{}"],
    ["an image of containerd's", "var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/ab12", "x"],
    ["an image of Podman's", "var/lib/containers/storage/overlay-images/images.json", '[{"id":"ab12"}]'],
    ["a volume of Podman's", "var/lib/containers/storage/volumes/data/_data/x", ""],
  ] as const)
    it(`stays with ${what} in it`, () => {
      file(path, text);
      remove(absent);
      assert.deepEqual(left(), [`/${path.split("/").slice(0, 3).join("/")}`]);
    });

  it("stays where something is mounted, and while the engine is there", () => {
    file("proc/self/mounts", `/dev/sdb1 ${root}/var/lib/docker ext4 rw 0 0\n`);
    remove(absent);
    assert.deepEqual(left(), ["/var/lib/docker"]);
    emptyStores();
    file("proc/self/mounts", "");
    remove(absent, "command() { :; }");
    assert.deepEqual(left(), folders);
  });

  it("stays where it was before, or nobody knows", () => {
    remove(absent.replaceAll("absent", "present"));
    assert.deepEqual(left(), folders);
  });
});
