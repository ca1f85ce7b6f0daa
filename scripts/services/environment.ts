/** Variables that reconfigure a registry, an S3 server or an SDK behind the back of its configuration. */
const MEDDLING = /^(REGISTRY|MINIO|VGW|CEPH|OTEL|AWS)_/;

/** Our own environment without what would reconfigure a test server; `undefined` in `changes` removes a variable. */
export function quietEnvironment(
	changes: Readonly<Record<string, string | undefined>> = {},
): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(
		([name]) => !MEDDLING.test(name),
	);
	return { ...Object.fromEntries(kept), ...changes };
}
