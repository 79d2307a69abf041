/** One statement of a script. */
export interface Statement {
  readonly text: string;
  /** From 1: where its first word stands, and where it ends. */
  readonly firstLine: number;
  readonly lastLine: number;
}

/** What SQLite reads as one piece: comments, quoted texts and names, words, the end of a statement, and the rest. */
const TOKEN =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'[^']*(?:''[^']*)*(?:'|$)|"[^"]*(?:""[^"]*)*(?:"|$)|`[^`]*(?:``[^`]*)*(?:`|$)|\[[^\]]*(?:\]|$)|[\p{L}_][\p{L}\p{N}_$]*|\s+|;|[^]/gu;

/**
 * Splits a script at the semicolons that end statements, as sqlite3_complete() tells them: not those in texts, names
 * or comments, and of a trigger's only the one after its END. What has no word in it is no statement.
 */
export function splitStatements(script: string): readonly Statement[] {
  const statements: Statement[] = [];
  let open: OpenStatement | undefined;
  let line = 1;
  for (const [token] of script.matchAll(TOKEN)) {
    const isBlank = /^(?:\s|--|\/\*)/.test(token);
    if (open === undefined && !isBlank && token !== ';') open = { text: '', firstLine: line, words: [] };
    if (open !== undefined) {
      open.text += token;
      if (!isBlank) noteWord(open.words, token.toUpperCase());
    }
    line += token.split('\n').length - 1;
    if (open !== undefined && token === ';' && !isInsideTrigger(open.words)) {
      statements.push({ text: open.text, firstLine: open.firstLine, lastLine: line });
      open = undefined;
    }
  }
  if (open !== undefined) statements.push({ text: open.text.trimEnd(), firstLine: open.firstLine, lastLine: line });
  return statements;
}

interface OpenStatement {
  text: string;
  readonly firstLine: number;
  /** The first three, which tell a trigger, and the last three, which tell its end. */
  readonly words: string[];
}

function noteWord(words: string[], word: string): void {
  if (words.length === 6) words.splice(3, 1);
  words.push(word);
}

function isInsideTrigger(words: readonly string[]): boolean {
  const isTrigger = /^(?:EXPLAIN )?CREATE (?:TEMP |TEMPORARY )?TRIGGER\b/.test(words.slice(0, 3).join(' '));
  return isTrigger && words.slice(-3).join(' ') !== '; END ;';
}
