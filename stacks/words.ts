import { z } from "zod";

/** A name that may become part of a resource's, a folder's or a machine's. */
export const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,40}$/, "expected a name of small letters, digits and dashes that starts with a letter");

/** A text that is not empty; `example` is what the message shows. */
export const text = (example: string) =>
  z.string({ error: `expected a text such as ${example}` }).min(1, "expected a text that is not empty");

/** Where a secret is found. Its text never stands in a matrix, so the file can be shared and committed. */
export const secretReference = z
  .union(
    [
      z.strictObject({ env: text("SSH_PASSWORD").describe("name of an environment variable of the controller") }),
      z.strictObject({ secret: text("ssh-password").describe("key set by `pulumi config set --secret`") }),
    ],
    { error: "expected a reference to a secret, { env: NAME } or { secret: KEY }; clear text is not accepted in this file" },
  )
  .meta({ id: "secret" });
export type SecretReference = z.output<typeof secretReference>;
