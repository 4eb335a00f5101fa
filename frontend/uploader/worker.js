import { workerAddress } from "./worker-address.js";

let address;
let worker;
let count = 0;
const waiting = new Map();

/** The result of a task of the worker; null if it cannot do it, undefined if there is no worker. */
export async function run(task, input, signal) {
  signal?.throwIfAborted();
  const started = await (worker ??= startWorker());
  if (!started) {
    // The network may deliver its script the next time.
    worker = undefined;
    return undefined;
  }
  count += 1;
  const id = count;
  const ended = Promise.withResolvers();
  const abort = () => ended.reject(signal.reason);
  waiting.set(id, ended.resolve);
  signal?.addEventListener("abort", abort);
  started.postMessage({ id, task, ...input });
  return ended.promise.finally(() => {
    waiting.delete(id);
    signal?.removeEventListener("abort", abort);
  });
}

async function startWorker() {
  const script = await (address ??= trustedScript().catch(() => { address = undefined; }));
  if (!script) return null;
  try {
    const started = new Worker(script);
    started.onmessage = ({ data: { id, result } }) => waiting.get(id)?.(result);
    // A page's policy may forbid it, or its script is not delivered.
    started.onerror = () => {
      worker = undefined;
      waiting.forEach((resolve) => resolve(undefined));
    };
    return started;
  } catch {
    return null;
  }
}

// The only policy that a page's Trusted Types have to name.
async function trustedScript() {
  const script = await workerAddress();
  const rules = { createScriptURL: () => script };
  return globalThis.trustedTypes?.createPolicy("darkroom-worker", rules).createScriptURL("") ?? script;
}
