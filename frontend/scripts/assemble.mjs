// Completes `.next/standalone` after `next build`: Next leaves the static files and `public` to the
// one who serves them, and front.mjs is ours.
import { cpSync, existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, ".next/standalone");
if (!existsSync(join(target, "server.js"))) throw new Error("No standalone output: run `next build` first");

for (const folder of [".next/static", "public"]) {
  if (!existsSync(join(root, folder))) continue;
  rmSync(join(target, folder), { recursive: true, force: true });
  cpSync(join(root, folder), join(target, folder), { recursive: true });
}
cpSync(join(root, "front.mjs"), join(target, "front.mjs"));
console.log("Assembled .next/standalone: start it with `node front.mjs` there");
