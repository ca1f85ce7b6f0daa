/** Tells of progress, and of what went wrong. */
export function say(line: string): void {
	process.stderr.write(`${line}\n`);
}
