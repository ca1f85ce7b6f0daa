/** Run before every test file: keeps the developer's own cloud accounts, emulators, proxies and state out of it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { isDevelopers } from "../../scripts/services/environment.ts";

for (const name of Object.keys(process.env))
	if (isDevelopers(name)) delete process.env[name];

// What programs keep from run to run lasts as long as the file's tests.
const state = mkdtempSync(join(tmpdir(), "regmigrate-state-"));
process.env.XDG_STATE_HOME = state;
afterAll(() => rmSync(state, { recursive: true, force: true }));

// Nor is anything to be found in the developer's home, or asked of the machine that this may be.
Object.assign(process.env, {
	AWS_CONFIG_FILE: "/dev/null",
	AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
	AWS_EC2_METADATA_DISABLED: "true",
});
