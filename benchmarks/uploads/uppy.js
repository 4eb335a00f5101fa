/** Uppy's page: sends what is picked to Darkroom's API, large files in parts, and recovers them. */
import Uppy from "@uppy/core";
import AwsS3 from "@uppy/aws-s3";
import GoldenRetriever from "@uppy/golden-retriever";

const { api, store } = Object.fromEntries(new URLSearchParams(location.search));
const PART = 8 * 1024 * 1024; // bytes, as in the API's tickets

async function call(path, json) {
  const options = json && { method: "POST", body: JSON.stringify(json), headers: { "Content-Type": "application/json" } };
  const response = await fetch(api + path, options);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

async function digest(blob) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const numbersOf = (size) => Array.from({ length: Math.ceil(size / PART) }, (_, index) => index + 1);

// Uppy asks S3 itself to begin, list and complete an upload, and reads XML; here the API did so.
const xml = (text) => ({ url: `data:text/xml,${encodeURIComponent(text)}` });

async function signRequest({ method, key, uploadId, partNumber }) {
  const { data, name, type, size } = uppy.getFile(key);
  const order = { filename: name, content_type: type, size };
  if (!uploadId && method === "PUT") {
    const { url, fields } = await call("/uploads", order);
    return { url, fields };
  }
  if (!uploadId) {
    const { image_id: id } = await call("/uploads", { ...order, multipart: true });
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  const address = `/uploads/${uploadId}`;
  const checksum = (number) => digest(data.slice((number - 1) * PART, number * PART));
  if (partNumber) {
    const parts = [{ number: partNumber, sha256: await checksum(partNumber) }];
    const { parts: [{ url, headers }] } = await call(`${address}/parts`, { parts });
    delete headers["Content-Length"]; // the browser's own
    return { url, headers };
  }
  if (method === "GET") {
    const { complete, parts } = await call(`${address}/parts`);
    // If only the answer was lost, all have arrived.
    const numbers = complete ? numbersOf(size) : parts.map(({ number }) => number);
    const listed = numbers.map((number) => `<Part><PartNumber>${number}</PartNumber><ETag>${number}</ETag></Part>`);
    return xml(`<ListPartsResult>${listed.join("")}</ListPartsResult>`);
  }
  if (method === "DELETE") {
    await fetch(api + address, { method });
    return xml("<Done></Done>");
  }
  const parts = [];
  for (const number of numbersOf(size)) parts.push(await checksum(number));
  const { status_url: location } = await call(`${address}/complete`, { parts });
  return xml(`<CompleteMultipartUploadResult><Location>${location}</Location><Key>${key}</Key></CompleteMultipartUploadResult>`);
}

const uppy = new Uppy();
uppy.use(AwsS3, {
  shouldUseMultipart: ({ size }) => size > PART,
  getChunkSize: () => PART,
  generateObjectKey: ({ id }) => id,
  signRequest,
});
uppy.use(GoldenRetriever, store === "raised" ? { indexedDB: { maxFileSize: 1e9, maxTotalSize: 4e9 } } : {});

let lost = 0;
uppy.on("restored", () => {
  // What a user does with files that it has not kept, other than to choose them again.
  const ghosts = uppy.getFiles().filter(({ isGhost }) => isGhost).map(({ id }) => id);
  lost += ghosts.length;
  uppy.removeFiles(ghosts);
  if (uppy.getFiles().length) uppy.emit("restore-confirmed");
});

document.getElementById("picker").addEventListener("change", ({ target }) => {
  uppy.addFiles([...target.files].map((data) => ({ name: data.name, type: data.type, data })));
  uppy.upload();
});

globalThis.count = () => {
  const files = uppy.getFiles();
  const failed = files.filter(({ error }) => error).length;
  const done = files.filter(({ progress }) => progress.uploadComplete).length;
  return { active: files.length - failed - done, failed, done, lost };
};
globalThis.retry = () => { uppy.retryAll(); };
