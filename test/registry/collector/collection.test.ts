import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import {
	COUNT_LINES,
	parseCollection,
} from "../../../src/registry/collector/collection.ts";

type Fields = Readonly<Record<string, string | number>>;

/** A digest of its own for each number. */
function digest(number: number): string {
	return `sha256:${number.toString(16).padStart(64, "0")}`;
}

const WITH_AWK = 'awk "$1"';

/** What is made of what a collector prints. */
function countOf(lines: readonly string[], exitCode = 0) {
	const input = [...lines, `regmigrate-exit ${exitCode}`, ""].join("\n");
	const output = execFileSync("sh", ["-c", WITH_AWK, "sh", COUNT_LINES], {
		input,
	}).toString();
	return { ...parseCollection(output), length: output.length };
}

describe("what a collector says", () => {
	test("is counted, as Distribution prints it", () => {
		const { collection, exitCode, said } = countOf([
			"team/app",
			`team/app: marking manifest ${digest(1)} `,
			`team/app: marking blob ${digest(2)}`,
			`manifest eligible for deletion: {team/app ${digest(3)} [v1]}`,
			"",
			"2 blobs marked, 2 blobs and 1 manifests eligible for deletion",
			`blob eligible for deletion: ${digest(4)}`,
			'time="2026-11-28T12:00:00Z" level=info msg="Deleting blob: /docker/registry/v2/blobs/sha256/00"',
			`blob eligible for deletion: ${digest(5)}`,
			`team/app: layer link eligible for deletion: ${digest(4)}`,
		]);
		expect(collection).toEqual({
			marked: 2,
			blobs: 2,
			manifests: 1,
			layerLinks: 1,
			bytes: undefined,
			examples: [digest(4), digest(5)],
		});
		expect(exitCode).toBe(0);
		expect(said).toEqual(["team/app"]);
	});

	test.each<readonly [string, (message: string, fields: Fields) => string]>([
		[
			"text",
			(message, fields) =>
				[
					`time="2026-11-28T12:00:00Z" level=info msg="${message}"`,
					...Object.entries(fields).map(([name, value]) => `${name}=${value}`),
				].join(" "),
		],
		[
			"JSON",
			(message, fields) =>
				JSON.stringify({ ...fields, level: "info", msg: message }),
		],
	])("is counted, as GitLab's registry logs it in %s", (_, line) => {
		const { collection } = countOf([
			line("marking blob", { digest: digest(1) }),
			line("manifest metadata will be deleted from repository", {
				digest: digest(2),
			}),
			line("blob eligible for deletion", {
				digest: digest(3),
				size_bytes: 1000,
			}),
			line("mark stage complete", {
				blobs_marked: 7,
				blobs_to_delete: 1,
				manifests_to_delete: 1,
				storage_use_estimate_bytes: 1000,
			}),
		]);
		expect(collection).toEqual({
			marked: 7,
			blobs: 1,
			manifests: 1,
			layerLinks: 0,
			bytes: 1000,
			examples: [digest(3)],
		});
	});

	test("is short, however many blobs there are", () => {
		const lines = Array.from({ length: 50_000 }, (_, number) => [
			`team/app: marking blob ${digest(number)}`,
			`blob eligible for deletion: ${digest(number)}`,
			`some-repository-${number}`,
		]).flat();
		const { collection, length } = countOf(lines);
		expect(collection.blobs).toBe(50_000);
		expect(collection.examples).toHaveLength(20);
		expect(length).toBeLessThan(4000);
	});

	test("is its last words when it fails", () => {
		const { exitCode, said } = countOf(
			["team/app", "failed to garbage collect: invalid checksum digest format"],
			1,
		);
		expect(exitCode).toBe(1);
		expect(said.at(-1)).toContain("invalid checksum digest format");
	});

	test("is not known where nothing came", () => {
		expect(parseCollection("").exitCode).toBeUndefined();
	});
});
