/** The editor of pictures: a dialog that is loaded when it is opened. */
import { strings } from "../strings.js";
import { EditorDialog, button, group } from "./dialog.js";
import { traced } from "./geometry.js";
import { UNEDITED, editsOf, mirror, rotate, stateOf } from "./recipe.js";
import { Stage, readPicture } from "./stage.js";
import { RedactTool, cropTool, previewTool, straightenTool } from "./tools.js";

const PAUSE = 700; // milliseconds without a change, before the size is announced

/**
 * Lets the user edit a picture, and resolves to a recipe; null if nothing is to be changed.
 *
 * `picture`: a Blob or an address; `size`: the upright original's, if the picture is a smaller
 * rendition; `edits`: the recipe so far; `name`: the file's; `root`: what the dialog is added to;
 * `signal` closes it. An UploadError if the browser cannot show the picture.
 */
export async function openEditor({ picture, size, edits = [], name, root = document.body, signal }) {
  const editor = new Editor(await readPicture(picture, size), edits, name);
  signal?.throwIfAborted();
  return editor.open(root, signal);
}

class Editor {
  #before;
  #states;
  #index = 0;
  #gesture;
  #tool = "crop";
  #tools;
  #buttons = this.#actions();
  #stage;
  #dialog;
  #timer;
  #result = null;

  constructor(picture, edits, name) {
    const { state, isExact } = stateOf(edits, picture.size);
    this.#states = [state];
    this.#before = this.#recipe; // as this editor writes it: only a difference to that is a change
    this.#stage = new Stage(picture);
    this.#tools = {
      crop: cropTool(this.#stage, this),
      straighten: straightenTool(this),
      redact: new RedactTool(this.#stage.layer, this, (sentence) => this.#say(sentence)),
      preview: previewTool(),
    };
    const whole = group("toolbar", strings.editor.wholePicture, Object.values(this.#buttons).flat());
    const controls = [...Object.values(this.#tools).map((tool) => tool.controls), whole];
    const note = isExact ? "" : strings.editor.inexact;
    const hooks = { choose: (tool) => this.#show(tool), apply: () => this.#apply(), leave: () => this.#leave() };
    this.#dialog = new EditorDialog(name, note, { stage: this.#stage.element, controls }, hooks);
    this.#dialog.element.addEventListener("keydown", (event) => this.#press(event));
  }

  /** Shows the dialog until it is closed. */
  async open(root, signal) {
    const closed = this.#dialog.open(root);
    signal?.addEventListener("abort", () => this.#dialog.element.close());
    this.#show();
    await closed;
    clearTimeout(this.#timer);
    this.#stage.resizing.disconnect();
    return this.#result;
  }

  get state() {
    return this.#states[this.#index];
  }

  /** Changes the state; changes of the same gesture, if one is given, are undone together. */
  change(changes, gesture) {
    const kept = this.#index + (gesture && gesture === this.#gesture ? 0 : 1);
    this.#states.splice(kept, Infinity, { ...this.state, ...changes });
    this.#index = this.#states.length - 1;
    this.#gesture = gesture;
    this.#show();
  }

  get #recipe() {
    return JSON.stringify(editsOf(this.state));
  }

  #actions() {
    const { left, right, horizontal, vertical, reset, undo, redo } = strings.editor.actions;
    const changing = (text, next) => button(text, () => this.change(next(this.state)));
    return {
      turns: [
        changing(left, (state) => rotate(state, 3)), changing(right, (state) => rotate(state, 1)),
        changing(horizontal, mirror), changing(vertical, (state) => rotate(mirror(state), 2)),
        changing(reset, () => UNEDITED),
      ],
      undo: button(undo, () => this.#undo(-1)),
      redo: button(redo, () => this.#undo(1)),
    };
  }

  #undo(by) {
    this.#index = Math.max(0, Math.min(this.#states.length - 1, this.#index + by));
    this.#gesture = null;
    this.#show();
  }

  #show(chosen = this.#tool) {
    this.#tool = chosen;
    for (const [name, tool] of Object.entries(this.#tools)) {
      tool.controls.hidden = name !== chosen;
      if (name !== chosen) tool.hide();
    }
    this.#stage.show(this.state, chosen);
    this.#tools[chosen].show(this.state);
    this.#dialog.mark(chosen);
    // Not disabled: a button that is used must not lose the focus.
    this.#buttons.undo.ariaDisabled = this.#index === 0;
    this.#buttons.redo.ariaDisabled = this.#index === this.#states.length - 1;
    const { size } = traced(editsOf(this.state), this.#stage.size).at(-1);
    this.#dialog.size.textContent = strings.editor.size(...size);
    this.#say(strings.editor.sizeSaid(...size), PAUSE);
  }

  // A later sentence replaces one that waits.
  #say(sentence, delay = 0) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#dialog.status.textContent = sentence; }, delay);
  }

  #apply() {
    if (this.#recipe !== this.#before) this.#result = editsOf(this.state);
    this.#dialog.element.close();
  }

  #leave() {
    if (this.#dialog.isAsking || this.#recipe !== this.#before) this.#dialog.ask(!this.#dialog.isAsking);
    else this.#dialog.element.close();
  }

  #press(event) {
    const [target] = event.composedPath();
    const key = (event.ctrlKey || event.metaKey ? "Ctrl " : "") + event.key.toLowerCase();
    const isButton = target.matches("button:not([role]), select, [type=color]");
    const undoing = { "Ctrl z": event.shiftKey ? 1 : -1, "Ctrl y": 1 }[key];
    const act = undoing ? () => this.#undo(undoing)
      : { escape: () => this.#leave(), enter: !isButton && (() => this.#apply()) }[key];
    if (!act) return;
    event.preventDefault();
    act();
  }
}
