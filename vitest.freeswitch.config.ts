import { defineConfig } from 'vitest/config';

/** Scenarios on a real FreeSWITCH: one switch at a time, and waiting is most of what they do. */
export default defineConfig({
  test: {
    include: ['test/freeswitch/**/*.scenario.ts'],
    testTimeout: 120_000,
    hookTimeout: 90_000,
    fileParallelism: false,
    pool: 'forks',
  },
});
