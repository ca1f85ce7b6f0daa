import { readFile } from "node:fs/promises";
import { oddFile } from "../store/filesystem/odd-file.ts";

/** The text of a file that somebody named. `refuse` makes the error of why it cannot be read, which is a clause. */
export async function readText(
	file: string,
	refuse: (reason: string) => Error,
): Promise<string> {
	const [text, reason] = await tryToRead(file);
	if (reason !== undefined) throw refuse(reason);
	return text;
}

async function tryToRead(
	file: string,
): Promise<readonly [text: string, reason: string | undefined]> {
	try {
		const odd = oddFile(file);
		return odd === undefined ? [await readFile(file, "utf8"), odd] : ["", odd];
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : "";
		return ["", REASONS[String(code)] ?? `the system says ${code}`];
	}
}

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	ENOTDIR: "there is no such file",
	EACCES: "permission denied",
	EISDIR: "it is a directory",
	ELOOP: "too many symbolic links lead to it",
};
