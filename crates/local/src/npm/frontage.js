#!/usr/bin/env node
// Starts the program of this machine's platform, which npm has installed as an optional dependency.
"use strict";

const { spawn } = require("node:child_process");
const { constants } = require("node:os");

const platform = `@frontage/cli-${process.platform}-${process.arch}`;

function find() {
  try {
    return require.resolve(`${platform}/frontage`);
  } catch {
    console.error(
      `frontage: ${platform} is not installed. Either this version has no program for the platform, or npm ` +
        "left out optional dependencies (--omit=optional): install @frontage/cli again with them.",
    );
    process.exit(1);
  }
}

const program = find();
const child = spawn(program, process.argv.slice(2), { stdio: "inherit" });
// A terminal sends these to the program too, which then ends in its own time: steps in flight finish first.
for (const signal of ["SIGINT", "SIGQUIT", "SIGHUP"]) process.on(signal, () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("error", (error) => {
  console.error(`frontage: ${program} cannot be started: ${error.message}`);
  process.exitCode = 1;
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
