import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import pb from "@pulumi/pulumi/proto/provider_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { type CallTools, resourceCall, unary } from "./call.ts";
import { decodeProperties, encodeProperties } from "./encoding.ts";
import { changesEnum, kindEnum } from "./enums.ts";
import { type CheckFailure, type DiffResult, PluginError, type PluginImplementation } from "./types.ts";

/** The ResourceProvider service over an implementation. Methods left out answer UNIMPLEMENTED, which the engine accepts. */
export function methods(implementation: PluginImplementation, tools: CallTools): Partial<IResourceProviderServer> {
  return {
    ...lifecycle(implementation, tools),
    ...configuration(implementation),
    ...reading(implementation, tools),
    ...changing(implementation, tools),
  };
}

function lifecycle(implementation: PluginImplementation, tools: CallTools): Partial<IResourceProviderServer> {
  return {
    handshake: unary(async (request: messages.ProviderHandshakeRequest) => {
      const engineAddress = request.getEngineAddress();
      tools.connect(engineAddress);
      implementation.handshake?.({
        engineAddress,
        rootDirectory: request.getRootDirectory() || undefined,
        programDirectory: request.getProgramDirectory() || undefined,
      });
      return new pb.ProviderHandshakeResponse().setAcceptSecrets(true);
    }),
    attach: unary(async (request: InstanceType<typeof pluginPb.PluginAttach>) => {
      tools.connect(request.getAddress());
      return new emptyPb.Empty();
    }),
    getPluginInfo: unary(async () => new pluginPb.PluginInfo().setVersion(implementation.version)),
    cancel: unary(async () => {
      await tools.cancel();
      return new emptyPb.Empty();
    }),
  };
}

function configuration(implementation: PluginImplementation): Partial<IResourceProviderServer> {
  return {
    checkConfig: unary(async (request: messages.CheckRequest) => {
      const news = decodeProperties(request.getNews());
      const checked = await implementation.checkConfig?.(news, decodeProperties(request.getOlds()));
      return checkResponse(checked ?? { inputs: news, failures: [] });
    }),
    diffConfig: unary(async (request: messages.DiffRequest) => {
      if (implementation.diffConfig === undefined) throw new PluginError("unimplemented", "DiffConfig is not needed");
      const olds = decodeProperties(request.getOldInputs() ?? request.getOlds());
      return diffResponse(await implementation.diffConfig(olds, decodeProperties(request.getNews())));
    }),
    configure: unary(async (request: messages.ConfigureRequest) => {
      await implementation.configure?.(decodeProperties(request.getArgs()));
      return new pb.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      if (implementation.invoke === undefined) throw new PluginError("unimplemented", `no function ${request.getTok()}`);
      const answer = await implementation.invoke(request.getTok(), decodeProperties(request.getArgs()));
      return new pb.InvokeResponse().setReturn(encodeProperties(answer.result)).setFailuresList(checkFailures(answer.failures));
    }),
  };
}

function reading(implementation: PluginImplementation, tools: CallTools): Partial<IResourceProviderServer> {
  return {
    check: resourceCall(tools, async (call, request: messages.CheckRequest) =>
      checkResponse(await implementation.check(call, decodeProperties(request.getOlds()), decodeProperties(request.getNews()))),
    ),
    diff: resourceCall(tools, async (call, request: messages.DiffRequest) =>
      diffResponse(
        await implementation.diff(
          call,
          storedState(request, request.getOlds(), request.getOldInputs()),
          decodeProperties(request.getNews()),
        ),
      ),
    ),
    read: resourceCall(tools, async (call, request: messages.ReadRequest) => {
      const stored = storedState(request, request.getProperties(), request.getInputs());
      const live = implementation.read === undefined ? stored : await implementation.read(call, stored);
      if (live === "gone") return new pb.ReadResponse();
      return new pb.ReadResponse()
        .setId(live.id)
        .setProperties(encodeProperties(live.outputs))
        .setInputs(encodeProperties(live.inputs))
        .setRefreshBeforeUpdate("refreshBeforeUpdate" in live && live.refreshBeforeUpdate === true);
    }),
  };
}

function changing(implementation: PluginImplementation, tools: CallTools): Partial<IResourceProviderServer> {
  return {
    create: resourceCall(tools, async (call, request: messages.CreateRequest) => {
      const made = await implementation.create(call, decodeProperties(request.getProperties()), request.getPreview());
      return new pb.CreateResponse()
        .setId(made.id)
        .setProperties(encodeProperties(made.outputs))
        .setRefreshBeforeUpdate(made.refreshBeforeUpdate ?? false);
    }),
    update: resourceCall(tools, async (call, request: messages.UpdateRequest) => {
      const stored = storedState(request, request.getOlds(), request.getOldInputs());
      const made = await implementation.update(call, stored, decodeProperties(request.getNews()), request.getPreview());
      return new pb.UpdateResponse()
        .setProperties(encodeProperties(made.outputs))
        .setRefreshBeforeUpdate(made.refreshBeforeUpdate ?? false);
    }),
    delete: resourceCall(tools, async (call, request: messages.DeleteRequest) => {
      await implementation.delete?.(call, storedState(request, request.getProperties(), request.getOldInputs()));
      return new emptyPb.Empty();
    }),
  };
}

type WireStruct = Parameters<typeof decodeProperties>[0];

function storedState(request: { getId(): string }, outputs: WireStruct, inputs: WireStruct) {
  return { id: request.getId(), outputs: decodeProperties(outputs), inputs: decodeProperties(inputs) };
}

function checkResponse(checked: Awaited<ReturnType<PluginImplementation["check"]>>): messages.CheckResponse {
  return new pb.CheckResponse().setInputs(encodeProperties(checked.inputs)).setFailuresList(checkFailures(checked.failures));
}

function checkFailures(failures: readonly CheckFailure[]): messages.CheckFailure[] {
  return failures.map(({ property, reason }) => new pb.CheckFailure().setProperty(property).setReason(reason));
}

function diffResponse(diff: DiffResult): messages.DiffResponse {
  const detailed = Object.entries(diff.detailed ?? {});
  const response = new pb.DiffResponse()
    .setChanges(changesEnum[diff.changes])
    .setReplacesList([...(diff.replaces ?? [])])
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false)
    .setDiffsList([...new Set(detailed.map(([path]) => path.split(/[.[]/, 1)[0] ?? path))])
    .setHasdetaileddiff(diff.detailed !== undefined);
  for (const [path, { kind, inputDiff }] of detailed)
    response.getDetaileddiffMap().set(path, new pb.PropertyDiff().setKind(kindEnum[kind]).setInputdiff(inputDiff));
  return response;
}
