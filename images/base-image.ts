import { bytesText, type OperationContext, type ResourceHandler, sh, UserError } from "../hosts/index.ts";
import { readArchive } from "./archive.ts";
import { placeOf } from "./delivery.ts";
import { ask, look, MOVE_SECONDS, requireRoom } from "./engine-store.ts";
import { engines, parseLoaded } from "./engines.ts";
import { forget } from "./forget.ts";
import { debianArchitecture, rootFileSystemOf } from "./root-file-system.ts";
import { type BaseImageInputs, type BaseImageOutputs, baseImageInputs } from "./schema.ts";

/** The compressed archive, the layer made of it, and some air. */
const ROOM_FACTOR = 4;

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
      const [image] = await look(await placeOf(context, inputs), [inputs.image]);
      return image === undefined ? "gone" : { inputs, outputs: { ...outputs, localId: image.id } };
    } catch (error) {
      if (!(error instanceof UserError) || context.signal.aborted) throw error;
      context.warn(`not looked at: ${error.message}`);
      return { inputs, outputs };
    }
  },

  async update(context, _stored, inputs) {
    return await makeBase(context, inputs);
  },

  async delete(context, { inputs }) {
    await forget(context, inputs);
  },
};

async function makeBase(context: OperationContext, inputs: BaseImageInputs): Promise<BaseImageOutputs> {
  const place = await placeOf(context, inputs);
  const machine = (await ask(place, sh`uname -m`)).stdout.trim();
  const wanted = { suite: inputs.suite, mirror: inputs.mirror, packages: inputs.packages, wheels: inputs.wheels };
  const archive = await rootFileSystemOf(wanted, debianArchitecture(machine), {
    signal: context.signal,
    progress: (message) => context.progress(message),
  });
  await requireRoom(place, archive.bytes * ROOM_FACTOR);
  const { stream, bytes } = readArchive(archive, (sent) =>
    context.progress(`sending the base to ${inputs.host}: ${bytesText(sent)} of ${bytesText(archive.bytes)}`),
  );
  const imported = await ask(place, engines[inputs.engine].importRoot(inputs.image), MOVE_SECONDS, { stdin: stream });
  return { ...inputs, localId: parseLoaded(imported.stdout), archiveDigest: archive.digest, bytesSent: bytes() };
}
