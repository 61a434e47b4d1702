import assert from "node:assert/strict";
import { it } from "node:test";
import { starters } from "../../../benchmarks/harness/engines.ts";

const order = { image: "i", arguments: [], containerPort: 80, limits: {} };
const started = { name: "n", hostPort: 8080, idFile: "/id" };

it("a container starts in the control group of the host's tuning, and where the engine wants without one", () => {
  for (const starter of ["docker", "podman"] as const) {
    const inside = starters[starter].run({ ...order, starter, slice: "model.slice" }, started).join(" ");
    assert.match(inside, / --cgroup-parent model\.slice i$/);
    assert.doesNotMatch(starters[starter].run({ ...order, starter }, started).join(" "), /cgroup-parent/);
  }
});
