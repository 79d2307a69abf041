import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    pool: 'threads',
    // Vitest leaves one core free; most of these tests wait more than they count.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
