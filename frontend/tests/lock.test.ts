// @vitest-environment node
import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { addStubs, platformOf } from "../scripts/lock.mjs";

interface Entry {
  version?: string;
  resolved?: string;
  optionalDependencies?: Record<string, string>;
  [key: string]: unknown;
}
interface Lock {
  packages: Record<string, Entry>;
}

const committed = JSON.parse(readFileSync("package-lock.json", "utf8")) as Lock;

describe("stubs", () => {
  it.each([
    ["@next/swc-linux-x64-musl", { os: ["linux"], cpu: ["x64"], libc: ["musl"] }],
    ["@next/swc-win32-arm64-msvc", { os: ["win32"], cpu: ["arm64"] }],
    ["@tailwindcss/oxide-linux-arm-gnueabihf", { os: ["linux"], cpu: ["arm"], libc: ["glibc"] }],
    ["@tailwindcss/oxide-wasm32-wasi", { cpu: ["wasm32"] }],
    ["fsevents", {}],
  ])("%s", (name, platform) => {
    expect(platformOf(name)).toEqual(platform);
  });

  it("are added for what is missing, and nothing that is there is touched", () => {
    const lock = {
      packages: {
        "": { dependencies: { a: "1.0.0" } },
        "node_modules/a": {
          version: "1.0.0",
          dev: true,
          optionalDependencies: { "a-darwin-x64": "1.0.0", b: "2.0.0" },
        },
        "node_modules/a/node_modules/b": { version: "2.0.0", integrity: "x" },
      },
    };
    const { lock: done, added } = addStubs(lock);
    expect(added).toBe(1);
    expect(done.packages["node_modules/a-darwin-x64"]).toEqual({
      version: "1.0.0",
      os: ["darwin"],
      cpu: ["x64"],
      dev: true,
      optional: true,
    });
    expect(done.packages["node_modules/a/node_modules/b"]).toEqual({ version: "2.0.0", integrity: "x" });
    expect(addStubs(done).added).toBe(0);
  });
});

describe("the committed lock", () => {
  it("is complete for other platforms", () => {
    expect(addStubs(committed).added).toBe(0);
  });

  it("names no registry", () => {
    expect(Object.entries(committed.packages).filter(([, entry]) => "resolved" in entry)).toEqual([]);
  });

  it("holds the exact versions of package.json", () => {
    const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      string,
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(committed.packages[`node_modules/${name}`]?.version, name).toBe(version);
    }
  });
});
