const DELAYS = [500, 1000, 2000, 4000, 8000];

/**
 * The result of `task`, which is retried after transient errors: with a longer delay each time, or
 * once the network is back. `onWait` is called with "retrying" or "offline". Delays and their number
 * begin anew when `progress()` has grown.
 */
export async function withRetries(task, { onWait, signal, progress = () => 0 }) {
  let reached = progress();
  for (let failures = 0; ; ) {
    try {
      return await task();
    } catch (reason) {
      if (progress() > reached) failures = 0;
      reached = progress();
      if (!reason.transient || failures === DELAYS.length) throw reason;
      if (navigator.onLine) {
        onWait("retrying");
        // With jitter: clients that retry all at once would overload a recovering server.
        await pause(DELAYS[failures] * (0.75 + Math.random() / 2), signal);
        failures += 1;
      } else {
        onWait("offline");
        await online(signal);
      }
    }
  }
}

/** Resolves after a delay; rejects with the signal's reason when it is aborted. */
export function pause(milliseconds, signal) {
  return abortable(signal, (resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    return () => clearTimeout(timer);
  });
}

function online(signal) {
  return abortable(signal, (resolve) => {
    addEventListener("online", resolve, { once: true });
    return () => removeEventListener("online", resolve);
  });
}

function abortable(signal, begin) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      end();
      reject(signal.reason);
    };
    const end = begin(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    });
    signal?.addEventListener("abort", stop, { once: true });
  });
}
