/** A function that has `act` called in the next frame, however often it is called before that. */
export function onceAFrame(act) {
  let frame = 0;
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      act();
    });
  };
}
