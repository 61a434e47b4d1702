import type { Call } from "../../provider/server/index.ts";

/** A call as the server would make it, with what was logged. */
export function fakeCall(type: string, signal = new AbortController().signal): Call & { readonly lines: string[] } {
  const lines: string[] = [];
  return {
    urn: `urn:pulumi:test::test::${type}::thing`,
    type,
    name: "thing",
    signal,
    timeoutSeconds: 0,
    log: (severity, message) => lines.push(`${severity} ${message}`),
    lines,
  };
}
