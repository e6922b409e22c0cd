import { defineChild } from "@frontage/child-build";
import vue from "@vitejs/plugin-vue";

export default defineChild({
  kind: "element",
  title: "Billing",
  port: 5175,
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith("fr-") } } })],
  define: {
    __VUE_OPTIONS_API__: "false",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
  },
});
