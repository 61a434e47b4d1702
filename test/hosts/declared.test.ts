import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { declaredVerdict } from "../../hosts/declared.ts";
import { parseFacts } from "../../hosts/facts/parse.ts";
import { sample } from "../golden.ts";

const facts = parseFacts(sample("hosts/facts/debian-13-qemu.txt"));
const said = (declared: Parameters<typeof declaredVerdict>[0]) => declaredVerdict(declared, facts);

describe("a host and what the matrix declares it to be", () => {
  for (const release of [undefined, "trixie", "13"])
    test(`agree on release ${release}`, () => assert.equal(said({ distribution: "debian", release }).status, "pass"));

  test("fail a preflight where they differ in the release, as they fail an up", () => {
    const { check, status, found, remedy } = said({ distribution: "debian", release: "bookworm" });
    assert.deepEqual([check, status, remedy], ["release", "fail", "declare release: trixie"]);
    assert.match(found, /^it is Debian GNU\/Linux 13 \(trixie\) \(trixie, 13\S*.*\), declared is bookworm$/);
  });

  test("fail where they differ in the distribution, whatever the release", () => {
    const { check, status, found } = said({ distribution: "alpine", release: "trixie" });
    assert.deepEqual([check, status], ["distribution", "fail"]);
    assert.match(found, /^it is debian \(Debian GNU\/Linux 13 \(trixie\)\), declared is alpine$/);
  });
});
