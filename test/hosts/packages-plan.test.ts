import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { apt } from "../../hosts/packages/apt.ts";
import { engineVersions, type PackageState, planPackages, presentPackages } from "../../hosts/packages/plan.ts";
import { isAtLeast, upstreamVersion } from "../../hosts/packages/version.ts";

const inputs = { host: "box", distribution: "debian", wanted: ["docker", "git"] } as const;
const state = (changes: Partial<PackageState> = {}): PackageState => ({
  release: "trixie",
  installed: new Map([["ca-certificates", "1"]]),
  candidates: new Map([
    ["docker.io", "26.1.5+dfsg1-9"],
    ["docker-cli", "26.1.5"],
    ["git", "1:2.47.3-0"],
  ]),
  active: [],
  hasIndex: true,
  ...changes,
});
const all = new Map([
  ["docker.io", "26.1.5+dfsg1-9"],
  ["docker-cli", "26.1.5"],
  ["git", "1:2.47.3-0"],
  ["ca-certificates", "1"],
]);

describe("package plan", () => {
  test("installs what is missing and starts the engine", () => {
    assert.deepEqual(planPackages({ ...inputs, wanted: [...inputs.wanted] }, state()), {
      install: ["docker-cli", "docker.io", "git"],
      start: ["docker"],
    });
  });

  test("has no steps when all is there", () => {
    const done = state({ installed: all, active: ["docker"] });
    assert.deepEqual(planPackages({ ...inputs, wanted: [...inputs.wanted] }, done), { install: [], start: [] });
    assert.deepEqual(engineVersions({ ...inputs, wanted: [...inputs.wanted] }, done), { docker: "26.1.5" });
  });

  test("installs again what is there in another version than the locked one", () => {
    const plan = planPackages({ ...inputs, wanted: ["git"], versions: { git: "1:2.47.2-0" } }, state({ installed: all }));
    assert.deepEqual(plan.install, ["git"]);
  });

  test("refuses Debian 12's Docker before anything is installed, with the way out", () => {
    const old = state({ release: "bookworm", candidates: new Map([["docker.io", "20.10.24+dfsg1-1"]]) });
    assert.throws(
      () => planPackages({ ...inputs, wanted: ["docker"] }, old),
      (error: Error & { remedy?: string }) => {
        assert.match(
          error.message,
          /box: docker is too old: debian bookworm offers only docker\.io 20\.10\.24, needed is 24 or newer/,
        );
        return /Docker's own repository.*docker-ce.*bookworm stable/.test(error.remedy ?? "");
      },
    );
  });

  test("reports as present only what is installed and running", () => {
    const stopped = state({ installed: all });
    assert.deepEqual(presentPackages({ ...inputs, wanted: [...inputs.wanted] }, stopped), ["git"]);
    assert.deepEqual(presentPackages({ ...inputs, wanted: [...inputs.wanted] }, { ...stopped, active: ["docker"] }), [
      "docker",
      "git",
    ]);
  });
});

describe("versions", () => {
  test("drop epoch, revision and letters", () => {
    assert.deepEqual(["1:2.47.3-0+deb13u1", "20.10.24+dfsg1", "v20.19.2", "5.4.2+ds1-2"].map(upstreamVersion), [
      "2.47.3",
      "20.10.24",
      "20.19.2",
      "5.4.2",
    ]);
  });

  test("compare number by number", () => {
    assert.deepEqual(
      [isAtLeast("26.1.5", "24"), isAtLeast("20.10.24", "24"), isAtLeast("24", "24.0"), isAtLeast("4.3.1", "4.10")],
      [true, false, true, false],
    );
  });
});

describe("apt", () => {
  test("reads dpkg's list and leaves out what is only configured", () => {
    assert.deepEqual(
      [...apt.parseInstalled("ii  git 1:2.47\nrc  old 1\nhi  held 2\n\n")],
      [
        ["git", "1:2.47"],
        ["held", "2"],
      ],
    );
  });

  test("reads candidates", () => {
    const text =
      "git:\n  Installed: (none)\n  Candidate: 1:2.47.3\n  Version table:\n     1:2.47.3 500\nnope:\n  Installed: (none)\n  Candidate: (none)\n";
    assert.deepEqual([...apt.parseCandidates(text)], [["git", "1:2.47.3"]]);
  });

  test("reads what a removal would take along", () => {
    assert.deepEqual(apt.parseRemoval("Reading...\nPurg jq [1.7.1]\nRemv libjq1 [1.7.1] [x]\n"), ["jq", "libjq1"]);
  });

  test("asks for exact versions where they are locked", () => {
    assert.match(apt.install(["git", "jq"], { git: "1:2.47" }).toString(), / install git=1:2\.47 jq$/);
  });
});
