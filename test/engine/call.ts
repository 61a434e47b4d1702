import { call, type TestCall } from "../provider/fixtures.ts";

/** A call as the server would make it, with what was logged. */
export function fakeCall(type: string, signal?: AbortSignal): TestCall {
  return call(signal, type);
}
