import { expect, it } from "vitest";
import { storageOf } from "../src/storage.js";

/** The browser's, which takes one item. */
class Small {
  readonly items = new Map([["old", "1"]]);
  get length() {
    return this.items.size;
  }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  removeItem = (key: string) => void this.items.delete(key);
  clear = () => this.items.clear();
  setItem(key: string, value: string): void {
    if (!this.items.has(key) && this.items.size > 0) throw new DOMException("full", "QuotaExceededError");
    this.items.set(key, value);
  }
}

const keys = (storage: Storage) => Array.from({ length: storage.length }, (_, index) => storage.key(index));

it("keeps in memory what a full storage does not take", () => {
  const small = new Small();
  const storage = storageOf(() => small);
  storage.setItem("new", "2");
  storage.setItem("old", "3");
  expect([storage.getItem("new"), storage.getItem("old"), small.getItem("old")]).toEqual(["2", "3", "3"]);
  expect(keys(storage)).toEqual(["old", "new"]);
  storage.removeItem("new");
  expect([storage.getItem("new"), storage.length]).toEqual([null, 1]);
  storage.clear();
  expect([storage.length, small.length]).toEqual([0, 0]);
});

it("keeps everything in memory where storage is forbidden", () => {
  const storage = storageOf(() => {
    throw new DOMException("denied", "SecurityError");
  });
  storage.setItem("a", "1");
  expect([storage.getItem("a"), storage.getItem("b"), ...keys(storage)]).toEqual(["1", null, "a"]);
});
