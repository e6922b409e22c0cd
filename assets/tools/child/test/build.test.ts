import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Child, defineChild } from "@frontage/child-build";
import { build } from "vite";
import { afterEach, expect, it } from "vitest";

const CHILD: Child = { kind: "module", title: "Example", port: 5999 };

const SOURCES = {
  "package.json": JSON.stringify({ name: "@acme/example", version: "1.4.0" }),
  "src/main.ts": `import { sheet } from "@frontage/ui";
    import css from "./main.css?inline";
    export default { mount: (element: HTMLElement) => element.append(String(sheet(css))) };`,
  "src/main.css": ":host { color: rebeccapurple }",
};

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

/** Builds a child from sources in a folder of its own, and gives that folder's `dist`. */
async function built(sources: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "child-"));
  folders.push(root);
  await mkdir(join(root, "src"));
  await Promise.all(Object.entries(sources).map(([path, text]) => writeFile(join(root, path), text)));
  await build({ ...defineChild(CHILD), root, configFile: false, logLevel: "silent" });
  return join(root, "dist");
}

async function json(path: string): Promise<{ readonly entry: string }> {
  return JSON.parse(await readFile(path, "utf8"));
}

it("leaves one file, and a record of it", async () => {
  const dist = await built(SOURCES);
  const record = await json(join(dist, "frontage.json"));
  expect(record).toEqual({
    entry: expect.stringMatching(/^assets\/main-[0-9a-f]{8}\.js$/),
    version: "1.4.0",
    extras: { kind: "module", title: "Example", contract: 1 },
  });
  expect(await readdir(join(dist, "assets"))).toEqual([record.entry.replace("assets/", "")]);
});

it("has the styles inside, and what is shared outside", async () => {
  const dist = await built(SOURCES);
  const { entry } = await json(join(dist, "frontage.json"));
  const code = await readFile(join(dist, entry), "utf8");
  expect(code).toMatch(/from ?"@frontage\/ui"/);
  expect(code).toContain("#639");
});

it("makes the same bytes of the same source, wherever it is", async () => {
  const [one, other] = await Promise.all([built(SOURCES), built(SOURCES)]);
  const { entry } = await json(join(one, "frontage.json"));
  expect(await json(join(other, "frontage.json"))).toEqual(await json(join(one, "frontage.json")));
  expect(await readFile(join(other, entry))).toEqual(await readFile(join(one, entry)));
});

it("refuses styles in a file of their own", async () => {
  const sources = { ...SOURCES, "src/main.ts": `import "./main.css"; export default {};` };
  await expect(built(sources)).rejects.toThrow(/A child is one file/);
});
