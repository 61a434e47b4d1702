import type grpc from "@grpc/grpc-js";
import type { EngineLog } from "./engine-log.ts";
import { toServiceError } from "./failures.ts";
import type { RunningCalls } from "./running-calls.ts";
import type { Call } from "./types.ts";

/** What the service's methods share. */
export interface CallTools {
  readonly log: EngineLog;
  readonly running: RunningCalls;
  /** Points the log at another engine. */
  connect(address: string): void;
  cancel(): Promise<void>;
}

interface ResourceRequest {
  getUrn(): string;
  getType(): string;
  getName(): string;
  getTimeout?(): number;
}

/** A gRPC handler from an async function. */
export function unary<Request, Response>(
  work: (request: Request, hangUp: AbortSignal) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const hungUp = new AbortController();
    call.on("cancelled", () => hungUp.abort());
    work(call.request, hungUp.signal).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toServiceError(error)),
    );
  };
}

/** A gRPC handler for a call about one resource: abortable, with its own log lines, which arrive before the answer does. */
export function resourceCall<Request extends ResourceRequest, Response>(
  tools: CallTools,
  work: (call: Call, request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return unary(async (request: Request, hangUp) => {
    const timeoutSeconds = request.getTimeout?.() ?? 0;
    try {
      return await tools.running.run(timeoutSeconds, hangUp, (signal) =>
        work(describe(request, signal, timeoutSeconds, tools.log), request),
      );
    } finally {
      await tools.log.flush();
    }
  });
}

function describe(request: ResourceRequest, signal: AbortSignal, timeoutSeconds: number, log: EngineLog): Call {
  const urn = request.getUrn();
  const [, , types = "", name = ""] = splitUrn(urn);
  return {
    urn,
    type: request.getType() || (types.split("$").at(-1) ?? ""),
    name: request.getName() || name,
    signal,
    timeoutSeconds,
    log: (severity, message, options) => log.write(severity, message, urn, options?.ephemeral ?? false),
  };
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; only the name may hold `::` itself. */
function splitUrn(urn: string): readonly string[] {
  const [stack = "", project = "", types = "", ...name] = urn.split("::");
  return [stack, project, types, name.join("::")];
}
