import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { identify, parseAssignments, releaseNames } from "../../hosts/identify.ts";

const identity = (osRelease: string, files: { rpiIssue?: string; lsbRelease?: string } = {}) => ({
  osRelease: parseAssignments(osRelease),
  rpiIssue: files.rpiIssue ?? "",
  lsbRelease: parseAssignments(files.lsbRelease ?? ""),
});

const DEBIAN = 'ID=debian\nVERSION_ID="13"\nVERSION_CODENAME=trixie\nDEBIAN_VERSION_FULL=13.2\n';
const cases = [
  ["alpine", identity('NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.1\n'), ["3.22.1", "3.22", "3"]],
  [
    "tromjaro",
    identity("ID=manjaro\nID_LIKE=arch\nBUILD_ID=rolling\n", { lsbRelease: 'DISTRIB_RELEASE="26.0.1"' }),
    ["rolling", "26.0.1"],
  ],
  ["tromjaro", identity('ID=tromjaro\nID_LIKE="manjaro arch"\n'), []],
  ["pureos", identity('ID=pureos\nVERSION_ID="10.0"\nVERSION_CODENAME=byzantium\n'), ["byzantium", "10.0", "10"]],
  ["ubuntu", identity('ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n'), ["noble", "24.04", "24"]],
  ["debian", identity(DEBIAN), ["trixie", "13", "13.2"]],
  ["debian", identity("ID=debian\nVERSION_CODENAME=forky\n"), ["forky", "testing"]],
  ["raspberry-pi-os", identity(DEBIAN, { rpiIssue: "Raspberry Pi reference 2025-10-01\n" }), ["trixie", "13", "13.2"]],
] as const;

describe("identification", () => {
  for (const [name, who, names] of cases) {
    test(`knows ${name} with ID=${who.osRelease.ID} and its releases ${names.join(", ")}`, () => {
      assert.equal(identify(who), name);
      assert.deepEqual(releaseNames(who), [...names]);
    });
  }

  test("drops quotes and keeps what is inside", () => {
    assert.deepEqual(parseAssignments(`A="b \\"c\\""\nB='d'\n# C=e\nD=f g\n`), { A: 'b "c"', B: "d", D: "f g" });
  });
});
