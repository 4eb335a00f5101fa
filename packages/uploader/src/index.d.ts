import type { ImageView } from "./api.js";
import { strings } from "./strings.js";

export type { ImageView };

/** Every text of the uploader. Changed before the first element is created, they apply to all. */
export { strings };

/** A recipe of crops, rotations and the like: docs/edits.md. */
export type Edits = ImageView["edits"];

/** Returns a bearer token with the scopes `upload` and `read`. */
export type Token = (options: {
  /** The token that it returned before, `refusedToken`, was refused. */
  refused?: boolean;
  refusedToken?: string;
}) => string | null | undefined | Promise<string | null | undefined>;

export interface Progress {
  phase: "preparing" | "uploading" | "retrying" | "offline" | "processing";
  /** Bytes. */
  sent: number;
  /** Bytes. */
  total: number;
}

/** Why an upload did not succeed; `message` is a sentence for users. */
export class UploadError extends Error {
  /** "rejected" because of the file, "cancelled" by the user, "failed" for any other cause. */
  readonly outcome: "rejected" | "failed" | "cancelled";
  /** The HTTP status; 0 if there was no response, undefined if there was no request. */
  readonly status?: number;
  readonly image?: ImageView;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number;
  /** Whether the same request may succeed a little later. */
  readonly transient: boolean;
}

export interface Uploaded {
  image: ImageView;
  /** The same file was uploaded before. */
  duplicate: boolean;
}

export interface FileOptions {
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal;
  edits?: Edits;
  /** Sends a JPEG instead, if the browser can make one. */
  convert?: boolean;
}

export interface UploadOptions extends FileOptions {
  /** The API's URL. */
  api: string;
  token?: Token;
  /** As for `<input type="file">`. */
  accept?: string;
  maxBytes?: number;
}

/** Uploads a file and waits for its image. Rejects with an UploadError, or with the reason of `signal`. */
export function upload(file: File, options: UploadOptions): Promise<Uploaded>;

/** What is listed of a file: `id` is not that of its image. */
export interface FileDetail {
  id: string;
  file: File;
}

export interface EventDetails {
  /** The recipe of a file that waits was changed. */
  edited: FileDetail & { edits: Edits };
  added: FileDetail;
  progress: FileDetail & Progress;
  ready: FileDetail & Uploaded;
  error: FileDetail & { error: UploadError };
  /** No file is being sent or processed any more. */
  idle: { images: ImageView[] };
  dismissed: FileDetail;
}

export type DarkroomUploaderEventMap = {
  [Name in keyof EventDetails as `darkroom:${Name}`]: CustomEvent<EventDetails[Name]>;
};

/** The element's attributes, by the names that they have as properties of components. */
export interface UploaderAttributes {
  /** The API's URL. */
  api?: string;
  multiple?: boolean;
  /** The maximum number of files, with `multiple`. */
  maxFiles?: number;
  /** As for `<input type="file">`; pictures of any kind by default. */
  accept?: string;
  /** A smaller limit than the server's. */
  maxBytes?: number;
  /** How many files are sent at a time; 3 by default. */
  parallel?: number;
  /** Accepts files dropped or pasted anywhere in the window. */
  everywhere?: boolean;
  capture?: "user" | "environment";
  /** A further button picks a folder, with `multiple`. */
  folders?: boolean;
  /** What the folders of a file become. */
  paths?: "tags" | "names";
  /** Photos with a longer side than this, in pixels, are made smaller before they are sent. */
  shrink?: number;
  /** Files wait, and can be edited, until the user sends them. */
  editor?: boolean;
  /** "off" keeps no files in the browser. */
  recovery?: "off";
  /** The link of a finished file's name; `{id}` is the image's id. */
  itemHref?: string;
  /** In a form: the name of the images' ids. */
  name?: string;
  required?: boolean;
  disabled?: boolean;
}

/** The element `<darkroom-uploader>`. */
export class DarkroomUploader extends HTMLElement {
  token?: Token;
  /** The images of the listed files. */
  readonly images: ImageView[];
  /** Adds files as if the user had chosen them. */
  add(files: Iterable<File> & { readonly length: number }): void;
  /** Removes finished files from the list. */
  clear(): void;
  /** Sends the files that wait, with the attribute `editor`. */
  send(): void;
  /** Uploads a file without listing it. */
  upload(file: File, options?: FileOptions): Promise<Uploaded>;

  addEventListener<Name extends keyof DarkroomUploaderEventMap>(
    type: Name,
    listener: (this: DarkroomUploader, event: DarkroomUploaderEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

declare global {
  interface HTMLElementTagNameMap {
    "darkroom-uploader": DarkroomUploader;
  }
}
