import assert from "node:assert/strict";
import { test } from "node:test";
import { engines, parseLoaded, parseManifest, parseProbe } from "../../images/engines.ts";
import { sample } from "../golden.ts";

const CONFIG = "sha256:528d6e42029149bc08e33bb9ca72069f55b9ede8b08195009dfdf247c5177d2b";

test("one image has one config digest in what Docker and Podman answer and save", () => {
  const docker = parseProbe(sample("images/probe-docker-26.txt"));
  const podman = parseProbe(sample("images/probe-podman-5.txt"));
  assert.deepEqual(
    [docker.images[0]?.id, podman.images[0]?.id, docker.idIsConfigDigest, podman.idIsConfigDigest],
    [CONFIG, CONFIG, true, true],
  );
  assert.equal(parseManifest(sample("images/manifest-docker-26.json")), CONFIG);
  assert.equal(parseManifest(sample("images/manifest-podman-5.json")), CONFIG);
});

test("a probe tells the tags and the unpacked bytes of an image", () => {
  const [image] = parseProbe(sample("images/probe-docker-26.txt")).images;
  assert.deepEqual(image?.tags, ["e-model:1"]);
  assert.equal(image?.bytes, 101276148);
});

test("the ids of Docker's containerd store are not taken for config digests", () => {
  const store = parseProbe("[[driver-type io.containerd.snapshotter.v1]]\n[]\n");
  assert.deepEqual(store, { idIsConfigDigest: false, images: [] });
});

test("Podman's localhost/ before a tag is not part of the name", () => {
  const answer = JSON.stringify([{ Id: "ab", RepoTags: ["localhost/distrobench/model-server:quickstart"], Size: 1 }]);
  assert.deepEqual(parseProbe(`podman version 5.4.2\n${answer}`).images[0]?.tags, ["distrobench/model-server:quickstart"]);
});

test("an image asked for by id and by tag is one image", () => {
  const twice = JSON.stringify([CONFIG, CONFIG].map((id) => ({ Id: id, RepoTags: null, Size: 1 })));
  assert.equal(parseProbe(`x\n${twice}`).images.length, 1);
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
  assert.match(engines.docker.probe(["x"]).toString(), /docker info --format '\{\{\.DriverStatus\}\}'/);
});
