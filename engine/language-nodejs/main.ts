import { Server, ServerCredentials } from "@grpc/grpc-js";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createLanguageHost } from "./language-host.ts";

/** Same limit as the SDK's own channels. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

const engineAddress = process.argv.at(-1) ?? "";
const host = createLanguageHost(engineAddress);
const server = new Server({
  "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
  "grpc.max_send_message_length": MAX_MESSAGE_BYTES,
});
server.addService(languageGrpc.LanguageRuntimeService, host.methods);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) {
    process.stderr.write(`the language host cannot listen on 127.0.0.1: ${error.message}\n`);
    process.exit(1);
  }
  // The engine reads the port from the first line.
  process.stdout.write(`${port}\n`);
});

const PARENT_CHECK_MILLISECONDS = 500;

function stop(): void {
  host.stop();
  process.exit(0);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);

// An engine that was killed sends no Cancel.
const parent = process.ppid;
setInterval(() => {
  if (process.ppid !== parent) stop();
}, PARENT_CHECK_MILLISECONDS).unref();
