import { expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { failure, unreadable } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import { smallRegistry, storeOf } from "./content.ts";
import { run } from "./run.ts";

const REGISTRY = smallRegistry();

test("sync › (I2) stops, and writes nothing, when a part of the target cannot be looked at", async () => {
	const closed = "docker/registry/v2/repositories/acme/";
	const target = traced(unreadable(await storeOf(REGISTRY), closed));
	await expect(
		run(await storeOf(REGISTRY), target.store),
	).rejects.toMatchObject({ code: "permission-denied", key: closed });
	expect(writesOf(target.calls)).toEqual([]);
});

test("sync › stops, and writes nothing, when the target's listing fails", async () => {
	const failing = faulty(await storeOf([]), {
		list: (prefix) => {
			if (prefix === "docker/registry/") throw failure("unavailable");
		},
	});
	const target = traced(failing);
	await expect(
		run(await storeOf(REGISTRY), target.store),
	).rejects.toMatchObject({ code: "unavailable" });
	expect(writesOf(target.calls)).toEqual([]);
});

test("sync › stops, and writes nothing, when the source's listing of blobs fails", async () => {
	const source = faulty(await storeOf(REGISTRY), {
		list: (prefix) => {
			if (prefix === "docker/registry/v2/blobs/") throw failure("unavailable");
		},
	});
	const target = traced(await storeOf([]));
	await expect(run(source, target.store)).rejects.toMatchObject({
		code: "unavailable",
	});
	expect(writesOf(target.calls)).toEqual([]);
});

test("sync › lists the target once, apart from its lock files", async () => {
	const target = traced(await storeOf(REGISTRY));
	await run(await storeOf(REGISTRY), target.store);
	const listings = target.calls
		.filter(({ operation, ended }) => operation === "list" && ended < Infinity)
		.map(({ key }) => key);
	const locks = "docker/registry/lockfiles/";
	expect(listings).toEqual(["docker/registry/", locks, locks]);
});

test("sync › passes on what is no error of a store: it is a mistake in a program, not a part that cannot be read", async () => {
	const mistake = new TypeError("a mistake");
	const source = faulty(await storeOf(REGISTRY), {
		list: (prefix) => {
			if (prefix.endsWith("/_layers/")) throw mistake;
		},
	});
	await expect(run(source, await storeOf([]))).rejects.toBe(mistake);
});
