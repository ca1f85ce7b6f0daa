import { defineConfig } from "vitest/config";
import { ServicesReporter } from "./test/support/services-reporter.ts";

/** Tests that need a running server; every other test is quick. */
const REAL_TESTS = ["test/**/*.real.test.ts", "test/e2e/**/*.test.ts"];

const SETUP_FILES = ["./test/support/quiet-process.ts"];

export default defineConfig({
	test: {
		reporters: ["default", new ServicesReporter()],
		projects: [
			{
				test: {
					name: "quick",
					include: ["test/**/*.test.ts"],
					exclude: REAL_TESTS,
					testTimeout: 30_000,
					setupFiles: SETUP_FILES,
				},
			},
			{
				test: {
					name: "real",
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
