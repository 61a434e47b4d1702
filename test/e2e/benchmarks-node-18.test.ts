import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { runProcessSession, SERVER } from "./process-session.ts";

/** The Node.js of Ubuntu 24.04, as npm has it. */
const PACKAGE = `node-linux-${process.arch}@18.19.1`;

const scratch = mkdtempSync(join(tmpdir(), "distrobench-node-18-"));
after(() => rmSync(scratch, { recursive: true }));

function fetched(): string | false {
  try {
    const options = { cwd: scratch, timeout: 240_000, stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"] };
    const archive = execFileSync("npm", ["pack", "--silent", PACKAGE], options).toString().trim();
    execFileSync("tar", ["-xzf", archive], options);
    return false;
  } catch {
    return `${PACKAGE} can't be fetched`;
  }
}

describe("a host with Node.js 18", { skip: fetched() }, () => {
  const usual = process.env.PATH;
  before(() => {
    process.env.PATH = [join(scratch, "package", "bin"), usual].join(delimiter);
  });
  after(() => {
    process.env.PATH = usual;
  });

  it("is measured as any other: taken for the session, calibrated, every sample", async () => {
    assert.equal(execFileSync("node", ["--version"]).toString().trim(), "v18.19.1");
    const { data, error } = await runProcessSession(SERVER, new AbortController().signal, () => undefined);
    assert.equal(error, undefined);
    assert.equal(data.session.outcome, "complete");
    const measured = data.samples.filter(({ role }) => role === "measured");
    assert.ok(measured.length >= 3 && measured.every(({ values }) => (values.total ?? 0) > 0));
  });
});
