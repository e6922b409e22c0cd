import { expect, it } from "vitest";
import { h } from "../src/dom.js";

it("h makes an element with the attributes that say something, and with children", () => {
  const link = h(
    "a",
    { href: "/x", download: true, hidden: false, title: undefined },
    "to ",
    h("b", {}, "x"),
  );
  expect(link.outerHTML).toBe('<a href="/x" download="">to <b>x</b></a>');
});
