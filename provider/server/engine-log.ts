import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "debug" | "info" | "warning" | "error";

const SEVERITIES = { debug: 0, info: 1, warning: 2, error: 3 } as const satisfies Record<Severity, 0 | 1 | 2 | 3>;

/** An engine that does not take a line within this time is not waited for. */
const DEADLINE_MILLISECONDS = 5000;

/** Sends lines to the engine's display, in order. A lost engine loses lines, never a call. */
export class EngineLog {
  #client: InstanceType<typeof engineGrpc.EngineClient> | undefined;
  #queue: Promise<void> = Promise.resolve();

  connect(address: string): void {
    this.#client?.close();
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  write(severity: Severity, message: string, urn: string, ephemeral: boolean): void {
    const request = new engine.LogRequest()
      .setSeverity(SEVERITIES[severity])
      .setMessage(message)
      .setUrn(urn)
      .setEphemeral(ephemeral);
    this.#queue = this.#queue.then(() => this.#send(request));
  }

  /** Resolves when every line written so far has been taken: a call answers only then, so that its lines come before its end. */
  flush(): Promise<void> {
    return this.#queue;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(request: InstanceType<typeof engine.LogRequest>): Promise<void> {
    const client = this.#client;
    if (client === undefined) return Promise.resolve();
    const options = { deadline: Date.now() + DEADLINE_MILLISECONDS };
    return new Promise((resolve) => {
      client.log(request, new grpc.Metadata(), options, () => resolve());
    });
  }
}
