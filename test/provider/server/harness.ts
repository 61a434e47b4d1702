import { once } from "node:events";
import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import type { IResourceProviderServer, ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type RunningPlugin, startPlugin } from "../../../provider/server/serve.ts";
import type { PluginImplementation } from "../../../provider/server/types.ts";

export interface TestEngine {
  readonly client: ResourceProviderClient;
  readonly plugin: RunningPlugin;
  /** Lines that arrived at the engine. */
  readonly lines: LogRequest.AsObject[];
}

type Method =
  | "handshake"
  | "getPluginInfo"
  | "configure"
  | "check"
  | "diff"
  | "create"
  | "read"
  | "update"
  | "delete"
  | "invoke"
  | "cancel";
type Request<M extends Method> = IResourceProviderServer[M] extends grpc.handleUnaryCall<infer R, unknown> ? R : never;
type Response<M extends Method> = IResourceProviderServer[M] extends grpc.handleUnaryCall<never, infer R> ? R : never;

/** Serves an implementation and talks to it as the engine does, over real gRPC. */
export async function withEngine(
  implementation: Partial<PluginImplementation>,
  work: (engine: TestEngine) => Promise<void>,
): Promise<void> {
  const lines: LogRequest.AsObject[] = [];
  const server = new grpc.Server();
  server.addService(engineGrpc.EngineService, {
    log: (call: { request: LogRequest }, callback: grpc.sendUnaryData<unknown>) => {
      lines.push(call.request.toObject());
      callback(null, new emptyPb.Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const plugin = await startPlugin({ ...echo, ...implementation }, `127.0.0.1:${port}`);
  const client = new providerGrpc.ResourceProviderClient(`127.0.0.1:${plugin.port}`, grpc.credentials.createInsecure());
  try {
    await work({ client, plugin, lines });
  } finally {
    client.close();
    await plugin.stop();
    server.forceShutdown();
  }
}

/** One call as a promise. */
export function ask<M extends Method>(client: ResourceProviderClient, method: M, request: Request<M>): Promise<Response<M>> {
  const send = client[method].bind(client) as unknown as (
    request: Request<M>,
    callback: (error: grpc.ServiceError | null, response: Response<M>) => void,
  ) => void;
  return new Promise((resolve, reject) => {
    send(request, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** Never settles before the signal is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  throw new Error("stopped by its signal");
}

const echo: PluginImplementation = {
  name: "echo",
  version: "1.2.3",
  check: async (_call, _olds, news) => ({ inputs: news, failures: [] }),
  diff: async () => ({ changes: "none" }),
  create: async (_call, inputs) => ({ id: "made", outputs: inputs }),
  update: async (_call, _stored, news) => ({ outputs: news }),
};
