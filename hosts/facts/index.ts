import { UserError } from "../errors.ts";
import type { HostFacts } from "../schema.ts";
import type { RunOptions, Transport } from "../transport.ts";
import { parseFacts } from "./parse.ts";
import { factsScript } from "./script.ts";

export { fingerprintNames } from "./fingerprint.ts";

/** Seconds; an emulated host under load needs most of them. */
const FACTS_SECONDS = 300;

/** Everything recorded with results, in one round trip, without changing anything. Rejects with `UserError` for a system that is none of ours. */
export async function gatherFacts(transport: Transport, options: Pick<RunOptions, "signal"> = {}): Promise<HostFacts> {
  const { stdout } = await transport.run(factsScript(), { timeoutSeconds: FACTS_SECONDS, brief: true, ...options });
  try {
    return parseFacts(stdout);
  } catch (error) {
    if (error instanceof UserError)
      throw new UserError(`${transport.host}: ${error.message}`, error.remedy === undefined ? {} : { remedy: error.remedy });
    throw error;
  }
}
