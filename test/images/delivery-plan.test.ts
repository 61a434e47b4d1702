import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseRoute } from "../../images/delivery-plan.ts";
import type { ImageStore } from "../../images/engines.ts";

const DIGEST = "sha256:aa";

function store(ids: readonly string[], idIsConfigDigest = true): ImageStore {
  return { idIsConfigDigest, images: ids.map((id) => ({ id, tags: [], bytes: 1 })) };
}

test("an image that is there is not moved", () => {
  assert.equal(chooseRoute(DIGEST, store([DIGEST]), { engine: "podman", store: store([DIGEST]) }).kind, "present");
});

test("the host's other engine is asked before the network", () => {
  const route = chooseRoute(DIGEST, store(["sha256:bb"]), { engine: "podman", store: store([DIGEST]) });
  assert.deepEqual([route.kind, route.kind === "neighbour" && route.engine], ["neighbour", "podman"]);
});

test("an image that is nowhere on the host comes from the archive", () => {
  assert.equal(chooseRoute(DIGEST, store([]), undefined).kind, "archive");
  assert.equal(chooseRoute(DIGEST, store([]), { engine: "docker", store: store([]) }).kind, "archive");
});

test("an id that is not a config digest proves nothing", () => {
  assert.equal(chooseRoute(DIGEST, store([DIGEST], false), undefined).kind, "archive");
  assert.equal(chooseRoute(DIGEST, store([]), { engine: "docker", store: store([DIGEST], false) }).kind, "archive");
});
