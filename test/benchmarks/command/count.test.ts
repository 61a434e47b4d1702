import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { command } from "../../../benchmarks/command/index.ts";
import type { Place } from "../../../benchmarks/define.ts";
import { type Countable, missingCounters, parseInstructions, parseSystemCalls } from "../../../benchmarks/harness/count.ts";
import { sample } from "../../golden.ts";
import { type LocalHarness, startLocalHarness } from "../local-harness.ts";

const variant = { id: "here", host: "here", machine: "here", environment: "e", labels: {} };

test("instructions are those of the whole process, from the column that is called Ir", () => {
  assert.equal(parseInstructions(sample("benchmarks/command/callgrind.txt")), 240_251);
  assert.equal(parseInstructions("events: Cycles Ir\nsummary: 9 4\n"), 4);
  assert.equal(parseInstructions("events: Ir Bc\ntotals: 12 1\n"), 12);
  assert.equal(parseInstructions("events: Ir\n"), 0);
});

test("system calls are those of all rows, errors and the total left out", () => {
  assert.equal(parseSystemCalls(sample("benchmarks/command/strace.txt")), 387);
  const older =
    "  0.00    0.000000           0         7         3 openat\n100.00    0.000000                     7         3 total\n";
  assert.equal(parseSystemCalls(older), 7);
  assert.equal(parseSystemCalls(""), 0);
});

test("what is counted is a metric of the session, exact, beside the declared ones", () => {
  const metrics = command.metricsOf({ count: ["instructions", "syscalls"] });
  assert.deepEqual(
    metrics.map(({ name, unit, exact, primary }) => [name, unit, exact, primary]),
    [
      ["wall", "s", undefined, true],
      ["instructions", "count", true, false],
      ["syscalls", "count", true, false],
    ],
  );
  assert.deepEqual(
    command.metricsOf({}).map(({ name }) => name),
    ["wall"],
  );
});

for (const [what, given, message] of [
  ["something else to count", { count: ["cycles"] }, /"instructions"\|"syscalls"/],
  ["to count in a container", { count: ["syscalls"], where: "container" }, /only what runs on the host itself/],
  ["a metric of that name", { count: ["syscalls"], metrics: { syscalls: { from: "wall" } } }, /expected other names/],
] as const)
  test(`${what} is refused before anything runs`, () => {
    const result = command.parameters.safeParse(given);
    assert.match(result.error?.issues.map(({ message: text }) => text).join("; ") ?? "", message);
  });

/** What starts meanwhile keeps it. */
function inEnvironment<Result>(given: Readonly<Record<string, string>>, work: () => Result): Result {
  const before = { ...process.env };
  Object.assign(process.env, given);
  try {
    return work();
  } finally {
    for (const name of Object.keys(given)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  }
}

describe("a command that is counted", { concurrency: false }, () => {
  let local: LocalHarness;
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "distrobench-count-"));
    local = inEnvironment({ TMPDIR: folder }, startLocalHarness);
  });
  after(async () => {
    await local.close();
    rmSync(folder, { recursive: true });
  });
  const run = (given: Readonly<Record<string, unknown>>) => command.measure({ harness: local.harness } as Place, variant, given);
  const skipWithout = (...what: Countable[]) => missingCounters(what).map((program) => `${program} is not on this machine`)[0];

  for (const [what, least] of [
    ["instructions", 100_000],
    ["syscalls", 20],
  ] as const)
    test(`has the same ${what} twice, whatever it took`, { skip: skipWithout(what) }, async () => {
      const counts: number[] = [];
      for (const _ of [1, 2]) {
        const found = await run({ command: "ls / | sort >/dev/null", count: [what] });
        assert.ok(found.outcome === "measured", JSON.stringify(found));
        assert.ok((found.values.wall ?? 0) > 0);
        counts.push(found.values[what] ?? 0);
      }
      const [first = 0, second = 0] = counts;
      assert.ok(first > least && Math.abs(first / second - 1) < 0.01, counts.join(" and "));
    });

  test("counts every process that it starts", { skip: skipWithout("instructions", "syscalls") }, async () => {
    const count = ["instructions", "syscalls"];
    const [one, three] = await Promise.all(
      ["ls /", "ls /; ls /; ls /"].map(async (text) => await run({ command: `{ ${text}; } >/dev/null; true`, count })),
    );
    assert.ok(one?.outcome === "measured" && three?.outcome === "measured", JSON.stringify([one, three]));
    for (const what of ["instructions", "syscalls"])
      assert.ok((three.values[what] ?? 0) > 2 * (one.values[what] ?? 0), JSON.stringify([one.values, three.values]));
  });

  test("is prepared for each of its runs, and leaves nothing behind", { skip: skipWithout("syscalls") }, async () => {
    const before = readdirSync(folder);
    const mark = join(folder, "mark");
    const found = await run({ command: `rm ${mark}`, prepare: `touch ${mark}`, count: ["syscalls"] });
    assert.equal(found.outcome, "measured", JSON.stringify(found));
    assert.equal(existsSync(mark), false);
    assert.deepEqual(readdirSync(folder), before);
  });

  test("fails with the counter's name where it does not come to its end", { skip: skipWithout("syscalls") }, async () => {
    const mark = join(folder, "second");
    const found = await run({ command: `[ ! -e ${mark} ] && touch ${mark}`, count: ["syscalls"] });
    assert.match(found.outcome === "failed" ? found.cause : "", /^syscalls: under strace: exit code 1 /);
  });

  test("is skipped on a host without the programs, which are named with the way to them", async () => {
    const bare = inEnvironment({ PATH: folder }, startLocalHarness);
    try {
      const place = { harness: bare.harness } as Place;
      const found = await command.measure(place, variant, { count: ["instructions", "syscalls"] });
      const cause = "valgrind and strace are not on here: name valgrind and strace in the matrix under packages";
      assert.deepEqual(found, { outcome: "skipped", cause });
    } finally {
      await bare.close();
    }
  });
});
