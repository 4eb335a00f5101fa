import { css as uploader } from "../uploader/style.js";

/** The dialog's style sheet: the uploader's, and what only the dialog has. */
export const css = `${uploader}
h2 { margin: 0; }
dialog {
  --target: 1.75rem;
  inset: 0;
  width: 100%;
  max-width: none;
  height: 100dvh;
  max-height: none;
  margin: 0;
  padding: 0;
  border: 0;
  background: var(--surface);
  color: inherit;
  overscroll-behavior: contain;
}
dialog[open] { display: flex; flex-direction: column; }
.head { display: flex; align-items: center; gap: 0.25rem 0.75rem; padding: 0.75rem 1rem; }
h2 { flex: 1; min-width: 0; overflow: hidden; outline: none; font-size: 1.125rem; text-overflow: ellipsis; white-space: nowrap; }
.size, .note { color: var(--quiet); }
.note { padding: 0 1rem; }
.stage { display: grid; flex: 1 0 12rem; place-items: center; min-height: 0; background: var(--sunken); }
.picture { position: relative; }
canvas { display: block; width: 100%; height: 100%; }
.layer { position: absolute; inset: 0; cursor: crosshair; touch-action: none; user-select: none; }
.frame, .handle { position: absolute; touch-action: none; }
.frame { border: 2px solid #fff; outline: 1px solid #000a; cursor: move; }
.box { border-style: dashed; }
button.handle { width: var(--target); height: var(--target); margin: calc(var(--target) / -2); padding: 0; border: 0; background: none; }
.handle::before {
  position: absolute;
  inset: calc(50% - 0.5rem);
  border: 2px solid #fff;
  border-radius: 50%;
  background: #1a1a1a;
  box-shadow: 0 0 0 1px #000a;
  content: "";
}
.nw, .se { cursor: nwse-resize; }
.ne, .sw { cursor: nesw-resize; }
.n, .s { cursor: ns-resize; }
.e, .w { cursor: ew-resize; }
.nw, .se, .ne, .sw { z-index: 1; }
.frame:focus-visible { outline-offset: 0; border-radius: 0; }
.handle:focus-visible { z-index: 2; outline-offset: -0.375rem; border-radius: 50%; }
.panel { display: grid; gap: 0.75rem; padding: 0.75rem 1rem 1rem; }
.panel > *, .question { display: flex; flex-wrap: wrap; align-items: center; justify-content: center; gap: 0.5rem; }
.options { min-height: 2.75rem; }
.question { padding: 1.5rem 1rem; }
.question p { flex-basis: 100%; text-align: center; }
label { display: flex; align-items: center; gap: 0.5rem; }
.button, .plain { min-height: 2.5rem; font-size: 0.9375rem; }
.button, .plain[aria-pressed=true] { border-color: transparent; background: var(--ink); color: var(--surface); font-weight: 600; }
:is(:disabled, [aria-disabled=true]) { opacity: 0.45; cursor: default; }
select, [type=color] { min-height: 2.5rem; padding: 0.3rem 0.5rem; border: 1px solid var(--quiet); border-radius: var(--radius); background: none; color: inherit; font: inherit; }
option { background: var(--surface); }
input { position: static; clip-path: none; }
[type=range] { width: min(24rem, 50vw); height: 2.5rem; accent-color: var(--accent); }
[type=color] { width: 3rem; height: 2.5rem; }
output { min-width: 3.5rem; text-align: end; }
@media (pointer: coarse) {
  dialog { --target: 2.75rem; }
  button, select { min-height: 2.75rem; }
}
@media (max-width: 40rem) {
  .head { flex-wrap: wrap; }
  h2 { flex-basis: 100%; }
  .size { margin-inline-end: auto; }
  .panel > * { gap: 0.375rem; }
  .plain { padding-inline: 0.5rem; font-size: 0.875rem; }
}
@media (forced-colors: active) {
  .button, .plain[aria-pressed=true] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
`;
