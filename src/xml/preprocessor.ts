import { dirname } from 'node:path';
import { type Directive, readCommentDirective, readElementDirective } from './directive.ts';
import { splitLines } from './split-lines.ts';
import type { SourceText, TextPlace } from './source-text.ts';
import type { GlobalVariables } from './global-variables.ts';

/** How files are found and read. */
export interface ConfigurationFiles {
  /** What an include's pattern finds, in the order of glob(3). @param from where the include stands */
  find(pattern: string, from: TextPlace): readonly string[];
  /** What is the same for the same file, by whichever path. */
  identity(path: string): string;
  /** The text of a file; undefined where it could not be read, which is then told of elsewhere. */
  read(path: string, from: TextPlace | undefined): string | undefined;
}

/** What came up on the way that the text alone does not show. */
export interface PreprocessNotes {
  /** A command that FreeSWITCH would run, and that never is. */
  refused(from: TextPlace, what: string, why: string): void;
  /** Something that FreeSWITCH passes over without a word. */
  noticed(from: TextPlace, what: string, why: string): void;
  /** Something that stops the reading. */
  failed(from: TextPlace, what: string, fix: string): void;
}

/** FreeSWITCH's own limit (switch_xml.c, preprocess). */
const DEPTH_LIMIT = 100;

/** Beyond these somebody means harm: files that include others twice, and those others twice ... */
const INCLUDES_LIMIT = 200_000;
const LENGTH_LIMIT = 256 * 1024 * 1024;

/**
 * FreeSWITCH's line preprocessor (switch_xml.c, preprocess; contract 2.3): replaces `$${name}`, obeys `set` and `include`
 * in both of their forms, drops the lines that it drops, and runs nothing.
 */
export class Preprocessor {
  readonly #files: ConfigurationFiles;
  readonly #variables: GlobalVariables;
  readonly #notes: PreprocessNotes;
  readonly #out: SourceText;
  readonly #open: { readonly path: string; readonly identity: string }[] = [];
  #includes = 0;

  constructor(files: ConfigurationFiles, variables: GlobalVariables, notes: PreprocessNotes, out: SourceText) {
    this.#files = files;
    this.#variables = variables;
    this.#notes = notes;
    this.#out = out;
  }

  /**
   * Adds what becomes of a file.
   * @param folder where its relative includes begin: the configuration's for the first file, its own for all others
   */
  file(path: string, folder: string, from: TextPlace | undefined): void {
    const asker = from ?? { file: path, line: 1 };
    const identity = this.#files.identity(path);
    const opened = this.#open.findIndex((open) => open.identity === identity);
    if (opened !== -1) {
      const paths = [...this.#open.slice(opened).map((open) => open.path), path];
      const what = `includes ${paths.join(', which includes ')}`;
      this.#notes.failed(asker, what, 'take the include out, or name the files that are meant');
      return;
    }
    this.#includes += 1;
    const isTooMuch = this.#includes > INCLUDES_LIMIT || this.#out.length > LENGTH_LIMIT;
    if (isTooMuch || this.#open.length > DEPTH_LIMIT) {
      const what = `includes are nested ${DEPTH_LIMIT} deep, or add up to ${INCLUDES_LIMIT} files or ${LENGTH_LIMIT} characters`;
      // Once is enough to be told.
      if (this.#includes !== Infinity) this.#notes.failed(asker, what, 'import parts of it, one after another');
      this.#includes = Infinity;
      return;
    }
    const text = this.#files.read(path, from);
    if (text === undefined) return;
    this.#open.push({ path, identity });
    this.#lines(text, path, folder);
    this.#open.pop();
  }

  #lines(text: string, file: string, folder: string): void {
    let isInComment = false;
    for (const { text: read, line, problem } of splitLines(text)) {
      const place = { file, line };
      if (problem !== undefined) {
        this.#notes.failed(place, problem.what, problem.fix);
        return;
      }
      const { expanded, leftOfLine, isEndless } = this.#variables.expand(read, place);
      if (isEndless) {
        this.#notes.failed(place, 'variables make this line longer than a megabyte', 'take the variables out of it');
        return;
      }
      // FreeSWITCH looks at its own buffer here, which the expansion has cut at its first closing brace.
      if (/<\?|<\/?include>/.test(leftOfLine)) {
        this.#noticeLost(
          leftOfLine.replace(/<\?.*?\?>|<\/?include>/gs, ' '),
          place,
          'holds <include>, </include> or <?',
        );
        continue;
      }
      let rest = expanded;
      if (isInComment) {
        const end = leftOfLine.indexOf('-->');
        if (end === -1) continue;
        isInComment = false;
        rest = leftOfLine.slice(end + 3);
      }
      isInComment = this.#line(rest, place, folder);
    }
  }

