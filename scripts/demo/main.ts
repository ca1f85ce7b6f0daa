import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { type S3Server, startS3 } from "../services/s3.ts";
import { makeDemoRegistry } from "./demo-registry.ts";

const BUCKET = "demo-registry";

const HELP = `Moves a small registry to an embedded S3 server and back into view, step by step.

  npm run demo [-- --keep]

  --keep   leave the S3 server running at the end, until Ctrl-C
`;

const { values } = parseArgs({
	options: { keep: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) say(HELP);
else await demo(values.keep === true);

/** Each step is the command that a user would type, run as they would run it. */
async function demo(isKept: boolean): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-demo-"));
	await using s3 = await startS3({
		product: "emulator",
		directory: join(folder, "s3"),
	});
	await createBucket(s3);
	const target = `s3://${BUCKET}?endpoint=${s3.endpoint}&region=${s3.region}`;

	title("1. A registry on a file system");
	await using registry = await makeDemoRegistry(folder);
	say(`${registry.description}\n`);
	const source = registry.storage;

	title("2. What would be copied");
	await regmigrate(s3, ["sync", source, target, "--dry-run"], 0, 6);

	title("3. Copy it, blobs before links, tags last");
	await regmigrate(s3, ["sync", source, target], 0);

	title("4. Meanwhile somebody moves a tag; its link keeps its size");
	say(`${await registry.moveTag()}\n`);
	await regmigrate(s3, ["verify", source, target], 3);

	title("5. The next pass finds it, by content, and copies only that");
	await regmigrate(s3, ["sync", source, target, "--verbose"], 0);

	title("6. Proof");
	await regmigrate(s3, ["verify", source, target], 0);

	title("Where everything is");
	say(
		`  source registry   ${source}\n  target bucket     ${target}${isKept ? "" : "   (ends with this demo)"}\n`,
	);
	title("What to try next");
	say(
		[
			`  mkdir ${join(folder, "copy")}`,
			`  npm run regmigrate -- sync ${source} ${join(folder, "copy")}`,
			"      a directory is a store too",
			"  npm run regmigrate -- sync --help",
			"  npm run demo -- --keep        leaves the S3 server running",
			"  npm run services -- start     servers to play with, MinIO where Go is installed",
			"",
		].join("\n"),
	);
	if (isKept) await serveUntilInterrupted(s3);
}

/** Runs the command line as a user would, shows it and what it prints, and insists on its exit code. */
async function regmigrate(
	s3: S3Server,
	argv: readonly string[],
	expected: number,
	maxLines = 40,
): Promise<void> {
	say(
		`$ regmigrate ${argv.map((word) => (/[?&]/.test(word) ? `'${word}'` : word)).join(" ")}\n`,
	);
	const bin = join(import.meta.dirname, "../../src/bin.ts");
	const child = spawn(process.execPath, [bin, ...argv, "--no-progress"], {
		stdio: ["ignore", "pipe", "inherit"],
		env: {
			...process.env,
			AWS_ACCESS_KEY_ID: s3.accessKeyId,
			AWS_SECRET_ACCESS_KEY: s3.secretAccessKey,
		},
	});
	let output = "";
	child.stdout.setEncoding("utf8");
	const [[exitCode]] = await Promise.all([
		once(child, "close"),
		(async () => {
			for await (const chunk of child.stdout) output += String(chunk);
		})(),
	]);
	const lines = output.trimEnd().split("\n");
	const last = lines.slice(-2);
	if (lines.length <= maxLines + last.length) say(`${lines.join("\n")}\n`);
	else
		say(
			`${[...lines.slice(0, maxLines), `… ${lines.length - maxLines - last.length} more …`, ...last].join("\n")}\n`,
		);
	say(`(exit code ${exitCode})\n`);
	if (exitCode !== expected)
		throw new Error(`The demo expected exit code ${expected}, not ${exitCode}`);
}

async function createBucket({
	endpoint,
	region,
	accessKeyId,
	secretAccessKey,
}: S3Server): Promise<void> {
	const client = new S3Client({
		endpoint,
		region,
		forcePathStyle: true,
		credentials: { accessKeyId, secretAccessKey },
	});
	await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
	client.destroy();
}

async function serveUntilInterrupted(s3: S3Server): Promise<void> {
	say(
		`\nThe S3 server stays at ${s3.endpoint} until Ctrl-C. In another terminal:\n  export AWS_ACCESS_KEY_ID=${s3.accessKeyId} AWS_SECRET_ACCESS_KEY=${s3.secretAccessKey}\n`,
	);
	const alive = setInterval(() => {}, 60_000);
	await once(process, "SIGINT");
	clearInterval(alive);
}

function title(text: string): void {
	say(`\n\x1b[1m${text}\x1b[0m\n`);
}

function say(text: string): void {
	process.stdout.write(text);
}
