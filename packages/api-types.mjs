/** Types of the API's images, from docs/openapi.json. */
import { readFile, writeFile } from "node:fs/promises";
import openapi, { astToString } from "openapi-typescript";

const DOCUMENT = new URL("../docs/openapi.json", import.meta.url);

/** Writes a TypeScript module that exports ImageView and the types that it is made of. */
export async function writeApiTypes(file) {
  const { openapi: version, info, components } = JSON.parse(await readFile(DOCUMENT, "utf8"));
  const schemas = {};
  const add = (name) => {
    if (schemas[name]) return;
    schemas[name] = components.schemas[name];
    for (const [, other] of JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/(\w+)/g)) add(other);
  };
  add("ImageView");
  const document = { openapi: version, info, paths: {}, components: { schemas } };
  const types = astToString(await openapi(document, { rootTypes: true, rootTypesNoSchemaPrefix: true }));
  await writeFile(file, `/** What the API returns, as docs/openapi.json describes it. */\n${types}`);
}
