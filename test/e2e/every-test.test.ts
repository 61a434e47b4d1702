import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { benchmarks, readSession } from "../../benchmarks/index.ts";
import type { Sample, SessionData } from "../../benchmarks/results/schema.ts";
import { distrobench, type Ended, root, sessionsOf } from "./project.ts";

const STACK = "ci-every-test";
/** No virtual machine has the accelerator. */
const SKIPPED = "edge";
/** A sample that a rule counts out, as on a busy emulated machine, has its values all the same. */
const MEASURED: ReadonlySet<string> = new Set(["valid", "disturbed", "invalid"]);

/** The newest session of each test. */
function newest(): ReadonlyMap<string, SessionData> {
  return new Map(
    sessionsOf(STACK)
      .map((folder) => [folder, readSession(folder)] as const)
      .map(([, data]) => [data.session.test, data]),
  );
}

function isAsExpected({ variant, validity, values }: Sample, leading: string): boolean {
  if (variant.includes("ubuntu")) return validity.status === "skipped";
  return MEASURED.has(validity.status) && (values[leading] ?? 0) > 0;
}

describe("a matrix with every test there is goes up on a lab machine", { concurrency: false }, () => {
  let up: Ended;
  const earlier = new Set(sessionsOf(STACK));
  before(async () => {
    assert.equal((await distrobench("destroy", STACK)).code, 0);
    up = await distrobench("up", STACK);
  });
  after(async () => assert.equal((await distrobench("destroy", STACK)).code, 0));

  it("ends well, with one session per benchmark", () => {
    assert.equal(up.code, 0, up.output);
    const sessions = sessionsOf(STACK).filter((folder) => !earlier.has(folder));
    assert.deepEqual(sessions.map((folder) => readSession(folder).session.test).sort(), Object.keys(benchmarks).sort());
  });

  for (const test of Object.keys(benchmarks).filter((name) => name !== SKIPPED))
    it(`measures ${test}: its leading metric is there for every variant that can be had, above zero`, () => {
      const data = newest().get(test) ?? assert.fail(`no session of ${test}`);
      const { session } = data;
      assert.equal(session.outcome, "complete", session.failure);
      assert.deepEqual(data.warnings, []);
      const leading = session.metrics.find(({ primary }) => primary)?.name ?? assert.fail("no leading metric");
      for (const sample of data.samples.filter(({ role }) => role === "measured"))
        assert.ok(isAsExpected(sample, leading), JSON.stringify(sample));
    });

  it("skips edge, and says that there is no Hailo device", () => {
    const { samples } = newest().get(SKIPPED) ?? assert.fail("no session of edge");
    const causes = samples.flatMap(({ validity }) => ("cause" in validity ? [validity.cause] : []));
    assert.ok(causes.length > 0 && causes.every((cause) => cause.includes("no Hailo device")), causes.join("\n"));
  });

  it("shows every benchmark in the report, and that the machine is emulated", () => {
    const page = join(root, `results/report-${STACK}/index.html`);
    assert.ok(existsSync(page), page);
    const text = readFileSync(page, "utf8");
    for (const { session } of newest().values()) assert.ok(text.includes(session.title), session.title);
    assert.match(text, /not comparable with hardware/);
  });

  it("is destroyed: the host is as it was found", async () => {
    const { code, output } = await distrobench("destroy", STACK);
    assert.equal(code, 0, output);
    assert.match(output, /debian-13: as it was found/);
  });
});
