import { defineConfig } from "vitest/config";

/** The browser suite: a real browser against a running stack at BASE_URL. Files run one after the other. */
export default defineConfig({
  test: {
    environment: "node",
    // Vite overwrites BASE_URL in its workers with the base path of a site.
    env: { STACK_URL: process.env.BASE_URL ?? "http://127.0.0.1:3000" },
    include: ["e2e/**/*.e2e.ts"],
    fileParallelism: false,
    sequence: { concurrent: false },
    testTimeout: 90_000,
    hookTimeout: 60_000,
    retry: 0,
  },
});
