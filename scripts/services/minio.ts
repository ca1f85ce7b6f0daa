import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { type S3Start, TEST_ACCESS } from "./s3-connection.ts";
import { startServer } from "./server-process.ts";

/** The key that encrypts objects where a bucket asks for it; not a secret, its objects are those of tests. */
export const MINIO_KMS_KEY = "regmigrate-test";

/** Starts MinIO, with a key service. */
export const startMinio: S3Start = async (directory, lifetime) => {
	const { product, version, path } = await requireTool("minio");
	const server = await startServer({
		product,
		command: path,
		arguments: [
			"server",
			join(directory, "data"),
			"--address",
			"127.0.0.1:0",
			"--certs-dir",
			// An empty folder for certificates: those in the user's home would turn TLS on.
			join(directory, "certificates"),
		],
		environment: {
			MINIO_ROOT_USER: TEST_ACCESS.accessKeyId,
			MINIO_ROOT_PASSWORD: TEST_ACCESS.secretAccessKey,
			MINIO_SITE_REGION: TEST_ACCESS.region,
			MINIO_KMS_SECRET_KEY: `${MINIO_KMS_KEY}:${Buffer.alloc(32).toString("base64")}`,
			// The web interface would listen on every interface.
			MINIO_BROWSER: "off",
			MINIO_UPDATE: "off",
		},
		logFile: join(directory, "minio.log"),
		port: /^API: http:\/\/127\.0\.0\.1:(\d+)/m,
		readyPath: "/minio/health/live",
		lifetime,
	});
	const endpoint = `http://127.0.0.1:${server.port}`;
	return {
		...server,
		...TEST_ACCESS,
		product,
		version,
		verifies: true,
		endpoint,
	};
};
