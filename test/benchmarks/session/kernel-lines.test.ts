import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeSession } from "./fake-session.ts";

const SAID = "Memory cgroup out of memory: Killed process 812 (python3)";

test("what the kernel said during a sample is kept with the reason that takes it out, and asked for only then", async () => {
  const asked: string[] = [];
  const { data } = await fakeSession({
    blocks: 2,
    kernelLines: (number) => (number === 2 ? [SAID] : []),
    onRequest: (action) => asked.push(action),
  });
  const reasons = data.samples.flatMap(({ validity }) => (validity.status === "invalid" ? validity.reasons : []));
  // The second sample of each of the two hosts.
  assert.deepEqual(reasons, Array(2).fill({ rule: "kernel-error", detail: `1 new kernel error lines\n${SAID}` }));
  assert.equal(asked.filter((action) => action === "kernel-lines").length, 2);
});

test("a failed sample shows the kernel's words behind its own cause", async () => {
  const { data } = await fakeSession({ blocks: 1, kernelLines: () => [SAID], measure: () => "no answer" });
  const causes = new Set(data.samples.flatMap(({ validity }) => (validity.status === "failed" ? [validity.cause] : [])));
  assert.deepEqual([...causes], [`no answer\nkernel: ${SAID}`]);
});
