import type { Connection, HostFacts, Transport } from "../../hosts/index.ts";
import type { Place } from "../define.ts";
import { ANSWER_SECONDS, type Harness, startHarness } from "../harness/client.ts";
import type { KnobDrift } from "./drift.ts";
import { ownerOf, takeHost } from "./host-lock.ts";

/** A host that takes part: how to reach it and what is true of it. */
export interface Participant {
  readonly transport: Transport;
  readonly connection: Connection;
  readonly facts: HostFacts;
  /** Knobs that are otherwise than the host's tuning left them, in one round trip; absent where a host has no tuning. */
  drifts?(): Promise<readonly KnobDrift[]>;
}

/** A host of a session with its measuring program, which may be started anew. */
export interface SessionPlace extends Place {
  /** What a program that is started anew needs to know: rounds of the control kernel. */
  calibrated(controlCount: number): void;
  close(): Promise<void>;
}

interface Opening {
  readonly session: string;
  readonly root: string;
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/**
 * Starts the measuring program on a host and takes the host for this session. Rejects with `UserError` when the program does not answer,
 * or when another session measures there.
 */
export async function openPlace({ transport, connection, facts }: Participant, opening: Opening): Promise<SessionPlace> {
  const { session, root, signal } = opening;
  const owner = ownerOf(session, new Date());
  const start = async (): Promise<Harness> => {
    const started = await startHarness(transport, session, signal);
    await takeHost(started, owner, opening).catch(async (error: unknown) => {
      await started.close();
      throw error;
    });
    return started;
  };
  let harness = await start();
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
      harness = await start();
      await harness.request("resume", { controlCount }, { timeoutSeconds: ANSWER_SECONDS });
    },
    close: () => harness.close(),
  };
}
