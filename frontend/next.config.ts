import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import type { NextConfig } from "next";
import { PHASE_DEVELOPMENT_SERVER } from "next/constants";

const here = dirname(fileURLToPath(import.meta.url));
const { version } = JSON.parse(readFileSync(`${here}/package.json`, "utf8")) as { version: string };

/** Paths that belong to the backend. `front.mjs` and nginx know the same list. */
const BACKEND_PATHS = ["/api/:path*", "/compat/:path*", "/docs/:path*", "/openapi.json", "/health"];

/** On every answer of Next; the policy on scripts and frames is proxy.ts's, with a nonce for each page. */
const SECURITY_HEADERS = [
  { key: "X-Content-Type-Options", value: "nosniff" },
  { key: "X-Frame-Options", value: "DENY" },
  { key: "Referrer-Policy", value: "same-origin" },
  { key: "Permissions-Policy", value: "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
];

export default function config(phase: string): NextConfig {
  const development = phase === PHASE_DEVELOPMENT_SERVER;
  const backend = process.env.BACKEND_URL ?? "http://127.0.0.1:8000";
  return {
    output: "standalone",
    outputFileTracingRoot: here,
    turbopack: { root: here },
    // No picture goes through the optimizer, so its native library stays out of the output.
    images: { unoptimized: true },
    outputFileTracingExcludes: { "*": ["node_modules/sharp/**", "node_modules/@img/**"] },
    poweredByHeader: false,
    reactStrictMode: true,
    // Other software sends its key in the façade's addresses: `next dev` would print it.
    logging: { incomingRequests: { ignore: [/\/compat\//] } },
    env: { NEXT_PUBLIC_APP_VERSION: version },
    headers: async () => [{ source: "/:path*", headers: SECURITY_HEADERS }],
    // Only `next dev` proxies by rewrites: a build would fix the backend's address, cut bodies over
    // 10 MB and answers after 30 s. The built client stands behind front.mjs.
    ...(development && {
      rewrites: async () => BACKEND_PATHS.map((source) => ({ source, destination: `${backend}${source}` })),
    }),
  };
}
