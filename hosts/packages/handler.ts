import { keepingBegun } from "../begun.ts";
import { distributionOf } from "../distribution.ts";
import { presentEditor } from "../editor/on-host.ts";
import { editorName } from "../editor/release.ts";
import { ConnectionError } from "../errors.ts";
import type { OperationContext, ResourceHandler, Stored } from "../operation.ts";
import { type PackagesInputs, type PackagesOutputs, packagesInputs } from "../schema.ts";
import { applyPackages } from "./apply.ts";
import { presentPackages } from "./plan.ts";
import { queryPackages } from "./query.ts";
import { removePackages } from "./remove.ts";

const nothing = { installed: {}, added: [], services: [], engines: {} } as const;

/** Engines, git, Python, Node and the rest on a host; takes away only what it brought. */
export const packagesHandler: ResourceHandler<PackagesInputs, PackagesOutputs> = {
  token: "distrobench:hosts:Packages",
  inputs: packagesInputs,
  replaceOn: ["host", "distribution"],
  notInDiff: ["connection", "whenNotToBeHad"],
  secrets: ["connection"],
  refreshBeforeUpdate: true,
  create: async (context, inputs) => ({
    id: idOf(inputs),
    outputs: await bring(context, inputs, { ...inputs, ...nothing }),
  }),
  read,
  update: async (context, stored, inputs) => {
    const dropped = stored.inputs.wanted.filter((name) => !inputs.wanted.includes(name));
    if (dropped.length > 0)
      context.info(`${inputs.host}: ${dropped.join(", ")} stays until destroy: other packages may share its parts`);
    return await bring(context, inputs, { ...nothing, ...stored.outputs, ...inputs });
  },
  delete: async (context, stored) => {
    // Of a create that was killed the state has no outputs.
    await removePackages(context, stored.inputs, { ...nothing, ...stored.outputs });
  },
};

const idOf = ({ host }: PackagesInputs): string => `${host}/packages`;

async function bring(context: OperationContext, inputs: PackagesInputs, before: PackagesOutputs): Promise<PackagesOutputs> {
  return await keepingBegun({
    id: idOf(inputs),
    work: async (changed) => await applyPackages(context, inputs, before, changed),
  });
}

async function read(
  context: OperationContext,
  stored: Stored<PackagesInputs, PackagesOutputs>,
): Promise<{ inputs: PackagesInputs; outputs: PackagesOutputs }> {
  const { inputs, outputs } = stored;
  try {
    distributionOf(inputs.distribution);
    const transport = await context.transport(inputs.connection);
    const state = await queryPackages(transport, inputs, { candidates: false, signal: context.signal });
    const { versions: _locked, ...anyVersion } = inputs;
    const present = presentPackages(inputs.whenNotToBeHad === "newest" ? anyVersion : inputs, state);
    const hasEditor = !present.includes("editor") || (await presentEditor(transport, context.signal)) === editorName;
    const wanted = hasEditor ? present : present.filter((name) => name !== "editor");
    return { inputs: { ...inputs, wanted }, outputs: { ...outputs, wanted } };
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error;
    context.warn(`${error.message}: its packages are taken as they were`);
    return { inputs, outputs };
  }
}
