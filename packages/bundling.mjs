/** Bundles the uploader with esbuild, for `make bundle` and for the npm package. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const FRONTEND = new URL("../frontend/", import.meta.url);

const options = {
  bundle: true,
  format: "esm",
  minify: true,
  target: ["chrome123", "firefox120", "safari17.5"], // as docs/uploader.md says
  legalComments: "none",
  logLevel: "warning",
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

/**
 * Bundles frontend/uploader.js as the file `name` in `folder`, without dependencies, and the editor, which it
 * fetches when it is opened, as editor.js. `plugins` and `more` are further options of esbuild.
 */
export async function bundleUploader(folder, name, { plugins = [], ...more } = {}) {
  await build({
    ...options,
    ...more,
    stdin: { contents: uploader, resolveDir: fileURLToPath(FRONTEND), sourcefile: "bundle.js" },
    outfile: join(folder, name),
    plugins: [...plugins, withWorker, leaving(/\/editor\.js$/, "./editor.js")],
  });
  await build({
    ...options,
    ...more,
    banner: undefined,
    entryPoints: [fileURLToPath(new URL("editor/editor.js", FRONTEND))],
    outfile: join(folder, "editor.js"),
    plugins: [leaving(/^\.\.\/(strings|uploader\/\w+)\.js$/, `./${name}`)],
  });
}
