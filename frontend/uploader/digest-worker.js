/** Receives a file and posts its SHA-256 in hex, or null if it cannot be read. */
addEventListener("message", async ({ data: file }) => {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0"));
    postMessage(hex.join(""));
  } catch {
    postMessage(null);
  }
});
