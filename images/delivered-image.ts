import { type ResourceHandler, UserError } from "../hosts/index.ts";
import { deliver, placeOf } from "./delivery.ts";
import { type EnginePlace, look, remove } from "./engine-store.ts";
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
    return { id: `${inputs.host}/${inputs.engine}/${inputs.image}`, outputs: await deliver(context, inputs) };
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
    const outputs = await deliver(context, inputs);
    if (outputs.localId === old.localId) return { ...outputs, wasPresent: old.wasPresent };
    if (!old.wasPresent) await removeUnnamed(await placeOf(context, inputs), old.localId);
    return outputs;
  },

  async delete(context, { inputs }) {
    await forget(context, inputs);
  },
};

/** Removes an earlier build that lost its name to the new one. One that somebody gave a name stays, and one in use too. */
async function removeUnnamed(place: EnginePlace, id: string): Promise<void> {
  const [image] = await look(place, [id]);
  if (image !== undefined && image.tags.length === 0) await remove(place, id);
}
