import { mkdirSync, openSync, readdirSync, statSync } from "node:fs";
import { symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { StoreError, type StoreErrorCode } from "../../../src/store/errors.ts";
import { errno, fromFilesystem } from "../../../src/store/filesystem/errors.ts";
import { TemporaryRoot } from "./temporary-root.ts";

const ABOUT = { store: "file:///registry", operation: "get", key: "a" };

function thrownBy(act: () => unknown): unknown {
	try {
		act();
	} catch (error) {
		return error;
	}
	throw new Error("it did not fail");
}

/** As Node makes them: libuv's text, and the errno as the code. */
function withErrno(code: string): Error {
	return Object.assign(new Error(`${code}: something, read`), {
		code,
		syscall: "read",
	});
}

describe("an error of the file system", () => {
	test("of a real call is mapped", async () => {
		using root = new TemporaryRoot();
		await root.fill("file");
		await symlink("loop", root.at("loop"));
		const errors: readonly (readonly [
			() => unknown,
			string,
			StoreErrorCode,
		])[] = [
			[() => statSync(root.at("absent")), "ENOENT", "not-found"],
			[() => statSync(root.at("file/below")), "ENOTDIR", "not-found"],
			[() => readdirSync(root.at("file")), "ENOTDIR", "not-found"],
			[() => mkdirSync(root.at("file")), "EEXIST", "precondition-failed"],
			[() => openSync(root.path, "w"), "EISDIR", "unsupported"],
			[() => statSync(root.at("n".repeat(256))), "ENAMETOOLONG", "unsupported"],
			[() => statSync(root.at("loop")), "ELOOP", "unsupported"],
		];
		for (const [act, name, code] of errors) {
			const thrown = thrownBy(act);
			expect(errno(thrown)).toBe(name);
			expect(fromFilesystem(thrown, ABOUT)).toMatchObject({
				...ABOUT,
				code,
				cause: thrown,
			});
		}
	});

	test.each<[string, StoreErrorCode, RegExp]>([
		["EACCES", "permission-denied", /permission denied/],
		["EPERM", "permission-denied", /not permitted/],
		["EROFS", "permission-denied", /read-only/],
		["EIO", "unavailable", /input\/output/],
		["ESTALE", "unavailable", /stale handle/],
		["ETIMEDOUT", "unavailable", /did not answer in time/],
		["EBUSY", "unavailable", /in use/],
		["EMFILE", "unavailable", /too many open files in this process/],
		["ENFILE", "unavailable", /too many open files on this machine/],
		["ENOSPC", "unavailable", /no space/],
		["EDQUOT", "unavailable", /quota/],
		["ENXIO", "not-found", /not a file/],
		["EXDEV", "unknown", /EXDEV/],
		["EINVAL", "unknown", /EINVAL/],
	])("%s is %s", (name, code, reason) => {
		const error = fromFilesystem(withErrno(name), ABOUT);
		expect(error.code).toBe(code);
		expect(error.reason).toMatch(reason);
		expect(error.retryable).toBe(code === "unavailable");
	});

	test.each([
		["EACCES", "Run it as root"],
		["EPERM", "lsattr"],
		["EROFS", "read-write"],
		["EIO", "dmesg"],
		["ESTALE", "Mount"],
		["ETIMEDOUT", "file server"],
		["EMFILE", "ulimit"],
		["ENFILE", "fs.file-max"],
		["ENOSPC", "Make room"],
		["EDQUOT", "quota"],
	])("%s comes with what to do", (name, advice) => {
		const { suggestions } = fromFilesystem(withErrno(name), ABOUT);
		expect(suggestions).toHaveLength(1);
		expect(suggestions[0]).toContain(advice);
		expect(suggestions[0]).toMatch(/^[A-Z].*\.$/);
	});

	test.each([
		["get", "read and enter"],
		["list", "read and enter"],
		["open", "read and enter"],
		["put", "write"],
		["delete", "write"],
		["write", "write"],
	])("of permissions to %s tells which ones are needed", (operation, what) => {
		const about = { ...ABOUT, operation };
		const { suggestions } = fromFilesystem(withErrno("EACCES"), about);
		expect(suggestions.join()).toMatch(new RegExp(`a user that may ${what}`));
	});

	test("that a store has judged already is passed on", () => {
		const error = new StoreError("corrupt", "judged", ABOUT);
		expect(fromFilesystem(error, { ...ABOUT, key: "b" })).toBe(error);
	});

	test.each([new TypeError("a mistake"), "text", undefined])(
		"that is none is unknown: %s",
		(thrown) => {
			const error = fromFilesystem(thrown, ABOUT);
			expect(error).toMatchObject({
				code: "unknown",
				cause: thrown,
				retryable: false,
			});
			expect(errno(thrown)).toBeUndefined();
		},
	);
});
