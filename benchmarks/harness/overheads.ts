import { monotonic, secondsBetween } from "./clock.ts";
import { coldStart } from "./cold-start.ts";
import { run } from "./command.ts";
import { type Starter, starters } from "./engines.ts";

/** Prints READY with its own stamp after listen(), then answers 200: ready at a known time, with nothing to start but Node.js. */
const NULL_RESPONDER = `
require("node:http").createServer((request, response) => response.end("ok")).listen(Number(process.argv[1]), "127.0.0.1",
  () => process.stdout.write("READY " + process.hrtime.bigint() + "\\n"));`;

/** Seconds of each spawn of the engine's client without any work. Recorded beside the results, never subtracted from them. */
export async function clientSpawns(starter: Starter, spawns: number): Promise<readonly number[]> {
  const { version } = starters[starter];
  const seconds: number[] = [];
  for (let spawn = 0; version !== undefined && spawn < spawns; spawn += 1) {
    const start = monotonic();
    await run(version, 60);
    seconds.push(secondsBetween(start, monotonic()));
  }
  return seconds;
}

/** Seconds from the READY stamp of a responder that does nothing else until this program saw its line: the timer's own lateness. */
export async function detections(starts: number): Promise<readonly number[]> {
  const seconds: number[] = [];
  for (let count = 0; count < starts; count += 1) {
    const sample = await coldStart({
      starter: "process",
      image: process.execPath,
      arguments: ["-e", NULL_RESPONDER],
      containerPort: 0,
      limits: {},
      readiness: "announced",
      healthPath: "/health",
      timeoutSeconds: 60,
    });
    const { ready, readySeen } = sample.stamps;
    if (ready !== undefined && readySeen !== undefined) seconds.push(secondsBetween(BigInt(ready), BigInt(readySeen)));
  }
  return seconds;
}
