import { spawn } from "node:child_process";
import { type ServerWritableStream, status } from "@grpc/grpc-js";
import language from "@pulumi/pulumi/proto/language_pb.js";

/** `npm install` in the given folder, its output streamed. */
export function installDependencies(
  call: ServerWritableStream<language.InstallDependenciesRequest, language.InstallDependenciesResponse>,
): void {
  const child = spawn("npm", ["install"], { cwd: call.request.getDirectory(), stdio: ["ignore", "pipe", "pipe"] });
  child.stdout.on("data", (chunk: Buffer) => call.write(new language.InstallDependenciesResponse().setStdout(chunk)));
  child.stderr.on("data", (chunk: Buffer) => call.write(new language.InstallDependenciesResponse().setStderr(chunk)));
  call.on("cancelled", () => child.kill("SIGINT"));
  const fail = (details: string) => call.emit("error", { code: status.UNKNOWN, details });
  child.once("error", (error) => fail(`npm cannot be started: ${error.message}`));
  child.once("close", (code) => {
    if (code === 0) call.end();
    else fail(`npm install ended with code ${code}`);
  });
}
