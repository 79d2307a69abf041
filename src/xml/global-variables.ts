import type { TextPlace } from './source-text.ts';

/** Stands in text for a variable whose value nobody knows here: a number between two characters of private use. */
const UNKNOWN = /\ue000(\d+)\ue001/g;

/** What FreeSWITCH sets itself (switch_core.c), and only the switch knows. */
const OF_THE_SWITCH: ReadonlySet<string> = new Set(
  `hostname local_ip_v4 local_mask_v4 local_ip_v6 switch_serial base_dir recordings_dir sound_prefix sounds_dir log_dir
  run_dir db_dir mod_dir htdocs_dir script_dir temp_dir grammar_dir fonts_dir images_dir certs_dir storage_dir cache_dir
  data_dir localstate_dir core_uuid nat_public_addr nat_private_addr nat_type`.split(/\s+/),
);

/** Values that are made of themselves double with each line. */
const LENGTH_LIMIT = 1024 * 1024;

/** A line with its variables replaced. */
export interface ExpandedLine {
  readonly expanded: string;
  /** What FreeSWITCH's expansion in place leaves of its own input. */
  readonly leftOfLine: string;
  /** Whether it grew beyond all measure, and was not expanded to its end. */
  readonly isEndless: boolean;
}

/** A variable that was used before anybody set it. */
export interface UnsetVariable {
  readonly name: string;
  readonly firstUse: TextPlace;
  uses: number;
}

interface VariableOptions {
  /** Values given by hand; they win over what files say. */
  readonly given: ReadonlyMap<string, string>;
  /** Whether all files are here, so that FreeSWITCH would find nothing more either. */
  readonly isWhole: boolean;
}

/**
 * The global variables, `$${name}`, as they stand while files are read. Names have no case (switch_event.c). One that was
 * never set is empty, as in FreeSWITCH; one that only the switch knows becomes a mark that `unknownIn` finds.
 */
export class GlobalVariables {
  readonly #given = new Map<string, string>();
  readonly #set = new Map<string, string>();
  readonly #forgotten = new Set<string>();
  readonly #marks: string[] = [];
  readonly #unset = new Map<string, UnsetVariable>();
  readonly #isWhole: boolean;

  constructor({ given, isWhole }: VariableOptions) {
    for (const [name, value] of given) this.#given.set(name.toLowerCase(), value);
    this.#isWhole = isWhole;
  }

  /** Those that were used, are not the switch's own, and have never been set. */
  get unset(): readonly UnsetVariable[] {
    return [...this.#unset.values()];
  }

  /** Obeys the data of a `set`: `name=value`, blanks around the `=` allowed; without a `=` it is nothing. */
  set(data: string): void {
    const equals = data.indexOf('=');
    if (equals === -1) return;
    const name = data.slice(0, equals).replace(/ +$/, '').toLowerCase();
    this.#forgotten.delete(name);
    this.#set.set(name, data.slice(equals + 1).replace(/^ +/, ''));
  }

  /** Its value comes from a command that is not run. */
  forget(name: string): void {
    this.#set.delete(name.toLowerCase());
    this.#forgotten.add(name.toLowerCase());
  }

  /**
   * Replaces every `$${name}` of a line. `leftOfLine` is what FreeSWITCH's expansion in place leaves of its own input,
   * which it goes on looking at (switch_xml.c, expand_vars).
   */
  expand(line: string, place: TextPlace): ExpandedLine {
    if (!line.includes('$${')) return { expanded: line, leftOfLine: line, isEndless: false };
    let expanded = '';
    let cut: number | undefined;
    let at = 0;
    while (expanded.length <= LENGTH_LIMIT) {
      const start = line.indexOf('$${', at);
      if (start === -1) break;
      const end = closingBrace(line, start + 2);
      if (end === -1) {
        expanded += line.slice(at, start + 1);
        at = start + 1;
        continue;
      }
      cut ??= end;
      expanded += line.slice(at, start) + this.#valueOf(line.slice(start + 3, end), place);
      at = end + 1;
    }
    const leftOfLine = cut === undefined ? line : line.slice(0, cut);
    return { expanded: expanded + line.slice(at), leftOfLine, isEndless: expanded.length > LENGTH_LIMIT };
  }

  /** The variables of unknown value that a text was made with. */
  unknownIn(text: string): readonly string[] {
    if (!text.includes('\ue000')) return [];
    return [...new Set([...text.matchAll(UNKNOWN)].map(([, number]) => this.#marks[Number(number)] ?? '?'))];
  }

  /** The text with the variables of unknown value as they were written, for messages. */
  asWritten(text: string): string {
    return text.replace(UNKNOWN, (_, number) => `$\${${this.#marks[Number(number)] ?? '?'}}`);
  }

  #valueOf(name: string, place: TextPlace): string {
    const key = name.toLowerCase();
    const value = this.#given.get(key) ?? this.#set.get(key);
    if (value !== undefined) return value;
    if (!OF_THE_SWITCH.has(key) && !this.#forgotten.has(key)) {
      const known = this.#unset.get(key);
      if (known === undefined) this.#unset.set(key, { name, firstUse: place, uses: 1 });
      else known.uses += 1;
      if (this.#isWhole) return '';
    }
    let mark = this.#marks.indexOf(name);
    if (mark === -1) mark = this.#marks.push(name) - 1;
    return `\ue000${mark}\ue001`;
  }
}

function closingBrace(line: string, opening: number): number {
  let depth = 0;
  for (let at = opening; at < line.length; at += 1) {
    if (line[at] === '{') depth += 1;
    else if (line[at] === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}
