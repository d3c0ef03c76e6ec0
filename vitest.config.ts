import { defineConfig } from 'vitest/config';

/**
 * Files of one worker share their modules, which takes a third of the time: no test replaces a module, and hooks are
 * registered in test files only.
 */
const SHARED_MODULES = { isolate: false };

/** They wait for a server or for a time limit more than they compute, so that four at once keep two cores busy. */
const FOUR_FILES_AT_ONCE = { maxWorkers: 4 };

/** Whole systems take turns: each of them has five servers and more. */
const ONE_FILE_AT_A_TIME = { fileParallelism: false };

export default defineConfig({
  test: {
    // Compared with its floors by scripts/coverage.ts.
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['src/**/*.ts'],
      reporter: ['json'],
      reportsDirectory: '.cache/coverage',
    },
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 120_000, ...SHARED_MODULES, ...FOUR_FILES_AT_ONCE } },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          ...SHARED_MODULES,
          ...FOUR_FILES_AT_ONCE,
        },
      },
      {
        test: {
          name: 'socket',
          include: ['test/socket/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          ...FOUR_FILES_AT_ONCE,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 2 },
          // A gateway is started on one core and waited for on none: a second file has the other.
          maxWorkers: 2,
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
