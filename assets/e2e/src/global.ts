import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { record } from "./state.js";
import { DEV_LOG, start } from "./system.js";

/** Starts the system before all tests, and takes it down after them, which must succeed too. */
export default async function setup(): Promise<() => Promise<void>> {
  await mkdir(dirname(DEV_LOG), { recursive: true });
  const log = createWriteStream(DEV_LOG);
  const { dev, running } = await start((line) => log.write(`${line}\n`));
  process.env.FRONTAGE_E2E = JSON.stringify(running);
  await record();
  return async () => {
    dev.removeAllListeners("exit");
    const ended = once(dev, "exit");
    dev.kill("SIGINT");
    const [code] = await ended;
    log.end();
    if (code !== 0) throw new Error(`frontage dev ended with ${code}: see ${DEV_LOG}`);
  };
}
