import { secondsBetween } from "./clock.ts";
import { asPoller, type ColdStartOrder, readyLine } from "./cold-start.ts";
import { killGroup, start } from "./command.ts";
import { publishedAddress } from "./container-address.ts";
import { register, removeContainer } from "./containers.ts";
import { pollHealth } from "./health.ts";

const START_SECONDS = 60;
const HEALTH = "/health";

/** Prints READY with its own stamp after listen(), then answers 200: ready at a known time, with nothing to start but Node.js. */
const SOURCE = `
require("node:http").createServer((request, response) => response.end("ok")).listen(Number(process.argv[1]), "127.0.0.1",
  () => process.stdout.write("READY " + process.hrtime.bigint() + "\\n"));`;

/** A server that does nothing, in place of a container: what remains of a figure is the instrument's own. */
export const nullResponder: ColdStartOrder = {
  ...{ starter: "process", image: process.execPath, arguments: ["-e", SOURCE], containerPort: 0, limits: {} },
  ...{ readiness: "announced", healthPath: HEALTH, timeoutSeconds: START_SECONDS },
};

export interface NullStart {
  /** Seconds from its spawn to its own READY stamp. */
  readonly start: number;
  /** Seconds from that stamp until this program saw the line. */
  readonly detection: number;
}

/** Starts it once, polled as a foreign image is, or left alone until it says READY. `undefined` when it did not. */
export async function startNullResponder(polled: boolean): Promise<NullStart | undefined> {
  const started = await register("process");
  return await asPoller({ readiness: polled ? "polled" : "announced" }, async () => {
    const responder = start([nullResponder.image, ...nullResponder.arguments, String(started.hostPort)]);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), START_SECONDS * 1000);
    const polling = polled ? pollHealth(() => publishedAddress(started), HEALTH, stop.signal) : undefined;
    try {
      const ready = await Promise.race([readyLine(responder, stop.signal), responder.ended.then(() => undefined)]);
      if (ready === undefined) return undefined;
      return { start: secondsBetween(responder.spawned, ready.stamp), detection: secondsBetween(ready.stamp, ready.seen) };
    } finally {
      clearTimeout(timer);
      stop.abort();
      killGroup(responder.child);
      await Promise.all([responder.ended, polling]);
      await removeContainer("process", started);
    }
  });
}
