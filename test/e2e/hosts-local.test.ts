import { after } from "node:test";
import { createLocalTransport } from "../../hosts/local.ts";
import { transportContract } from "../hosts/transport-contract.ts";

const local = createLocalTransport({ kind: "local", host: "here" });
after(async () => (await local).close());
transportContract("local", async () => await local);
