const SCRIPT = new URL("worker-script.js", import.meta.url);

/** The address of the worker's script, which must have the page's own origin. */
export async function workerAddress() {
  return SCRIPT.origin === location.origin ? SCRIPT.href : copyToBlob();
}

async function copyToBlob() {
  const response = await fetch(SCRIPT);
  return URL.createObjectURL(await response.blob());
}
