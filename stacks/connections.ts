import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../hosts/index.ts";
import type { PlannedHost } from "./plan.ts";
import type { SecretReference } from "./schema.ts";
import { environmentSecret, withSecrets } from "./secrets.ts";

/** The connection of a host with its secrets filled in; a secret as a whole. Throws `UserError` when one is not set. */
export function connectionOf(host: PlannedHost): pulumi.Output<Connection> {
  const texts = host.secrets.map(({ reference }) => resolve(host.name, reference));
  return pulumi.secret(pulumi.all(texts).apply((found) => withSecrets(host.connection, host.secrets, found)));
}

function resolve(host: string, reference: SecretReference): pulumi.Input<string> {
  if ("secret" in reference) return new pulumi.Config().requireSecret(reference.secret);
  return environmentSecret(host, reference.env, process.env);
}
