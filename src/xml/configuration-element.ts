import type { SourceText, TextPlace } from './source-text.ts';

const NO_CHILDREN: readonly ConfigurationElement[] = [];

/** An element of a FreeSWITCH configuration, looked at the way in which FreeSWITCH's own code looks at one. */
export class ConfigurationElement {
  readonly name: string;
  /** All of its character data together, CDATA included. */
  text = '';
  readonly #source: SourceText;
  readonly #offset: number;
  /** Names and values in turn: a tree holds hundreds of thousands of these. */
  readonly #attributes: readonly string[];
  #children: ConfigurationElement[] | undefined;

  constructor(name: string, attributes: readonly string[], source: SourceText, offset: number) {
    this.name = name;
    this.#attributes = attributes;
    this.#source = source;
    this.#offset = offset;
  }

  get place(): TextPlace {
    return this.#source.placeAt(this.#offset);
  }

  get children(): readonly ConfigurationElement[] {
    return this.#children ?? NO_CHILDREN;
  }

  get attributeNames(): readonly string[] {
    return this.#attributes.filter((_, at) => at % 2 === 0);
  }

  append(child: ConfigurationElement): void {
    (this.#children ??= []).push(child);
  }

  /** Of two of one name the first counts (contract 2.4). */
  attribute(name: string): string | undefined {
    for (let at = 0; at < this.#attributes.length; at += 2) {
      if (this.#attributes[at] === name) return this.#attributes[at + 1];
    }
    return undefined;
  }

  /** The first child of this name. */
  child(name: string): ConfigurationElement | undefined {
    return this.children.find((child) => child.name === name);
  }

  childrenNamed(name: string): readonly ConfigurationElement[] {
    return this.children.filter((child) => child.name === name);
  }

  /** The first child of this name whose attribute `name` is this text, without regard to case (contract 2.1). */
  childCalled(element: string, text: string): ConfigurationElement | undefined {
    const wanted = text.toLowerCase();
    return this.childrenNamed(element).find((child) => child.attribute('name')?.toLowerCase() === wanted);
  }
}
