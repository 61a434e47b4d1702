import { UserError } from "../../hosts/index.ts";

/** The measuring program of a host is gone: the host, the connection, or the program itself. */
export class HostLost extends UserError {
  override readonly name = "HostLost";
  readonly host: string;

  constructor(host: string, cause: string) {
    super(cause, { remedy: "see what happened to the host; the next `up` goes on with this session" });
    this.host = host;
  }
}
