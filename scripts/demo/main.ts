import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs, styleText } from "node:util";
import { createBucket } from "../services/bucket.ts";
import { quietEnvironment } from "../services/environment.ts";
import { s3Environment, startS3 } from "../services/s3.ts";
import { makeDemoRegistry } from "./demo-registry.ts";

const BUCKET = "demo-registry";
const TARGET = `s3://${BUCKET}`;

const HELP = `Moves a small registry to an S3 server, step by step. It takes the servers that are
installed (npm run services -- install), or makes do with what npm brings.

  npm run demo [-- --keep]

  --keep   leave the servers running at the end, until Ctrl-C
`;

const { values } = parseArgs({
	options: { keep: { type: "boolean" }, help: { type: "boolean", short: "h" } },
});
if (values.help) say(HELP);
else await demo(values.keep === true);

/** Each step is the command that a user would type, run as they would run it. */
async function demo(isKept: boolean): Promise<void> {
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-demo-"));
	title("1. A registry on a file system, and an empty bucket");
	await using registry = await makeDemoRegistry(folder);
	say(`${registry.description}\n`);
	await using s3 = await startS3({ directory: join(folder, "s3") });
	await createBucket(s3, BUCKET);
	say(`The bucket is on ${s3.product} ${s3.version}.\n`);
	const settings = s3Environment(s3);
	const exports = Object.entries(settings).map(
		([name, value]) => `export ${name}=${value}`,
	);
	say("\n");
	for (const command of [...exports, `cd ${folder}`]) say(`$ ${command}\n`);
	const regmigrate = (
		programArguments: readonly string[],
		expected: number,
		maxLines?: number,
	) => run(programArguments, { folder, settings, expected, maxLines });

	title("2. What would be copied");
	await regmigrate(["sync", "registry", TARGET, "--dry-run"], 0, 2);

	title("3. Copy it: blobs before links, tags last");
	await regmigrate(["sync", "registry", TARGET], 0);

	title("4. Meanwhile somebody moves a tag; its link keeps its size");
	say(`${await registry.moveTag()}.\n\n`);
	await regmigrate(["verify", "registry", TARGET], 3);

	title("5. The next pass finds it, by content, and copies only what is new");
	await regmigrate(["sync", "registry", TARGET, "--verbose"], 0);

	title("6. Proof");
	await regmigrate(["verify", "registry", TARGET], 0);

	title("Where everything is");
	say(`  source   ${registry.storage}\n`);
	say(`  target   ${TARGET} at ${s3.endpoint}`);
	say(`${isKept ? "" : ", which ends with this demo"}\n`);
	say(`  rm -r ${folder} removes all of it\n`);
	title("What to try next");
	say(nextSteps(folder));
	if (isKept) await untilInterrupted(exports);
}

function nextSteps(folder: string): string {
	const [source, copy] = [join(folder, "registry"), join(folder, "copy")];
	return [
		"A directory is a target, too:",
		`  mkdir ${copy}`,
		`  npm run regmigrate -- sync ${source} ${copy}`,
		"All that sync can do:",
		"  npm run regmigrate -- sync --help",
		"How the registry is switched to its bucket then, and back (docs/cutover.md):",
		"  npm run regmigrate -- cutover --help",
		"This demo with its servers left running, until Ctrl-C:",
		"  npm run demo -- --keep",
		"Servers to play with that stay until they are stopped:",
		"  npm run services -- start",
		"",
	].join("\n");
}

interface RunOptions {
	/** Where it is run. */
	readonly folder: string;
	readonly settings: Readonly<Record<string, string>>;
	/** The exit code that the demo insists on. */
	readonly expected: number;
	/** Of many lines so many are shown, and the last two. Default 40. */
	readonly maxLines?: number | undefined;
}

/** Runs the program as a user would, and shows the command line, what it prints, and its exit code. */
async function run(
	programArguments: readonly string[],
	{ folder, settings, expected, maxLines = 40 }: RunOptions,
): Promise<void> {
	say(`$ regmigrate ${programArguments.join(" ")}\n`);
	const program = join(import.meta.dirname, "../../src/bin.ts");
	const child = spawn(
		process.execPath,
		[program, ...programArguments, "--no-progress"],
		{
			stdio: ["ignore", "pipe", "inherit"],
			cwd: folder,
			// Without the user's own account, which a demo has no business with.
			env: quietEnvironment({
				AWS_CONFIG_FILE: "/dev/null",
				AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
				XDG_STATE_HOME: join(folder, "state"),
				...settings,
			}),
		},
	);
	const [output, [exitCode]] = await Promise.all([
		text(child.stdout),
		once(child, "close"),
	]);
	const lines = output.trimEnd().split("\n");
	const left = lines.splice(maxLines, Math.max(0, lines.length - maxLines - 2));
	if (left.length > 0)
		lines.splice(maxLines, 0, `… and ${left.length} lines more …`);
	say(`${lines.join("\n")}\n(exit code ${exitCode})\n`);
	if (exitCode !== expected)
		throw new Error(`The demo expected exit code ${expected}, not ${exitCode}`);
}

async function untilInterrupted(exports: readonly string[]): Promise<void> {
	say("\nThe servers stay until Ctrl-C. In another terminal:\n");
	for (const command of exports) say(`  ${command}\n`);
	const alive = setInterval(() => {}, 60_000);
	await once(process, "SIGINT");
	clearInterval(alive);
}

/** A heading: bold on a terminal, plain in a log. */
function title(heading: string): void {
	say(`\n${styleText("bold", heading, { stream: process.stdout })}\n`);
}

function say(words: string): void {
	process.stdout.write(words);
}
