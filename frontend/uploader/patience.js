const WAITS = [500, 1000, 2000, 4000, 8000];

/**
 * What `task` brings, tried again while it fails for a passing reason: after a longer wait each
 * time, or once the network is back. `onWait` hears "retrying" or "offline".
 */
export async function persist(task, { onWait, signal }) {
  for (let failures = 0; ; ) {
    try {
      return await task();
    } catch (reason) {
      if (!reason.passing || failures === WAITS.length) throw reason;
      if (navigator.onLine) {
        onWait("retrying");
        // Not all at the same moment: a server that comes back would be overrun.
        await pause(WAITS[failures] * (0.75 + Math.random() / 2), signal);
        failures += 1;
      } else {
        onWait("offline");
        await online(signal);
      }
    }
  }
}

/** Resolves after so long; rejects with the signal's reason when that is aborted. */
export function pause(milliseconds, signal) {
  return waited(signal, (resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    return () => clearTimeout(timer);
  });
}

function online(signal) {
  return waited(signal, (resolve) => {
    addEventListener("online", resolve, { once: true });
    return () => removeEventListener("online", resolve);
  });
}

function waited(signal, begin) {
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
