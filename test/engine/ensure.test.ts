import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { buildFailure, goIsUsable } from "../../engine/go-build.ts";
import { describeEngine, engineEnvironment, ensureEngine } from "../../engine/index.ts";
import { builtDirectory, commandIn } from "../../engine/places.ts";
import { isSuitable } from "../../engine/pulumi-version.ts";
import { UserError } from "../../hosts/index.ts";

const root = join(import.meta.dirname, "../..");
const scratch = mkdtempSync(join(tmpdir(), "distrobench-engine-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

/** A machine with nothing but what the test puts into `bin/`, where the downloads are known not to be reachable. */
function machine(name: string) {
  const home = join(scratch, name);
  const bin = join(home, "bin");
  const cache = join(home, ".cache", "distrobench");
  mkdirSync(bin, { recursive: true });
  mkdirSync(cache, { recursive: true });
  writeFileSync(join(cache, "downloads-unreachable"), "");
  return { home, bin, cache, environment: { HOME: home, PATH: bin } };
}

function script(path: string, text: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

const silent = { root, progress: () => undefined };

describe("the engine that is chosen", () => {
  it("is the user's own pulumi when it is new enough", async () => {
    const { bin, environment } = machine("own");
    script(join(bin, "pulumi"), "echo v3.240.1");
    const engine = await ensureEngine({ ...silent, environment });
    assert.deepEqual(engine, { kind: "path", command: join(bin, "pulumi"), version: "3.240.1", standIns: true });
  });

  it("is asked for its version without a trace in anybody's Pulumi home", async () => {
    const { home, bin, environment } = machine("traceless");
    script(join(bin, "pulumi"), `echo log > "$PULUMI_HOME/log" && echo "$PULUMI_HOME" > ${home}/asked-in && echo v3.240.1`);
    await ensureEngine({ ...silent, environment });
    const askedIn = readFileSync(join(home, "asked-in"), "utf8").trim();
    assert.ok(askedIn !== "" && !existsSync(askedIn), askedIn);
  });

  it("is the cached build when the pulumi on PATH is too old", async () => {
    const { bin, environment } = machine("old");
    script(join(bin, "pulumi"), "echo v3.100.0");
    script(commandIn(builtDirectory(root, environment)), "echo v3.259.0");
    assert.equal((await ensureEngine({ ...silent, environment })).kind, "built");
  });

  it("keeps no logs in a Pulumi home of ours, unless somebody made a folder for them", async () => {
    const { bin, cache, environment } = machine("logs");
    script(commandIn(builtDirectory(root, environment)), "echo v3.259.0");
    const logs = join(cache, "pulumi-home", "logs");
    await ensureEngine({ ...silent, environment });
    assert.match(readFileSync(logs, "utf8"), /make a folder of it/);
    rmSync(logs);
    mkdirSync(logs);
    await ensureEngine({ ...silent, environment });
    assert.deepEqual(readdirSync(logs), []);
    script(join(bin, "pulumi"), "echo v3.240.1");
    await ensureEngine({ ...silent, environment });
    assert.ok(!existsSync(join(environment.HOME, ".pulumi")));
  });

  it("is never a half-finished build", async () => {
    const { environment } = machine("half");
    script(join(`${builtDirectory(root, environment)}.draft-x`, "bin/pulumi"), "echo v3.259.0");
    await assert.rejects(ensureEngine({ ...silent, environment }), UserError);
  });

  it("is refused with a remedy where Go is missing or too old", async () => {
    const { bin, environment } = machine("go");
    await assert.rejects(
      ensureEngine({ ...silent, environment }),
      (error: UserError) => /no Go/.test(error.message) && /apt-get/.test(error.remedy ?? ""),
    );
    script(join(bin, "go"), "echo go version go1.19.8 linux/amd64");
    await assert.rejects(ensureEngine({ ...silent, environment }), /Go 1\.19\.8 is too old/);
  });

  it("is built once by two runs at the same time", async () => {
    const { home, bin, environment } = machine("twice");
    const built = `echo run >> ${home}/builds; /bin/sleep 0.5; while [ "$1" != -o ]; do shift; done; /bin/mkdir -p "$(/usr/bin/dirname "$2")"; printf '#!/bin/sh\\necho v3.259.0\\n' > "$2"; /bin/chmod 755 "$2"`;
    script(join(bin, "go"), `if [ "$1" = version ]; then echo go version go1.25.0 linux/amd64; exit; fi\n${built}`);
    const engines = await Promise.all([1, 2].map(async () => await ensureEngine({ ...silent, environment })));
    assert.deepEqual(engines[0], engines[1]);
    assert.equal(readFileSync(join(home, "builds"), "utf8"), "run\n");
  });
});

describe("the environment for pulumi", () => {
  it("puts no stand-in on PATH when engine and PULUMI_HOME are ours, because the engine warns about those", async () => {
    const { environment, cache } = machine("ours");
    script(commandIn(builtDirectory(root, environment)), "echo v3.259.0");
    const engine = await ensureEngine({ ...silent, environment });
    const variables = engineEnvironment(engine, root, environment);
    assert.equal(variables.PULUMI_HOME, join(cache, "pulumi-home"));
    assert.equal(variables.DISTROBENCH_ROOT, root);
    assert.ok(!variables.PATH?.includes(root));
    assert.ok(existsSync(join(cache, "pulumi-home/plugins/resource-docker-v5.2.0/pulumi-resource-docker")));
  });

  it("leaves the user's PULUMI_HOME alone and puts only missing parts on PATH", async () => {
    const { bin, environment, home } = machine("mixed");
    script(join(bin, "pulumi"), "echo v3.259.0");
    script(join(bin, "pulumi-language-nodejs"), "");
    script(join(home, ".pulumi/plugins/resource-command-v1.2.1/pulumi-resource-command"), "");
    const engine = await ensureEngine({ ...silent, environment });
    const variables = engineEnvironment(engine, root, environment);
    assert.equal(variables.PULUMI_HOME, undefined);
    assert.deepEqual(variables.PATH?.split(":"), [join(root, "engine/plugins/docker/bin"), bin]);
  });

  it("says of each part whether it is official", async () => {
    const { bin, environment } = machine("describe");
    assert.equal((await describeEngine({ root, environment })).state, "missing");
    script(join(bin, "pulumi"), "echo v3.259.0");
    script(join(bin, "pulumi-language-nodejs"), "");
    const described = await describeEngine({ root, environment });
    assert.ok(described.state === "ready");
    assert.deepEqual(
      described.parts.map(({ name, official }) => [name, official]),
      [
        ["nodejs", true],
        ["command", false],
        ["docker", false],
      ],
    );
  });
});

describe("versions and failures", () => {
  it("takes engines from the SDK's version on, of the same major line", () => {
    assert.deepEqual(["3.235.9", "3.236.0", "3.300.0", "4.0.0", "x"].map(isSuitable), [false, true, true, false, false]);
    assert.deepEqual(["1.20.14", "1.21.0", "1.26.1"].map(goIsUsable), [false, true, true]);
  });

  for (const [stderr, expected] of [
    ["write /tmp/x: no space left on device", /no space left/],
    ["dial tcp: lookup modules.example: no such host", /module proxy cannot be reached/],
    ["something else", /go build of Pulumi ended with code 1/],
  ] as const)
    it(`names the cause of "${stderr}"`, () => assert.match(buildFailure({ stderr, exitCode: 1 }).message, expected));
});
