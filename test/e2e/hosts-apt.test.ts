import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { packagesHandler } from "../../hosts/handler.ts";
import { type OperationContext, type Shell, sh, type Transport } from "../../hosts/index.ts";
import { apt } from "../../hosts/packages/apt.ts";
import { restorePackages } from "../../hosts/packages/restore.ts";
import { type PackagesOutputs, packagesInputs } from "../../hosts/schema.ts";
import { makeAptRepository } from "../lab/apt-repository.ts";
import { type ContractRoot, makeContractRoot } from "../lab/contract-root.ts";
import { operationContext } from "../lab/operation-context.ts";

const inputs = packagesInputs.parse({
  host: "contract",
  connection: { kind: "local", host: "contract" },
  distribution: "debian",
  wanted: ["git", "python"],
});

const FOLDERS = ["lib/dpkg/info", "lib/dpkg/updates", "lib/dpkg/triggers", "lib/apt/lists/partial", "cache/apt/archives/partial"];
const records = sh`ls /var/lib/distrobench 2>/dev/null || true`;
const automatic = sh`apt-mark showauto`;

describe("Packages over a real apt and dpkg", () => {
  let root: ContractRoot;
  let context: OperationContext;
  const told: string[] = [];
  const run = async (script: Shell) => (await root.transport.run(script)).stdout;
  const names = async () => [...apt.parseInstalled(await run(apt.listInstalled)).keys()];
  const restore = () =>
    restorePackages(root.transport as Transport, { stack: "s", distribution: "debian", signal: context.signal });
  /** Resolves when the command that was started holds its lock. */
  const holding = async () => {
    const file = join(root.path, "tmp/holding");
    for (let tries = 0; tries < 300 && !existsSync(file); tries += 1) await delay(100);
    assert.ok(existsSync(file), "the other apt-get never took its lock");
    rmSync(file);
  };
  const HOLD = ": >/tmp/holding; sleep 4";

  before(async () => {
    root = makeContractRoot(["apt", "dpkg", "tar"]);
    context = operationContext(root.transport, (line) => void told.push(line));
    root.write("etc/os-release", "ID=debian\nVERSION_ID=13\nVERSION_CODENAME=trixie\n");
    root.write("etc/apt/apt.conf.d/sandbox", 'APT::Sandbox::User "root";\n');
    root.write("usr/sbin/ldconfig", "#!/bin/sh\n# dpkg only looks whether it is there.\n", 0o755);
    await run(sh`cd /var && mkdir -p ${FOLDERS} && touch lib/dpkg/status`);
    await run(
      makeAptRepository([
        { name: "git", version: "1:2.47-1", depends: "zlib" },
        { name: "zlib", version: "1.3-2" },
        { name: "ca-certificates", version: "2024-1" },
        { name: "python3", version: "3.12-1" },
        { name: "editor", version: "1-1", depends: "zlib" },
        { name: "pager", version: "1-1", depends: "git | python3" },
        { name: "rival", version: "1-1", conflicts: "git" },
      ]),
    );
    await run(apt.fetchIndex);
    await run(apt.install(["ca-certificates"], {}));
    await run(apt.dropIndex);
  });
  after(() => root?.remove());

  test("brings what is missing with its dependencies, and takes away exactly that, index too", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    assert.deepEqual(outputs.added, ["git", "python3", "zlib"]);
    assert.equal(outputs.indexFetched, true);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.deepEqual(await names(), ["ca-certificates"]);
    assert.equal(await run(apt.hasIndex), "");
    assert.equal(await run(records), "");
  });

  test("leaves what somebody else's package needs, names it, removes all else, and that one when it is free", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(apt.install(["editor"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.match(told.at(-1) ?? "", /: zlib stay: editor, installed since by someone else, need them/);
    assert.deepEqual(await names(), ["ca-certificates", "editor", "zlib"]);
    assert.deepEqual(await restore(), { removed: [], left: ["zlib"], neededBy: ["editor"] });
    await run(apt.remove(["editor"]));
    assert.equal(await run(automatic), "zlib\n", "zlib is there for others only");
    assert.deepEqual(await restore(), { removed: ["zlib"], left: [], neededBy: [] });
    assert.deepEqual(await names(), ["ca-certificates"]);
    assert.equal(await run(records), "");
  });

  test("leaves both of two alternatives that somebody's package may use, with what they need", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    await run(apt.install(["pager"], {}));
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.match(told.at(-1) ?? "", /: git, python3, zlib stay: pager, /);
    await run(apt.remove(["pager"]));
    assert.deepEqual(await restore(), { removed: ["git", "python3", "zlib"], left: [], neededBy: [] });
    assert.deepEqual(await names(), ["ca-certificates"]);
  });

  test("takes everything away after a removal whose dpkg was killed, though apt does not read what that had noted", async () => {
    const { outputs } = await packagesHandler.create(context, inputs);
    // Ends dpkg and apt as a lost connection does, when git is half out and only the journal says so.
    const end = 'while read -r k v; do [ "$k" != PPid: ] || p=$v; done </proc/$PPID/status; rm -f "$0"; kill -9 $p $PPID';
    root.write("var/lib/dpkg/info/git.postrm", `#!/bin/sh\n${end}\n`, 0o755);
    await assert.rejects(packagesHandler.delete(context, { id: "x", inputs, outputs }));
    assert.ok(!(await names()).includes("git"));
    assert.match(await run(apt.simulateRemoval(["zlib"])), /^(Purg|Remv) git /m, "apt sees git all the same");
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.deepEqual(await names(), ["ca-certificates"]);
    assert.equal(await run(sh`ls /var/lib/dpkg/updates`), "");
    assert.equal(await run(records), "");
  });

  test("leaves the configuration that somebody had kept of a package, as it was, and purges all else of ours", async () => {
    await run(apt.fetchIndex);
    await run(apt.install(["git"], {}));
    await run(sh`echo 'by hand' >>/etc/git.conf`);
    await run(apt.remove(["git", "zlib"], ["git"]));
    const host = async () => await run(sh`${apt.listInstalled}; head -n 9 /etc/*.conf`);
    const before = await host();
    assert.match(before, /^rc +git /m);
    const { outputs } = await packagesHandler.create(context, inputs);
    assert.deepEqual([outputs.added, outputs.configured], [["git", "python3", "zlib"], ["git"]]);
    await packagesHandler.delete(context, { id: "x", inputs, outputs });
    assert.equal(await host(), before);
    await run(apt.remove(["git"]));
  });

  test("installs nothing where a package of the host's own would have to go for it, and names that", async () => {
    await run(apt.fetchIndex);
    await run(apt.install(["rival"], {}));
    assert.match(await run(apt.simulateInstall?.(["git"], {}) ?? sh`:`), /^Remv rival /m, "apt by itself would remove it");
    await assert.rejects(
      packagesHandler.create(context, inputs),
      /contract: git, python3 can't be installed beside rival, which the host has; all stays/,
    );
    assert.deepEqual(await names(), ["ca-certificates", "rival"]);
    await packagesHandler.delete(context, { id: "begun", inputs, outputs: { ...inputs } as PackagesOutputs });
    assert.deepEqual(await names(), ["ca-certificates", "rival"]);
    assert.equal(await run(records), "");
    await run(apt.remove(["rival"]));
  });

  test("waits for another apt that installs", async () => {
    await run(apt.fetchIndex);
    const other = run(sh`apt-get -q -y -o ${`DPkg::Pre-Invoke::=${HOLD}`} install editor`);
    await holding();
    await assert.rejects(run(sh`apt-get -q -y install python3`), /Could not get lock/);
    await run(apt.install(["python3"], {}));
    await other;
    assert.deepEqual(await names(), ["ca-certificates", "editor", "python3", "zlib"]);
    await run(apt.remove(["editor", "python3", "zlib"]));
  });

  test("waits for another apt that fetches the index", async () => {
    await run(apt.dropIndex);
    const other = run(sh`apt-get -q -o ${`APT::Update::Pre-Invoke::=${HOLD}`} update`);
    await holding();
    await assert.rejects(run(sh`apt-get -q -o DPkg::Lock::Timeout=300 update`), /Could not get lock/);
    await run(apt.fetchIndex);
    await other;
    assert.equal(await run(apt.hasIndex), "yes\n");
  });

  test("tells at once when the index can't be fetched for another reason", async () => {
    root.write("tmp/sources.list", "nonsense\n");
    const broken = sh`export APT_CONFIG=/tmp/apt.conf; echo 'Dir::Etc::sourcelist "/tmp/sources.list";' >/tmp/apt.conf; ${apt.fetchIndex}`;
    await assert.rejects(run(broken), /sources\.list/);
  });
});
