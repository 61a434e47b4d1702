import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** Answers one request in ten after 200 ms and the others after 20 ms, so that p50 and p95 are known and far apart. */
const SOURCE = `let count = 0;
  require("node:http").createServer((request, response) => setTimeout(() => response.end("ok"), count++ % 10 === 9 ? 200 : 20))
    .listen(0, "127.0.0.1", function () { console.log(this.address().port); });`;

/** A process of its own, so that no generator shares its event loop. */
export async function startServer(): Promise<{ readonly port: number; stop(): void }> {
  const child: ChildProcess = spawn(process.execPath, ["-e", SOURCE], { stdio: ["ignore", "pipe", "inherit"] });
  if (child.stdout === null) throw new Error("no output");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(line), stop: () => child.kill() };
}
