import { startHost } from "@frontage/child-build/host";
import child from "./src/main.js";

await startHost({ child, basePath: "/profile", toggles: { "3": "Passkeys" } });
