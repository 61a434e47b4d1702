import { type ServerUnaryCall, type ServiceError, type sendUnaryData, status } from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import language from "@pulumi/pulumi/proto/language_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { installDependencies } from "./install-dependencies.ts";
import { programDependencies } from "./program-dependencies.ts";
import { requiredPackages } from "./required-packages.ts";
import { ProgramRunner } from "./run-program.ts";

/** The methods that `up`, `preview`, `refresh`, `destroy`, `about` and `install` need; others answer UNIMPLEMENTED. */
type Methods = Pick<
  ILanguageRuntimeServer,
  | "getPluginInfo"
  | "about"
  | "getRequiredPackages"
  | "getRequiredPlugins"
  | "getProgramDependencies"
  | "installDependencies"
  | "run"
  | "cancel"
>;

export function createLanguageHost(engineAddress: string): { readonly methods: Methods; stop(): void } {
  const runner = new ProgramRunner(engineAddress);
  const methods: Methods = {
    getPluginInfo: unary(async () => new plugin.PluginInfo()),
    about: unary(async () => new language.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    getRequiredPackages: unary(async (request: language.GetRequiredPackagesRequest) => {
      const found = await requiredPackages(request.getInfo()?.getProgramDirectory() ?? process.cwd());
      return new language.GetRequiredPackagesResponse().setPackagesList(
        found.map(({ name, version, server }) =>
          new plugin.PackageDependency().setKind("resource").setName(name).setVersion(version).setServer(server),
        ),
      );
    }),
    getRequiredPlugins: unary(async () => new language.GetRequiredPluginsResponse()),
    getProgramDependencies: unary(async (request: language.GetProgramDependenciesRequest) => {
      const directory = request.getInfo()?.getProgramDirectory() ?? process.cwd();
      const found = await programDependencies(directory, request.getTransitivedependencies());
      return new language.GetProgramDependenciesResponse().setDependenciesList(
        found.map(({ name, version }) => new language.DependencyInfo().setName(name).setVersion(version)),
      );
    }),
    installDependencies,
    run: unary(async (request: language.RunRequest, call) => await runner.run(request, abortedWith(call))),
    cancel: unary(async () => {
      runner.stop();
      return new empty.Empty();
    }),
  };
  return { methods, stop: () => runner.stop() };
}

function unary<Request, Response>(
  work: (request: Request, call: ServerUnaryCall<Request, Response>) => Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    work(call.request, call).then(
      (response) => callback(null, response),
      (error: unknown) => callback({ code: status.UNKNOWN, details: messageOf(error) } satisfies Partial<ServiceError>),
    );
  };
}

/** A signal that fires when the engine drops the call. */
function abortedWith<Request, Response>(call: ServerUnaryCall<Request, Response>): AbortSignal {
  const controller = new AbortController();
  call.on("cancelled", () => controller.abort());
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
