import { defineConfig } from 'vitest/config';

/** Runs that break things on purpose: one after the other, since each wants the machine for itself. */
export default defineConfig({
  test: {
    include: ['test/chaos/**/*.chaos.ts'],
    testTimeout: 6 * 3_600_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    disableConsoleIntercept: true,
    pool: 'forks',
  },
});
