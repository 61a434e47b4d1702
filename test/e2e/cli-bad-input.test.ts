import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { forgetStack, launch } from "./launcher.ts";
import { root } from "./project.ts";

const scratch = mkdtempSync(join(tmpdir(), "distrobench-cli-"));
const wrongStack = join(root, "stacks/e2e-wrong.yaml");
after(() => {
  rmSync(scratch, { recursive: true });
  forgetStack("e2e-wrong");
});

const distrobench = (words: readonly string[]) => launch(words, { cwd: scratch });

describe("wrong input", () => {
  it("in a matrix ends with its line and column, before anything is installed or started", () => {
    writeFileSync(
      wrongStack,
      "version: 1\ntitle: Wrong\nhosts:\n  one: { distribution: debian, release: trixie, lab: { memroy: 2GiB } }\n",
    );
    const { status, stdout, stderr } = distrobench(["up", "e2e-wrong"]);
    assert.equal(status, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /^stacks\/e2e-wrong\.yaml:4:\d+: hosts\.one\.lab\.memroy: unknown key, did you mean memory\?$/m);
    assert.doesNotMatch(stderr, /\n\s+at /);
  });

  it("is shown with where it comes from when --debug is given", () => {
    writeFileSync(wrongStack, "version: 2\n");
    assert.match(distrobench(["up", "e2e-wrong", "--debug"]).stderr, /\n\s+at /);
  });

  it("that only a host's resource can find is shown with its place when --debug is given", () => {
    const ssh = "{ address: 127.0.0.1, port: 1, privateKeyFile: /no/such/key }";
    writeFileSync(wrongStack, `version: 1\ntitle: Wrong\npackages: []\nhosts:\n  one: { distribution: debian, ssh: ${ssh} }\n`);
    const { status, stderr } = distrobench(["up", "e2e-wrong", "--debug"]);
    assert.equal(status, 1);
    assert.match(stderr, /one: the private key \/no\/such\/key cannot be read: ENOENT\n +check privateKeyFile of this host/);
    assert.match(stderr, /\n\s+at \S+ \(.*credentials\.ts/);
  });

  it("as a secret that nobody has set is mended by the command that is named, before the first up", () => {
    const ssh = "{ address: 127.0.0.1, port: 1, password: { secret: door } }";
    writeFileSync(wrongStack, `version: 1\ntitle: Wrong\npackages: []\nhosts:\n  one: { distribution: debian, ssh: ${ssh} }\n`);
    const { stdout } = distrobench(["preflight", "e2e-wrong"]);
    assert.match(stdout, /the secret door, which the matrix names, is not set for the stack e2e-wrong/);
    const remedy = /Set it: (.*)/.exec(stdout)?.[1] ?? "";
    const mended = spawnSync("sh", ["-c", remedy], { cwd: root, input: "open sesame\n", encoding: "utf8" });
    assert.equal(mended.status, 0, mended.stderr);
    assert.match(distrobench(["preflight", "e2e-wrong"]).stdout, /127\.0\.0\.1:1 refused the connection/);
  });

  it("as the name of a stack ends with the nearest one", () => {
    const { status, stderr } = distrobench(["up", "quikstart"]);
    assert.equal(status, 1);
    assert.match(stderr, /did you mean quickstart\?/);
  });

  it("as a command or option is a usage error", () => {
    assert.equal(distrobench(["destory"]).status, 2);
    assert.equal(distrobench(["up", "--fast"]).status, 2);
    assert.equal(distrobench([]).status, 2);
  });

  it("of a reader that has seen enough is no failure, and results that can't be written are one", () => {
    const shell = (script: string) =>
      spawnSync("sh", ["-c", script, join(root, "distrobench")], { cwd: scratch, encoding: "utf8" });
    const piped = shell('{ "$0" --help; echo "ended with $?" >&2; } | true');
    assert.equal(piped.stderr, "ended with 0\n");
    const full = shell('"$0" --help >/dev/full');
    assert.equal(full.status, 1);
    assert.match(full.stderr, /^the results cannot be written to standard output: ENOSPC/);
    assert.equal(shell('"$0" gate --help >/dev/full').status, 5);
  });

  it("as a session is refused", () => {
    const { status, stderr } = distrobench(["report", "no-such-session"]);
    assert.equal(status, 1);
    assert.match(stderr, /there is no session no-such-session/);
  });
});
