import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import { createServer, endWithEngine, listen } from "../../provider/server/index.ts";
import { createLanguageHost } from "./language-host.ts";

const host = createLanguageHost(process.argv.at(-1) ?? "");

endWithEngine(() => {
  host.stop();
  process.exit(0);
});
const server = createServer();
server.addService(languageGrpc.LanguageRuntimeService, host.methods);
// The engine reads the port from the first line.
process.stdout.write(`${await listen(server)}\n`);
