import type { OperationContext } from "../../hosts/index.ts";

/** What a handler of lab machines is called with, below `root`: nobody listens, and there is no other host to reach. */
export function labContext(root: string, signal: AbortSignal = new AbortController().signal): OperationContext {
  return {
    ...{ urn: "urn:pulumi:test::distrobench::distrobench:hosts:LabMachine::test", root, stack: "test", signal },
    ...{ progress: () => undefined, info: () => undefined, warn: () => undefined },
    transport: () => Promise.reject(new Error("a lab machine needs no transport")),
    exclusive: (_machine, work) => work(),
  };
}
