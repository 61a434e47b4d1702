import type { OperationContext, Transport } from "../../hosts/index.ts";

/** What a handler of lab machines is called with, below `root`: nobody listens, and there is no other host to reach. */
export function labContext(root: string, signal: AbortSignal = new AbortController().signal): OperationContext {
  return {
    ...{ urn: "urn:pulumi:test::distrobench::distrobench:hosts:LabMachine::test", root, stack: "test", signal },
    ...{ progress: () => undefined, info: () => undefined, warn: () => undefined },
    transport: () => Promise.reject(new Error("a lab machine needs no transport")),
    exclusive: (_machine, work) => work(),
  };
}

/** What a handler of hosts is called with, whose only host is reached by `transport`. Everything that it says is appended to `told`. */
export function hostContext(transport: Pick<Transport, "run" | "host">, told: string[]): OperationContext {
  return {
    ...{ urn: "", signal: new AbortController().signal, root: "/", stack: "s", progress: () => undefined },
    info: (message) => told.push(message),
    warn: (message) => told.push(message),
    transport: async () => transport as Transport,
    exclusive: async (_, work) => await work(),
  };
}
