/** `<madang-chat>` as one file for other people's pages: `dist/embed/madang-chat.js`, a module that brings all it needs. */
import { join } from "node:path";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  define: { "process.env.NODE_ENV": JSON.stringify("production") },
  build: {
    outDir: "dist/embed",
    emptyOutDir: true,
    target: "es2022",
    // They know light-dark(): written for older ones it would need the page's root.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    lib: { entry: join(import.meta.dirname, "src/embed/madang-chat.tsx"), formats: ["es"], fileName: () => "madang-chat.js" },
    // A library's file is left readable by itself.
    rolldownOptions: { output: { minify: true } },
  },
});
