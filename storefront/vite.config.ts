import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const shop = process.env.MILLRACE_URL ?? "http://127.0.0.1:8080";
const proxy = { "/api": shop, "/docs": shop, "/dev": shop };

// What the shop itself answers pages with, so that `npm run preview` shows what it refuses.
const policy =
  "default-src 'self'; img-src 'self' data: https:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export default defineConfig({
  plugins: [react()],
  server: { host: "127.0.0.1", port: 5173, proxy },
  preview: { host: "127.0.0.1", port: 4173, proxy, headers: { "Content-Security-Policy": policy } },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
  },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
