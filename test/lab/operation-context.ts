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

/** What a handler is called with that reaches its host over one transport; what it says goes to `said`. `root` is needed by what has a place beside the state. */
export function operationContext(
  transport: Pick<Transport, "run" | "host">,
  said: (line: string) => void = () => undefined,
  root = "/",
): OperationContext {
  return {
    ...{ urn: "", signal: new AbortController().signal, root, stack: "s" },
    ...{ progress: () => undefined, info: said, warn: said },
    transport: async () => transport as Transport,
    exclusive: async (_, work) => await work(),
  };
}
