import { servePlugin } from "../../../provider/server/index.ts";
import { dockerPlugin } from "./implementation.ts";

await servePlugin(dockerPlugin());
