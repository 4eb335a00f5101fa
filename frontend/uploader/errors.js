/** Why an upload ended without a picture. The message is a sentence for the user. */
export class UploadError extends Error {
  /**
   * `outcome`: "rejected" (the file is at fault) or "failed" (anything else); `status`: HTTP's, 0
   * for no answer; `image`: what Darkroom says of it, where it knows.
   */
  constructor(sentence, outcome = "failed", { status, image, passing = false } = {}) {
    super(sentence);
    this.name = "UploadError";
    this.outcome = outcome;
    this.status = status;
    this.image = image;
    // The same may succeed a little later.
    this.passing = passing || status === 0 || status === 429 || status >= 500;
  }
}
