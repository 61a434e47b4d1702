import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { before, test } from "node:test";

const root = join(import.meta.dirname, "..", "..");
const environment = join(root, ".distrobench", "test-python");
const python = join(environment, "bin", "python");

/** The versions of Debian trixie, which the image has. */
const REQUIREMENTS = ["flask==3.1.1", "waitress==3.0.2"];

before(() => {
  if (existsSync(join(environment, "ready"))) return;
  execFileSync("python3", ["-m", "venv", "--clear", environment], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...REQUIREMENTS], { stdio: "inherit" });
  execFileSync("touch", [join(environment, "ready")]);
});

test("the model server answers health and predictions and refuses bad input", () => {
  execFileSync(python, ["-B", join(root, "test", "images", "application_test.py")], { stdio: ["ignore", "inherit", "pipe"] });
});

test("the model server is reachable at the moment of its READY line and ends with code 0 when told to", async () => {
  const started = process.hrtime.bigint();
  const port = await freePort();
  const server = startServer(port);
  try {
    const line = await firstLine(server);
    const seen = process.hrtime.bigint();
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    const [, nanoseconds = "0"] = /^READY (\d+)$/.exec(line) ?? [];
    assert.deepEqual([answer.status, await answer.json()], [200, { status: "ok" }]);
    assert.ok(started < BigInt(nanoseconds) && BigInt(nanoseconds) < seen, `${line} is between ${started} and ${seen}`);
    const rest = server.stdout === null ? "" : text(server.stdout);
    server.kill("SIGTERM");
    assert.deepEqual(await once(server, "exit", { signal: AbortSignal.timeout(5000) }), [0, null]);
    assert.equal(await rest, "");
  } finally {
    server.kill("SIGKILL");
  }
});

test("the model server predicts for several clients at once", async () => {
  const port = await freePort();
  const server = startServer(port);
  try {
    await firstLine(server);
    const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
    const answers = Array.from({ length: 8 }, async () => {
      const response = await fetch(`http://127.0.0.1:${port}/predict`, {
        method: "POST",
        headers: { "content-type": "application/json", connection: "close" },
        body: JSON.stringify(flower),
      });
      return (await response.json()) as { readonly label: string };
    });
    assert.deepEqual([...new Set((await Promise.all(answers)).map(({ label }) => label))], ["setosa"]);
    server.kill("SIGTERM");
    assert.deepEqual(await once(server, "exit", { signal: AbortSignal.timeout(5000) }), [0, null]);
  } finally {
    server.kill("SIGKILL");
  }
});

function startServer(port: number): ChildProcess {
  return spawn(python, ["-I", "-B", join(root, "images", "model-server", "app")], {
    env: { ...process.env, MODEL_SERVER_ADDRESS: "127.0.0.1", MODEL_SERVER_PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function firstLine(server: ChildProcess): Promise<string> {
  let output = "";
  const signal = AbortSignal.timeout(30_000);
  while (!output.includes("\n")) {
    assert.ok(server.stdout);
    const [chunk] = (await once(server.stdout, "data", { signal })) as [Buffer];
    output += chunk.toString();
  }
  return output.trim();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}
