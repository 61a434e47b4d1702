import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, it } from "node:test";
import {
  endProcess,
  findByArgument,
  findByEnvironment,
  identifyProcess,
  isRunning,
  parseStartTime,
} from "../../../hosts/lab/process-identity.ts";

const STAT = "42 (a) S b) S 1 42 42 0 -1 4194560 1 0 0 0 5 6 0 0 20 0 1 0 267939 1000 10 18446744073709551615";

describe("a process's start time", () => {
  it("is field 22, whatever the program is called", () => {
    assert.equal(parseStartTime(STAT), "267939");
  });

  it("is unknown for a zombie", () => {
    assert.equal(parseStartTime(STAT.replace(") S 1", ") Z 1")), undefined);
  });
});

describe("a process", () => {
  it("is found by an argument and by an environment variable, and ended", async () => {
    const marker = `marker-${process.pid}-${Date.now()}`;
    const environment = { ...process.env, LAB_TEST_MARK: marker };
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)", marker], { env: environment, stdio: "ignore" });
    await once(child, "spawn");
    const [found] = await findByArgument(marker);
    assert.equal(found?.pid, child.pid);
    assert.deepEqual(await findByEnvironment("LAB_TEST_MARK", marker), [found]);
    assert.ok(found !== undefined && (await isRunning(found, marker)));
    assert.ok(await endProcess(found, "SIGKILL", 5));
    assert.equal(await isRunning(found, marker), false);
  });

  it("with the same number but another start is another one, and is never signalled", async () => {
    const own = await identifyProcess(process.pid);
    assert.ok(own !== undefined);
    const earlier = { ...own, startTime: "1" };
    assert.equal(await isRunning(earlier, process.argv[0] ?? ""), false);
    assert.equal(await endProcess(earlier, "SIGKILL", 1), true);
  });

  it("without the marker among its arguments is not the one meant", async () => {
    const own = await identifyProcess(process.pid);
    assert.ok(own !== undefined);
    assert.equal(await isRunning(own, "no such argument"), false);
  });
});
