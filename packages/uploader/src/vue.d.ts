import type { DefineComponent, ShallowRef } from "vue";
import type { DarkroomUploader as Element, EventDetails, Token, UploaderAttributes } from "./index.js";

type Emits = {
  [Name in keyof EventDetails]: (detail: EventDetails[Name], event: CustomEvent) => void;
};

export interface DarkroomUploaderProps extends UploaderAttributes {
  token?: Token;
}

export interface DarkroomUploaderExposed {
  element: Readonly<ShallowRef<Element | null>>;
  add: Element["add"];
  clear: Element["clear"];
  send: Element["send"];
}

/** `<darkroom-uploader>` as a component. */
export const DarkroomUploader: DefineComponent<DarkroomUploaderProps, DarkroomUploaderExposed, {}, {}, {}, {}, {}, Emits>;
export default DarkroomUploader;
