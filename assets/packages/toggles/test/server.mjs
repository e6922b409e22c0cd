import { writeFile } from "node:fs/promises";
import { FlagdProvider } from "@openfeature/flagd-provider";
import { OpenFeature, ProviderEvents } from "@openfeature/server-sdk";

/**
 * A server that follows the toggles, without anything of Frontage's: it fetches the file every second, and flagd's
 * provider watches the copy.
 *
 *     node server.mjs URL FILE FLAG CONTEXT…
 *
 * Prints a line for each state: what the flag is for each context, as JSON.
 */
const [url, file, flag, ...contexts] = process.argv.slice(2);
let etag = "";

async function fetched() {
  const answer = await fetch(url, { headers: etag === "" ? {} : { "if-none-match": etag } });
  if (answer.status === 304) {
    return;
  }
  if (!answer.ok) {
    throw new Error(`${answer.status} ${await answer.text()}`);
  }
  etag = answer.headers.get("etag") ?? "";
  await writeFile(file, await answer.text());
}

async function tell() {
  const client = OpenFeature.getClient();
  const of = (context) => client.getBooleanValue(flag, false, JSON.parse(context));
  process.stdout.write(`${JSON.stringify(await Promise.all(contexts.map(of)))}\n`);
}

await fetched();
const provider = new FlagdProvider({ resolverType: "in-process", offlineFlagSourcePath: file });
await OpenFeature.setProviderAndWait(provider);
OpenFeature.addHandler(ProviderEvents.ConfigurationChanged, tell);
await tell();
setInterval(() => fetched().catch((error) => process.stderr.write(`${error}\n`)), 1_000);
