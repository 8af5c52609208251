import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    // Native addons and signals need processes of their own, and two at once are what a small machine carries.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
    // A test that was left focused must never make the rest look tested.
    allowOnly: false,
    reporters: ['default', './scripts/skipped-reporter.ts'],
  },
});
