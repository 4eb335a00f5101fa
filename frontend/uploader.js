/**
 * Darkroom's uploader: `<darkroom-uploader>`, and upload() for those who want no element.
 * docs/uploader.md has its attributes, events and styles.
 */
import { DarkroomUploader } from "./uploader/element.js";

export { UploadError } from "./uploader/api.js";
export { upload } from "./uploader/upload.js";
export { DarkroomUploader };

// Two pages' scripts may both bring it.
if (!customElements.get("darkroom-uploader")) {
  customElements.define("darkroom-uploader", DarkroomUploader);
}
