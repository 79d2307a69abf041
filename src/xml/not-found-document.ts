import { element, writeAnswer } from './write-document.ts';

/** "Nothing here, ask the next source": never a refusal (contract 2.1). */
export const NOT_FOUND_DOCUMENT = writeAnswer('result', [element('result', { status: 'not found' })]);
