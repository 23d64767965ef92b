/** `npm run asyncapi`: writes the document of internal events anew. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asyncApiText } from "./document.ts";

writeFileSync(join(import.meta.dirname, "../../../../docs/asyncapi.json"), asyncApiText());
