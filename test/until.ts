import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const BETWEEN_MILLISECONDS = 20;

/** Resolves when something is so. Throws after `seconds`: what never comes true fails its test, and does not keep the process for ever. */
export async function until(what: string, isSo: () => boolean, seconds = 60): Promise<void> {
  const limit = performance.now() + seconds * 1000;
  while (!isSo()) {
    assert.ok(performance.now() < limit, `${what}: not so after ${seconds} s`);
    await sleep(BETWEEN_MILLISECONDS);
  }
}
