#!/usr/bin/env node
// This module must load on any Node that has modules (12 and newer): no static import, and no syntax that is younger,
// such as an await outside a function.
// What package.json asks for.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 21)) {
	process.stderr.write(
		`regmigrate needs Node 24.21 or newer; this is ${process.versions.node}. Install it from https://nodejs.org or your distribution.\n`,
	);
	process.exit(2);
}
void start();

async function start(): Promise<void> {
	await sizeHeap();
	const { runProgram } = await import("./cli/program.ts");
	const { COMMANDS, TOPICS } = await import("../commands/index.ts");
	await runProgram(COMMANDS, TOPICS, process.argv.slice(2));
}

/**
 * Makes the young generation of the heap 4 MiB, and keeps it so. Left alone, V8 lets it grow to 64 MiB and more before
 * it collects, for a process whose live data fits in ten; and from the 1 MiB that it begins with, it collects so often
 * that a sixth of a pass goes into it. V8 can be told on its command line alone how large it is to be; here it can only
 * be told by how much to grow, when more than it holds has survived.
 */
async function sizeHeap(): Promise<void> {
	const { getHeapSpaceStatistics, setFlagsFromString } = await import(
		"node:v8"
	);
	// It is two halves, of which one is empty but while it is collected.
	const bytes = 2 * 4 * 1024 * 1024;
	const isSized = () =>
		getHeapSpaceStatistics().some(
			(space) => space.space_name === "new_space" && space.space_size >= bytes,
		);
	setFlagsFromString("--semi-space-growth-factor=4");
	const survivors = [];
	for (let made = 0; made < 64 && !isSized(); made++)
		survivors.push(new Array(8192).fill(made));
	setFlagsFromString("--semi-space-growth-factor=1");
	// What grows old is little: it need not wait until there is as much again as was there before.
	setFlagsFromString("--heap-growing-percent=50");
}

export {};
