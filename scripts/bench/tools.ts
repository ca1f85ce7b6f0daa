import { s3Environment } from "../services/s3.ts";
import type { S3Connection } from "../services/s3-connection.ts";

/** What a tool is to do: make the bucket hold what the directory holds. */
interface Job {
	readonly directory: string;
	readonly bucket: string;
	readonly server: S3Connection;
	/** Requests at a time; undefined: as the tool has it by itself. */
	readonly concurrency: number | undefined;
	/** For what the tool keeps between passes; empty before the first. */
	readonly stateFolder: string;
}

/** How a tool is told to do a job. */
interface Instructions {
	readonly arguments: readonly string[];
	readonly environment?: Readonly<Record<string, string>> | undefined;
	/** Files that it reads, by their names in the state folder. */
	readonly files?: Readonly<Record<string, string>> | undefined;
}

/** A tool that can be measured. */
export interface BenchTool {
	/** Also that of its executable, except for regmigrate. */
	readonly name: string;
	readonly versionArguments: readonly string[];
	/** Its first group is the version. */
	readonly versionPattern: RegExp;
	readonly instructions: (job: Job) => Instructions;
}

/** Our own tool's name. */
export const OURS = "regmigrate";

/** What else would do the job: each as its manual says, with the concurrency set where it can be and nothing else tuned. */
export const PEERS: readonly BenchTool[] = [
	{
		name: "aws",
		versionArguments: ["--version"],
		versionPattern: /aws-cli\/(\S+)/,
		instructions: ({
			directory,
			bucket,
			server,
			concurrency,
			stateFolder,
		}) => ({
			arguments: [
				...["s3", "sync", "--only-show-errors"],
				...["--endpoint-url", server.endpoint],
				...[directory, `s3://${bucket}`],
			],
			// The concurrency can be set nowhere else.
			files: {
				config:
					concurrency === undefined
						? ""
						: `[default]\ns3 =\n  max_concurrent_requests = ${concurrency}\n`,
			},
			environment: {
				...s3Environment(server),
				AWS_CONFIG_FILE: `${stateFolder}/config`,
			},
		}),
	},
	{
		name: "rclone",
		versionArguments: ["version"],
		versionPattern: /rclone v(\S+)/,
		instructions: ({ directory, bucket, server, concurrency }) => ({
			arguments: [
				...["sync", "--config", ""],
				...numbered(["--transfers", "--checkers"], concurrency),
				...["--s3-provider", "Minio", "--s3-env-auth"],
				...["--s3-endpoint", server.endpoint, "--s3-region", server.region],
				...[directory, `:s3:${bucket}`],
			],
			environment: s3Environment(server),
		}),
	},
	{
		name: "s5cmd",
		versionArguments: ["version"],
		versionPattern: /v(\d\S+)/,
		instructions: ({ directory, bucket, server, concurrency }) => ({
			arguments: [
				...["--endpoint-url", server.endpoint, "--log", "error"],
				...numbered(["--numworkers"], concurrency),
				...["sync", `${directory}/`, `s3://${bucket}/`],
			],
			environment: s3Environment(server),
		}),
	},
	{
		name: "mc",
		versionArguments: ["--version"],
		versionPattern: /mc version (\S+)/,
		// It chooses its concurrency itself. Without --overwrite it would leave a moved tag as it was.
		instructions: ({ directory, bucket, server, stateFolder }) => ({
			arguments: [
				...["--config-dir", stateFolder, "--quiet", "mirror", "--overwrite"],
				...[directory, `bench/${bucket}`],
			],
			environment: { MC_HOST_bench: urlWithCredentials(server) },
		}),
	},
	{
		name: "s3sync",
		versionArguments: ["--version"],
		versionPattern: /s3sync (\d\S+)/,
		instructions: ({ directory, bucket, server, concurrency }) => ({
			arguments: [
				...["--target-endpoint-url", server.endpoint],
				...["--target-region", server.region, "--target-force-path-style"],
				...numbered(["--worker-size"], concurrency),
				"--show-no-progress",
				...[directory, `s3://${bucket}/`],
			],
			environment: s3Environment(server),
		}),
	},
];

/** `regmigrate sync`, built, started by the Node that runs this. */
export function ourTool(executable: string): BenchTool {
	return {
		name: OURS,
		versionArguments: [executable, "--version"],
		versionPattern: /(\d+\.\d+\.\d+\S*)/,
		instructions: ({ directory, bucket, server }) => ({
			arguments: [executable, "sync", directory, storeUrl(server, bucket)],
			// Only credentials: endpoint and region come with the URL.
			environment: {
				AWS_ACCESS_KEY_ID: server.accessKeyId,
				AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
			},
		}),
	};
}

/** A bucket, as regmigrate is told of it. */
export function storeUrl(server: S3Connection, bucket: string): string {
	return `s3://${bucket}?endpoint=${server.endpoint}&region=${server.region}`;
}

function numbered(
	flags: readonly string[],
	number: number | undefined,
): readonly string[] {
	return number === undefined
		? []
		: flags.flatMap((flag) => [flag, `${number}`]);
}

function urlWithCredentials(server: S3Connection): string {
	const url = new URL(server.endpoint);
	url.username = server.accessKeyId;
	url.password = server.secretAccessKey;
	return url.origin.replace("://", `://${url.username}:${url.password}@`);
}
