/** `node build.mjs`: writes dist/, from frontend/ and docs/uploader.md. */
import { cp, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { writeApiTypes } from "../api-types.mjs";
import { bundleUploader } from "../bundling.mjs";
import { compile } from "../compiling.mjs";
import { manifest } from "./manifest.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));

await rm(path("dist"), { recursive: true, force: true });
await cp(path("src"), path("dist"), { recursive: true });
await bundleUploader(path("dist"), "index.js", {
  sourcemap: true,
  // The script that it becomes part of has no config.json beside it.
  define: { "import.meta.url": '""' },
});
await writeApiTypes(path("dist/api.d.ts"));
// The texts' names and kinds.
compile("--allowJs", "--declaration", "--emitDeclarationOnly", "--skipLibCheck",
  "--outDir", path("dist"), path("../../frontend/strings.js"));
await writeFile(path("dist/custom-elements.json"), `${JSON.stringify(await manifest(), null, 2)}\n`);
