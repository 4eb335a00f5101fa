const LONG = 450; // milliseconds
const STILL = 10; // CSS pixels that a finger may move meanwhile

/** Calls `act(element)` when a finger rests on an element that matches, and drops the click after it. */
export function onLongPress(root, selector, act) {
  let timer;
  let from;
  let isPressed = false;
  const end = () => clearTimeout(timer);
  root.addEventListener("pointerdown", ({ pointerType, target, clientX, clientY }) => {
    isPressed = false;
    const element = target.closest(selector);
    if (pointerType !== "touch" || !element) return;
    from = [clientX, clientY];
    timer = setTimeout(() => {
      isPressed = true;
      act(element);
    }, LONG);
  });
  root.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (from && Math.hypot(clientX - from[0], clientY - from[1]) > STILL) end();
  });
  root.addEventListener("pointerup", end);
  root.addEventListener("pointercancel", end);
  root.addEventListener("contextmenu", (event) => isPressed && event.preventDefault());
  root.addEventListener("click", (event) => {
    if (!isPressed) return;
    isPressed = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
}
