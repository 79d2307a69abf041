import { createHash, randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Below `node_modules`, so that the program finds its packages, and the folder is nobody's work. */
const builds = join(root, 'node_modules', '.cache', 'trunkhunt-program');
/** What the program reads of its package, beside its code. */
const shipped = ['migrations', 'examples', 'package.json'];
const HOUR_MS = 3_600_000;

let built: string | undefined;

/**
 * The path of the program's main file, translated from the sources as they are now. Named after what went in: test
 * files that run at the same time share it, and an old one is never taken for a new one. Types are checked elsewhere.
 */
export function builtProgram(): string {
  built ??= build();
  return built;
}

function build(): string {
  const sources = filesIn(join(root, 'src'));
  const hash = createHash('sha256').update(ts.version);
  for (const file of [
    ...sources,
    ...shipped.flatMap((name) => filesIn(join(root, name))),
    join(root, 'tsconfig.json'),
  ]) {
    hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  const folder = join(builds, hash.digest('hex').slice(0, 16));
  const main = join(folder, 'dist', 'cli', 'main.js');
  if (existsSync(main)) return main;
  removeOldBuilds();
  const unfinished = `${folder}-${randomUUID()}`;
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  for (const file of sources) {
    const target = join(unfinished, 'dist', file.slice(join(root, 'src').length).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    // A file alone does not show that its package is one of ES modules.
    const compilerOptions = { ...options, module: ts.ModuleKind.ES2022 };
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { fileName: file, compilerOptions });
    writeFileSync(target, outputText);
  }
  for (const name of shipped) cpSync(join(root, name), join(unfinished, name), { recursive: true });
  try {
    // All at once: nobody runs half of a build.
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    // Another test file was faster.
    if (!existsSync(main)) throw error;
  }
  return main;
}

function filesIn(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

/** Those that a run of today may still use stay. */
function removeOldBuilds(): void {
  if (!existsSync(builds)) return;
  for (const name of readdirSync(builds)) {
    const path = join(builds, name);
    if (statSync(path).mtimeMs < Date.now() - HOUR_MS) rmSync(path, { recursive: true, force: true });
  }
}
