import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createSshPool, type SshPool, type Transport } from "../../../hosts/index.ts";
import type { DiskBuilder } from "../../../hosts/lab/disk/builder.ts";
import { alpineHost, type ContractHost, fillDebian, withIdentity } from "../../lab/contract-hosts.ts";
import { type ContractMachine, debianWithPacman, startContractMachine } from "../../lab/contract-machine.ts";
import { operations } from "../../lab/contract-operations.ts";
import { identities } from "../../lab/identities.ts";
import { openrcDisk } from "../../lab/openrc-disk.ts";

const limits = { timeout: 3_000_000 };

/** A machine for the tests around the call, prepared once it answers. */
function machine(name: "alpine" | "debian", builder: DiskBuilder, prepare: (transport: Transport) => Promise<void>) {
  const root = mkdtempSync(join(tmpdir(), "distrobench-contract-"));
  const pool: SshPool = createSshPool({ root });
  let started: ContractMachine | undefined;
  before(async () => {
    started = await startContractMachine(root, { name, distribution: name }, builder);
    await prepare(await pool.transport(started.connection));
  });
  after(async () => {
    await pool.close();
    await started?.remove();
    rmSync(root, { recursive: true, force: true });
  });
  return async () => {
    if (started === undefined) throw new Error(`the machine ${name} did not boot`);
    return await pool.transport(started.connection);
  };
}

describe("alpine's arrangement: OpenRC, busybox and musl's loader of Debian's; apk is a stand-in", limits, () => {
  let host: ContractHost;
  machine("alpine", openrcDisk, async (transport) => {
    host = await alpineHost(transport);
  });
  for (const [title, operate] of operations) it(title, async () => await operate(host));
});

describe("debian's machine", limits, () => {
  const transport = machine("debian", debianWithPacman, fillDebian);
  for (const identity of identities)
    describe(`with the identity of ${identity.distribution}`, () => {
      for (const [title, operate] of operations) it(title, async () => await withIdentity(await transport(), identity, operate));
    });
});
