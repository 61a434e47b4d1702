import { UserError } from "./errors.ts";
import { PartialFailure } from "./operation.ts";

interface Keeping<Outputs> {
  readonly id: string;
  /** Whether nothing is left behind all the same; never, by default. */
  readonly leftNothing?: (error: unknown) => boolean;
  /** Gets a function that is to be told what a destroy would have to undo, before or after each change. */
  readonly work: (begun: (outputs: Outputs) => void) => Promise<Outputs>;
}

/** Does work of which a failure is a `PartialFailure` once something was begun. Any other failure is passed on as it is. */
export async function keepingBegun<Outputs extends object>({
  id,
  work,
  leftNothing = () => false,
}: Keeping<Outputs>): Promise<Outputs> {
  let begun: Outputs | undefined;
  try {
    return await work((outputs) => {
      begun = outputs;
    });
  } catch (error) {
    if (begun === undefined || error instanceof PartialFailure || leftNothing(error)) throw error;
    throw new PartialFailure(id, begun, [reasonOf(error)], { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError && error.remedy !== undefined) return `${error.message}\n${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
