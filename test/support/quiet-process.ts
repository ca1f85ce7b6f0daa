/** Run before every test file: keeps the developer's own cloud accounts, emulators and proxies out of it. */
import { isDevelopers } from "../../scripts/services/environment.ts";

for (const name of Object.keys(process.env))
	if (isDevelopers(name)) delete process.env[name];

// Nor is anything to be found in the developer's home, or asked of the machine that this may be.
Object.assign(process.env, {
	AWS_CONFIG_FILE: "/dev/null",
	AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
	AWS_EC2_METADATA_DISABLED: "true",
});
