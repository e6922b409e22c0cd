import { defineChild } from "@frontage/child-build";

export default defineChild({
  kind: "module",
  title: "Profile",
  port: 5174,
});
