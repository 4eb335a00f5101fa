/** Returns a function that runs tasks in order, at most `limit()` of them at a time. */
export function queue(limit) {
  const waiting = [];
  let running = 0;

  function next() {
    if (running >= limit() || waiting.length === 0) return;
    const { task, resolve, reject } = waiting.shift();
    running += 1;
    // Wrapped in a promise, so that a task that throws synchronously rejects too.
    new Promise((done) => done(task())).then(resolve, reject).finally(() => {
      running -= 1;
      next();
    });
  }

  return (task) => new Promise((resolve, reject) => {
    waiting.push({ task, resolve, reject });
    next();
  });
}
