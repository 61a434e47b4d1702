import { randomBytes } from "node:crypto";
import type { z } from "zod";
import { type Call, type PropertyMap, UNKNOWN } from "../../../provider/server/index.ts";
import { checkProperties } from "../check.ts";
import { diffInputs } from "../diff.ts";
import { revealMap } from "../properties.ts";
import type { ResourceType } from "../resource-type.ts";
import type { Printed } from "./output.ts";

/** What both command resources have: the text to run at each step of their life. */
interface Lifecycle {
  readonly create?: string | undefined;
  readonly update?: string | undefined;
  readonly delete?: string | undefined;
}

/** Runs a command with the inputs of a resource and what the run before printed; resolves to the outputs it adds. */
export type Runner<Inputs> = (call: Call, command: string, inputs: Inputs, previous: Printed | undefined) => Promise<PropertyMap>;

/** The life of local.Command and remote.Command, which differ only in their inputs and where the command runs. */
export function commandResource<Inputs extends Lifecycle>(
  schema: z.ZodType<Inputs>,
  complete: (inputs: PropertyMap) => PropertyMap,
  run: Runner<Inputs>,
): ResourceType {
  const parse = (properties: PropertyMap): Inputs => schema.parse(inputsOf(properties));
  return {
    check: async (_call, _olds, news) => ({ inputs: complete(news), failures: checkProperties(schema, news) }),
    diff: async (_call, stored, news) => diffInputs(stored.inputs, news, ["triggers"]),
    create: async (call, inputs, preview) => {
      if (preview) return { id: "", outputs: { ...inputs, stdout: UNKNOWN, stderr: UNKNOWN } };
      const parsed = parse(inputs);
      const added = parsed.create === undefined ? nothing : await run(call, parsed.create, parsed, undefined);
      return { id: call.name + randomHex(), outputs: { ...inputs, ...added } };
    },
    update: async (call, stored, news, preview) => {
      if (preview) return { outputs: { ...news, stdout: UNKNOWN, stderr: UNKNOWN } };
      const parsed = parse(news);
      const command = parsed.update ?? parsed.create;
      if (command === undefined) return { outputs: { ...news, ...computed(stored.outputs) } };
      return { outputs: { ...news, ...(await run(call, command, parsed, printed(stored.outputs))) } };
    },
    read: async (_call, stored) => stored,
    delete: async (call, stored) => {
      const parsed = parse(stored.outputs);
      if (parsed.delete !== undefined) await run(call, parsed.delete, parsed, printed(stored.outputs));
    },
  };
}

const nothing = { stdout: "", stderr: "" } as const;
const computedKeys: readonly string[] = ["stdout", "stderr", "assets", "archive"];

export function randomHex(): string {
  return randomBytes(4).toString("hex");
}

function computed(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(outputs).filter(([key]) => computedKeys.includes(key)));
}

/** Stored outputs hold the inputs beside what the run added. */
function inputsOf(properties: PropertyMap): PropertyMap {
  return revealMap(
    Object.fromEntries(Object.entries(properties).filter(([key]) => !computedKeys.includes(key) && !key.startsWith("__"))),
  );
}

function printed(outputs: PropertyMap): Printed {
  const { stdout, stderr } = revealMap(outputs);
  return { stdout: typeof stdout === "string" ? stdout : "", stderr: typeof stderr === "string" ? stderr : "" };
}
