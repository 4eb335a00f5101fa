import type { CSSProperties, ForwardRefExoticComponent, ReactNode, RefAttributes } from "react";
import type { DarkroomUploader as Element, EventDetails, Token, UploaderAttributes } from "./index.js";

type Handlers = {
  [Name in keyof EventDetails as `on${Capitalize<Name>}`]?: (detail: EventDetails[Name], event: CustomEvent) => void;
};

export interface DarkroomUploaderProps extends UploaderAttributes, Handlers {
  token?: Token;
  id?: string;
  className?: string;
  style?: CSSProperties;
  hidden?: boolean;
  /** Elements with the attribute `slot`. */
  children?: ReactNode;
}

/** `<darkroom-uploader>` as a component; a ref is the element. */
export const DarkroomUploader: ForwardRefExoticComponent<DarkroomUploaderProps & RefAttributes<Element>>;
export default DarkroomUploader;
