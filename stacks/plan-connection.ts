import type { Connection, SshHop } from "../hosts/index.ts";
import type { MatrixBecome, MatrixHop, MatrixHost, SecretReference } from "./schema.ts";

/** A secret of a connection: where it belongs, such as `["become", "password"]`, and where it is found. */
export interface PlannedSecret {
  readonly path: readonly (string | number)[];
  readonly reference: SecretReference;
}

interface Planned {
  readonly connection: Connection;
  readonly secrets: readonly PlannedSecret[];
}

const SECRETS = ["privateKey", "passphrase", "password"] as const;

/** How a host of the matrix is reached, without its secrets. */
export function planConnection(host: string, matrix: MatrixHost, directory: string): Planned {
  if (matrix.lab !== undefined) return { connection: { kind: "lab", host, directory }, secrets: [] };
  if (matrix.ssh === undefined) return planLocal(host, matrix.local?.become);
  const { bastions, become, ...target } = matrix.ssh;
  return {
    connection: {
      ...plainHop(target),
      kind: "ssh",
      host,
      bastions: bastions.map(plainHop),
      ...(become === undefined ? {} : { become: { method: become.method } }),
    },
    secrets: [
      ...hopSecrets(target, []),
      ...bastions.flatMap((bastion, index) => hopSecrets(bastion, ["bastions", index])),
      ...becomeSecrets(become),
    ],
  };
}

function planLocal(host: string, become: MatrixBecome | undefined): Planned {
  return {
    connection: { kind: "local", host, ...(become === undefined ? {} : { become: { method: become.method } }) },
    secrets: becomeSecrets(become),
  };
}

function plainHop({ privateKey: _key, passphrase: _passphrase, password: _password, ...hop }: MatrixHop): SshHop {
  return hop;
}

function hopSecrets(hop: MatrixHop, path: PlannedSecret["path"]): PlannedSecret[] {
  return SECRETS.flatMap((name) => {
    const reference = hop[name];
    return reference === undefined ? [] : [{ path: [...path, name], reference }];
  });
}

function becomeSecrets(become: MatrixBecome | undefined): PlannedSecret[] {
  return become?.password === undefined ? [] : [{ path: ["become", "password"], reference: become.password }];
}
