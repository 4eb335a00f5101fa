import { defineComponent, h, shallowRef } from "vue";
import "./index.js";
import { ATTRIBUTES, attributesOf, EVENTS } from "./bindings.js";

const SWITCHES = new Set(["multiple", "everywhere", "folders", "editor", "required", "disabled"]);
const kinds = Object.keys(ATTRIBUTES).map((name) => [name, SWITCHES.has(name) ? Boolean : [String, Number]]);

/** `<darkroom-uploader>` as a component. Its events have the element's `detail`, and the element's event. */
export const DarkroomUploader = defineComponent({
  name: "DarkroomUploader",
  props: { ...Object.fromEntries(kinds), token: Function },
  emits: EVENTS,
  setup(properties, { emit, expose, slots }) {
    const element = shallowRef(null);
    const listeners = Object.fromEntries(
      EVENTS.map((name) => [`on:darkroom:${name}`, (event) => emit(name, event.detail, event)]));
    expose({
      element,
      add: (files) => element.value.add(files),
      clear: () => element.value.clear(),
      send: () => element.value.send(),
    });
    return () => {
      const { token, ...others } = properties;
      const attributes = { ...attributesOf(others), ".token": token, ...listeners, ref: element };
      return h("darkroom-uploader", attributes, slots.default?.());
    };
  },
});

export default DarkroomUploader;
