import { defineConfig } from 'vitest/config';

/** Runs that show figures: longer than tests, one after the other, and not part of `npm test`. */
export default defineConfig({
  test: {
    include: ['test/figures/**/*.figures.ts'],
    testTimeout: 3 * 3_600_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
  },
});
