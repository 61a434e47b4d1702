import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { toMeasurement } from "../../../benchmarks/cold-start/index.ts";
import { type LocalHarness, programOrder, startLocalHarness } from "../local-harness.ts";

/** Says in its answer which scheduling policy its own thread has (field 41 of /proc/self/stat; 0 is the ordinary one). */
const SERVER = `const policy = require("node:fs").readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[38];
  require("node:http").createServer((request, response) => { response.statusCode = policy === "0" ? 200 : 500; response.end(); })
  .listen(Number(process.argv[1]), "127.0.0.1");`;

function mayBeFirst(): boolean {
  try {
    execFileSync("chrt", ["-f", "5", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("the poller of a foreign image", { skip: mayBeFirst() ? false : "no SCHED_FIFO is permitted here" }, () => {
  let local: LocalHarness;
  before(() => {
    local = startLocalHarness();
  });
  after(() => local.close());

  it("goes before everything else while it polls, and what it polls has its ordinary priority", async () => {
    const sample = await local.harness.request("cold-start", programOrder(SERVER, { readiness: "polled" }), {
      timeoutSeconds: 60,
    });
    const found = toMeasurement(sample);
    assert.ok(found.outcome === "measured", JSON.stringify(found));
    assert.equal(found.conditions?.["health.fifo"], 1);
    assert.match(execFileSync("chrt", ["-p", String(local.pid)]).toString(), /SCHED_OTHER/);
  });

  it("is nobody where the image announces itself", async () => {
    const announced = SERVER.replace('"127.0.0.1")', '"127.0.0.1", () => console.log("READY " + process.hrtime.bigint()))');
    const found = toMeasurement(await local.harness.request("cold-start", programOrder(announced), { timeoutSeconds: 60 }));
    assert.ok(found.outcome === "measured" && !("health.fifo" in (found.conditions ?? {})), JSON.stringify(found));
  });
});
