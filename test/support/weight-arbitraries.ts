import fc from 'fast-check';

/** Weights as SQL allows them: small ones, powers of ten, the extremes, and anything between. */
export const anyWeight = fc.oneof(
  fc.integer({ min: 1, max: 10 }),
  fc.constantFrom(1, 10, 100, 1_000, 10_000, 100_000, 1_000_000),
  fc.integer({ min: 1, max: 1_000_000 }),
);

/** The weights of a group, some of them equal. */
export const groupWeights = (limits: { readonly min: number; readonly max: number }) =>
  fc.oneof(
    fc.array(anyWeight, { minLength: limits.min, maxLength: limits.max }),
    fc
      .tuple(fc.array(anyWeight, { minLength: 1, maxLength: 3 }), fc.integer(limits))
      .map(([few, size]) => Array.from({ length: size }, (_, at) => few[at % few.length]!)),
  );
