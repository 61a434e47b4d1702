import assert from "node:assert/strict";
import { test } from "node:test";
import { openPlaces, type Participant, type SessionPlace } from "../../../benchmarks/session/place.ts";
import { type RemoteProcess, UserError } from "../../../hosts/index.ts";
import { startLocalHarness } from "../local-harness.ts";

function participant(host: string, start: () => Promise<RemoteProcess>): readonly [string, Participant] {
  return [host, { transport: { host, write: async () => undefined, start } } as unknown as Participant];
}

test("programs of all hosts start at once, and one that started is there to be closed where another did not", async () => {
  const local = startLocalHarness();
  const participants = new Map([
    participant("one", () => Promise.reject(new UserError("one: no node here"))),
    participant("two", async () => local.process),
  ]);
  const places = new Map<string, SessionPlace>();
  const opening = { session: "s", root: "/", signal: new AbortController().signal, progress: () => undefined };
  await assert.rejects(openPlaces(participants, opening, places), /one: no node here/);
  assert.deepEqual([...places.keys()], ["two"]);
  await places.get("two")?.close();
  assert.equal(places.get("two")?.harness.alive, false);
});
