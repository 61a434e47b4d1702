import { CommandError, keepingBegun, type OperationContext, type ResourceHandler, UserError } from "../hosts/index.ts";
import { deliver, placeOf } from "./delivery.ts";
import { look, removeUnnamed } from "./engine-store.ts";
import { forget } from "./forget.ts";
import { type DeliveredImageInputs, type DeliveredImageOutputs, deliveredImageInputs } from "./schema.ts";

export const deliveredImageHandler: ResourceHandler<DeliveredImageInputs, DeliveredImageOutputs> = {
  token: "distrobench:images:DeliveredImage",
  inputs: deliveredImageInputs,
  replaceOn: ["host", "engine", "image"],
  notInDiff: ["connection", "builder"],
  secrets: ["connection", "builder"],
  refreshBeforeUpdate: true,

  async create(context, inputs) {
    return { id: idOf(inputs), outputs: await bring(context, inputs) };
  },

  async read(context, { inputs, outputs }) {
    try {
      const images = await look(await placeOf(context, inputs), [outputs.localId, inputs.image]);
      const image = images.find(({ id }) => id === outputs.localId);
      if (image === undefined) return "gone";
      const named = image.tags.includes(inputs.image);
      return { inputs: named ? inputs : { ...inputs, source: "untagged" }, outputs };
    } catch (error) {
      if (!(error instanceof UserError) || context.signal.aborted) throw error;
      context.warn(`not looked at: ${error.message}`);
      return { inputs, outputs };
    }
  },

  async update(context, { outputs: old }, inputs) {
    const outputs = await bring(context, inputs);
    if (outputs.localId === old.localId) return { ...outputs, wasPresent: old.wasPresent };
    if (!old.wasPresent) await removeUnnamed(await placeOf(context, inputs), [old.localId]);
    return outputs;
  },

  async delete(context, { inputs, outputs }) {
    // Of a create that was killed the state has no outputs.
    const ids = [outputs.localId, outputs.configDigest, inputs.source].filter((id) => id !== undefined);
    await forget(context, inputs, [...new Set(ids)]);
  },
};

function idOf({ host, engine, image }: DeliveredImageInputs): string {
  return `${host}/${engine}/${image}`;
}

/** Throws `PartialFailure` where a load was cut: the engine there may have come to its end, with an image that has no name yet. */
async function bring(context: OperationContext, inputs: DeliveredImageInputs): Promise<DeliveredImageOutputs> {
  const unknown = { unpackedBytes: 0, bytesSent: 0, wasPresent: false };
  return await keepingBegun<DeliveredImageOutputs>({
    id: idOf(inputs),
    leftNothing: (error) => !wasCut(context, error),
    work: async (begun) =>
      await deliver(context, inputs, (configDigest) => begun({ ...inputs, configDigest, localId: configDigest, ...unknown })),
  });
}

function wasCut({ signal }: OperationContext, error: unknown): boolean {
  return signal.aborted || (error instanceof CommandError && error.failure !== "exit");
}
