// Runs every check of the project, says what each came to, and ends in one line with the sums: a check counts as one,
// and so does every test. Nothing here decides by a file name or a count that could be zero unnoticed.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCanary } from './find-canary.mjs';

const root = new URL('..', import.meta.url).pathname;
const bin = (name) => join(root, 'node_modules', '.bin', name);
const scratch = mkdtempSync(join(tmpdir(), 'trunkhunt-test-'));
const totals = { passed: 0, failed: 0, skipped: 0 };

/** @param verdict what is wrong with the output although the command succeeded; undefined = nothing */
async function check(title, command, args, verdict = () => undefined) {
  const output = { stdout: '', stderr: '' };
  const child = spawn(bin(command), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const name of ['stdout', 'stderr']) child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  const objection = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (status) => resolve(status === 0 ? verdict(output.stdout) : output.stdout + output.stderr));
  });
  verdictOn(title, objection);
}

function verdictOn(title, objection) {
  totals[objection === undefined ? 'passed' : 'failed'] += 1;
  console.log(`${objection === undefined ? 'ok  ' : 'FAIL'} ${title}`);
  if (objection !== undefined) console.log(objection);
}

function floorVerdict(output) {
  const { totalCruised, error, violations } = JSON.parse(output).summary;
  if (totalCruised === 0) return 'dependency-cruiser saw no module: it cannot read this TypeScript';
  if (error === 0) return undefined;
  return violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`).join('\n');
}

async function runTests() {
  const report = join(scratch, 'tests.json');
  const printed = join(scratch, 'printed');
  mkdirSync(printed);
  const status = await passOn(
    spawn(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile=${report}`], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...colours(), ...process.env, TEST_OUTPUT_FOLDER: printed },
    }),
    join(printed, 'tests-all.txt'),
  );
  const { numPassedTests, numFailedTests, numFailedTestSuites, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  // A file that cannot be loaded has failed without a failed test.
  const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  totals.passed += numPassedTests;
  totals.failed += numFailedTests + unloaded;
  totals.skipped += numPendingTests;
  if (numPassedTests === 0 || (status !== 0 && numFailedTests + numFailedTestSuites === 0)) totals.failed += 1;
  verdictOn('no secret in anything that was printed', findCanary(canaryWord(), printed));
}

/** Shows what a process prints, and keeps it in a file. @returns its status */
function passOn(child, file) {
  const kept = createWriteStream(file);
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ]) {
    from.on('data', (bytes) => {
      to.write(bytes);
      kept.write(bytes);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      kept.end(() => {
        resolve(status);
      });
    });
  });
}

/** What prints to us does not see the terminal. */
function colours() {
  return process.stdout.isTTY ? { FORCE_COLOR: '1' } : {};
}

/** The constant of test/support/canary.ts, which this file cannot import. */
function canaryWord() {
  return /CANARY = '([a-z]+)'/.exec(readFileSync(join(root, 'test', 'support', 'canary.ts'), 'utf8'))[1];
}

try {
  // Lint takes as long as all the others.
  await Promise.all([
    check('lint', 'eslint', ['.', '--max-warnings', '0']),
    (async () => {
      await check('types', 'tsc', ['--noEmit', '-p', 'tsconfig.json']);
      await check('format', 'prettier', ['--check', '.']);
      await check('floors', 'depcruise', ['src', '--output-type', 'json'], floorVerdict);
      await check('dead exports and unused packages', 'knip', ['--no-progress']);
    })(),
  ]);
  await runTests();
} catch (error) {
  console.log(error);
  totals.failed += 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const skipped = totals.skipped === 0 ? '' : `, ${totals.skipped} skipped`;
console.log(`\n${totals.passed} passed, ${totals.failed} failed${skipped}`);
process.exitCode = totals.failed === 0 ? 0 : 1;
