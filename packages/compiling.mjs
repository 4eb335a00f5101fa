/** Runs TypeScript's compiler. */
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const COMPILER = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** Compiles with these options; ends the process if that fails, after TypeScript's messages. */
export function compile(...options) {
  const { status } = spawnSync(process.execPath, [COMPILER, ...options], { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
