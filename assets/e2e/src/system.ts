import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The root of the repository. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

/** The program under test. */
const FRONTAGE = process.env.FRONTAGE ?? resolve(ROOT, "target/debug/frontage");

/** The output of `frontage dev` for people: the URLs, and the user to sign in as. */
export interface Running {
  readonly shell: string;
  readonly endpoint: string;
  readonly user: string;
  readonly password: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The npm registry with the shared packages. */
  readonly registry: string;
  /** The Git repository of the team `stock`. */
  readonly repository: string;
}

/** The system that the tests share. */
export function running(): Running {
  const text = process.env.FRONTAGE_E2E;
  if (!text) throw new Error("The global set-up has not run");
  return JSON.parse(text) as Running;
}

/** A request to a site: browsers resolve `*.localhost` by themselves, Node.js does not. */
export function directly(address: string): { url: string; headers: { Host: string } } {
  const { host, pathname, search } = new URL(address);
  return { url: running().endpoint + pathname + search, headers: { Host: host } };
}

/** The whole output of `frontage dev` so far, for a test that looks for something it must not contain. */
export const DEV_LOG = resolve(ROOT, "target/e2e-dev.log");

/** Runs the program against the running system. It must succeed; returns its standard output. */
export async function frontage(...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(FRONTAGE, args, { cwd: ROOT, env: environment() });
  return stdout;
}

/** Runs the program, which must fail; returns its standard error. */
export async function frontageFails(...args: string[]): Promise<string> {
  try {
    await frontage(...args);
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
  throw new Error(`frontage ${args.join(" ")} did not fail`);
}

/** The environment that `frontage dev` tells people to set. */
export function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    AWS_ENDPOINT_URL: running().endpoint,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: running().accessKeyId,
    AWS_SECRET_ACCESS_KEY: running().secretAccessKey,
  };
}

/** Starts `frontage dev`, and waits until it prints the shell's URL. */
export async function start(log: (line: string) => void): Promise<{ dev: ChildProcess; running: Running }> {
  const port = await freePort();
  const dev = spawn(FRONTAGE, ["dev", "--port", `${port}`], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const found = new Map<string, string>();
  const running = await new Promise<Running>((done, failed) => {
    dev.once("exit", (code) => failed(new Error(`frontage dev ended with ${code}: see ${DEV_LOG}`)));
    const take = (line: string): void => {
      log(line);
      for (const [name, pattern] of PATTERNS) {
        const match = pattern.exec(line);
        if (match?.[1]) found.set(name, match[1]);
        if (name === "user" && match?.[2]) found.set("password", match[2]);
        if (name === "accessKeyId" && match?.[2]) found.set("secretAccessKey", match[2]);
      }
      const [shell, user, password] = ["shell", "user", "password"].map((name) => found.get(name));
      const [accessKeyId, secretAccessKey] = ["accessKeyId", "secretAccessKey"].map((name) =>
        found.get(name),
      );
      const [registry, repository] = ["registry", "repository"].map((name) => found.get(name));
      const isWhole = shell && user && password && accessKeyId && secretAccessKey && registry && repository;
      if (isWhole && line.includes("Ctrl-C")) {
        const endpoint = `http://127.0.0.1:${port}`;
        done({ shell, user, password, accessKeyId, secretAccessKey, registry, repository, endpoint });
      }
    };
    for (const stream of [dev.stdout, dev.stderr]) createInterface({ input: stream }).on("line", take);
  });
  return { dev, running };
}

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ["shell", /The shell is at (http:\S+)/],
  ["accessKeyId", /AWS_ACCESS_KEY_ID=(\S+) AWS_SECRET_ACCESS_KEY=(\S+)/],
  ["registry", /The shared packages are served at (http:\S+)/],
  ["repository", /git clone (\S+)/],
  ["user", /Sign in as (\S+) with the password (\S+)/],
];

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("No port is free");
  return address.port;
}
