"use client";
import { createElement, forwardRef, useEffect, useImperativeHandle, useLayoutEffect, useRef } from "react";
import "./index.js";
import { attributesOf, EVENTS, handlerName, listen } from "./bindings.js";

// React 18 warns of layout effects on servers, where they never run.
const useElementEffect = globalThis.document ? useLayoutEffect : useEffect;

/** `<darkroom-uploader>` as a component. Handlers get the event's `detail`, and the event. */
export const DarkroomUploader = forwardRef(function DarkroomUploader(properties, ref) {
  const { token, children, className, ...others } = properties;
  const element = useRef(null);
  const handlers = useRef({});
  for (const event of EVENTS) delete others[handlerName(event)];
  useImperativeHandle(ref, () => element.current, []);
  useElementEffect(() => {
    handlers.current = properties;
    element.current.token = token;
  });
  useElementEffect(() => listen(element.current, (name, event) => {
    handlers.current[handlerName(name)]?.(event.detail, event);
  }), []);
  return createElement("darkroom-uploader", { ...attributesOf(others), class: className, ref: element }, children);
});

export default DarkroomUploader;
