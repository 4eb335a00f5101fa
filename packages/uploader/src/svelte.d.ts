import type { Component, Snippet } from "svelte";
import type { DarkroomUploader as Element, EventDetails, Token, UploaderAttributes } from "./index.js";

type Handlers = {
  [Name in keyof EventDetails as `on${Name}`]?: (detail: EventDetails[Name], event: CustomEvent) => void;
};

export interface DarkroomUploaderProps extends UploaderAttributes, Handlers {
  token?: Token;
  id?: string;
  class?: string;
  style?: string;
  hidden?: boolean;
  element?: Element;
  /** Elements with the attribute `slot`. */
  children?: Snippet;
}

/** `<darkroom-uploader>` as a component. */
export const DarkroomUploader: Component<DarkroomUploaderProps, {}, "element">;
export default DarkroomUploader;
