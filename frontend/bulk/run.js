import { sentenceOf } from "../library.js";
import { pause } from "../uploader/retry.js";

const PARALLEL = 4;
const MOST_TRIES = 20;
const LONGEST_WAIT = 120; // seconds: a server that asks for more has reached a limit of the day
const AGAIN = new Set([409, 412, 429]); // other statuses from 500 on and lost connections are transient
const DELAYS = [1, 2, 4, 8, 16, 30]; // seconds, where the server does not say

/**
 * Runs `task(id)` for each id, some in parallel, and retries as the server asks. Resolves to an
 * outcome for each id: `id`, `tries`, and `value`, or `reason` (a sentence); those that `signal`
 * has stopped are left out. `onProgress({ done, failed, seconds })` tells how long it waits, if it does.
 */
export async function runAll(ids, task, { signal, onProgress }) {
  const outcomes = [];
  const queue = [...ids];
  const gate = { until: 0 };
  const report = (seconds = 0) => onProgress({
    done: outcomes.filter(({ reason }) => !reason).length,
    failed: outcomes.filter(({ reason }) => reason).length,
    seconds,
  });
  const worker = async () => {
    while (queue.length > 0 && !signal.aborted) {
      const outcome = await runOne(queue.shift(), task, { signal, gate, report });
      if (outcome) outcomes.push(outcome);
      report();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return outcomes;
}

async function runOne(id, task, { signal, gate, report }) {
  for (let tries = 1; ; tries += 1) {
    try {
      await waitFor(gate, signal, report);
      return { id, tries, value: await task(id, signal) };
    } catch (reason) {
      if (signal.aborted) return null;
      const seconds = secondsUntilRetry(reason, tries);
      if (seconds === null) return { id, tries, reason: sentenceOf(reason) };
      // All wait: the limit is the same for each request.
      if (reason.status !== 412) gate.until = Math.max(gate.until, Date.now() + 1000 * seconds);
    }
  }
}

async function waitFor(gate, signal, report) {
  for (let left = gate.until - Date.now(); left > 0; left = gate.until - Date.now()) {
    report(Math.ceil(left / 1000));
    await pause(Math.min(left, 1000), signal);
  }
}

/** Seconds to wait before the next try, or null if there is no use in one. */
export function secondsUntilRetry({ status, retryAfter, transient }, tries) {
  if (tries >= MOST_TRIES || !(transient || AGAIN.has(status))) return null;
  // Another change came first: the task reads the image again.
  if (status === 412) return 0;
  if (status === 409) return tries < 3 ? DELAYS[tries - 1] : null;
  const seconds = retryAfter ?? DELAYS[Math.min(tries, DELAYS.length) - 1];
  return seconds <= LONGEST_WAIT ? seconds : null;
}
