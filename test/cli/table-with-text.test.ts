import { expect, it } from 'vitest';
import { tableWithText } from '../../src/cli/table-with-text.ts';

const HEADER = ['id', 'number', 'what came of it'];
const ROWS = [
  ['a1', '4930123456', 'alpha 503 (gateway), beta answered 0 s'],
  ['a2', '112', 'alpha answered 7 s'],
];

it('is a table where there is room', () => {
  expect(tableWithText(HEADER, ROWS, 54)).toEqual([
    'id      number  what came of it',
    'a1  4930123456  alpha 503 (gateway), beta answered 0 s',
    'a2         112  alpha answered 7 s',
  ]);
});

it('has each text below its row where there is none, and cuts nothing of it', () => {
  expect(tableWithText(HEADER, ROWS, 30)).toEqual([
    'id      number\n    what came of it',
    'a1  4930123456\n    alpha 503 (gateway), beta\n    answered 0 s',
    'a2         112\n    alpha answered 7 s',
  ]);
});

it('lets nothing reach the terminal that it would act on', () => {
  expect(tableWithText(HEADER, [['a', '1', 'x\u001b[2J'.repeat(9)]], 20).join('\n')).not.toContain('\u001b');
});
