/** The element's style sheet. Pages change it with custom properties and `::part`. */
export const css = `
:host {
  --accent: var(--darkroom-accent, light-dark(#a34a00, #ff9d5c));
  --ink: var(--darkroom-ink, light-dark(#1a1a1a, #ededed));
  --quiet: var(--darkroom-quiet, light-dark(#5a5a5a, #a6a6a6));
  --line: var(--darkroom-line, light-dark(#dcdcdc, #363636));
  --surface: var(--darkroom-surface, light-dark(#fff, #1c1c1c));
  --sunken: var(--darkroom-sunken, light-dark(#ececec, #2a2a2a));
  --wrong: var(--darkroom-wrong, light-dark(#b3261e, #ff8f85));
  --radius: var(--darkroom-radius, 6px);
  display: block;
  container-type: inline-size;
  color: var(--ink);
  font: var(--darkroom-font, 1rem/1.5 system-ui, sans-serif);
  font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere;
}
:host([hidden]), [hidden] { display: none !important; }
*, ::before { box-sizing: border-box; }
p, ol { margin: 0; padding: 0; list-style: none; }
[part=area] {
  display: grid;
  justify-items: center;
  align-content: center;
  min-height: var(--darkroom-height, 14rem);
  padding: 1.5rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  text-align: center;
}
[part=area].over { border-color: var(--accent); box-shadow: inset 0 0 0 3px var(--accent); }
:host(:disabled) [part=area] { opacity: 0.5; }
[part=title] { font-size: clamp(1.5rem, 1.2rem + 1.4cqi, 2.25rem); line-height: 1.3; letter-spacing: -0.02em; }
[part=hint] { max-width: 36rem; color: var(--quiet); text-wrap: balance; }
::slotted(*) { margin: 0; font: inherit; }
.pickers { position: relative; display: flex; flex-wrap: wrap; justify-content: center; gap: 0.75rem; margin-top: 1.25rem; }

.unseen, input { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
[part~=button] {
  --fill: var(--darkroom-accent, var(--ink));
  padding: 0.65rem 1.4rem;
  border: 1px solid transparent;
  border-radius: var(--radius);
  background: var(--fill);
  color: var(--surface);
  font-weight: 600;
  cursor: pointer;
}
/* Black or white, whichever is the more legible: y is the luminance that WCAG's contrast is made of. */
@supports (color: color(from red xyz x y z)) {
  [part~=button] {
    --white: clamp(0, (0.179 - y) * 10000, 1);
    color: color(from var(--fill) xyz calc(var(--white) * 0.9505) var(--white) calc(var(--white) * 1.089));
  }
}
[part~=button]:hover { --fill: color-mix(in srgb, var(--darkroom-accent, var(--ink)) 85%, var(--surface)); }
[part~=camera], [part~=folder] { border-color: var(--line); background: none; color: inherit; }
:is([part~=camera], [part~=folder]):hover { background: var(--sunken); }
@media not (pointer: coarse) { #camera, [part~=camera] { display: none; } }
/* Phones pick no folders. */
@media (pointer: coarse) { #folder, [part~=folder] { display: none; } }
:not(.folders) > .pickers > :is(#folder, [part~=folder]) { display: none; }
:focus-visible, input:focus-visible + label { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: var(--radius); }
[part=note]:not(:empty) { margin-top: 0.75rem; color: var(--quiet); }
[part=note].problem { color: var(--wrong); }
.bar {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  min-height: 2.5rem;
  margin-top: 0.75rem;
  color: var(--quiet);
}
/* However many files there are, what follows on the page stays in reach. */
[part=list] {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr));
  gap: 0.5rem;
  max-height: var(--darkroom-list-height, clamp(11rem, 36vh, 22rem));
  overflow-y: auto;
  scrollbar-width: thin;
}
[part=list]:not(:empty) { margin-top: 0.75rem; }
.bar + [part=list]:not(:empty) { margin-top: 0.5rem; }
[part=item] {
  position: relative;
  display: grid;
  grid-template-columns: 3rem minmax(0, 1fr) auto;
  align-items: center;
  gap: 0.75rem;
  min-height: 4rem;
  padding: 0.5rem 0.75rem 0.5rem 0.5rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: var(--surface);
  overflow: hidden;
}
[part=item]:focus-visible { outline-offset: -3px; }
[part=preview] { grid-column: 1; width: 3rem; height: 3rem; border-radius: 3px; background: var(--sunken); overflow: hidden; }
img { display: block; width: 100%; height: 100%; object-fit: cover; }
.text { grid-column: 2; min-width: 0; }
[part=name] {
  display: block;
  overflow: hidden;
  color: inherit;
  font-weight: 600;
  text-overflow: ellipsis;
  white-space: nowrap;
  text-underline-offset: 0.2em;
}
[part=name]:not(:hover) { text-decoration-color: var(--quiet); }
/* The lines that most messages need, so that the page below stays where it is when they change. */
[part=status] { min-height: 2lh; color: var(--quiet); font-size: 0.9375rem; line-height: 1.4; }
[part=label] { color: var(--ink); font-weight: 600; }
[data-state=rejected] [part=label], [data-state=failed] [part=label] { color: var(--wrong); }
.buttons { display: flex; gap: 0.4rem; }
/* Its button would leave the message no room. */
.buttons:has([name=convert]:not([hidden])) { grid-column: 2 / -1; flex-flow: row wrap; }
button {
  padding: 0.35rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: var(--radius);
  background: none;
  color: inherit;
  font: inherit;
  font-size: 0.875rem;
  white-space: nowrap;
  cursor: pointer;
}
button:hover { background: var(--sunken); }

progress { position: absolute; inset: auto 0 0; width: 100%; height: 3px; border: 0; background: var(--sunken); appearance: none; }
progress::-webkit-progress-bar { background: var(--sunken); }
progress::-webkit-progress-value { background: var(--accent); }
progress::-moz-progress-bar { background: var(--accent); }

@container (max-width: 30rem) {
  .buttons { flex-direction: column; }
  [part=status] { min-height: 3lh; }
  [part=label] { display: block; }
}
@media (prefers-reduced-motion: no-preference) {
  button, label, [part=area] { transition: background-color 120ms, border-color 120ms, box-shadow 120ms; }
  [data-state=processing] progress { animation: breathe 1.6s ease-in-out infinite alternate; }
  @keyframes breathe { to { opacity: 0.4; } }
}
@media (forced-colors: active) {
  progress { height: 0.75rem; appearance: auto; }
  [part~=button] { border-color: ButtonText; }
}
`;
