import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { UserError } from "../../hosts/index.ts";
import { type DiskRequest, diskBuilder } from "../../hosts/lab/disk/builder.ts";

/** Nothing listens there. */
const NOWHERE = "http://127.0.0.1:1/mirror";

async function build(distribution: string, changes: Partial<DiskRequest>): Promise<{ error: unknown; left: readonly string[] }> {
  const builder = diskBuilder(distribution);
  const request: DiskRequest = { release: "", architecture: "amd64", packages: [], mirror: NOWHERE, boot: "direct", ...changes };
  const directory = await mkdtemp(join(tmpdir(), "lab-mirror-"));
  try {
    const surroundings = { directory, environment: {}, signal: new AbortController().signal, step: () => {} };
    const error = await builder.build(await builder.recipe(request), join(directory, "root.tar"), surroundings).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, left: (await readdir(directory)).filter((name) => name !== "root.tar") };
  } finally {
    await rm(directory, { recursive: true });
  }
}

describe("a mirror that does not answer", { timeout: 300_000 }, () => {
  const cases: [string, Partial<DiskRequest>, string[]][] = [
    ["debian", { release: "trixie" }, []],
    ["ubuntu", { release: "noble" }, ["/usr/share/keyrings/ubuntu-archive-keyring.gpg"]],
    ["pureos", { release: "crimson" }, ["/usr/share/keyrings/pureos-archive-keyring.gpg"]],
    ["alpine", { release: "3.22" }, []],
    ["tromjaro", { release: "rolling" }, ["/usr/bin/pacstrap", "/usr/share/keyrings/manjaro.gpg"]],
  ];
  for (const [distribution, changes, files] of cases) {
    const missing = files.find((file) => !existsSync(file));
    it(`is named in one line when a lab machine of ${distribution} is made, and leaves nothing half done`, {
      skip: missing === undefined ? false : `${missing} is not on this machine`,
    }, async () => {
      const { error, left } = await build(distribution, changes);
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /the mirror http:\/\/127\.0\.0\.1:1\/mirror can't be reached/);
      assert.match(error.remedy ?? "", /mirror:/);
      assert.deepEqual(left, []);
    });
  }
});
