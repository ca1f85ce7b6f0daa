import { readFile } from "node:fs/promises";

/** The text of a file that somebody named. `refuse` makes the error of why it cannot be read, which is a clause. */
export async function readText(
	file: string,
	refuse: (reason: string) => Error,
): Promise<string> {
	try {
		return await readFile(file, "utf8");
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : "";
		throw refuse(REASONS[String(code)] ?? `the system says ${code}`);
	}
}

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	EACCES: "permission denied",
	EISDIR: "it is a directory",
};
