import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { SessionData } from "../../benchmarks/index.ts";
import { UserError } from "../../hosts/index.ts";
import { runProcessSession, SERVER } from "./process-session.ts";

/** Measuring programs of a session; another checkout of this project may test on this machine at the same moment. */
function processesOf({ session: { id } }: SessionData): readonly string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`/${id}/harness-`);
      } catch {
        return false;
      }
    });
}

test("a session over the local transport is complete, valid on disk, and leaves nothing on the host", async () => {
  const { data, error } = await runProcessSession(SERVER, new AbortController().signal, () => undefined);
  assert.equal(error, undefined);
  assert.equal(data.session.outcome, "complete");
  assert.deepEqual(
    data.samples.map((sample) => sample.sequence),
    [...data.samples.keys()],
  );
  assert.equal(data.samples.filter((sample) => sample.role === "calibration").length, 2);
  assert.equal(data.samples.filter((sample) => sample.role === "warm-up").length, 2);
  const measured = data.samples.filter((sample) => sample.role === "measured");
  assert.equal(measured.length, 3);
  assert.ok(measured.every((sample) => (sample.values.total ?? 0) > 0.005 && sample.stamps.start !== undefined));
  assert.ok((data.environments[0]?.fingerprint.length ?? 0) > 5);
  assert.deepEqual(processesOf(data), []);
});

test("a session of an image that never gets ready ends after its time-outs with what the image said last", async () => {
  const source = 'console.log("loading the model"); console.error("waiting for weights"); setInterval(() => {}, 1000)';
  let begun = 0;
  const progress = (line: string) => {
    // Before that it may have waited for the session of another checkout, which has the machine.
    if (line.startsWith("calibrating")) begun = performance.now();
  };
  const { data, error, endedAt } = await runProcessSession(source, new AbortController().signal, progress, 1);
  assert.ok(error instanceof UserError);
  for (const variant of ["a", "b"])
    assert.match(error.message, new RegExp(`^${variant}: not ready after 1 s\nloading the model\nwaiting for weights$`, "m"));
  assert.match(error.remedy ?? "", /start one of the images by hand/);
  assert.equal(data.session.outcome, "failed");
  assert.ok(endedAt - begun < 60_000);
  assert.deepEqual(processesOf(data), []);
});

test("an aborted session ends within 2 s, keeps its samples and leaves no process", async () => {
  const stop = new AbortController();
  let aborted = 0;
  const { data, error, endedAt } = await runProcessSession(SERVER, stop.signal, (line) => {
    if (!line.startsWith("block 1/1") || aborted !== 0) return;
    // In the middle of the next sample's wait for quiet, not between two requests: one step of it takes a quarter of a second.
    setTimeout(() => {
      aborted = performance.now();
      stop.abort(new Error("stopped on request"));
    }, 150);
  });
  assert.ok(aborted > 0, `it ended before it was aborted: ${String(error)}`);
  assert.ok(endedAt - aborted < 2000, `${endedAt - aborted} ms`);
  assert.ok(error instanceof Error);
  assert.equal(data.session.outcome, "interrupted");
  assert.ok(data.samples.length >= 5 && data.samples.length < 7);
  assert.deepEqual(processesOf(data), []);
});
