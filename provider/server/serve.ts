import type grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type { CallTools } from "./call.ts";
import { endWithEngine } from "./end-with-engine.ts";
import { EngineLog } from "./engine-log.ts";
import { createServer, listen } from "./grpc-server.ts";
import { methods } from "./methods.ts";
import { RunningCalls } from "./running-calls.ts";
import type { PluginImplementation } from "./types.ts";

export interface RunningPlugin {
  readonly port: number;
  /** Aborts what runs, lets the implementation close, and ends the server. */
  stop(): Promise<void>;
}

/**
 * Serves a plugin to the engine that started this process: the engine's address is the last argument, the port goes to stdout
 * alone on the first line. Ends on SIGINT or SIGTERM, and when the engine dies, so that nothing is left behind.
 */
export async function servePlugin(implementation: PluginImplementation): Promise<void> {
  const plugin = await startPlugin(implementation, process.argv.slice(2).at(-1));
  endWithEngine(() => void plugin.stop().finally(() => process.exit(0)));
  process.stdout.write(`${plugin.port}\n`);
}

/** Starts the server on a free port of the loopback interface. Without an engine's address, log lines wait for Handshake or Attach. */
export async function startPlugin(
  implementation: PluginImplementation,
  engineAddress: string | undefined,
): Promise<RunningPlugin> {
  const log = new EngineLog();
  const running = new RunningCalls();
  if (engineAddress !== undefined) log.connect(engineAddress);
  const cancel = async () => {
    running.cancel();
    await implementation.cancel?.();
  };
  const tools: CallTools = {
    log,
    running,
    cancel,
    connect: (address) => {
      if (address !== "" && address !== engineAddress) log.connect(address);
    },
  };
  const server = createServer();
  server.addService(providerGrpc.ResourceProviderService, methods(implementation, tools) as grpc.UntypedServiceImplementation);
  const port = await listen(server);
  return {
    port,
    stop: async () => {
      await cancel();
      log.close();
      server.forceShutdown();
    },
  };
}
