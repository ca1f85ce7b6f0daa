import { defineConfig } from "vitest/config";
import { ServicesReporter } from "./test/support/services-reporter.ts";

/** Tests that need a running server; every other test is quick. */
const REAL_TESTS = ["test/**/*.real.test.ts", "test/e2e/**/*.test.ts"];

/** Keeps the developer's own cloud account and proxies out of every test. */
const ENVIRONMENT = {
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
