import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { environment, ROOT, running } from "./system.js";

/** npm's downloads, which the tests of the program share. */
const CACHE = resolve(ROOT, "target/tmp/npm-cache");

/** How a run of the steps has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The steps while they run. */
export interface Run {
  /** Waits until a line of the output contains this text. */
  says(text: string): Promise<void>;
  readonly ended: Promise<Ended>;
}

/**
 * A team with a Git repository of its own, outside this one, and with the program of a release's archive: nothing here
 * is built from this source tree but what is in the archive and in the registry.
 */
export class Team {
  readonly #directory: string;
  readonly #name: string;
  readonly #program: string;

  private constructor(directory: string, name: string, program: string) {
    this.#directory = directory;
    this.#name = name;
    this.#program = program;
  }

  /** Makes the archive's template of this name the repository of the team of the same name. */
  static async of(name: string): Promise<Team> {
    const directory = await mkdtemp(join(tmpdir(), "frontage-team-"));
    const program = await unpack(directory);
    const team = new Team(directory, name, program);
    await team.#prepare();
    return team;
  }

  /** The bare repository, which a team's host has. */
  get #bare(): string {
    return join(this.#directory, `${this.#name}.git`);
  }

  /** The clone in which the team works. */
  get #work(): string {
    return join(this.#directory, "work");
  }

  async #prepare(): Promise<void> {
    await mkdir(join(this.#directory, "empty"));
    await git(this.#directory, "init", "--quiet", "--bare", "-b", "main", this.#bare);
    await git(this.#directory, "clone", "--quiet", this.#bare, this.#work);
    await cp(join(dirname(this.#program), "templates", this.#name), this.#work, { recursive: true });
    const lock = ["install", "--package-lock-only", "--registry", running().registry];
    await promisify(execFile)("npm", lock, {
      cwd: this.#work,
      env: { ...process.env, npm_config_cache: CACHE },
    });
    await this.commit("main");
  }

  /** Changes a file, which must not stay as it is. */
  async change(path: string, change: (text: string) => string): Promise<void> {
    const file = join(this.#work, path);
    const text = await readFile(file, "utf8");
    const changed = change(text);
    if (changed === text) throw new Error(`${path} is not what it was`);
    await writeFile(file, changed);
  }

  /** Commits everything on a branch that begins at what is checked out, and pushes it. Returns the commit's id. */
  async commit(branch: string): Promise<string> {
    await git(this.#work, "checkout", "--quiet", "-B", branch);
    await git(this.#work, "add", "--all");
    await git(this.#work, "commit", "--quiet", "--message", "A change");
    await git(this.#work, "push", "--quiet", "--force", "origin", branch);
    return git(this.#work, "rev-parse", "HEAD");
  }

  /** Goes back to what `main` is. */
  async back(): Promise<void> {
    await git(this.#work, "checkout", "--quiet", "--force", "main");
  }

  /** Runs the steps on a branch, in a folder with nothing in it. */
  run(branch: string, ...more: string[]): Run {
    const { registry } = running();
    const words = ["pipeline", "run", this.#name, "--system", "acme"];
    const source = ["--source", this.#bare, "--ref", branch, "--registry", registry];
    const child = spawn(this.#program, [...words, ...source, ...more], {
      cwd: join(this.#directory, "empty"),
      env: { ...environment(), XDG_CACHE_HOME: join(this.#directory, "cache"), npm_config_cache: CACHE },
      stdio: ["ignore", "pipe", "pipe"],
    });
    return watched(child);
  }

  /** Runs the steps until they have succeeded. Returns what they say of the release. */
  async released(branch: string, ...more: string[]): Promise<Ended & { readonly version: string }> {
    const ended = await this.run(branch, "--format", "json", ...more).ended;
    if (ended.code !== 0) throw new Error(`the steps ended with ${ended.code}: ${ended.stderr}`);
    return { ...ended, version: JSON.parse(ended.stdout).version };
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function watched(child: ChildProcess): Run {
  const output = { stdout: "", stderr: "" };
  const waiting = new Map<string, () => void>();
  const take = (stream: "stdout" | "stderr") => (line: string) => {
    output[stream] += `${line}\n`;
    for (const [text, found] of waiting) if (line.includes(text)) found();
  };
  for (const stream of ["stdout", "stderr"] as const) {
    const input = child[stream];
    if (input) createInterface({ input }).on("line", take(stream));
  }
  const ended = once(child, "close").then(([code]) => ({ code: code as number, ...output }));
  const says = (text: string) =>
    new Promise<void>((found, failed) => {
      waiting.set(text, found);
      if (Object.values(output).some((said) => said.includes(text))) found();
      void ended.then(({ stderr }) => failed(new Error(`nothing said ${text}: ${stderr}`)));
    });
  return { says, ended };
}

/** Unpacks the archive of a release, and returns the path of its program. */
async function unpack(directory: string): Promise<string> {
  await promisify(execFile)("tar", ["-xzf", await archive(), "-C", directory]);
  const [release] = (await readdir(directory)).filter((name) => name.startsWith("frontage-"));
  if (!release) throw new Error("the archive has no release");
  await shareTools(join(directory, "cache"));
  return join(directory, release, "frontage");
}

/** The archive that `cargo xtask test browser` has made. */
async function archive(): Promise<string> {
  const made = resolve(ROOT, "target/dist-of-tests");
  const given = process.env.FRONTAGE_ARCHIVE;
  const found = given ?? (await readdir(made)).find((name) => name.endsWith(".tar.gz"));
  if (!found) throw new Error("there is no archive: run `cargo xtask test browser` once");
  return resolve(made, found);
}

/** Lets the program have the tools that these tests run with, which are the same: else it installs its own. */
async function shareTools(cache: string): Promise<void> {
  await mkdir(cache);
  const parts = process.execPath.split("/");
  const set = parts.findIndex((part) => /^local-[0-9a-f]+$/.test(part));
  if (set > 0) await symlink(parts.slice(0, set).join("/"), join(cache, "frontage"));
}

/** Changes a file of a repository's branch `main` in a clone, commits it and pushes it. */
export async function push(
  repository: string,
  path: string,
  change: (text: string) => string,
): Promise<void> {
  const clone = await mkdtemp(join(tmpdir(), "frontage-clone-"));
  await git(clone, "clone", "--quiet", repository, ".");
  const file = join(clone, path);
  await writeFile(file, change(await readFile(file, "utf8")));
  await git(clone, "commit", "--quiet", "--all", "--message", "A change");
  await git(clone, "push", "--quiet", "origin", "main");
  await rm(clone, { recursive: true, force: true });
}

async function git(directory: string, ...args: string[]): Promise<string> {
  const who = ["-c", "user.name=Team", "-c", "user.email=team@example.com"];
  const { stdout } = await promisify(execFile)("git", [...who, ...args], { cwd: directory });
  return stdout.trim();
}
