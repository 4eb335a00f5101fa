/**
 * Darkroom's uploader: the element `<darkroom-uploader>`, and upload() for use without it.
 * docs/uploader.md describes its attributes, events and styles.
 */
import { DarkroomUploader } from "./uploader/element.js";

export { UploadError } from "./uploader/api.js";
export { upload } from "./uploader/upload.js";
export { DarkroomUploader };

// Two scripts of a page may both import it.
if (!customElements.get("darkroom-uploader")) {
  customElements.define("darkroom-uploader", DarkroomUploader);
}
