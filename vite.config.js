import { existsSync } from "node:fs";
import { defineConfig } from "vite";
import { writeSprite } from "./assets/icons.js";

// Pages of the desk, the technician’s phone, and the questions to sites; each as soon as its entry is there.
const entries = ["assets/desk/main.js", "assets/field/main.js", "assets/answers/main.js"].filter((path) => existsSync(path));

export default defineConfig({
  base: "./",
  publicDir: false,
  plugins: [{ name: "icons", buildStart: writeSprite }],
  build: {
    outDir: "static/build",
    emptyOutDir: true,
    manifest: "manifest.json",
    target: ["chrome123", "firefox128", "safari17.5"], // the first with light-dark(), which the theme stands on
    assetsInlineLimit: 0, // the CSP allows data: fonts, yet a cached file is smaller than a repeated one
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
    rollupOptions: {
      input: entries,
      // The helper of import() stands alone. Inside the entry it would make lazy parts import the entry by the name the build
      // gave it, while the page loads it by the name Django gave it when collecting: it would run twice.
      output: { codeSplitting: { groups: [{ name: "lazy", test: /preload-helper/ }] } },
    },
  },
});
