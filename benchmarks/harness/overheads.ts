import { monotonic, secondsBetween } from "./clock.ts";
import { coldStart } from "./cold-start.ts";
import { run } from "./command.ts";
import { type Starter, starters } from "./engines.ts";

/** Seconds of each spawn of the engine's client without any work, and of each detection of a responder that is ready at once. */
export interface Overheads {
  readonly clientSpawn: readonly number[];
  readonly detection: readonly number[];
}

/** Prints READY with its own stamp after listen(), then answers 200: ready at a known time, with nothing to start but Node.js. */
const NULL_RESPONDER = `
require("node:http").createServer((request, response) => response.end("ok")).listen(Number(process.argv[1]), "127.0.0.1",
  () => process.stdout.write("READY " + process.hrtime.bigint() + "\\n"));`;

/** Measured to be recorded beside the results, never subtracted from them. */
export async function overheads(starter: Starter, spawns: number): Promise<Overheads> {
  return { clientSpawn: await clientSpawns(starter, spawns), detection: await detections(Math.min(spawns, 5)) };
}

async function clientSpawns(starter: Starter, spawns: number): Promise<readonly number[]> {
  const { version } = starters[starter];
  const seconds: number[] = [];
  for (let spawn = 0; version !== undefined && spawn < spawns; spawn += 1) {
    const start = monotonic();
    await run(version, 60);
    seconds.push(secondsBetween(start, monotonic()));
  }
  return seconds;
}

async function detections(starts: number): Promise<readonly number[]> {
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
