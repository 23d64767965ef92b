// Runs other programs, always with a deadline.
import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Runs a program to its end and gives what it printed. `show` lets its output through to the person as it comes.
 * A program that fails, or is not done within its deadline, is an error that holds its last lines.
 */
export function run(command, args, { withinMs = 60_000, show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: show ? "inherit" : ["ignore", "pipe", "pipe"], ...options });
    let output = "";
    let late = false;
    child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text) => (output += text));
    const deadline = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
      // Its own children may hold the pipes open for longer than it lives.
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, withinMs);
    child.on("error", (error) => {
      clearTimeout(deadline);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(deadline);
      if (code === 0) return resolve(output);
      const why = late ? `was not done within ${withinMs / 1000} s` : `ended with ${signal ?? `code ${code}`}`;
      const lastLines = output.trim().split("\n").slice(-3).join(" | ");
      reject(new Error(`${command} ${why}${lastLines ? `: ${lastLines}` : ""}`));
    });
  });
}

/** The first executable file of that name on PATH, or in the folders given after it. */
export function findProgram(name, moreFolders = []) {
  for (const folder of [...(process.env.PATH ?? "").split(delimiter), ...moreFolders]) {
    if (folder !== "" && isExecutable(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
