import { defineConfig } from "vite";

export default defineConfig({
  build: {
    target: "es2022",
    lib: {
      entry: { index: "src/index.ts", tradingview: "src/tradingview/index.ts" },
      formats: ["es"],
    },
    minify: "oxc",
    sourcemap: true,
    emptyOutDir: true,
  },
});
