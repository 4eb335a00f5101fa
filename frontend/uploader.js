/**
 * Darkroom's uploader: the element `<darkroom-uploader>`, and upload() for use without it.
 * docs/uploader.md describes its attributes, events and styles.
 */
import { DarkroomUploader } from "./uploader/element.js";
import { sending } from "./uploader/sending.js";

export { UploadError } from "./uploader/api.js";
export { DarkroomUploader };

/** Uploads a file and waits for its image; uploader/upload.js describes the options. */
export async function upload(file, options) {
  return (await sending()).upload(file, options);
}

// Two scripts of a page may both import it. A server that renders pages has no elements to define.
if (globalThis.customElements && !customElements.get("darkroom-uploader")) {
  customElements.define("darkroom-uploader", DarkroomUploader);
}
