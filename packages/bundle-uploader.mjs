/**
 * `node bundle-uploader.mjs FOLDER`: bundles frontend/uploader.js as FOLDER/uploader.js, one file without
 * dependencies, and the editor, which it fetches when it is opened, as FOLDER/editor.js.
 *
 * Both look for config.json one folder above, as the modules in frontend/uploader/ do.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const FRONTEND = new URL("../frontend/", import.meta.url);

// The site folder's texts take the place of this line (ops/site_folder/page.py): in a bundle they
// cannot follow strings.js, whose names are others there.
const SITE_TEXTS = "const siteTexts=()=>{};";

const options = {
  bundle: true,
  format: "esm",
  minify: true,
  target: ["chrome123", "firefox120", "safari17.5"], // as docs/uploader.md says
  legalComments: "none",
  logLevel: "warning",
};

/** Appends the call that applies the site's texts. */
const withSiteTexts = {
  name: "site-texts",
  setup({ onLoad }) {
    onLoad({ filter: /\/frontend\/strings\.js$/ }, async ({ path }) => (
      { contents: `${await readFile(path, "utf8")}\nsiteTexts(strings);\n` }));
  },
};

/** Has the worker's script in the bundle instead of at an address. */
const withWorker = {
  name: "worker",
  setup({ onLoad }) {
    onLoad({ filter: /\/uploader\/worker-address\.js$/ }, async () => {
      const source = await readFile(new URL("uploader/worker-script.js", FRONTEND), "utf8");
      const { code } = await transform(source, { minify: true, target: options.target });
      const contents = `const script = new Blob([${JSON.stringify(code)}], { type: "text/javascript" });
        export const workerAddress = async () => URL.createObjectURL(script);`;
      return { contents };
    });
  },
};

/** Leaves out what the other of the two files has. */
const leaving = (filter, path) => ({
  name: "leaving",
  setup({ onResolve }) {
    onResolve({ filter }, ({ kind }) => (kind === "entry-point" ? null : { path, external: true }));
  },
});

// The editor imports the last three, so that they exist once.
const uploader = `
  export * from "./uploader.js";
  export { strings } from "./strings.js";
  export { build } from "./uploader/dom.js";
  export { css } from "./uploader/style.js";`;

const [folder] = process.argv.slice(2);

await build({
  ...options,
  stdin: { contents: uploader, resolveDir: fileURLToPath(FRONTEND), sourcefile: "bundle.js" },
  outfile: join(folder, "uploader.js"),
  banner: { js: SITE_TEXTS },
  plugins: [withSiteTexts, withWorker, leaving(/\/editor\.js$/, "./editor.js")],
});
await build({
  ...options,
  entryPoints: [fileURLToPath(new URL("editor/editor.js", FRONTEND))],
  outfile: join(folder, "editor.js"),
  plugins: [leaving(/^\.\.\/(strings|uploader\/\w+)\.js$/, "./uploader.js")],
});
