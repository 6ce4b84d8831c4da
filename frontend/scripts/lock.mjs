// Makes package-lock.json, then adds what a lock made on one platform lacks.
//
// Some registries offer a machine only the optional packages of its own platform. The lock made
// there has no entry for the others, and `npm ci` refuses it ("Missing: … from lock file"). A stub
// with version, os and cpu is enough: npm skips it where it does not fit and fetches it where it does.
//
//   node scripts/lock.mjs           make the lock and complete it
//   node scripts/lock.mjs --stubs   complete the lock that is there
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const LOCK = "package-lock.json";

const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = [
  "arm64",
  "arm",
  "ia32",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
  "x64",
];

/** What a platform package's name says about where it runs: "@next/swc-linux-x64-musl" → linux, x64, musl. */
export function platformOf(name) {
  const parts = name.split("/").pop().split("-");
  const platform = {};
  const cpu = PROCESSORS.find((word) => parts.includes(word));
  const os = SYSTEMS.find((word) => parts.includes(word));
  if (os) platform.os = [os];
  if (cpu) platform.cpu = [cpu];
  if (os === "linux" && parts.some((part) => part.startsWith("musl"))) platform.libc = ["musl"];
  if (os === "linux" && parts.some((part) => part.startsWith("gnu"))) platform.libc = ["glibc"];
  return platform;
}

/** The entry that Node's resolution finds for `name` from the package at `path`, if the lock has one. */
function findEntry(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("/node_modules/"), 0))) {
    const candidate = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`;
    if (candidate in packages) return candidate;
    if (!folder) return undefined;
  }
}

/** Adds a stub for every optional dependency that the lock names but does not hold. */
export function addStubs(lock) {
  const packages = { ...lock.packages };
  let added = 0;
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (findEntry(packages, path, name)) continue;
      if (!/^\d+\.\d+\.\d+/.test(version))
        throw new Error(`${path} wants ${name} ${version}: not an exact version`);
      // A second version of the same platform package has to lie below the package that wants it.
      packages[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(entry.dev ? { dev: true } : {}),
        optional: true,
      };
      added += 1;
    }
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { lock: { ...lock, packages: sorted }, added };
}

function main() {
  if (!process.argv.includes("--stubs")) {
    const made = spawnSync("npm", ["install", "--package-lock-only", "--ignore-scripts"], {
      stdio: "inherit",
    });
    if (made.status !== 0) process.exit(made.status ?? 1);
  }
  const { lock, added } = addStubs(JSON.parse(readFileSync(LOCK, "utf8")));
  const host = Object.entries(lock.packages).find(([, entry]) => "resolved" in entry);
  if (host)
    throw new Error(
      `${LOCK} names an address for ${host[0]}: omit-lockfile-registry-resolved is not in force`,
    );
  writeFileSync(LOCK, JSON.stringify(lock, null, 2) + "\n");
  console.log(`${LOCK}: ${Object.keys(lock.packages).length} entries, ${added} stubs added`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
