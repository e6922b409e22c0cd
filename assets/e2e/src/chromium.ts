import type { LaunchOptions } from "@playwright/test";

/** Debian's Chromium, without connections to anything but the system under test. */
export function chromium(): { headless: true; launchOptions: LaunchOptions } {
  return {
    headless: true,
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  };
}
