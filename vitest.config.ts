import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { ServicesReporter } from "./test/support/services-reporter.ts";

/** Tests that need a running server; every other test is quick. */
const REAL_TESTS = ["test/**/*.real.test.ts", "test/e2e/**/*.test.ts"];

/** Where commands keep their state in tests, also those that run as another user. */
const STATE_DIRECTORY = mkdtempSync(join(tmpdir(), "regmigrate-state-"));
chmodSync(STATE_DIRECTORY, 0o1777);
process.on("exit", () =>
	rmSync(STATE_DIRECTORY, { recursive: true, force: true }),
);

/** Keeps the developer's own cloud account and proxies out of every test. */
const ENVIRONMENT = {
	REGMIGRATE_STATE_DIRECTORY: STATE_DIRECTORY,
	AWS_PROFILE: "",
	AWS_CONFIG_FILE: "/dev/null",
	AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
	AWS_EC2_METADATA_DISABLED: "true",
	HTTPS_PROXY: "",
	https_proxy: "",
	HTTP_PROXY: "",
	http_proxy: "",
};

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
					env: ENVIRONMENT,
				},
			},
			{
				test: {
					name: "real",
					include: REAL_TESTS,
					globalSetup: ["./test/support/global-setup.ts"],
					testTimeout: 120_000,
					hookTimeout: 120_000,
					env: ENVIRONMENT,
				},
			},
		],
	},
});
