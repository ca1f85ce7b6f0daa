import { readFileSync } from "node:fs";

/** Where Linux tells what is mounted where, as this process sees it. Source: proc_pid_mountinfo(5). */
const MOUNT_TABLE = "/proc/self/mountinfo";

/** What is mounted, as the kernel tells it; `undefined` where it does not. */
export function readMounts(): string | undefined {
	try {
		return readFileSync(MOUNT_TABLE, "utf8");
	} catch {
		// Another system than Linux, or /proc is not mounted: whoever asks looks at each directory instead.
		return undefined;
	}
}

/** Whether anything was mounted or unmounted at or below one of these paths (real ones) between two readings. */
export function areMountsChanged(
	before: string,
	after: string,
	paths: readonly string[],
): boolean {
	if (before === after) return false;
	const earlier = new Set(before.split("\n"));
	const later = new Set(after.split("\n"));
	const changed = [...earlier.symmetricDifference(later)].map(mountPoint);
	return paths.some((path) => {
		const below = path.endsWith("/") ? path : `${path}/`;
		return changed.some((point) => `${point}/`.startsWith(below));
	});
}

/** The fifth field, in which white space and backslashes are octal. */
function mountPoint(line: string): string {
	return (line.split(" ", 5)[4] ?? "").replaceAll(/\\([0-7]{3})/g, (_, octal) =>
		String.fromCharCode(Number.parseInt(octal, 8)),
	);
}
