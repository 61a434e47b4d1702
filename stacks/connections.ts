import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../hosts/index.ts";
import type { PlannedHost } from "./plan.ts";
import type { SecretReference } from "./schema.ts";
import { environmentSecret, withSecrets } from "./secrets.ts";

/** The connection of a host with its secrets filled in; a secret as a whole. Throws `UserError` when one is not set. */
export function connectionOf(host: PlannedHost): pulumi.Output<Connection> {
  const texts = host.secrets.map(({ reference }) => secretOutput(host.name, reference));
  return pulumi.secret(pulumi.all(texts).apply((found) => withSecrets(host.connection, host.secrets, found)));
}

/** The text of a secret of the matrix. Throws `UserError` when it stands in the environment and is not set. */
export function secretOutput(host: string, reference: SecretReference): pulumi.Output<string> {
  if ("secret" in reference) return new pulumi.Config().requireSecret(reference.secret);
  return pulumi.secret(environmentSecret(host, reference.env, process.env));
}
