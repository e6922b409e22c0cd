import { defineChild } from "@frontage/child-build";

export default defineChild({
  kind: "element",
  title: "Stock",
  port: 5176,
});
