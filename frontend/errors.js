/** Why an upload ended without a picture. The message is a sentence for the user. */
export class UploadError extends Error {
  /** `outcome`: "rejected" (the file is at fault) or "failed" (anything else). */
  constructor(sentence, outcome = "failed", status = 0) {
    super(sentence);
    this.name = "UploadError";
    this.outcome = outcome;
    this.status = status;
  }
}