  /** @returns whether a comment directive goes on in the next line */
  #line(text: string, place: TextPlace, folder: string): boolean {
    const element = text.search(/x-pre-process/i);
    if (element !== -1) {
      if (text[element - 1] === '<') this.#element(text, element, place, folder);
      else this.#noticeLost(text, place, 'holds x-pre-process without a < before it');
      return false;
    }
    const comment = text.indexOf('<!--#');
    if (comment === -1) {
      this.#out.add(text, place.file, place.line);
      return false;
    }
    const end = text.indexOf('-->', comment);
    const after = end === -1 ? '' : text.slice(end + 3);
    this.#out.add(text.slice(0, comment) + after, place.file, place.line);
    const directive = readCommentDirective(text.slice(comment + 5, end === -1 ? undefined : end));
    if (directive !== undefined) this.#obey(directive, place, folder);
    return end === -1;
  }

  #element(text: string, start: number, place: TextPlace, folder: string): void {
    const end = text.indexOf('/>', start);
    const before = text.slice(0, start - 1);
    const after = end === -1 ? '' : text.slice(end + 2);
    const isCommentedOut = /<!--\s*$/.test(before) && /^\s*-->/.test(after);
    if (isCommentedOut) {
      const why = 'FreeSWITCH acts on it all the same; write X-NO-PRE-PROCESS to switch one off';
      this.#notes.noticed(place, 'an X-PRE-PROCESS within a comment', why);
    } else this.#noticeLost(before + after, place, 'holds an X-PRE-PROCESS');
    const directive = readElementDirective(text.slice(start, end === -1 ? undefined : end + 2));
    if (directive !== undefined) this.#obey(directive, place, folder);
    else {
      const why = 'it has no cmd="" and data="" in this order on its line, so FreeSWITCH drops it without a word';
      this.#notes.noticed(place, 'an X-PRE-PROCESS', why);
    }
  }

  #obey({ command, data }: Directive, place: TextPlace, folder: string): void {
    if (command === 'set') this.#variables.set(data);
    else if (command === 'include') {
      const pattern = data.startsWith('/') ? data : `${folder}/${data}`;
      for (const path of this.#files.find(pattern, place)) {
        this.file(path, dirname(path), place);
      }
    } else if (['exec', 'exec-set', 'stun-set', 'env-set'].includes(command)) this.#refuse(command, data, place);
  }

  /** Names the variable or the program; the rest of a command line may be a secret. */
  #refuse(command: string, data: string, place: TextPlace): void {
    const [name = '', value = ''] = command === 'exec' ? ['', data] : data.split(/=(.*)/s);
    const program = value.trim().split(/\s/)[0] ?? '';
    const what = name === '' ? `${command} of '${program}'` : `${command} of variable '${name}'`;
    if (name !== '') this.#variables.forget(name);
    const fix = name === '' ? 'what it would have written is missing here' : `give it with --var '${name}=VALUE'`;
    this.#notes.refused(place, what, `an import runs no commands and asks nobody: ${fix}`);
  }

  /** Only markup is worth a word: comments and prose within them are nobody's loss. */
  #noticeLost(text: string, place: TextPlace, cause: string): void {
    if (!/<[/A-Za-z]/.test(text.replace(/<!--.*?(?:-->|$)/gs, ''))) return;
    this.#notes.noticed(place, 'the rest of the line', `FreeSWITCH drops the whole line, since it ${cause}`);
  }
}
