import assert from "node:assert/strict";
import { test } from "node:test";
import { type ControlGroup, cpuSeconds, parseControllers } from "../../../benchmarks/harness/control-group.ts";
import { limitsReadBack } from "../../../benchmarks/harness/read-limits.ts";

function group(version: 1 | 2, files: Readonly<Record<string, string>>): ControlGroup {
  return { version, processes: () => [], read: (_controller, file) => files[file] ?? "" };
}

/** The study's limits. */
const asked = { cpuset: "2,3", memoryBytes: 6 * 2 ** 30, memorySwapBytes: 6 * 2 ** 30 };

test("the study's limits are found in both versions of control groups", () => {
  const two = group(2, { "cpuset.cpus": "2-3\n", "memory.max": "6442450944\n", "memory.swap.max": "0\n" });
  const one = group(1, {
    "cpuset.cpus": "2-3\n",
    "memory.limit_in_bytes": "6442450944\n",
    "memory.memsw.limit_in_bytes": "6442450944\n",
  });
  const identities = { "limits.cpuset": "2-3", "limits.memoryBytes": "6442450944", "limits.memorySwapBytes": "6442450944" };
  for (const found of [two, one]) assert.deepEqual(limitsReadBack(asked, found), { identities, conditions: {} });
});

test("CPU time is a quota per period, and memory may be cut to whole pages", () => {
  const found = group(2, { "cpu.max": "150000 100000\n", "memory.max": "99999744\n" });
  assert.deepEqual(limitsReadBack({ cpus: 1.5, memoryBytes: 100_000_000 }, found).conditions, {});
});

const dropped: readonly (readonly [string, ControlGroup | undefined])[] = [
  ["a kernel without the memory controller", group(2, { "cpuset.cpus": "2-3\n" })],
  ["no limit in version 2", group(2, { "cpuset.cpus": "2-3", "memory.max": "max\n", "memory.swap.max": "max\n" })],
  ["no limit in version 1", group(1, { "cpuset.cpus": "2-3", "memory.limit_in_bytes": "9223372036854771712\n" })],
];

for (const [what, found] of dropped) {
  test(`${what} shows as dropped memory limits`, () => {
    const { identities, conditions } = limitsReadBack(asked, found);
    assert.deepEqual(conditions, { "limits.dropped.memoryBytes": 1, "limits.dropped.memorySwapBytes": 1 });
    assert.deepEqual([identities["limits.memoryBytes"], identities["limits.cpuset"]], ["none", "2-3"]);
  });
}

test("without a control group every limit counts as dropped, and none when none was asked for", () => {
  assert.deepEqual(Object.keys(limitsReadBack(asked, undefined).conditions).length, 3);
  assert.deepEqual(limitsReadBack({}, undefined), { identities: {}, conditions: {} });
});

test("a cpuset of other CPUs is not the one that was asked for", () => {
  assert.deepEqual(limitsReadBack({ cpuset: "2,3" }, group(2, { "cpuset.cpus": "0-3\n" })).conditions, {
    "limits.dropped.cpuset": 1,
  });
});

test("CPU time is read in microseconds from version 2 and in nanoseconds from version 1", () => {
  assert.equal(cpuSeconds(group(2, { "cpu.stat": "usage_usec 1500000\nuser_usec 1\n" })), 1.5);
  assert.equal(cpuSeconds(group(1, { "cpuacct.usage": "1500000000\n" })), 1.5);
  assert.equal(cpuSeconds(group(2, {})), undefined);
});

test("joined controllers of version 1 share a path", () => {
  const text = "12:name=systemd:/docker/a\n4:cpu,cpuacct:/docker/a\n3:memory:/docker/b:c\n0::/\n";
  const { cpu, cpuacct, memory } = parseControllers(text);
  assert.deepEqual([cpu, cpuacct, memory], ["/docker/a", "/docker/a", "/docker/b:c"]);
});
