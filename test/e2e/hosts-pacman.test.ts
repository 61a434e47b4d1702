import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { packagesHandler } from "../../hosts/handler.ts";
import { type OperationContext, sh, type Transport } from "../../hosts/index.ts";
import { pacman } from "../../hosts/packages/pacman.ts";
import { restorePackages } from "../../hosts/packages/restore.ts";
import { packagesInputs } from "../../hosts/schema.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";
import { operationContext } from "../lab/operation-context.ts";
import { makePacmanRepository } from "../lab/pacman-repository.ts";

const inputs = packagesInputs.parse({
  host: "contract",
  connection: { kind: "local", host: "contract" },
  distribution: "tromjaro",
  wanted: ["git", "python"],
});

const pacmanFiles = sh`ls /var/lib/pacman/sync /var/cache/pacman/pkg /tmp 2>/dev/null | grep -v ':$' | grep . || true`;
const dependencies = sh`LC_ALL=C pacman -Qdq || true`;
const records = sh`ls /var/lib/distrobench 2>/dev/null || true`;
const removeLock = sh`rm /var/lib/pacman/db.lck`;

describe("Packages over a real pacman", () => {
  let root: ContractRoot;
  const told: string[] = [];
  const run = async (script: Parameters<Transport["run"]>[0]) => (await root.transport.run(script)).stdout;
  const installed = async () => [...pacman.parseInstalled(await run(pacman.listInstalled))];
  let context: OperationContext;

  before(() => {
    root = makeContractRoot(["pacman-package-manager"]);
    context = operationContext(root.transport, (line) => void told.push(line));
    root.write("etc/os-release", 'ID=manjaro\nID_LIKE=arch\nBUILD_ID=rolling\nPRETTY_NAME="Manjaro Linux"\n');
    makePacmanRepository(root, [
      { name: "git", version: "1:2.47-1", depends: ["zlib"] },
      { name: "zlib", version: "1.3-2" },
      { name: "ca-certificates", version: "2024-1" },
      { name: "python", version: "3.12-1" },
      { name: "editor", version: "1-1", depends: ["zlib"] },
      { name: "hub", version: "1-1", depends: ["git"] },
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

  test("leaves what somebody else's package needs, names it, removes all else, and that one when it is free", async () => {
    const names = async () => (await installed()).map(([name]) => name);
    const restore = () =>
      restorePackages(root.transport as Transport, { stack: "s", distribution: "tromjaro", signal: context.signal });
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(pacman.install(["editor"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.match(told.at(-1) ?? "", /: zlib stay: editor, installed since by someone else, need them/);
    assert.deepEqual(await names(), ["ca-certificates", "editor", "zlib"]);
    assert.deepEqual(await restore(), { removed: [], left: ["zlib"], neededBy: ["editor"] });
    await run(pacman.remove(["editor"]));
    assert.equal(await run(dependencies), "zlib\n", "zlib is there for others only");
    assert.deepEqual(await restore(), { removed: ["zlib"], left: [], neededBy: [] });
    assert.deepEqual(await names(), ["ca-certificates"]);
    assert.equal(await run(records), "");
  });

  test("takes what was asked for as a mere dependency when only others need it any more", async () => {
    const { outputs } = await packagesHandler.create(context, { ...inputs, wanted: ["git"] });
    await run(pacman.install(["hub"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.match(told.at(-1) ?? "", /: git, zlib stay: hub, /);
    assert.equal(await run(dependencies), "git\nzlib\n");
    await run(pacman.remove(["hub", "git", "zlib"]));
    await restorePackages(root.transport as Transport, { stack: "s", distribution: "tromjaro", signal: context.signal });
    assert.equal(await run(records), "");
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
