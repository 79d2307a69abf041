import { execFile, spawnSync } from 'node:child_process';

const isHere = spawnSync('curl', ['--version']).status === 0;

/** Whether tests that need a real libcurl have to be skipped: nowhere where CI is, so that nothing is skipped unseen. */
export function isCurlMissing(): boolean {
  if (isHere || process.env['CI'] === 'true') return false;
  process.stdout.write('skipped: these tests need curl (Debian: apt-get install curl)\n');
  return true;
}

export interface CurlRun {
  /** 0 = an answer came; else the error that libcurl gives mod_xml_curl too: 52 empty reply, 60 not verified ... */
  readonly error: number;
  readonly body: string;
  readonly stderr: string;
}

/** Runs curl, a program of the same libcurl that mod_xml_curl is, on one connection of its own. */
export function curl(...args: readonly string[]): Promise<CurlRun> {
  return new Promise((resolve, reject) => {
    // No configuration of the machine's user gets in, nor a proxy of its surroundings.
    const all = ['--disable', '--silent', '--show-error', '--noproxy', '*', '--max-time', '20', ...args];
    execFile('curl', all, { env: { PATH: process.env['PATH'] } }, (error, body, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(new Error('curl did not run', { cause: error }));
      else resolve({ error: Number(error?.code ?? 0), body, stderr });
    });
  });
}
