import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { localHost } from "../../../src/registry/host/local-host.ts";
import {
	type CutoverMark,
	dropMark,
	type MarkedPlace,
	takeMark,
} from "../../../src/registry/kept-file/cutover-mark.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let place: MarkedPlace;
let kept: string;
beforeEach(() => {
	const folder = temporaryFolder();
	const configuration = join(folder, "config.yml");
	writeFileSync(configuration, "version: 0.1\n");
	place = { name: "registry-1", host: localHost, at: configuration };
	kept = join(folder, ".regmigrate");
});

const markOf = (id: string): CutoverMark => ({
	id,
	operator: `${id}@host`,
	host: "host",
	journal: `/state/${id}.cutover`,
	since: "2026-01-31T00:00:00.000Z",
});
const never = () => false;
const always = () => true;

test("a node is marked as in one cutover, and in no other, until that has ended", async () => {
	await takeMark(place, markOf("one"), never);
	await takeMark(place, markOf("one"), never);
	const refused = takeMark(place, markOf("two"), never);
	await expect(refused).rejects.toMatchObject({ code: "refused" });
	await expect(refused).rejects.toThrow(
		"begun by one@host (2026-01-31T00:00:00.000Z), whose journal is /state/one.cutover on host",
	);
	await dropMark(place, markOf("two"));
	await expect(takeMark(place, markOf("two"), never)).rejects.toThrow();
	await dropMark(place, markOf("one"));
	await takeMark(place, markOf("two"), never);
	expect(readdirSync(kept)).toEqual(["config.yml.cutover"]);
	await dropMark(place, markOf("two"));
	expect(existsSync(kept)).toBe(false);
});

test("of several that mark a node at once one has it, also where a stale mark is there", async () => {
	for (const stale of [false, true]) {
		if (stale) await takeMark(place, markOf("stale"), never);
		const ids = ["a", "b", "c", "d"];
		const taken = await Promise.allSettled(
			ids.map((id) =>
				takeMark(place, markOf(id), (other) => other.id === "stale"),
			),
		);
		const winners = taken.filter(({ status }) => status === "fulfilled");
		expect(winners).toHaveLength(1);
		expect(readdirSync(kept)).toEqual(["config.yml.cutover"]);
		for (const id of ids) await dropMark(place, markOf(id));
	}
});

test("a mark that nobody can read is nobody's to remove", async () => {
	await takeMark(place, markOf("one"), never);
	const mark = join(kept, "config.yml.cutover");
	writeFileSync(mark, "what is this?\n");
	// Nor is it said to be another's: it may be this one's own.
	for (const id of ["one", "two"])
		await expect(takeMark(place, markOf(id), always)).rejects.toThrow(
			`${mark} on this machine, which says so, is damaged`,
		);
	expect(existsSync(mark)).toBe(true);
});

test("a node of which no configuration is known is marked by its URL, where its host's user keeps state", async () => {
	const state = temporaryFolder();
	vi.stubEnv("XDG_STATE_HOME", state);
	onTestFinished(() => void vi.unstubAllEnvs());
	const at = (url: string): MarkedPlace => ({ ...place, at: new URL(url) });
	await takeMark(at("http://one:5000/v2/"), markOf("one"), never);
	await takeMark(at("http://two:5000"), markOf("two"), never);
	const again = takeMark(at("http://one:5000"), markOf("two"), never);
	await expect(again).rejects.toMatchObject({
		code: "refused",
		suggestions: [
			expect.anything(),
			expect.stringMatching(
				`by its own commands, and remove ${state}/regmigrate/registry-`,
			),
		],
	});
	expect(readdirSync(join(state, "regmigrate"))).toHaveLength(2);
	await dropMark(at("http://one:5000"), markOf("one"));
	await dropMark(at("http://two:5000"), markOf("two"));
	expect(readdirSync(state)).toEqual([]);
});
