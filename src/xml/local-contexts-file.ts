import { element, writeInclude } from './write-document.ts';

/** Where the extensions of a context lie, as FreeSWITCH's include wants it. */
export interface LocalContext {
  readonly context: string;
  readonly files: string;
}

/** Contexts of the dialplan, for switches that have none of these names: of one name the first counts (contract 6.1). */
export function localContextsFile(contexts: readonly LocalContext[]): string {
  return writeInclude(
    contexts.map(({ context, files }) =>
      element('context', { name: context }, [element('X-PRE-PROCESS', { cmd: 'include', data: files })]),
    ),
  );
}
