import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { harnessBundle } from "../../benchmarks/harness/bundle.ts";
import { connect, type Harness } from "../../benchmarks/harness/client.ts";
import type { ColdStartOrder } from "../../benchmarks/harness/cold-start.ts";
import type { RemoteProcess } from "../../hosts/index.ts";

export interface LocalHarness {
  readonly harness: Harness;
  readonly pid: number;
  readonly process: RemoteProcess;
  close(): Promise<void>;
}

/** The real bundled program as a child process of the test, which speaks to it alone. */
export function startProgram() {
  const directory = mkdtempSync(join(tmpdir(), "distrobench-test-"));
  const file = join(directory, "harness.cjs");
  writeFileSync(file, harnessBundle().code);
  const child = spawn(process.execPath, [file], { stdio: "pipe" });
  child.once("close", () => rmSync(directory, { recursive: true, force: true }));
  return { child, file };
}

/** The same with a client: what a transport starts on a host. */
export function startLocalHarness(): LocalHarness {
  const { child, file } = startProgram();
  const { pid } = child;
  if (pid === undefined) throw new Error("the measuring program did not start");
  const ended = new Promise<Awaited<RemoteProcess["ended"]>>((resolve) => {
    child.once("close", (exitCode) => resolve({ command: file, host: "here", exitCode, stdout: "", stderr: "", seconds: 0 }));
  });
  const remote: RemoteProcess = {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    ended,
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
  const harness = connect("here", remote);
  return { harness, pid, process: remote, close: () => harness.close() };
}

/** Starts a Node.js program as if it were a container; it finds its port in `process.argv[1]`. */
export function programOrder(source: string, given: Partial<ColdStartOrder> = {}): ColdStartOrder {
  return {
    starter: "process",
    image: process.execPath,
    arguments: ["-e", source],
    containerPort: 0,
    limits: {},
    readiness: "announced",
    healthPath: "/health",
    timeoutSeconds: 20,
    ...given,
  };
}
