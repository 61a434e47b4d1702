import assert from "node:assert/strict";
import { test } from "node:test";
import { engines, idIsConfigDigest, parseInspect, parseLoaded, parseManifest } from "../../images/engines.ts";
import { sample } from "../golden.ts";

const CONFIG = "sha256:528d6e42029149bc08e33bb9ca72069f55b9ede8b08195009dfdf247c5177d2b";

test("one image has one config digest in what Docker and Podman answer and save", () => {
  for (const engine of ["docker-26", "podman-5"]) {
    assert.equal(parseInspect(sample(`images/inspect-${engine}.json`))[0]?.id, CONFIG);
    assert.equal(parseManifest(sample(`images/manifest-${engine}.json`)), CONFIG);
  }
});

test("an inspection tells the tags, the unpacked bytes and the processor of an image", () => {
  const [image] = parseInspect(sample("images/inspect-docker-26.json"));
  assert.deepEqual(image?.tags, ["e-model:1"]);
  assert.equal(image?.bytes, 101276148);
  assert.equal(image?.architecture, "amd64");
  assert.equal(parseInspect(sample("images/inspect-podman-5.json"))[0]?.architecture, "amd64");
  assert.deepEqual(parseInspect("[]\n"), []);
});

test("the ids of Docker's containerd store are not taken for config digests", () => {
  assert.equal(idIsConfigDigest("[[driver-type io.containerd.snapshotter.v1]]\n"), false);
  assert.equal(idIsConfigDigest(sample("images/store-docker-26.txt")), true);
  assert.equal(idIsConfigDigest("podman version 5.4.2\n"), true);
});

test("Podman's localhost/ before a tag is not part of the name", () => {
  const answer = JSON.stringify([{ Id: "ab", RepoTags: ["localhost/distrobench/model-server:quickstart"], Size: 1 }]);
  assert.deepEqual(parseInspect(answer)[0]?.tags, ["distrobench/model-server:quickstart"]);
});

test("an image asked for by id and by tag is one image", () => {
  const twice = JSON.stringify([CONFIG, CONFIG].map((id) => ({ Id: id, RepoTags: null, Size: 1 })));
  assert.equal(parseInspect(twice).length, 1);
});

test("the loaded id is found in every engine's words", () => {
  const hex = CONFIG.slice(7);
  for (const words of [
    `Loaded image ID: ${CONFIG}\n`,
    `Getting image source signatures\nLoaded image: ${CONFIG}\n`,
    `${hex}\n`,
  ]) {
    assert.equal(parseLoaded(words), CONFIG);
  }
  assert.throws(() => parseLoaded("Loaded image: name:tag"), /no image id/);
});

test("a manifest without a digest is refused", () => {
  assert.throws(() => parseManifest('[{"Config":"config.json"}]'), /no config digest/);
});

test("refusals of the engines are recognised", () => {
  const silent = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
  assert.match(silent, engines.docker.silent);
  assert.match("sh: 1: docker: not found", engines.docker.silent);
  assert.match(
    'conflict: unable to remove repository reference "a:1" (must force) - container 5 is using its referenced image 6',
    engines.docker.inUse,
  );
  assert.match(
    "Error: image used by 5d: image is in use by a container: consider listing external containers",
    engines.podman.inUse,
  );
  assert.match("Error: a:1: image not known", engines.podman.absent);
});

test("tags and ids are quoted on their way to a host", () => {
  assert.equal(engines.docker.tag("sha256:ab", "a b;c").toString(), "docker tag sha256:ab 'a b;c'");
  assert.match(engines.docker.store.toString(), /docker info --format '\{\{\.DriverStatus\}\}'/);
});
