import type { Connection, HostFacts, Transport } from "../../hosts/index.ts";
import type { Place } from "../define.ts";
import { ANSWER_SECONDS, type Harness, startHarness } from "../harness/client.ts";

/** A host that takes part: how to reach it and what is true of it. */
export interface Participant {
  readonly transport: Transport;
  readonly connection: Connection;
  readonly facts: HostFacts;
}

/** A host of a session with its measuring program, which may be started anew. */
export interface SessionPlace extends Place {
  /** What a program that is started anew needs to know: rounds of the control kernel. */
  calibrated(controlCount: number): void;
  close(): Promise<void>;
}

/** Starts the measuring program on a host. Rejects with `UserError` when it does not answer. */
export async function openPlace(
  { transport, connection, facts }: Participant,
  { session, root, signal }: { readonly session: string; readonly root: string; readonly signal: AbortSignal },
): Promise<SessionPlace> {
  let harness: Harness = await startHarness(transport, session, signal);
  let controlCount = 0;
  return {
    ...{ transport, connection, facts, root, signal },
    get harness() {
      return harness;
    },
    calibrated: (count) => {
      controlCount = count;
    },
    reopen: async () => {
      await harness.close();
      harness = await startHarness(transport, session, signal);
      await harness.request("resume", { controlCount }, { timeoutSeconds: ANSWER_SECONDS });
    },
    close: () => harness.close(),
  };
}
