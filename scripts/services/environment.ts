/** Variables that reconfigure a registry, a store's server or a cloud's library behind the back of its configuration. */
const MEDDLING =
	/^(?:REGISTRY|MINIO|VGW|CEPH|FAKE_GCS|OTEL|AWS|AZURE|GOOGLE|GCLOUD|CLOUDSDK)_/;

/** What names a proxy: our servers are all on this machine. */
const PROXY = /^(?:HTTPS?|ALL|NO)_PROXY$/i;

/** Our own environment without what would reconfigure a test server; `undefined` in `changes` removes a variable. */
export function quietEnvironment(
	changes: Readonly<Record<string, string | undefined>> = {},
): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !MEDDLING.test(name) && !PROXY.test(name),
	);
	return { ...Object.fromEntries(kept), ...changes };
}

/** The proxies in our environment, for what fetches from elsewhere. */
export function proxyEnvironment(): NodeJS.ProcessEnv {
	return Object.fromEntries(
		Object.entries(process.env).filter(([name]) => PROXY.test(name)),
	);
}

/** Whether a variable has no business in a test: it is of the developer's own account, emulator or proxy. */
export function isDevelopers(name: string): boolean {
	return (
		MEDDLING.test(name) || PROXY.test(name) || name === "STORAGE_EMULATOR_HOST"
	);
}
