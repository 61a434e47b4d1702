import { servePlugin } from "../../../provider/server/index.ts";
import { commandPlugin } from "./implementation.ts";

await servePlugin(commandPlugin);
