import type { Call } from "../../../provider/server/index.ts";
import type { Logging } from "./schema.ts";

/** Collects what a command prints and shows each line under the resource as it comes. */
export class Output {
  readonly #call: Pick<Call, "log"> | undefined;
  readonly #logging: Logging;
  readonly #chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[], both: [] as Buffer[] };
  readonly #rest = { stdout: "", stderr: "" };

  constructor(call: Pick<Call, "log"> | undefined, logging: Logging | undefined) {
    this.#call = call;
    this.#logging = logging ?? "stdoutAndStderr";
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    this.#chunks[stream].push(chunk);
    this.#chunks.both.push(chunk);
    const lines = (this.#rest[stream] + chunk.toString()).split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    if (this.#isLogged(stream)) for (const line of lines) this.#call?.log("info", line, { ephemeral: true });
  }

  /** What was printed, without one trailing newline. */
  text(stream: "stdout" | "stderr"): string {
    return Buffer.concat(this.#chunks[stream]).toString().replace(/\n$/, "");
  }

  /** Both streams in the order of their coming. */
  interleaved(): string {
    return Buffer.concat(this.#chunks.both).toString();
  }

  #isLogged(stream: "stdout" | "stderr"): boolean {
    return this.#logging === "stdoutAndStderr" || this.#logging === stream;
  }
}

/** The error of a command that failed, with all it printed. */
export function commandFailure(reason: string, command: string, output: Output): Error {
  return new Error(`${reason}: running ${JSON.stringify(command)}:\n${output.interleaved()}`);
}

export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** Variables that hand the output of the previous run to the next; empty outputs are left out. */
export function previousOutput(previous: Printed | undefined, wanted: boolean | undefined): Record<string, string> {
  if (previous === undefined || wanted === false) return {};
  return {
    ...(previous.stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: previous.stdout }),
    ...(previous.stderr === "" ? {} : { PULUMI_COMMAND_STDERR: previous.stderr }),
  };
}
