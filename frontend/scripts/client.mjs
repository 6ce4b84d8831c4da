// Generates lib/api/generated from the backend's OpenAPI document.
//
//   node scripts/client.mjs [openapi.json] [--check]
//
// Without a file the document comes from `flowrex openapi` (FLOWREX, else ../.venv/bin/flowrex, else
// the one on the PATH). --check generates beside and fails when the committed client differs.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { createClient } from "@hey-api/openapi-ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const committed = join(root, "lib/api/generated");
const check = process.argv.includes("--check");
const file = process.argv.slice(2).find((word) => !word.startsWith("--"));

function readDocument() {
  if (file) return JSON.parse(readFileSync(file, "utf8"));
  const local = join(root, "../.venv/bin/flowrex");
  const command = process.env.FLOWREX ?? (existsSync(local) ? local : "flowrex");
  return JSON.parse(execFileSync(command, ["openapi"], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 }));
}

const METHODS = ["get", "put", "post", "delete", "patch"];

/** FastAPI's ids end in the path and the method ("list_runs_api_v1_backtests_get"); the function's name is enough. */
export function shortenOperationIds(document) {
  const taken = new Map();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS.filter((name) => item[name]?.operationId)) {
      const operation = item[method];
      const tail = `${path.replace(/\W/g, "_")}_${method}`;
      if (operation.operationId.endsWith(tail))
        operation.operationId = operation.operationId.slice(0, -tail.length);
      const where = `${method} ${path}`;
      if (taken.has(operation.operationId)) {
        throw new Error(
          `"${operation.operationId}" names both ${taken.get(operation.operationId)} and ${where}`,
        );
      }
      taken.set(operation.operationId, where);
    }
  }
  return document;
}

async function generate(path) {
  await createClient({
    input: shortenOperationIds(readDocument()),
    output: { path, clean: true },
    logs: { level: "silent", file: false },
    plugins: [
      { name: "@hey-api/client-axios", runtimeConfigPath: "@/lib/api/client-config", throwOnError: true },
      "@hey-api/typescript",
      "@hey-api/sdk",
    ],
  });
}

function readTree(folder) {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(folder, path), readFileSync(path, "utf8")];
    }),
  );
}

async function checkFreshness() {
  const made = mkdtempSync(join(tmpdir(), "flowrex-client-"));
  try {
    await generate(made);
    const [fresh, old] = [readTree(made), readTree(committed)];
    return [...new Set([...fresh.keys(), ...old.keys()])]
      .filter((path) => fresh.get(path) !== old.get(path))
      .sort();
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

if (check) {
  const stale = await checkFreshness();
  if (stale.length > 0) {
    console.error(
      `The API client is stale; run \`npm run client\` and commit. Different:\n  ${stale.join("\n  ")}`,
    );
    process.exit(1);
  }
  console.log("The API client matches the backend's OpenAPI document");
} else {
  await generate(committed);
  console.log(`Generated ${readTree(committed).size} files in lib/api/generated`);
}
