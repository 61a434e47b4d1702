import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type Connection,
  type OperationContext,
  type Transport,
  type TransportStatistics,
  unlessAborted,
  withLock,
} from "../hosts/index.ts";
import type { Call } from "./server/index.ts";

/** One session per host for the whole process, as `createSshPool` makes it. */
export interface TransportPool {
  transport(connection: Connection): Promise<Transport>;
  statistics(): Readonly<Record<string, TransportStatistics>>;
  close(): Promise<void>;
}

/** What a handler gets with a call. Messages go through `scrub`, so that no secret reaches the display. */
export function operationContext(
  call: Call,
  world: {
    readonly root: string;
    readonly pool: TransportPool;
    readonly scrub: (message: string) => string;
    /** Told how many seconds another operation kept a machine from this one. */
    readonly waited: (seconds: number) => void;
  },
): OperationContext {
  const { root, pool, scrub, waited } = world;
  const stack = stackOf(call.urn);
  const progress = (message: string) => call.log("info", scrub(message), { ephemeral: true });
  return {
    urn: call.urn,
    signal: call.signal,
    root,
    stack,
    progress,
    info: (message) => call.log("info", scrub(message)),
    warn: (message) => call.log("warning", scrub(message)),
    transport: (connection) => unlessAborted(call.signal, () => pool.transport(connection)),
    exclusive: (machine, work) => {
      const asked = performance.now();
      return withLock(
        join(root, ".distrobench", "machines", machine),
        {
          holder: `${call.name} of stack ${stack}`,
          signal: call.signal,
          onWait: (holder) => progress(`waits for ${holder}, which uses the same machine`),
        },
        () => {
          waited((performance.now() - asked) / 1000);
          return work();
        },
      );
    },
  };
}

/** `urn:pulumi:STACK::PROJECT::TYPE::NAME`. */
function stackOf(urn: string): string {
  return urn.split("::", 1)[0]?.split(":").slice(2).join(":") ?? "";
}

/** The directory of the Pulumi.yaml at or above a directory; the directory itself where there is none. */
export function projectRoot(directory: string): string {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, "Pulumi.yaml"))) return at;
    if (at === dirname(at)) return directory;
  }
}
