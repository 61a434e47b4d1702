import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Subject } from "../../../benchmarks/validity/rules.ts";

const quiet: Subject = {
  ...{ values: { total: 1 }, primary: "total", leftovers: [] },
  conditions: { "settle.pressure": 0.01, "during.steal": 0, "during.swappedPages": 0, "control.seconds": 0.2 },
  controlMedian: 0.2,
};

function withConditions(conditions: Readonly<Record<string, number>>): Subject {
  return { ...quiet, conditions: { ...quiet.conditions, ...conditions } };
}

test("a quiet sample is valid", () => {
  assert.deepEqual(judge(quiet, false), { status: "valid" });
});

const window = { "load.planned": 480, "load.sent": 480 };

const together = { "tokens.packed": 0, "tokens.coalesced": 0, "tokens.coalescedLimit": 0.01 };

const table: readonly (readonly [string, Subject, rule: string, strict: string, noisy: string])[] = [
  ["a bracket of 11 ms on 1 s", { ...quiet, values: { total: 1, bracket: 0.011 } }, "bracket", "invalid", "invalid"],
  ["something left by the sample before", { ...quiet, leftovers: ["mount /x"] }, "leftovers", "invalid", "invalid"],
  ["pressure from outside", withConditions({ "settle.pressure": 0.06 }), "pressure", "invalid", "disturbed"],
  ["stolen CPU time", withConditions({ "during.steal": 0.021 }), "steal", "invalid", "disturbed"],
  ["5.1 % of the CPUs used by something else", withConditions({ "foreign.cpu": 0.051 }), "foreign-cpu", "invalid", "disturbed"],
  ["swapping", withConditions({ "during.swappedPages": 1 }), "swap", "invalid", "invalid"],
  ["a kernel error line", withConditions({ "during.kernelErrors": 1 }), "kernel-error", "invalid", "disturbed"],
  ["a late p99 of sends", withConditions({ "load.lateness.p99": 0.0011 }), "send-lateness", "invalid", "disturbed"],
  ["one send 5.1 ms late", withConditions({ "load.lateness.max": 0.0051 }), "send-lateness", "invalid", "disturbed"],
  ["a request not sent", withConditions({ "load.planned": 480, "load.sent": 479 }), "requests-sent", "invalid", "invalid"],
  ["5 failures of 480", withConditions({ ...window, "load.failed": 5 }), "requests-failed", "invalid", "invalid"],
  ["a dropped limit", withConditions({ "limits.dropped.memoryBytes": 1 }), "limits", "invalid", "invalid"],
  [
    "1.1 MiB of a dropped disk in memory",
    withConditions({ "pageCache.resident": 1.1 * 2 ** 20 }),
    "page-cache",
    "invalid",
    "invalid",
  ],
  ["two tokens in one piece", withConditions({ ...together, "tokens.packed": 1 }), "tokens-together", "invalid", "invalid"],
  [
    "1.1 % of tokens read together",
    withConditions({ ...together, "tokens.coalesced": 0.011 }),
    "tokens-together",
    "invalid",
    "invalid",
  ],
  [
    "a new throttle bit",
    withConditions({ "edge.throttle.before": 0, "edge.throttle.after": 0x40000 }),
    "throttled",
    "invalid",
    "invalid",
  ],
  [
    "a new throttle bit, told for every test",
    withConditions({ "before.throttle": 0, "after.throttle": 0x10000 }),
    "throttled",
    "invalid",
    "invalid",
  ],
  [
    "a slow-down for heat",
    withConditions({ "before.throttles": 17, "after.throttles": 18 }),
    "thermal-throttle",
    "invalid",
    "disturbed",
  ],
  [
    "a lower frequency limit",
    withConditions({ "before.frequency.limit": 3.6e9, "after.frequency.limit": 3e9 }),
    "frequency-limit",
    "invalid",
    "disturbed",
  ],
  [
    "under-voltage from start to end",
    withConditions({ "edge.throttle.before": 0x10001, "edge.throttle.after": 0x10001 }),
    "throttled",
    "invalid",
    "invalid",
  ],
  [
    "a start 3.1 degrees warmer",
    withConditions({ "edge.celsius.first": 50, "edge.celsius.start": 53.1 }),
    "start-temperature",
    "invalid",
    "invalid",
  ],
  ["a slower control kernel", withConditions({ "control.seconds": 0.207 }), "control-kernel", "disturbed", "disturbed"],
  ["a faster control kernel", withConditions({ "control.seconds": 0.193 }), "control-kernel", "disturbed", "disturbed"],
];

for (const [what, subject, rule, strict, noisy] of table) {
  test(`${what} makes a sample ${strict}, on a noisy host ${noisy}`, () => {
    for (const [noisyHost, status] of [
      [false, strict],
      [true, noisy],
    ] as const) {
      const verdict = judge(subject, noisyHost);
      assert.equal(verdict.status, status);
      assert.equal("reasons" in verdict ? verdict.reasons[0]?.rule : undefined, rule);
    }
  });
}

const within: readonly (readonly [string, Subject])[] = [
  ["a bracket of 2 ms on 100 ms", { ...quiet, values: { total: 0.1, bracket: 0.002 } }],
  ["a bracket of 1 % of the value", { ...quiet, values: { total: 1, bracket: 0.01 } }],
  ["pressure of 5 %", withConditions({ "settle.pressure": 0.05 })],
  ["4 failures of 480", withConditions({ ...window, "load.failed": 4 })],
  ["sends 1 ms late, one of them 5 ms", withConditions({ "load.lateness.p99": 0.001, "load.lateness.max": 0.005 })],
  ["1 MiB of a dropped disk in memory", withConditions({ "pageCache.resident": 2 ** 20 })],
  ["1 % of tokens read together", withConditions({ ...together, "tokens.coalesced": 0.01 })],
  ["a throttling before the sample", withConditions({ "edge.throttle.before": 0x50000, "edge.throttle.after": 0x50000 })],
  ["a start 3 degrees colder", withConditions({ "edge.celsius.first": 50, "edge.celsius.start": 47 })],
  ["a slow-down for heat before the sample", withConditions({ "before.throttles": 17, "after.throttles": 17 })],
  ["a higher frequency limit than before", withConditions({ "before.frequency.limit": 3e9, "after.frequency.limit": 3.6e9 })],
  ["steal of 2 %", withConditions({ "during.steal": 0.02 })],
  ["a control kernel moved by 2.9 %", withConditions({ "control.seconds": 0.2058 })],
];

for (const [what, subject] of within) {
  test(`${what} is still valid`, () => assert.deepEqual(judge(subject, false), { status: "valid" }));
}

test("on an emulated host, what else uses its CPUs only marks a sample", () => {
  const verdict = judge({ ...withConditions({ "foreign.cpu": 0.2 }), emulated: true }, false);
  assert.equal(verdict.status, "disturbed");
  assert.equal(judge({ ...withConditions({ "settle.pressure": 0.06 }), emulated: true }, false).status, "invalid");
});

test("the kernel's own words stand in the reason", () => {
  const subject = { ...withConditions({ "during.kernelErrors": 1 }), kernelLines: ["usb 1-1: device not ready"] };
  const verdict = judge(subject, false);
  assert.deepEqual("reasons" in verdict && verdict.reasons.map(({ detail }) => detail), [
    "1 new kernel error lines\nusb 1-1: device not ready",
  ]);
});
