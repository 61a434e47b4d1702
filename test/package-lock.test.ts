import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { it } from "node:test";

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../package-lock.json"), "utf8")) as {
  packages: Readonly<Record<string, Locked>>;
};

/** npm leaves a platform's package out of the lock file when the registry does not have it, and `npm ci` then refuses the file. */
it("the lock file holds the packages of every platform, so that npm ci works on a fresh clone", () => {
  const names = new Set(Object.keys(lock.packages).map((path) => path.replace(/.*node_modules\//, "")));
  const wanted = Object.values(lock.packages).flatMap((one) => Object.keys(one.optionalDependencies ?? {}));
  assert.deepEqual(
    wanted.filter((name) => !names.has(name)),
    [],
  );
});

it("the lock file holds no download address", () =>
  assert.deepEqual(
    Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined),
    [],
  ));
