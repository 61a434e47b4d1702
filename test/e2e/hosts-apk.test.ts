import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { packagesHandler } from "../../hosts/handler.ts";
import { type OperationContext, type Shell, sh, type Transport } from "../../hosts/index.ts";
import { apk } from "../../hosts/packages/apk.ts";
import { restorePackages } from "../../hosts/packages/restore.ts";
import { packagesInputs } from "../../hosts/schema.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";
import { operationContext } from "../lab/operation-context.ts";

const inputs = packagesInputs.parse({
  host: "contract",
  connection: { kind: "local", host: "contract" },
  distribution: "alpine",
  wanted: ["git", "python"],
});

const REPOSITORY = "git 2.47.1-r0 zlib\nzlib 1.3-r2\nca-certificates 2024-r1\npython3 3.12-r1\neditor 1-r1 zlib\n";
const STAND_IN = join(import.meta.dirname, "../lab/openrc/apk");
const records = sh`ls /var/lib/distrobench 2>/dev/null || true`;

describe("Packages over busybox, with a stand-in for apk", () => {
  let root: ContractRoot;
  let context: OperationContext;
  const told: string[] = [];
  const run = async (script: Shell) => (await root.transport.run(script)).stdout;
  const names = async () => [...apk.parseInstalled(await run(apk.listInstalled)).keys()].sort();
  const world = () => readFileSync(join(root.path, "etc/apk/world"), "utf8");
  const restore = () =>
    restorePackages(root.transport as Transport, { stack: "s", distribution: "alpine", signal: context.signal });

  before(async () => {
    root = makeContractRoot([]);
    context = operationContext(root.transport, (line) => void told.push(line));
    root.write("etc/os-release", "ID=alpine\nVERSION_ID=3.22.1\n");
    root.write("usr/bin/apk", readFileSync(STAND_IN, "utf8"), 0o755);
    root.write("srv/apk/index", REPOSITORY);
    await run(apk.fetchIndex);
    await run(apk.install(["ca-certificates"], {}));
    await run(apk.dropIndex);
  });
  after(() => root?.remove());

  test("brings what is missing, and gives the world back as it was", async () => {
    const before = world();
    const { outputs } = await packagesHandler.create(context, inputs);
    assert.deepEqual(outputs.added, ["git", "python3", "zlib"]);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.deepEqual(await names(), ["ca-certificates"]);
    assert.equal(world(), before);
  });

  test("leaves what somebody else's package needs, names it, removes all else, and keeps nothing of ours in the world", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(apk.install(["editor"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.match(told.at(-1) ?? "", /: zlib stay: editor, installed since by someone else, need them/);
    assert.deepEqual(await names(), ["ca-certificates", "editor", "zlib"]);
    assert.equal(world(), "ca-certificates\neditor\n");
    assert.deepEqual(await restore(), { removed: [], left: ["zlib"], neededBy: ["editor"] });
    await run(apk.remove(["editor"]));
    assert.deepEqual(await restore(), { removed: [], left: [], neededBy: [] }, "apk takes what nobody needs by itself");
    assert.deepEqual([await names(), await run(records)], [["ca-certificates"], ""]);
  });
});
