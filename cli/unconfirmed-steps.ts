import { confirmationOf, type Plan } from "../stacks/index.ts";
import type { Pulumi } from "./pulumi.ts";
import { exportState, nameOf, STEP, type StackState } from "./state.ts";

/**
 * Steps that were run under a guard and that no new login has confirmed: their host has taken them back, though the state says that they
 * are there. Returns their URNs. Pure.
 */
export function unconfirmedSteps({ hosts }: Pick<Plan, "hosts">, { deployment }: StackState): string[] {
  const steps = (deployment.resources ?? []).filter(({ type, pendingReplacement }) => type === STEP && !pendingReplacement);
  const urns = new Map(steps.map(({ urn }) => [nameOf(urn), urn]));
  const names = hosts.flatMap(({ name, setup }) =>
    setup.filter(({ confirmSeconds }) => confirmSeconds !== undefined).map((step) => `${name}-${step.name}`),
  );
  return names.filter((name) => !urns.has(confirmationOf(name))).flatMap((name) => urns.get(name) ?? []);
}

/** Words for `pulumi up` with which such steps are undone and run again, instead of only waiting for a confirmation once more. */
export async function runUnconfirmedAgain(pulumi: Pulumi, plan: Plan): Promise<string[]> {
  const guarded = plan.hosts.some(({ setup }) => setup.some(({ confirmSeconds }) => confirmSeconds !== undefined));
  // An export takes a second, which most stacks are spared.
  if (!guarded) return [];
  return unconfirmedSteps(plan, await exportState(pulumi, plan.stack)).flatMap((urn) => ["--replace", urn]);
}
