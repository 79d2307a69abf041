/** The continued fraction is cut off once a step changes it by less than this. */
const PRECISION = 1e-12;
const STEPS_LIMIT = 500;
/** Stands in for a zero denominator (modified Lentz method). */
const TINY = 1e-300;

/** Lanczos' coefficients for g = 5, n = 6 (Numerical Recipes, "Gamma function"): good to 2e-10. */
const LANCZOS: readonly number[] = [
  76.18009172947146, -86.50532032941677, 24.01409824083091, -1.231739572450155, 0.1208650973866179e-2,
  -0.5395239384953e-5,
];

/**
 * The probability that a quantity with a Beta(a, b) distribution exceeds a limit: 1 minus the regularised incomplete
 * beta function, by its continued fraction (Abramowitz and Stegun 26.5.8, with Lentz' method).
 * @param limit 0 to 1
 * @param a above 0
 * @param b above 0
 */
export function betaTail(limit: number, a: number, b: number): number {
  if (limit <= 0) return 1;
  if (limit >= 1) return 0;
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(limit) + b * Math.log1p(-limit);
  const front = Math.exp(logFront);
  // The fraction converges quickly on one side of the mean only; the other side is its mirror image.
  if (limit < (a + 1) / (a + b + 2)) return 1 - (front * continuedFraction(limit, a, b)) / a;
  return (front * continuedFraction(1 - limit, b, a)) / b;
}

function continuedFraction(x: number, a: number, b: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let numerator = 1;
  let denominator = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = denominator;
  for (let step = 1; step <= STEPS_LIMIT; step += 1) {
    const even = (step * (b - step) * x) / ((a + 2 * step - 1) * (a + 2 * step));
    denominator = 1 / away(1 + even * denominator);
    numerator = away(1 + even / numerator);
    result *= denominator * numerator;
    const odd = (-(a + step) * (a + b + step) * x) / ((a + 2 * step) * (a + 2 * step + 1));
    denominator = 1 / away(1 + odd * denominator);
    numerator = away(1 + odd / numerator);
    const change = denominator * numerator;
    result *= change;
    if (Math.abs(change - 1) < PRECISION) break;
  }
  return result;
}

function logGamma(x: number): number {
  const shifted = x + 5.5;
  let sum = 1.000000000190015;
  for (const [at, coefficient] of LANCZOS.entries()) sum += coefficient / (x + at + 1);
  return Math.log((2.5066282746310005 * sum) / x) - (shifted - (x + 0.5) * Math.log(shifted));
}
