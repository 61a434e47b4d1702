import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { disturbers } from "../../hosts/examine/background.ts";
import { distributions, packageTable } from "../../hosts/index.ts";
import { possibleNames } from "../../hosts/packages/table.ts";

const docs = join(import.meta.dirname, "../../docs");
const overview = readFileSync(join(docs, "distributions.md"), "utf8");
const wordsIn = (text: string) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, word]) => word ?? "");
const asked = disturbers.flatMap(({ unit, openrc, process }) => [unit, openrc, process]);

describe("the pages on distributions", () => {
  it("are one for each, and no other", () => {
    const pages = readdirSync(join(docs, "distributions")).sort();
    assert.deepEqual(
      pages,
      Object.keys(distributions)
        .map((name) => `${name}.md`)
        .sort(),
    );
  });

  for (const { name, label, packages, services, commandLine } of Object.values(distributions)) {
    const page = () => readFileSync(join(docs, "distributions", `${name}.md`), "utf8");

    it(`say of ${label} what its packages are called and where its kernel's command line stands, and the overview links to it`, () => {
      const words = wordsIn(page());
      const names = possibleNames(name, Object.keys(packageTable));
      const files = commandLine.flatMap(({ path, apply }) => [path, ...(apply === undefined ? [] : [apply])]);
      assert.deepEqual(
        [...names, ...files].filter((word) => !words.includes(word)),
        [],
      );
      assert.match(page(), new RegExp(`^# .*\n\n${packages.family}, ${services.kind}`, "im"));
      assert.ok(overview.includes(`(distributions/${name}.md)`));
    });

    it(`name for ${label} only disturbances that a preflight asks for`, () => {
      const section = /^## What disturbs\n(.*?)^## /ms.exec(page())?.[1] ?? assert.fail("no section What disturbs");
      const named = wordsIn(section).filter((word) => !word.includes(" "));
      assert.ok(named.length > 2);
      assert.deepEqual(
        named.filter((word) => !asked.includes(word)),
        [],
      );
    });
  }
});
