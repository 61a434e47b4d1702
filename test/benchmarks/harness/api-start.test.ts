import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { startByApi } from "../../../benchmarks/harness/api-start.ts";
import type { StartOrder } from "../../../benchmarks/harness/container-order.ts";
import { apiSocket, ping } from "../../../benchmarks/harness/engine-api.ts";
import { startFakeEngine } from "../fake-engine.ts";

const directory = mkdtempSync(join(tmpdir(), "distrobench-api-"));
after(() => rmSync(directory, { recursive: true }));

const order: StartOrder = { starter: "docker", image: "i", arguments: [], containerPort: 80, limits: { cpuset: "0" } };
const started = { name: "n", hostPort: 8080, idFile: join(directory, "id") };

async function launch(script: Parameters<typeof startFakeEngine>[0]) {
  const engine = await startFakeEngine(script);
  const begun = process.hrtime.bigint();
  const { container, release } = startByApi(order, started, engine.socket);
  const lines: string[] = [];
  container.onLine = (line, from) => lines.push(`${from}: ${line}`);
  return { engine, begun, container, release, lines };
}

test("a start is asked for as the engine's own client asks: attached and waited for before it is started", async () => {
  const { engine, begun, container, lines } = await launch({
    run: ({ say, exit }) => {
      say("stderr", "loading\n");
      say("stdout", "READY 1234");
      say("stdout", "5\n");
      exit(0);
    },
  });
  assert.equal(await container.ended, 0);
  engine.close();
  assert.ok(container.spawned >= begun);
  assert.deepEqual(lines.sort(), ["stderr: loading", "stdout: READY 12345"]);
  const [create, attach, ...rest] = engine.requests;
  assert.equal(create, "POST /containers/create?name=n");
  assert.equal(attach, "POST /containers/c0ffee/attach?stream=1&stdout=1&stderr=1");
  assert.deepEqual(rest, ["POST /containers/c0ffee/wait?condition=next-exit", "POST /containers/c0ffee/start"]);
  assert.equal((engine.created as { HostConfig: { CpusetCpus: string } }).HostConfig.CpusetCpus, "0");
  assert.equal(readFileSync(started.idFile, "utf8"), "c0ffee");
});

test("a container that ends has its exit code and its last output, the line that was never ended included", async () => {
  const { engine, container } = await launch({
    run: ({ say, exit }) => {
      say("stderr", "no model file");
      exit(7);
    },
  });
  assert.equal(await container.ended, 7);
  assert.equal(container.tail(), "no model file");
  engine.close();
});

for (const [verb, message] of [
  ["create", "No such image: i"],
  ["start", "port is already allocated"],
] as const) {
  test(`an engine that refuses to ${verb} is told apart from a container that ended, as its client does, with its words`, async () => {
    const { engine, container, release } = await launch({ refuse: { [verb]: { status: 404, message } } });
    assert.equal(await container.ended, 125);
    assert.match(container.tail(), new RegExp(`^POST .*/${verb}\\S* got 404: ${message}$`));
    release();
    engine.close();
  });
}

test("a container that is let go of has ended for us, whatever it does", async () => {
  const { engine, container, release } = await launch({ run: ({ say }) => say("stdout", "loading the model\n") });
  while (container.tail() === "") await setTimeout(5);
  release();
  assert.equal(await container.ended, -1);
  engine.close();
});

test("an engine that goes away while a container runs is no exit code", async () => {
  const { engine, container } = await launch({ run: ({ say }) => say("stdout", "loading the model\n") });
  while (container.tail() === "") await setTimeout(5);
  engine.close();
  assert.equal(await container.ended, -1);
});

test("an API that does not answer, or answers with something else, is not there", async () => {
  await assert.rejects(ping(join(directory, "nobody.sock")), /ENOENT/);
  const engine = await startFakeEngine({ refuse: { _ping: { status: 500, message: "shutting down" } } });
  await assert.rejects(ping(engine.socket), /GET \/_ping got 500: shutting down/);
  engine.close();
});

test("what is no engine has no API", async () => {
  const { skipped = "" } = await apiSocket("process");
  assert.match(skipped, /a process has no engine/);
});
