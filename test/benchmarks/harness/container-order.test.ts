import assert from "node:assert/strict";
import { test } from "node:test";
import { createRequest, runWords, type StartOrder } from "../../../benchmarks/harness/container-order.ts";

const started = { name: "distrobench-1-2", hostPort: 40123, idFile: "/run/id" };

/** Everything an order can ask for. */
const order: StartOrder = {
  ...{ starter: "docker", image: "model-server", arguments: ["serve", "--now"] },
  ...{ entrypoint: "/bin/server", workingDirectory: "/srv", containerPort: 5000, slice: "model.slice" },
  environment: { A: "1", B: "x y" },
  mounts: [{ source: "/host/model", target: "/model" }],
  limits: { cpus: 1.5, cpuset: "2,3", memoryBytes: 6442450944, memorySwapBytes: 6442450944 },
};

test("a request asks for what the command line asks for, limits included", () => {
  assert.deepEqual(createRequest(order, started), {
    path: "/containers/create?name=distrobench-1-2",
    body: {
      Image: "model-server",
      Cmd: ["serve", "--now"],
      ...{ AttachStdout: true, AttachStderr: true },
      Labels: { "distrobench.sample": "" },
      ExposedPorts: { "5000/tcp": {} },
      Entrypoint: ["/bin/server"],
      WorkingDir: "/srv",
      Env: ["A=1", "B=x y"],
      HostConfig: {
        AutoRemove: true,
        PortBindings: { "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: "40123" }] },
        CgroupParent: "model.slice",
        ...{ NanoCpus: 1_500_000_000, CpusetCpus: "2,3", Memory: 6442450944, MemorySwap: 6442450944 },
        Binds: ["/host/model:/model:ro"],
      },
    },
  });
  assert.deepEqual(
    runWords(order, started),
    [
      ["run", "--pull", "never", "--cidfile", "/run/id", "--rm", "--name", "distrobench-1-2", "--label", "distrobench.sample"],
      ["--publish", "127.0.0.1:40123:5000", "--entrypoint", "/bin/server", "--workdir", "/srv", "--cgroup-parent", "model.slice"],
      ["--cpus", "1.5", "--cpuset-cpus", "2,3", "--memory", "6442450944", "--memory-swap", "6442450944"],
      ["--env", "A=1", "--env", "B=x y", "--volume", "/host/model:/model:ro", "model-server", "serve", "--now"],
    ].flat(),
  );
});

test("what an order leaves out is left to image and engine in both, and no port is published", () => {
  const bare: StartOrder = { starter: "podman", image: "i", arguments: [], limits: {} };
  const { body } = createRequest(bare, started);
  assert.deepEqual(body, {
    ...{ Image: "i", AttachStdout: true, AttachStderr: true, Labels: { "distrobench.sample": "" }, Env: [] },
    HostConfig: { AutoRemove: true, Binds: [] },
  });
  assert.doesNotMatch(runWords(bare, started).join(" "), /publish|entrypoint|workdir|cgroup|cpu|memory|env|volume/);
});
