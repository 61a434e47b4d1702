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
  /** Takes the host for this session. Rejects with `UserError` when another one measures there. */
  take(): Promise<void>;
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
 * Opens a place on every host and takes them all. Programs start at once, which takes a minute on a loaded emulated host; hosts are then taken
 * one after the other: two sessions that want the same ones must not hold one each and wait for the other. Whatever was opened is in `places`,
 * also when this rejects, for the caller to close.
 */
export async function openPlaces(
  participants: ReadonlyMap<string, Participant>,
  opening: Opening,
  places: Map<string, SessionPlace>,
): Promise<void> {
  opening.progress(`starting the measuring program on ${[...participants.keys()].join(", ")}`);
  const opened = [...participants].map(async ([name, participant]) => {
    places.set(name, await openPlace(participant, opening));
  });
  const failed = (await Promise.allSettled(opened)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
  for (const name of participants.keys()) await places.get(name)?.take();
}

/** Starts the measuring program on a host, which is not taken yet. Rejects with `UserError` when the program does not answer. */
export async function openPlace({ transport, connection, facts }: Participant, opening: Opening): Promise<SessionPlace> {
  const { session, root, signal } = opening;
  const owner = ownerOf(session, new Date());
  const start = (): Promise<Harness> => startHarness(transport, session, signal);
  let harness = await start();
  const take = (): Promise<void> => takeHost(harness, owner, opening);
  let controlCount = 0;
  return {
    ...{ transport, connection, facts, root, signal },
    get harness() {
      return harness;
    },
    take,
    calibrated: (count) => {
      controlCount = count;
    },
    reopen: async () => {
      await harness.close();
      harness = await start();
      await take();
      await harness.request("resume", { controlCount }, { timeoutSeconds: ANSWER_SECONDS });
    },
    close: () => harness.close(),
  };
}
