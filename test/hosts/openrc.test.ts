import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openrc } from "../../hosts/packages/openrc.ts";
import { until } from "../until.ts";

const folder = mkdtempSync(join(tmpdir(), "distrobench-openrc-"));
after(() => rmSync(folder, { recursive: true, force: true }));

test("the start of a service ends with rc-service, whatever its daemon keeps open, and says what that said", async () => {
  const daemon = join(folder, "daemon");
  const text = `setsid sh -c 'echo $$ >${daemon}; exec sleep 60' & echo "no such interface"; exit 3`;
  writeFileSync(join(folder, "rc-service"), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const start = spawnSync("sh", ["-c", openrc.start("demo").toString()], { env, encoding: "utf8", timeout: 30_000 });
  await until("the daemon runs", () => existsSync(daemon) && readFileSync(daemon, "utf8") !== "");
  process.kill(Number(readFileSync(daemon, "utf8")));
  assert.deepEqual([start.status, start.stderr], [3, "no such interface\n"]);
});
