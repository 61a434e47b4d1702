import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../../../benchmarks/define.ts";
import { developerReady, valuesOf } from "../../../benchmarks/developer-ready/index.ts";
import { prepareHost, whatIsMissing } from "../../../benchmarks/developer-ready/prepare.ts";
import type { Shell, Transport } from "../../../hosts/index.ts";

const variant = { id: "here", host: "here", machine: "here", environment: "e", labels: {} };
const root = new URL("../../..", import.meta.url).pathname;

/** A host that prints `stdout` for whatever it is asked and keeps what is written to it. */
function hostThatSays(stdout: string) {
  const written: Buffer[] = [];
  const transport = {
    run: async (script: Shell) => ({ command: String(script), host: "here", exitCode: 0, stdout, stderr: "", seconds: 0 }),
    write: async (content: Uint8Array) => void written.push(Buffer.from(content)),
  } as unknown as Transport;
  return { transport, written };
}

test("phases follow each other and add up to the time until the workspace is open", () => {
  const second = 1_000_000_000n;
  const stamps = { start: 10n * second, firstCommand: 40n * second, tools: 45n * second, clone: 46n * second };
  const values = valuesOf({ ...stamps, editor: 50n * second, window: 62n * second });
  assert.deepEqual(values, { workspace: 52, server: 40, firstCommand: 30, tools: 5, clone: 1, editor: 4, window: 12 });
});

test("what a developer would miss is named, all of it", () => {
  assert.match(whatIsMissing("lacks podman\nlacks editor\npython 3 13\n") ?? "", /^not installed: podman, editor;/);
  assert.match(whatIsMissing("lacks python3\n") ?? "", /not installed: python;/);
  assert.match(whatIsMissing("python 3 9\n") ?? "", /its Python is 3\.9/);
  assert.equal(whatIsMissing("python 3 11\n"), undefined);
});

test("the repository that is brought is the same commit every time", async () => {
  const [first, second] = [hostThatSays("python 3 13\n"), hostThatSays("python 3 13\n")];
  for (const { transport } of [first, second]) assert.equal(await prepareHost({ transport, root }, { engines: [] }), undefined);
  assert.match(headOf(first.written[0]), /HEAD/);
  assert.equal(headOf(first.written[0]), headOf(second.written[0]));
});

/** The line of a bundle's head that names its commit. */
function headOf(bundle: Buffer | undefined): string {
  return /^[0-9a-f]{40} HEAD$/m.exec(bundle?.toString("latin1") ?? "")?.[0] ?? "none";
}

test("nothing is brought to a host that lacks something", async () => {
  const { transport, written } = hostThatSays("lacks editor\npython 3 13\n");
  assert.match((await prepareHost({ transport, root }, { engines: [] })) ?? "", /not installed: editor/);
  assert.deepEqual(written, []);
});

test("a bundle that can't be read is named, with the command that makes one", async () => {
  const { transport } = hostThatSays("python 3 13\n");
  await assert.rejects(
    prepareHost({ transport, root }, { engines: [], bundle: "nowhere.bundle" }),
    (error: Error & { remedy?: string }) =>
      /nowhere\.bundle can't be read/.test(error.message) && /git bundle/.test(error.remedy ?? ""),
  );
});

test("somebody's host is not restarted without being told that it may", async () => {
  const place = { connection: { kind: "ssh", host: "here" } } as Place;
  const measurement = await developerReady.measure(place, variant, {});
  assert.match(measurement.outcome === "skipped" ? measurement.cause : "", /nobody said that here may be restarted/);
});
