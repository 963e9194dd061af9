// Builds the scanner: bundles the browser modules for old phones, puts the decoder's .wasm, the icons and the
// compressed forms beside them, and writes down what there is. Called by script/scanner; installs nothing.
//   node script/build-scanner.mjs              builds, unless what is there is of these very sources
//   node script/build-scanner.mjs --is-current exit code 0: nothing to build
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const HOME = join(dirname(fileURLToPath(import.meta.url)), "..");
const STATIC = join(HOME, "suket_service/web/static");
const SOURCES = join(STATIC, "scan");
const OUTPUT = join(STATIC, "build/scan");
const MANIFEST = "asset-manifest.json";
/** What the version depends on beside the modules: whatever changes here gives phones another version. */
const ALSO = [
  "package-lock.json",
  "script/build-scanner.mjs",
  "templates/station/scan.html",
  "suket_service/web/static/suket.css",
];
const TARGET = ["chrome80", "safari15"];
const WORTH_COMPRESSING = [".js", ".css", ".wasm", ".svg", ".txt", ".webmanifest"];
const SERVICE_WORKER = "service-worker.js";

const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** Every file below a folder, in one order on every machine. */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath || entry.path, entry.name)).sort();
}

/** Twelve digits that stand for these sources. */
function versionOfSources() {
  const all = createHash("sha256");
  for (const file of [...filesOf(SOURCES), ...ALSO.map((name) => join(HOME, name))]) {
    all.update(`${relative(HOME, file)}\0${sha256(readFileSync(file))}\n`);
  }
  return all.digest("hex").slice(0, 12);
}

/** Whether the last build was of this version, and nothing of it is missing or changed. */
function isCurrent(version) {
  try {
    const built = JSON.parse(readFileSync(join(OUTPUT, MANIFEST), "utf-8"));
    const files = Object.entries({ ...built.assets, [SERVICE_WORKER]: built.service_worker });
    return built.version === version && files.every(([name, { sha256: digest, encodings }]) =>
      sha256(readFileSync(join(OUTPUT, name))) === digest &&
      encodings.every((ending) => existsSync(join(OUTPUT, `${name}.${ending}`))));
  } catch {
    return false;
  }
}

/** The bundles, by name. */
async function bundled(version) {
  const { build } = await import("esbuild");
  const common = {
    absWorkingDir: HOME,
    bundle: true,
    minify: true,
    write: false,
    target: TARGET,
    charset: "utf8",
    legalComments: "none", // licences.txt names them
    define: { SUKET_SCAN_VERSION: JSON.stringify(version) },
    logLevel: "warning",
  };
  const parts = [
    { entryPoints: ["main.js", "scan.css"], format: "esm" },
    // Workers are scripts of the old kind: module workers came to phones later than what we aim at.
    { entryPoints: ["decoder-worker.js", SERVICE_WORKER], format: "iife" },
  ];
  const made = {};
  for (const part of parts) {
    const entryPoints = part.entryPoints.map((name) => join(SOURCES, name));
    const { outputFiles, warnings } = await build({ ...common, ...part, entryPoints, outdir: "/" });
    if (warnings.length > 0) throw new Error("esbuild warns; see above");
    for (const { path, contents } of outputFiles) made[relative("/", path)] = Buffer.from(contents);
  }
  return made;
}

/** What is served as it is, by name. */
function copied() {
  const decoder = join(HOME, "node_modules/zxing-wasm");
  const { version } = JSON.parse(readFileSync(join(decoder, "package.json"), "utf-8"));
  const licence = readFileSync(join(decoder, "LICENSE"), "utf-8");
  const files = {
    "manifest.webmanifest": readFileSync(join(SOURCES, "manifest.webmanifest")),
    "zxing_reader.wasm": readFileSync(join(decoder, "dist/reader/zxing_reader.wasm")),
    "licences.txt": Buffer.from(
      `decoder-worker.js and zxing_reader.wasm hold zxing-wasm ${version} (licence below), which is made from ` +
        `ZXing-C++ (Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0).\n\n${licence}`,
    ),
  };
  const icons = join(SOURCES, "icons");
  for (const name of readdirSync(icons)) files[name] = readFileSync(join(icons, name));
  return files;
}

/** Put a file and its compressed forms into a folder; what the manifest says of it. */
function written(folder, name, bytes) {
  const forms = WORTH_COMPRESSING.includes(extname(name))
    ? {
        br: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }),
        gz: gzipSync(bytes, { level: 9 }),
      }
    : {};
  const smaller = Object.entries(forms).filter(([, form]) => form.length < bytes.length);
  writeFileSync(join(folder, name), bytes);
  for (const [ending, form] of smaller) writeFileSync(join(folder, `${name}.${ending}`), form);
  return { sha256: sha256(bytes), bytes: bytes.length, encodings: smaller.map(([ending]) => ending) };
}

const version = versionOfSources();
if (isCurrent(version)) process.exit(0);
if (process.argv.includes("--is-current")) process.exit(1);

const { [SERVICE_WORKER]: serviceWorker, ...files } = { ...copied(), ...(await bundled(version)) };
const fresh = `${OUTPUT}.${process.pid}`;
mkdirSync(fresh, { recursive: true });
const assets = {};
for (const name of Object.keys(files).sort()) assets[name] = written(fresh, name, files[name]);
const manifest = { version, assets, service_worker: written(fresh, SERVICE_WORKER, serviceWorker) };
writeFileSync(join(fresh, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
// The whole folder changes places, so that no reader finds files of two builds.
const old = `${fresh}.old`;
if (existsSync(OUTPUT)) renameSync(OUTPUT, old);
renameSync(fresh, OUTPUT);
rmSync(old, { recursive: true, force: true });
console.error(`Scanner ${version} built into ${relative(process.cwd(), OUTPUT)}`);
