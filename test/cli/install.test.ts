import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, it } from "node:test";
import { installMissing } from "../../cli/install.ts";
import { memoryContext } from "./memory-context.ts";

const bin = mkdtempSync(join(tmpdir(), "distrobench-install-"));
after(() => rmSync(bin, { recursive: true }));

function program(name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

it("what is missing is installed even while the machine still updates itself: apt-get waits for its lock", async () => {
  symlinkSync("/usr/bin/env", join(bin, "env"));
  program("sudo", 'shift; [ "$1" = true ] || exec "$@"');
  program(
    "apt-get",
    `echo "$*" >>'${bin}/calls'; printf '#!/bin/sh\\n' >'${bin}/mmdebstrap'; /bin/chmod 755 '${bin}/mmdebstrap'`,
  );
  const { context } = memoryContext({ environment: { PATH: bin } });
  await installMissing(context, new Set(["mmdebstrap"]), [], () => undefined);
  assert.match(readFileSync(join(bin, "calls"), "utf8"), /^install .*-o DPkg::Lock::Timeout=300 mmdebstrap/);
});
