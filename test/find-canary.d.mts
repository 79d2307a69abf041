/** The word in every form in which a program writes text by mistake, by the name of the form. */
export function formsOf(word: string): Readonly<Record<string, readonly string[]>>;

export function placesOf(word: string, text: string): readonly { readonly form: string; readonly at: number }[];

/** @returns what is wrong with what was collected in a folder; undefined = nothing is */
export function findCanary(
  word: string,
  folder: string,
  leastBytes?: Readonly<Record<string, number>>,
): string | undefined;
