import { expectGone, inTurn, type OperationContext, type ResourceHandler, UserError } from "../../hosts/index.ts";
import { digestOf, type HostPlace, hostPath, look, removeFile, send } from "./host-file.ts";
import { modelFileOf, originOf } from "./model-file.ts";
import { type DeliveredModelInputs, type DeliveredModelOutputs, deliveredModelInputs, describeModel } from "./schema.ts";

export const deliveredModelHandler: ResourceHandler<DeliveredModelInputs, DeliveredModelOutputs> = {
  token: "distrobench:images:DeliveredModel",
  inputs: deliveredModelInputs,
  replaceOn: ["host", "model"],
  notInDiff: ["connection"],
  secrets: ["connection"],
  refreshBeforeUpdate: true,

  async create(context, inputs) {
    return { id: `${inputs.host}/${inputs.model}`, outputs: await deliver(context, inputs) };
  },

  async read(context, { inputs, outputs }) {
    try {
      const place = await placeOf(context, inputs);
      const stamp = await look(place, outputs.path);
      if (stamp !== outputs.stamp && !(await stillThere(context, place, outputs))) return "gone";
      const source = await controllerSource(context, inputs, outputs);
      return { inputs: { ...inputs, source }, outputs: { ...outputs, stamp } };
    } catch (error) {
      if (!(error instanceof UserError) || context.signal.aborted) throw error;
      context.warn(`not looked at: ${error.message}`);
      return { inputs, outputs };
    }
  },

  async update(context, { outputs: old }, inputs) {
    const outputs = await deliver(context, inputs);
    if (outputs.path !== old.path) await removeFile(await placeOf(context, inputs), old.path);
    return outputs;
  },

  async delete(context, { inputs, outputs }) {
    try {
      await removeFile(await placeOf(context, inputs), outputs.path);
    } catch (error) {
      context.warn(`${expectGone(error, inputs.connection, context.stack).message}: ${outputs.path} is given up`);
    }
  },
};

async function placeOf(context: OperationContext, { connection }: DeliveredModelInputs): Promise<HostPlace> {
  return { transport: await context.transport(connection), signal: context.signal };
}

async function deliver(context: OperationContext, inputs: DeliveredModelInputs): Promise<DeliveredModelOutputs> {
  const { signal, root } = context;
  const file = await modelFileOf(inputs.source, { root, signal, progress: (message) => context.progress(message) });
  const place = await placeOf(context, inputs);
  const path = hostPath(context.stack, inputs.model, file.sha256);
  const bytesSent = await inTurn(`deliver ${inputs.host}`, { signal }, async () => {
    if ((await digestOf(place, path)) === file.sha256) return 0;
    const name = describeModel(inputs.model, inputs.source);
    return await send(place, file, path, (sent) => context.progress(`sending ${name} to ${inputs.host}: ${sent}`));
  });
  const { sha256, bytes, origin } = file;
  const outputs = { ...inputs, path, sha256, bytes, bytesSent, stamp: await look(place, path) };
  return origin === undefined ? outputs : { ...outputs, origin };
}

/** A file that looks different may only have been copied or restored. */
async function stillThere(context: OperationContext, place: HostPlace, outputs: DeliveredModelOutputs): Promise<boolean> {
  const found = await digestOf(place, outputs.path);
  if (found === outputs.sha256) return true;
  const state = found === "" ? "is no longer there" : "was changed";
  context.warn(`${outputs.host}: ${outputs.path} ${state}; it will be delivered again`);
  return false;
}

/** The source as it was delivered: with its sha256 where the controller's file has changed since, which then shows as a difference. */
async function controllerSource(context: OperationContext, { source }: DeliveredModelInputs, outputs: DeliveredModelOutputs) {
  if (!("path" in source) || source.sha256 !== undefined) return source;
  const same = (await originOf(source.path, context.root)) === outputs.origin;
  return same ? source : { ...source, sha256: outputs.sha256 };
}
