import { defineConfig } from 'vitest/config';

/** Tests against real servers take turns: they need the processor to themselves for their timing to mean something. */
const ONE_FILE_AT_A_TIME = { fileParallelism: false };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000 } },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'socket',
          include: ['test/socket/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
          ...ONE_FILE_AT_A_TIME,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 3 },
          ...ONE_FILE_AT_A_TIME,
        },
      },
      {
        test: {
          name: 'gauntlet',
          include: ['test/gauntlet/**/*.test.ts'],
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 4 },
          // A fault is mostly waiting, so all four files run at once.
          maxWorkers: 4,
        },
      },
    ],
  },
});
