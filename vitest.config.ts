import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/longest-first.ts";
import { ServicesReporter } from "./test/support/services-reporter.ts";

/** Tests that need a running server; every other test is quick. */
const REAL_TESTS = ["test/**/*.real.test.ts", "test/e2e/**/*.test.ts"];

/**
 * Test files that run at once. The real ones mostly wait for servers and for programs that they start, so that more of
 * them than there are processors still are faster.
 */
const WORKERS = { quick: 2, real: 3 };

const SETUP_FILES = ["./test/support/quiet-process.ts"];

export default defineConfig({
	test: {
		reporters: ["default", new ServicesReporter()],
		sequence: { sequencer: LongestFirst },
		projects: [
			{
				test: {
					name: "quick",
					maxWorkers: atLeast(WORKERS.quick),
					sequence: { groupOrder: 1 },
					include: ["test/**/*.test.ts"],
					exclude: REAL_TESTS,
					testTimeout: 30_000,
					setupFiles: SETUP_FILES,
				},
			},
			{
				test: {
					name: "real",
					maxWorkers: atLeast(WORKERS.real),
					sequence: { groupOrder: 2 },
					include: REAL_TESTS,
					globalSetup: ["./test/support/global-setup.ts"],
					testTimeout: 120_000,
					hookTimeout: 120_000,
					setupFiles: SETUP_FILES,
				},
			},
		],
	},
});

function atLeast(workers: number): number {
	return Math.max(workers, availableParallelism() - 1);
}
