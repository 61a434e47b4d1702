import { type OperationContext, type ResourceHandler, UserError } from "../hosts/index.ts";
import { placeOf } from "./delivery.ts";
import { look } from "./engine-store.ts";
import { forget } from "./forget.ts";
import { canBeHadNow, forgetPulled, makeBase } from "./make-base.ts";
import { type BaseImageInputs, type BaseImageOutputs, baseImageInputs } from "./schema.ts";

export const baseImageHandler: ResourceHandler<BaseImageInputs, BaseImageOutputs> = {
  token: "distrobench:images:BaseImage",
  inputs: baseImageInputs,
  replaceOn: ["host", "engine", "image"],
  notInDiff: ["connection", "mirror"],
  secrets: ["connection"],
  refreshBeforeUpdate: true,

  async create(context, inputs) {
    return { id: `${inputs.host}/${inputs.engine}/${inputs.image}`, outputs: await makeBase(context, inputs) };
  },

  async read(context, { inputs, outputs }) {
    try {
      const place = await placeOf(context, inputs);
      const [image] = await look(place, [inputs.image]);
      if (image === undefined) return "gone";
      // Of a base that an older distrobench made the versions are not known; what is not there would count as unknown in a preview.
      const found = { inputs, outputs: { ...outputs, versions: outputs.versions ?? {}, localId: image.id } };
      if (outputs.unavailable === "" || !(await canBeHadNow(place, inputs))) return found;
      const { whenNotToBeHad: _needless, ...now } = inputs;
      return { ...found, inputs: now };
    } catch (error) {
      if (!(error instanceof UserError) || context.signal.aborted) throw error;
      context.warn(`not looked at: ${error.message}`);
      return { inputs, outputs };
    }
  },

  async update(context, { outputs: old }, inputs) {
    const made = await makeBase(context, inputs);
    // By now it is there in any case: who brought it the first time still has to take it away.
    const brought = old.broughtReference === true && old.pulled?.reference === inputs.pulled?.reference;
    return brought ? { ...made, broughtReference: true } : made;
  },

  async delete(context, { inputs, outputs }) {
    await forget(context, inputs);
    await forgetPulledOf(context, inputs, outputs);
  },
};

/** A builder that is gone was already said to be when the base was forgotten. */
async function forgetPulledOf(context: OperationContext, inputs: BaseImageInputs, outputs: BaseImageOutputs): Promise<void> {
  try {
    await forgetPulled(await placeOf(context, inputs), outputs);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    context.warn(`${inputs.host}: ${outputs.pulled?.reference} stays: ${error.message}`);
  }
}
