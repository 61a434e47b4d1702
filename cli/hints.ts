/** The stack that is meant where none is named. */
export const DEFAULT_STACK = "quickstart";

/** A command line to type, for the stack that is spoken of: without its name the default one would be meant. */
export function commandFor(command: string, stack: string): string {
  return stack === DEFAULT_STACK ? `./distrobench ${command}` : `./distrobench ${command} ${stack}`;
}
