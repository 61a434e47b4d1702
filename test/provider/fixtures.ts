import { z } from "zod";
import type { OperationContext, ResourceHandler, Transport } from "../../hosts/index.ts";
import type { TransportPool } from "../../provider/context.ts";
import type { Call } from "../../provider/server/index.ts";

export const thingInputs = z.strictObject({
  path: z.string(),
  size: z.int().min(1).default(4),
  labels: z.record(z.string(), z.string()).optional(),
  parts: z.array(z.strictObject({ id: z.string(), weight: z.number().default(1) })).default([]),
  connection: z
    .strictObject({ host: z.string(), port: z.int().default(22), password: z.string().optional() })
    .default({ host: "here", port: 22 }),
});
export type ThingInputs = z.output<typeof thingInputs>;

export interface ThingOutputs extends ThingInputs {
  readonly digest: string;
  readonly place: string;
}

export type ThingHandler = ResourceHandler<ThingInputs, ThingOutputs>;

/** A resource of every feature; tests override what they are about. */
export function thing(changes: Partial<ThingHandler> = {}): ThingHandler {
  const made = (inputs: ThingInputs): ThingOutputs => ({ ...inputs, digest: `sha-${inputs.size}`, place: `at ${inputs.path}` });
  return {
    token: "test:index:Thing",
    inputs: thingInputs,
    replaceOn: ["path"],
    notInDiff: ["connection"],
    secrets: ["connection"],
    refreshBeforeUpdate: true,
    create: async (_context, inputs) => ({ id: inputs.path, outputs: made(inputs) }),
    read: async (_context, stored) => stored,
    update: async (_context, _stored, inputs) => made(inputs),
    delete: async () => undefined,
    ...changes,
  };
}

export interface TestCall extends Call {
  readonly lines: string[];
}

export function call(signal: AbortSignal = new AbortController().signal, type = "test:index:Thing"): TestCall {
  const lines: string[] = [];
  return {
    urn: `urn:pulumi:dev::shop::${type}::one`,
    type,
    name: "one",
    signal,
    timeoutSeconds: 0,
    log: (severity, message, options) => void lines.push(`${severity}${options?.ephemeral ? " ephemeral" : ""}: ${message}`),
    lines,
  };
}

/** A pool that reaches nothing. */
export function emptyPool(changes: Partial<TransportPool> = {}): TransportPool {
  return {
    transport: (): Promise<Transport> => Promise.reject(new Error("no host in this test")),
    statistics: () => ({}),
    close: async () => undefined,
    ...changes,
  };
}

/** Never settles before the context's signal is aborted. */
export function waits({ signal }: OperationContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("stopped by its signal")));
  });
}
