/** `node build.mjs`: writes dist/ from src/ and docs/openapi.json. */
import { cp, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { writeApiTypes } from "../api-types.mjs";
import { compile } from "../compiling.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await rm(path("dist"), { recursive: true, force: true });
await writeApiTypes(path("src/api.d.ts"));
compile("--project", path("tsconfig.json"));
// The compiler copies no declarations.
await cp(path("src/api.d.ts"), path("dist/api.d.ts"));
