import { describe, expect, it } from 'vitest';

import { describeFinding, type Finding, isProblem } from '../../src/errors/finding.ts';
import { OperatorError } from '../../src/errors/operator-error.ts';

const problem: Finding = {
  code: 'group-empty',
  where: "gateway_groups['g']",
  what: 'it has no member',
  fix: 'add one',
};
const warning: Finding = { code: 'header-not-passed', where: "routes['r'].header_name", what: 'why', fix: 'how' };

describe('a finding', () => {
  it('is a problem or a warning, by its code', () => {
    expect([problem, warning].map(isProblem)).toEqual([true, false]);
  });

  it('is told in three lines: which and where, what, and how to mend it', () => {
    expect(describeFinding(problem)).toBe(
      "problem group-empty at gateway_groups['g']\n  it has no member\n  Fix: add one",
    );
    expect(describeFinding(warning)).toBe("warning header-not-passed at routes['r'].header_name\n  why\n  Fix: how");
  });
});

describe('an error that an operator can mend', () => {
  it('tells all of its findings, and keeps its cause', () => {
    const cause = new Error('disk full');
    const error = new OperatorError([problem, warning], { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('OperatorError');
    expect(error.findings).toEqual([problem, warning]);
    expect(error.message).toBe(`${describeFinding(problem)}\n${describeFinding(warning)}`);
    expect(error.cause).toBe(cause);
  });
});
