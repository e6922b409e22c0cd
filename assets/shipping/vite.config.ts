import { defineChild } from "@frontage/child-build";

export default defineChild({
  kind: "element",
  title: "Shipping",
  port: 5173,
});
