import type { ManifestEntry } from "@frontage/contract";
import { describe, expect, it } from "vitest";
import { bucket, clientId } from "../src/child/bucket.js";
import { chosenOf, entriesOf, versionsFor } from "../src/child/choice.js";

function entry(version: string, traffic: number, isDefault: boolean): ManifestEntry {
  return {
    url: `assets/${version}.js`,
    fallbackUrl: `releases/${version}.js`,
    metadata: { integrity: "sha384-AAAA", version },
    deployment: { traffic, default: isDefault },
  };
}

const CANARY = [entry("stable", 70, true), entry("canary", 30, false)];
const clients = (count: number) => Array.from({ length: count }, (_, index) => `client-${index}`);

describe("the bucket", () => {
  it("is the same each time, and another one for another team", () => {
    expect(bucket("shipping", "a")).toBe(bucket("shipping", "a"));
    const same = clients(10_000).filter((id) => bucket("shipping", id) === bucket("billing", id));
    expect(same.length).toBeLessThan(150);
  });

  it("is uniform over 10,000 clients", () => {
    const counts = new Array<number>(100).fill(0);
    for (const id of clients(10_000)) {
      const place = bucket("shipping", id);
      counts[place] = (counts[place] ?? 0) + 1;
    }
    // Chi-squared with 99 degrees of freedom: 149 is passed once in a thousand.
    const chi = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    expect(chi).toBeLessThan(149);
  });

  it("is uniform over random ids, too", () => {
    const ids = Array.from({ length: 10_000 }, () => crypto.randomUUID());
    const share = ids.filter((id) => bucket("shipping", id) < 30).length / 100;
    expect(share).toBeGreaterThan(27.5);
    expect(share).toBeLessThan(32.5);
  });
});

describe("the client's id", () => {
  it("is made once and kept", () => {
    localStorage.clear();
    expect(clientId(localStorage)).toBe(clientId(localStorage));
  });

  it("lasts as long as the page where nothing can be kept", () => {
    const refuse = () => {
      throw new Error("denied");
    };
    expect(clientId({ getItem: refuse, setItem: refuse })).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("the choice", () => {
  it.each([0, 1, 10, 30, 50, 99, 100])("gives a canary of %d its share", (traffic) => {
    const entries = [entry("stable", 100 - traffic, true), entry("canary", traffic, false)];
    const got = clients(10_000).filter(
      (id) => chosenOf(entries, "shipping", id)?.metadata.version === "canary",
    );
    expect(Math.abs(got.length / 100 - traffic)).toBeLessThan(1.5);
    if (traffic % 100 === 0) {
      expect(got.length).toBe(traffic * 100);
    }
  });

  it("keeps those who have a canary when its share grows", () => {
    const has = (share: number, id: string) =>
      chosenOf([entry("stable", 100 - share, true), entry("canary", share, false)], "shipping", id)?.metadata
        .version === "canary";
    for (const id of clients(1_000)) {
      expect(!has(10, id) || has(30, id)).toBe(true);
    }
  });

  it("gives several canaries each their own", () => {
    const entries = [entry("stable", 60, true), entry("one", 10, false), entry("two", 30, false)];
    const counts = new Map<string, number>();
    for (const id of clients(10_000)) {
      const version = chosenOf(entries, "shipping", id)?.metadata.version ?? "";
      counts.set(version, (counts.get(version) ?? 0) + 1);
    }
    expect(counts.get("one")).toBeGreaterThan(850);
    expect(counts.get("two")).toBeGreaterThan(2800);
    expect(counts.get("two")).toBeLessThan(3200);
  });

  it("has the default after a canary, and each version's second address after its first", () => {
    const client = clients(1_000).find((id) => bucket("shipping", id) < 30) ?? "";
    const versions = versionsFor(CANARY, "shipping", client, "https://d1.example/manifest.json");
    expect(versions.map(({ version }) => version)).toEqual(["canary", "stable"]);
    expect(versions[0]?.urls).toEqual([
      "https://d1.example/assets/canary.js",
      "https://d1.example/releases/canary.js",
    ]);
  });

  it("is relative to the manifest, wherever that is, unless it names an address itself", () => {
    const urls = (url: string, base: string) =>
      versionsFor([{ ...entry("one", 100, true), url, fallbackUrl: url }], "shipping", "a", base)[0]?.urls;
    for (const site of ["https://d2.example", "http://d3.cloudfront.localhost:4566"]) {
      expect(urls("assets/main.js", `${site}/manifest.json`)).toEqual([`${site}/assets/main.js`]);
    }
    const absolute = "https://d1.example/assets/main.js";
    expect(urls(absolute, "https://d2.example/manifest.json")).toEqual([absolute]);
  });

  it("takes what there is where no version is the default", () => {
    expect(chosenOf([entry("only", 0, false)], "shipping", "a")?.metadata.version).toBe("only");
    expect(() => entriesOf({ microFrontends: {} }, "acme", "shipping")).toThrow(
      "no release of @acme/shipping",
    );
  });
});
