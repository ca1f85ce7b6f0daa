import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { oddFile } from "../../../src/store/filesystem/odd-file.ts";
import { TemporaryRoot } from "./temporary-root.ts";

test("oddFile › names what would never end to be read, and lets all else be tried", () => {
	using root = new TemporaryRoot();
	const [pipe, file] = [root.at("pipe"), root.at("file")];
	execFileSync("mkfifo", [pipe]);
	writeFileSync(file, "");
	mkdirSync(root.at("folder"));
	expect(oddFile(pipe)).toBe("it is a named pipe, not a file");
	expect(oddFile("/dev/zero")).toBe("it is a device, not a file");
	expect(oddFile(file)).toBeUndefined();
	// What is said of it is said by who tries to read it.
	expect(oddFile(root.at("folder"))).toBeUndefined();
	// A shell's <(command) is fed by somebody.
	expect(oddFile("/dev/fd/63")).toBeUndefined();
});
