/** The pages, as files that any server can serve: `dist/`. Nothing in them is inline, so that a page needs no exception from its policy. */
import { join } from "node:path";
import { defineConfig } from "vite";

const page = (name: string) => join(import.meta.dirname, `${name}.html`);

export default defineConfig({
  root: import.meta.dirname,
  // Pages may lie under any path.
  base: "./",
  publicDir: "static",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // Data addresses would need an exception from the policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: { index: page("index"), live: page("live"), replay: page("replay"), console: page("console"), 404: page("404") },
    },
  },
});
