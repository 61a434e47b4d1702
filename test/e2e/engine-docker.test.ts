import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { $ } from "zx";
import { dockerPlugin } from "../../engine/plugins/docker/implementation.ts";
import type { PluginImplementation, PropertyMap } from "../../provider/server/index.ts";
import { fakeCall } from "../engine/call.ts";
import { type Sshd, startSshd } from "./engine/sshd.ts";

const folder = mkdtempSync(join(tmpdir(), "db-docker-"));
const socket = join(folder, "socket");
const context = join(folder, "context");
const skip = process.getuid?.() === 0 ? false : "dockerd needs root";

describe("the docker stand-in on a real dockerd", { skip }, () => {
  let daemon: ChildProcess;
  let sshd: Sshd;

  before(async () => {
    mkdirSync(context);
    for (const [name, text] of Object.entries({ Dockerfile: "FROM scratch\nARG WHO\nCOPY kept /\nLABEL who=$WHO\n", kept: "1" }))
      writeFileSync(join(context, name), text);
    daemon = spawn(
      "dockerd",
      [
        "--data-root",
        join(folder, "data"),
        "--exec-root",
        join(folder, "exec"),
        "--pidfile",
        join(folder, "pid"),
        "-H",
        `unix://${socket}`,
        "--iptables=false",
        "--bridge=none",
        "--storage-driver=vfs",
      ],
      { stdio: "ignore" },
    );
    sshd = await startSshd({ DOCKER_HOST: `unix://${socket}` });
    for (let tries = 0; !(await docker("version")) && tries < 60; tries += 1) await sleep(500);
  });
  after(async () => {
    daemon?.kill("SIGTERM");
    if (daemon?.exitCode === null) await new Promise((resolve) => daemon.once("exit", resolve));
    await sshd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const docker = async (...command: string[]) =>
    (await $({ quiet: true, nothrow: true, env: { ...process.env, DOCKER_HOST: `unix://${socket}` } })`docker ${command}`)
      .exitCode === 0;
  const configured = async (settings: PropertyMap): Promise<PluginImplementation> => {
    const plugin = dockerPlugin();
    await plugin.configure?.(settings);
    return plugin;
  };
  const build = async (plugin: PluginImplementation, imageName: string, more: PropertyMap = {}) => {
    const call = fakeCall("docker:index/image:Image");
    const inputs = { imageName, skipPush: true, build: { context, args: { WHO: "me" }, ...more } };
    return { ...(await plugin.create(call, inputs, false)), lines: call.lines };
  };
  const remoteImage = (name: string, more: PropertyMap = {}) => ({
    id: `x${name}`,
    inputs: {},
    outputs: { name, imageId: "x", repoDigest: "", ...more },
  });

  for (const builderVersion of ["BuilderV1", "BuilderBuildKit"])
    it(`builds with ${builderVersion} and answers with the local image's id`, async () => {
      const name = `test-${builderVersion.toLowerCase()}:1`;
      const { id, outputs, lines } = await build(await configured({ host: `unix://${socket}` }), name, { builderVersion });
      assert.equal(id, name);
      const inspected = await $({
        quiet: true,
      })`docker -H unix://${socket} image inspect -f ${"{{.Id}} {{.Config.Labels.who}}"} ${name}`;
      assert.equal(inspected.stdout.trim(), `${String(outputs.repoDigest)} me`);
      assert.ok(lines.some((line) => /COPY|exporting/.test(line)));
    });

  it("builds with BuildKit on a base that only the daemon has", async () => {
    writeFileSync(join(context, "Child"), "FROM test-buildkit-base:1\nLABEL child=yes\n");
    const plugin = await configured({ host: `unix://${socket}` });
    await build(plugin, "test-buildkit-base:1");
    assert.match(String((await build(plugin, "child:1", { dockerfile: join(context, "Child") })).outputs.repoDigest), /^sha256:/);
  });

  it("builds through ssh:// with the options given", async () => {
    const plugin = await configured({ host: "ssh://builder", sshOpts: JSON.stringify(["-F", sshd.configFile]) });
    assert.match(String((await build(plugin, "over-ssh:1")).outputs.repoDigest), /^sha256:/);
  });

  it("names the daemon that does not answer and what ssh said", async () => {
    await assert.rejects(configured({ host: `unix://${folder}/nothing` }), /the Docker daemon at unix:.*nothing does not answer/);
    const plugin = await configured({ host: "ssh://elsewhere.invalid", sshOpts: JSON.stringify(["-F", sshd.configFile]) });
    await assert.rejects(build(plugin, "never:1"), /ssh ended with code 255: .*elsewhere\.invalid/s);
  });

  it("leaves the image when it is deleted, and fails with the reason of a failed build", async () => {
    const plugin = await configured({ host: `unix://${socket}` });
    const { outputs } = await build(plugin, "kept:1");
    await plugin.delete?.(fakeCall("docker:index/image:Image"), { id: "kept:1", inputs: {}, outputs });
    assert.ok(await docker("image", "inspect", "kept:1"));
    writeFileSync(join(context, "Broken"), "FROM scratch\nCOPY nothing /\n");
    await assert.rejects(build(plugin, "broken:1", { dockerfile: join(context, "Broken") }), /nothing/);
  });

  it("finds, misses and removes a RemoteImage", async () => {
    const plugin = await configured({ host: `unix://${socket}` });
    const call = fakeCall("docker:index/remoteImage:RemoteImage");
    const { outputs: built } = await build(plugin, "found:1");
    const made = await plugin.create(call, { name: "found:1" }, false);
    assert.deepEqual([made.id, made.outputs.imageId], [`${String(built.repoDigest)}found:1`, built.repoDigest]);
    await plugin.delete?.(call, remoteImage("found:1", { keepLocally: true }));
    assert.notEqual(await plugin.read?.(call, remoteImage("found:1")), "gone");
    await plugin.delete?.(call, remoteImage("found:1"));
    assert.equal(await plugin.read?.(call, remoteImage("found:1")), "gone");
  });
});
