/** What the bytes received so far amount to. Only a full head that says 200 is an answer; anything else is not ready yet. */
export type HeadState = { readonly state: "partial" } | { readonly state: "complete"; readonly status: number | undefined };

const LONGEST_HEAD = 65_536;

/** Reads the head of an HTTP/1.1 answer from the bytes received so far. */
export function readHead(received: string): HeadState {
  const end = received.indexOf("\r\n\r\n");
  if (end < 0) return received.length > LONGEST_HEAD ? { state: "complete", status: undefined } : { state: "partial" };
  const status = /^HTTP\/1\.1 (\d{3})(?: [^\r\n]*)?\r\n/.exec(received.slice(0, end + 4))?.[1];
  return { state: "complete", status: status === undefined ? undefined : Number(status) };
}
