/**
 * `node bundle-uploader.mjs FOLDER`: bundles frontend/uploader.js as FOLDER/uploader.js, one file without
 * dependencies, and the editor, which it fetches when it is opened, as FOLDER/editor.js.
 *
 * Both look for config.json one folder above, as the modules in frontend/uploader/ do.
 */
import { readFile } from "node:fs/promises";
import { bundleUploader } from "./bundling.mjs";

// The site folder's texts take the place of this line (ops/site_folder/page.py): in a bundle they
// cannot follow strings.js, whose names are others there.
const SITE_TEXTS = "const siteTexts=()=>{};";

/** Appends the call that applies the site's texts. */
const withSiteTexts = {
  name: "site-texts",
  setup({ onLoad }) {
    onLoad({ filter: /\/frontend\/strings\.js$/ }, async ({ path }) => (
      { contents: `${await readFile(path, "utf8")}\nsiteTexts(strings);\n` }));
  },
};

const [folder] = process.argv.slice(2);

await bundleUploader(folder, "uploader.js", { banner: { js: SITE_TEXTS }, plugins: [withSiteTexts] });
