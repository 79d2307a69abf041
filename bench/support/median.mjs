/** The middle one. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** The value below which so many of a hundred are, of numbers in ascending order. */
export const percentile = (sorted, part) =>
  sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / 100))];
