/** A plugin for Uppy: sends files with tickets, large ones in parts, and waits for their images. */
import AwsS3 from "@uppy/aws-s3";
import type { Uppy } from "@uppy/core";
import type { Body, Meta, UppyFile } from "@uppy/core/utils";
import type { ImageView } from "./api.js";
import { Client, type Token } from "./uppy-client.js";

export interface DarkroomOptions {
  /** The API's URL. */
  api: string;
  token?: Token;
  /** How many files are sent at a time. */
  limit?: number;
  id?: string;
}

declare module "@uppy/core" {
  interface UppyEventMap<M extends Meta, B extends Body> {
    /** The image of a file is ready. */
    "darkroom:ready": (file: UppyFile<M, B>, image: ImageView) => void;
  }
}

interface Ticket {
  image_id: string;
  url: string;
  fields: Record<string, string>;
}

interface SignedPart {
  url: string;
  headers: Record<string, string>;
}

const PART = 8 * 1024 * 1024; // bytes; what POST /uploads answers as part_bytes, up to 7 GB

/** `uppy.use(Darkroom, { api })`. Files that are rejected have an error, as any that could not be sent. */
export default class Darkroom<M extends Meta, B extends Body> extends AwsS3<M, B> {
  #client: Client;
  #images = new Map<string, string>();

  constructor(uppy: Uppy<M, B>, { api, token, ...options }: DarkroomOptions) {
    super(uppy, {
      id: "Darkroom",
      ...options,
      shouldUseMultipart: ({ size }) => (size ?? 0) > PART,
      getChunkSize: () => PART,
      // By which signRequest finds the file; the ticket has the real key.
      generateObjectKey: ({ id }) => id,
      signRequest: (request) => this.#sign(request as SignRequest),
    });
    this.#client = new Client(api, token);
  }

  override install(): void {
    super.install();
    this.uppy.addPostProcessor(this.#settle);
  }

  override uninstall(): void {
    this.uppy.removePostProcessor(this.#settle);
    super.uninstall();
  }

  // Uppy would have S3 itself begin, list and complete an upload, and reads its XML; the API's answers stand in for it.
  async #sign({ method, key, uploadId, partNumber }: SignRequest) {
    const file = this.uppy.getFile(key);
    const address = `/uploads/${uploadId}`;
    if (!uploadId && method === "PUT") return this.#ticket(file);
    if (!uploadId) {
      const { image_id: id } = await this.#ticket(file, { multipart: true });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    this.#images.set(file.id, uploadId);
    const numbers = Array.from({ length: Math.ceil((file.size ?? 0) / PART) }, (_, index) => index + 1);
    if (partNumber) {
      const parts = [{ number: partNumber, sha256: await digest(file.data as Blob, partNumber) }];
      const signed = await this.#client.call<{ parts: SignedPart[] }>(`${address}/parts`, { parts });
      const { url, headers } = signed.parts[0]!;
      delete headers["Content-Length"]; // browsers set it themselves
      return { url, headers };
    }
    if (method === "GET") {
      // Complete if only the answer was lost.
      const { complete, parts } = await this.#client.call<{ complete: boolean; parts: { number: number }[] }>(`${address}/parts`);
      const arrived = complete ? numbers : parts.map(({ number }) => number);
      const listed = arrived.map((n) => `<Part><PartNumber>${n}</PartNumber><ETag>${n}</ETag></Part>`);
      return xml(`<ListPartsResult>${listed.join("")}</ListPartsResult>`);
    }
    if (method === "DELETE") {
      await this.#client.remove(address);
      return xml("");
    }
    const parts = await Promise.all(numbers.map((number) => digest(file.data as Blob, number)));
    const { status_url: url } = await this.#client.call<{ status_url: string }>(`${address}/complete`, { parts });
    return xml(`<CompleteMultipartUploadResult><Location>${url}</Location><Key>${key}</Key></CompleteMultipartUploadResult>`);
  }

  async #ticket({ id, name, type, size }: UppyFile<M, B>, more?: { multipart: true }): Promise<Ticket> {
    const ticket = await this.#client.call<Ticket>("/uploads", { filename: name, content_type: type, size, ...more });
    this.#images.set(id, ticket.image_id);
    return ticket;
  }

  #settle = async (ids: string[]): Promise<void> => {
    await Promise.all(ids.map(async (id) => {
      const image = this.#images.get(id);
      const file = this.uppy.getFile(id);
      if (!image || file?.error) return;
      this.uppy.emit("postprocess-progress", file, { mode: "indeterminate", message: "" });
      try {
        const ready = await this.#client.settled(image);
        this.uppy.emit("darkroom:ready", this.uppy.getFile(id), ready);
      } catch (reason) {
        this.uppy.emit("upload-error", this.uppy.getFile(id), reason as Error);
      }
      this.uppy.emit("postprocess-complete", this.uppy.getFile(id));
    }));
  };
}

interface SignRequest {
  method: string;
  key: string;
  uploadId?: string;
  partNumber?: number;
}

function xml(text: string): { url: string } {
  return { url: `data:text/xml,${encodeURIComponent(text)}` };
}

async function digest(data: Blob, number: number): Promise<string> {
  const part = await data.slice((number - 1) * PART, number * PART).arrayBuffer();
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", part));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
