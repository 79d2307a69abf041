import { describe, expect, it } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { runProgram } from '../support/run-program.ts';
import { temporaryFolder, temporaryInventory } from '../support/temporary-inventory.ts';

const COMMANDS = ['serve', 'migrate', 'check', 'explain', 'xml-curl-conf', 'switches', 'health', 'completion'];

const LONG_ONES = [
  ...['gateway', 'gateway add', 'gateway set', 'gateway drain', 'gateway list', 'group', 'group member set', 'route'],
  ...['route add', 'route move', 'import', 'export', 'simulate', 'replay', 'decisions', 'history', 'diff', 'rollback'],
  ...['backup', 'restore', 'secrets', 'secrets status', 'secrets new-key', 'secrets encrypt', 'secrets rotate'],
];

describe('help', () => {
  it('of the program names every command and the exit statuses', async () => {
    const { status, stdout, stderr } = await runCli(['--help']);
    expect([status, stderr]).toEqual([0, '']);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toMatch(/Exit status: 0 .*1 .*2 /);
  });

  it.each(COMMANDS)('of %s is there, and does nothing else', async (command) => {
    const { status, stdout, stderr } = await runProgram([command, '--help']);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Usage: trunkhunt ${command}`);
  });

  it('fits 80 columns, whatever the command, and shows no default that is nothing', async () => {
    const paths = [...COMMANDS, ...LONG_ONES].map((path) => path.split(' '));
    const helps = await Promise.all(paths.map(async (path) => (await runProgram([...path, '--help'])).stdout));
    const text = helps.join('');
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).not.toMatch(/default: (?:\[\]|\{\}|"")/);
  });

  it('of help too', async () => {
    expect(await runProgram(['help', 'check'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('--version says the version of the package', async () => {
    expect((await runProgram(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});

describe('wrong usage has exit status 2, says why, and prints no data', () => {
  it.each([
    ['no command', []],
    ['an unknown command', ['frobnicate']],
    ['an unknown option of the program', ['--frobnicate']],
    ...COMMANDS.map((command) => [`an unknown option of ${command}`, [command, '--frobnicate']] as const),
    ['an argument too many', ['check', 'it', 'all']],
    ['an unknown option of switches reconcile', ['switches', 'reconcile', '--frobnicate']],
    ['two switches to reconcile', ['switches', 'reconcile', 'fs1', 'fs2']],
    ['something else to do with switches', ['switches', 'destroy']],
    ['no number to explain', ['explain']],
    ['two numbers to explain', ['explain', '1', '2']],
    ['no shell to complete in', ['completion']],
    ['a header without a value', ['explain', '1', '--header', 'X-Account']],
    ['an option without its value', ['check', '--database']],
    ['a URL that is none', ['xml-curl-conf', '--url', 'trunkhunt:8080']],
    ['a URL that FreeSWITCH would read as a file', ['xml-curl-conf', '--url', 'http://x/file:/etc/passwd']],
    ['a URL with a query', ['xml-curl-conf', '--url', 'http://x/fsapi?a=b']],
    ['a header that is none', ['xml-curl-conf', '--header', 'X Account']],
  ] as readonly (readonly [string, readonly string[]])[])('%s', async (_what, args) => {
    const { status, stdout, stderr } = await runProgram(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    expect(stderr).not.toMatch(/^ +at .*:\d+:\d+/m);
  });

  it.each([
    ['an address that is none', ['serve', '--listen', 'nowhere'], {}, 'settings-invalid'],
    ['a port beyond all', ['serve', '--listen', '127.0.0.1:65536'], {}, 'settings-invalid'],
    ['a log level that is none', ['serve', '--log-level', 'loud'], {}, 'settings-invalid'],
    ['a variable that does not exist', ['check'], { TRUNKHUNT_DATABSE: 'x' }, 'settings-unknown'],
    ['an empty database', ['check'], { TRUNKHUNT_DATABASE: '' }, 'settings-invalid'],
    ['credentials without a colon', ['serve'], { TRUNKHUNT_CREDENTIALS: 'hushcanary' }, 'settings-invalid'],
    ['a file that is not there', ['serve', '--credentials-file', './none'], {}, 'settings-file-unreadable'],
    [
      'credentials given twice',
      ['serve'],
      { TRUNKHUNT_CREDENTIALS: 'canary:hushcanary', TRUNKHUNT_CREDENTIALS_FILE: './none' },
      'settings-conflict',
    ],
    [
      'the inventory named as the file of what is learned',
      ['serve', '--database', './x.db', '--state', 'x.db'],
      {},
      'settings-conflict',
    ],
    ['a server that is nowhere to be asked', ['switches', '--listen', 'nowhere'], {}, 'settings-invalid'],
    ['listening to all without a password', ['serve', '--listen', '0.0.0.0:0'], {}, 'listen-without-credentials'],
    ['listening to all of IPv6 without a password', ['serve', '--listen', '[::]:0'], {}, 'listen-without-credentials'],
  ] as readonly (readonly [string, readonly string[], Record<string, string>, string])[])(
    'bad settings: %s',
    async (_what, args, environment, code) => {
      const { status, stdout, stderr } = await runProgram(args, environment);
      expect([status, stdout]).toEqual([2, '']);
      expect(stderr).toContain(code);
      expect(stderr).toContain('Fix: ');
      expect(stderr).not.toContain('canary');
    },
  );

  it('bad settings are told all at once', async () => {
    const environment = { TRUNKHUNT_LISTEN: 'nowhere', TRUNKHUNT_LOG_LEVEL: 'loud', TRUNKHUNT_NONSENSE: '1' };
    const { status, stderr } = await runProgram(['serve', '--credentials-file', './none'], environment);
    expect(status).toBe(2);
    for (const name of [...Object.keys(environment), 'TRUNKHUNT_CREDENTIALS_FILE']) expect(stderr).toContain(name);
  });
});

describe('settings that concern the server only', () => {
  // A container sets TRUNKHUNT_LISTEN for all commands that are run in it, and serve alone has --insecure-no-auth.
  const environment = { TRUNKHUNT_LISTEN: '0.0.0.0:8080' };

  it.each([
    ['check', ['check'], 0],
    ['explain', ['explain', '1'], 1],
    ['migrate', ['migrate'], 0],
    ['xml-curl-conf', ['xml-curl-conf', '--url', 'http://192.0.2.9:8080/fsapi'], 0],
  ] as const)('do not stop %s, which listens nowhere', async (_command, args, expected) => {
    const { path } = temporaryInventory();
    const { status, stderr } = await runProgram(args, { ...environment, TRUNKHUNT_DATABASE: path });
    expect([status, stderr]).toEqual([expected, '']);
  });
});

describe('the process itself', () => {
  it.each([
    ['done', ['check'], 0],
    ['the thing asked about is not right', ['explain', '1', '--json'], 1],
    ['wrong usage', ['check', '--frobnicate'], 2],
    ['bad settings', ['serve', '--listen', 'nowhere'], 2],
  ] as const)('ends with the status for: %s', async (_what, args, expected) => {
    const { path } = temporaryInventory();
    const run = await runCli(args, { environment: { TRUNKHUNT_DATABASE: path } });
    expect([run.status, run.signal]).toEqual([expected, null]);
    if (args.includes('--json' as never)) expect(JSON.parse(run.stdout)).toMatchObject({ outcome: 'no_route' });
  });

  it('looks for its database in ./data where nothing says otherwise, and names the command that makes one', async () => {
    for (const command of [['check'], ['explain', '1'], ['serve']]) {
      const { status, stdout, stderr } = await runCli(command, { folder: temporaryFolder() });
      expect([status, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/inventory-missing at \.\/data\/inventory\.db[^]*`trunkhunt migrate`/);
    }
  });
});
