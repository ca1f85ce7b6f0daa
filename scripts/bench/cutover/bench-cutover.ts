import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../services/run-command.ts";
import { s3Environment, startS3 } from "../../services/s3.ts";
import type { S3Server } from "../../services/s3-connection.ts";
import { makeBucket } from "../bucket.ts";
import { provideBuild } from "../build.ts";
import { say } from "../say.ts";
import { settle } from "../settle.ts";
import { median } from "../summary.ts";
import { storeUrl } from "../tools.ts";
import { type BenchTree, provideTree } from "../tree.ts";
import { changeTree } from "../workloads/changes.ts";
import { measureWindow, type TimedCutover } from "./measure-window.ts";
import type { CutoverBenchOptions } from "./options.ts";
import { serveTree } from "./served-tree.ts";

/** What the window may take besides the restarts (ms). */
const GOAL_MS = 10_000;

/** Objects that a change writes, on average: of ten, five are pushes of sixteen objects, and five moved tags. */
const OBJECTS_PER_CHANGE = 9.4;

interface Round extends TimedCutover {
	/** What the registry's own restarts took (ms). */
	readonly restartsMs: number;
}

/** Cuts a sample registry over, and reports; the exit code: 1 when the goal was missed. */
export async function benchCutover(
	options: CutoverBenchOptions,
	signal: AbortSignal,
): Promise<number> {
	say(`Making a tree of ${options.repositories} repositories ...`);
	const tree = provideTree(options.repositories);
	const program = await provideBuild();
	await using server = await startS3({ product: "minio" });
	const rounds: Round[] = [];
	for (let round = 1; round <= options.rounds; round++) {
		const made = await cutOver(tree, program, server, { options, signal });
		rounds.push(made);
		say(
			`round ${round}: ${seconds(made.windowMs)} s, of which restarts ${seconds(made.restartsMs)} s\n${made.told}`,
		);
	}
	const ownMs = median(rounds.map(own));
	process.stdout.write(
		`\n${table(rounds)}\n\nThe window without the restarts: ${seconds(ownMs)} s, at most ${seconds(GOAL_MS)} s: ${ownMs <= GOAL_MS ? "reached" : "MISSED"} (${tree.objects.size} objects, ${options.changes} changes)\n`,
	);
	return ownMs <= GOAL_MS ? 0 : 1;
}

async function cutOver(
	tree: BenchTree,
	program: string,
	server: S3Server,
	{
		options,
		signal,
	}: { readonly options: CutoverBenchOptions; readonly signal: AbortSignal },
): Promise<Round> {
	await using folder = await mkdtempDisposable(
		join(tmpdir(), "regmigrate-bench-"),
	);
	const directory = join(folder.path, "tree");
	const copied = await runCommand("cp", ["-a", tree.directory, directory]);
	if (copied.exitCode !== 0) throw new Error(copied.stderr);
	const place = join(folder.path, "registry");
	await mkdir(place);
	await using bucket = await makeBucket(server, "bench-cutover");
	using registry = await serveTree(directory, place);
	await settle(server.pid, directory, signal);
	// The registry is told it by the URL, as operators do.
	const { AWS_ENDPOINT_URL: _, ...credentials } = s3Environment(server);
	const timed = await measureWindow(
		[
			...([process.execPath, program, "cutover"] as const),
			...[directory, storeUrl(server, bucket.name), "--yes"],
			...["--registry-config", registry.configFile],
			...["--restart", registry.restart, "--disable-redirect", "--no-fence"],
			...["--registry-version", registry.product],
			...["--state-directory", join(folder.path, "state")],
		],
		{ ...process.env, ...credentials },
		{
			signal,
			onOpened() {
				// Written past the registry, before it refuses anything: it has not been restarted yet.
				const wanted = options.changes * OBJECTS_PER_CHANGE;
				changeTree(directory, tree.options, tree.objects, wanted);
			},
		},
	);
	const restartsMs = registry.restarts().reduce((sum, ms) => sum + ms, 0);
	return { ...timed, restartsMs };
}

function own({ windowMs, restartsMs }: Round): number {
	return windowMs - restartsMs;
}

function table(rounds: readonly Round[]): string {
	const names = rounds[0]?.steps.map(({ step }) => step) ?? [];
	const row = (name: string, figures: readonly number[]) =>
		`${name.padEnd(26)}${figures.map((ms) => seconds(ms).padStart(8)).join("")}${seconds(median(figures)).padStart(10)}`;
	const heading = `${"Step, s".padEnd(26)}${rounds.map((_, index) => `round ${index + 1}`.padStart(8)).join("")}${"median".padStart(10)}`;
	return [
		heading,
		...names.map((name) =>
			row(
				name,
				rounds.map(
					({ steps }) => steps.find(({ step }) => step === name)?.ms ?? 0,
				),
			),
		),
		row(
			"The window",
			rounds.map(({ windowMs }) => windowMs),
		),
		row(
			"The registry's restarts",
			rounds.map(({ restartsMs }) => restartsMs),
		),
		row("The window without them", rounds.map(own)),
	].join("\n");
}

function seconds(ms: number): string {
	return (ms / 1000).toFixed(2);
}
