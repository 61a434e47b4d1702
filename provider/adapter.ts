import type { OperationContext } from "../hosts/index.ts";
import type { AnyHandler } from "./any-handler.ts";
import { operationContext, projectRoot } from "./context.ts";
import { diffInputs } from "./diff.ts";
import { toPluginFailure } from "./failures.ts";
import type { Operation, OperationLog } from "./operation-log.ts";
import { previewOutputs } from "./preview.ts";
import { type Connect, RunningOperations } from "./running-operations.ts";
import { scrubber } from "./scrub.ts";
import { sealInputs, sealOutputs } from "./secrets.ts";
import { type Call, InitFailure, PluginError, type PluginImplementation, type PropertyMap } from "./server/index.ts";
import { asUnfinished, unfinishedReasons, withoutReasons } from "./unfinished.ts";
import { validate } from "./validation.ts";
import { reveal, toProperties } from "./values.ts";

export interface Surroundings {
  readonly name: string;
  readonly version: string;
  readonly connect: Connect;
  readonly log: OperationLog;
  /** Show stacks of unexpected errors. */
  readonly debug: boolean;
}

interface State {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

interface Operating {
  readonly handler: AnyHandler;
  readonly context: OperationContext;
  /** What is stored of a handler's outputs: inputs it did not repeat are added, secrets marked. */
  outputs(inputs: PropertyMap, outputs: object): PropertyMap;
}

type Operate = <Result>(
  operation: Operation,
  call: Call,
  given: readonly PropertyMap[],
  work: (operating: Operating) => Promise<Result>,
) => Promise<Result>;
type Find = (token: string) => AnyHandler;

/** Handlers on plain values as a plugin: adds validation, diff, previews, secrets, partial failures and the record of operations. */
export function adapt(handlers: readonly AnyHandler[], around: Surroundings): PluginImplementation {
  const find = finder(handlers);
  const running = new RunningOperations(around.connect, around.log);
  let root = projectRoot(process.cwd());
  const operate: Operate = (operation, call, given, work) => {
    const handler = find(call.type);
    const scrub = scrubber(given, handler.secrets);
    let waited = 0;
    const context = operationContext(call, {
      ...{ root, pool: running.pool(root), scrub },
      waited: (seconds) => {
        waited += seconds;
      },
    });
    const outputs: Operating["outputs"] = (inputs, made) =>
      sealOutputs(handler, given, { ...reveal(inputs), ...toProperties(made) });
    const { refreshBeforeUpdate } = handler;
    const present = {
      scrub,
      debug: around.debug,
      refreshBeforeUpdate,
      outputs: (made: object) => outputs(given.at(-1) ?? {}, made),
    };
    return running.run(operation, call, {
      work: () => work({ handler, context, outputs }),
      waited: () => waited,
      toFailure: (error) => toPluginFailure(error, present),
    });
  };
  return {
    name: around.name,
    version: around.version,
    handshake: ({ rootDirectory }) => {
      // The engine names the folder of the plugin, which is inside the project.
      if (rootDirectory !== undefined) root = projectRoot(rootDirectory);
    },
    ...comparing(find),
    ...making(find, operate),
    ...keeping(find, operate),
    cancel: () => running.stop(),
  };
}

function comparing(find: Find): Pick<PluginImplementation, "check" | "diff"> {
  return {
    check: async (call, _olds, news) => {
      const handler = find(call.type);
      const checked = validate(handler.inputs, reveal(news));
      return { inputs: sealInputs(handler, news, checked.inputs), failures: checked.failures };
    },
    diff: async (call, stored, news) => diffInputs(find(call.type), reveal(stored.inputs), reveal(news)),
  };
}

function making(find: Find, operate: Operate): Pick<PluginImplementation, "create" | "update"> {
  const foresee = (call: Call, inputs: PropertyMap, old: PropertyMap | undefined) => {
    const handler = find(call.type);
    return sealOutputs(handler, [inputs, old ?? {}], previewOutputs(handler, reveal(inputs), old && reveal(old)));
  };
  return {
    create: async (call, inputs, preview) => {
      if (preview) return { id: "", outputs: foresee(call, inputs, undefined) };
      return operate("create", call, [inputs], async ({ handler, context, outputs }) => {
        const made = await handler.create(context, plain(handler, inputs));
        return { id: made.id, outputs: outputs(inputs, made.outputs), refreshBeforeUpdate: handler.refreshBeforeUpdate };
      });
    },
    update: async (call, stored, news, preview) => {
      if (preview) return { outputs: foresee(call, news, stored.outputs) };
      return operate("update", call, [stored.inputs, stored.outputs, news], async ({ handler, context, outputs }) => {
        const made = await handler.update(context, plainState(handler, stored), plain(handler, news));
        return { outputs: outputs(news, made), refreshBeforeUpdate: handler.refreshBeforeUpdate };
      });
    },
  };
}

function keeping(find: Find, operate: Operate): Required<Pick<PluginImplementation, "read" | "delete">> {
  return {
    read: async (call, stored) => {
      if (Object.keys(stored.inputs).length === 0)
        throw new PluginError("failed-precondition", `${call.type} cannot be imported: declare it and let \`up\` make it`);
      const live = await operate("read", call, [stored.outputs, stored.inputs], async ({ handler, context, outputs }) => {
        const found = await handler.read(context, plainState(handler, stored));
        if (found === "gone") return found;
        const inputs = sealInputs(handler, stored.inputs, toProperties(found.inputs));
        return { id: stored.id, inputs, outputs: outputs(inputs, found.outputs) };
      });
      const { refreshBeforeUpdate } = find(call.type);
      const reasons = unfinishedReasons(stored.outputs);
      if (reasons === undefined) return live === "gone" ? live : { ...live, refreshBeforeUpdate };
      // Of what was begun there may be more than can be looked at: it is not gone before an operation has come to its end.
      const { id, inputs, outputs } = live === "gone" ? stored : live;
      throw new InitFailure(id, asUnfinished(outputs, reasons), reasons, { inputs, refreshBeforeUpdate });
    },
    delete: (call, stored) =>
      operate("delete", call, [stored.outputs, stored.inputs], ({ handler, context }) =>
        handler.delete(context, plainState(handler, stored)),
      ),
  };
}

function plainState(handler: AnyHandler, stored: State): { id: string; inputs: object; outputs: object } {
  return { id: stored.id, inputs: plain(handler, stored.inputs), outputs: withoutReasons(reveal(stored.outputs)) };
}

/** As the handler's schema gives it; inputs stored by an older version that it refuses are handed over as they are. */
function plain(handler: AnyHandler, inputs: PropertyMap): object {
  const revealed = reveal(inputs);
  const parsed = handler.inputs.safeParse(revealed);
  return parsed.success ? parsed.data : revealed;
}

function finder(handlers: readonly AnyHandler[]): Find {
  const table = new Map(handlers.map((handler) => [handler.token, handler]));
  return (token) => {
    const handler = table.get(token);
    if (handler !== undefined) return handler;
    throw new PluginError("unimplemented", `there is no resource type ${token}; known are ${[...table.keys()].join(", ")}`);
  };
}
