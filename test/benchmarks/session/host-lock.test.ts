import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterEach, describe, it } from "node:test";
import { ownerOf, takeHost } from "../../../benchmarks/session/host-lock.ts";
import { UserError } from "../../../hosts/index.ts";
import { type LocalHarness, startLocalHarness, startProgram } from "../local-harness.ts";

const started: LocalHarness[] = [];
/** A lock of this test's own: real sessions may run on this machine. */
const scope = `/test/${randomUUID()}`;
afterEach(async () => {
  for (const { close } of started.splice(0)) await close();
});

function program(): LocalHarness {
  const own = startLocalHarness();
  started.push(own);
  return own;
}

/** Takes this machine as a session would; waits no longer than told. */
async function take({ harness }: LocalHarness, session: string, waitSeconds = 60): Promise<readonly string[]> {
  const lines: string[] = [];
  await takeHost(harness, ownerOf(session, new Date(0)), { progress: (line) => lines.push(line), waitSeconds, scope });
  return lines;
}

describe("a host that is measured", () => {
  it("is refused to a second session with owner, session and start, and free again when the first one's program is killed", async () => {
    const [first, second] = [program(), program()];
    const [mine, other] = [`one-${randomUUID()}`, `two-${randomUUID()}`];
    await take(first, mine);
    await assert.rejects(take(second, other, 1), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /another session measures on this host: \S+@\S+ since 1970-01-01T00:00:00\.000Z, session one-/);
      assert.match(error.remedy ?? "", /frees the host by itself/);
      return true;
    });
    const waiting = take(second, other);
    await first.process.kill();
    await waiting;
  });

  it("may be measured by two programs of one session, which has two names for the same machine", async () => {
    const session = `both-${randomUUID()}`;
    await take(program(), session);
    assert.deepEqual(await take(program(), session), []);
  });

  it("is freed by a program whose controller gives no sign of life when another session asks for the host", async () => {
    const deaf = startProgram().child;
    const asked = once(createInterface({ input: deaf.stdout }), "line");
    const order = { owner: "deaf session deaf", waitSeconds: 300, answerSeconds: 1, scope };
    deaf.stdin.write(`${JSON.stringify({ id: 1, action: "take-host", arguments: order })}\n`);
    await asked;
    const ended = once(deaf, "close");
    await take(program(), `heir-${randomUUID()}`, 300);
    assert.deepEqual(await ended, [0, null]);
  });
});
