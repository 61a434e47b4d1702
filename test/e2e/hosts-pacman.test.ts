import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { packagesHandler } from "../../hosts/handler.ts";
import { type OperationContext, sh, type Transport } from "../../hosts/index.ts";
import { pacman } from "../../hosts/packages/pacman.ts";
import { packagesInputs } from "../../hosts/schema.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";
import { makePacmanRepository } from "../lab/pacman-repository.ts";

const inputs = packagesInputs.parse({
  host: "contract",
  connection: { kind: "local", host: "contract" },
  distribution: "tromjaro",
  wanted: ["git", "python"],
});

const pacmanFiles = sh`ls /var/lib/pacman/sync /var/cache/pacman/pkg /tmp 2>/dev/null | grep -v ':$' | grep . || true`;
const removeLock = sh`rm /var/lib/pacman/db.lck`;

describe("Packages over a real pacman", () => {
  let root: ContractRoot;
  const told: string[] = [];
  const run = async (script: Parameters<Transport["run"]>[0]) => (await root.transport.run(script)).stdout;
  const installed = async () => [...pacman.parseInstalled(await run(pacman.listInstalled))];
  const context: OperationContext = {
    urn: "",
    signal: new AbortController().signal,
    root: "/",
    stack: "s",
    progress: () => {},
    info: (message) => told.push(message),
    warn: (message) => told.push(message),
    transport: async () => root.transport as Transport,
    exclusive: async (_, work) => await work(),
  };

  before(() => {
    root = makeContractRoot(["pacman-package-manager"]);
    root.write("etc/os-release", 'ID=manjaro\nID_LIKE=arch\nBUILD_ID=rolling\nPRETTY_NAME="Manjaro Linux"\n');
    makePacmanRepository(root, [
      { name: "git", version: "1:2.47-1", depends: ["zlib"] },
      { name: "zlib", version: "1.3-2" },
      { name: "ca-certificates", version: "2024-1" },
      { name: "python", version: "3.12-1" },
      { name: "editor", version: "1-1", depends: ["zlib"] },
    ]);
  });
  after(() => root?.remove());

  test("brings what is missing with its dependencies, and takes away exactly that, index and downloads too", async () => {
    await run(pacman.fetchIndex);
    await run(pacman.install(["ca-certificates"], {}));
    await run(pacman.dropIndex);
    const before = await installed();
    const { outputs } = await packagesHandler.create(context, inputs);
    assert.deepEqual(outputs.added, ["git", "python", "zlib"]);
    assert.deepEqual(outputs.installed, { "ca-certificates": "2024-1", git: "1:2.47-1", python: "3.12-1" });
    assert.equal(outputs.indexFetched, true);
    const again = await packagesHandler.update(context, { id: "x", inputs, outputs }, inputs);
    assert.deepEqual(again.added, outputs.added);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.deepEqual(await installed(), before);
    const files = await root.transport.run(pacmanFiles);
    assert.equal(files.stdout, "");
  });

  test("shows a removed package as drift", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(pacman.remove(["git"]));
    const seen = await packagesHandler.read(context, { id: "x", inputs, outputs });
    assert.ok(seen !== "gone");
    assert.deepEqual(seen.inputs.wanted, ["python"]);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
  });

  test("leaves what somebody else's package needs, and names it", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(pacman.install(["editor"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.ok(told.some((line) => line.includes("editor, installed since by someone else")));
    assert.ok((await installed()).some(([name]) => name === "zlib"));
    await run(pacman.remove(["editor", "git", "python", "zlib"]));
  });

  test("takes the version of a lock file, and refuses one that the repository does not have", async () => {
    await run(pacman.fetchIndex);
    await run(pacman.install(["python"], { python: "3.12-1" }));
    await assert.rejects(run(pacman.install(["git"], { git: "1:1.0-1" })), /target not found/);
    await run(pacman.remove(["python"]));
  });

  test("holds a package once, and gives the configuration back byte for byte", async () => {
    const file = join(root.path, "etc/pacman.conf");
    const before = readFileSync(file, "utf8");
    await run(pacman.hold(["linux612", "linux612-headers"]));
    await run(pacman.hold(["linux612"]));
    assert.deepEqual(pacman.parseHeld(await run(pacman.listHeld)).sort(), ["linux612", "linux612-headers"]);
    await run(pacman.unhold(["linux612", "linux612-headers"]));
    assert.equal(readFileSync(file, "utf8"), before);
  });

  test("waits for another pacman to end", async () => {
    const lock = join(root.path, "var/lib/pacman/db.lck");
    writeFileSync(lock, "");
    const install = run(pacman.install(["python"], {}));
    setTimeout(() => void run(removeLock), 1200);
    await install;
    assert.ok((await installed()).some(([name]) => name === "python"));
    await run(pacman.remove(["python"]));
  });
});
