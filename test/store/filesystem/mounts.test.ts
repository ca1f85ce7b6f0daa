import { describe, expect, test } from "vitest";
import {
	areMountsChanged,
	readMounts,
} from "../../../src/store/filesystem/mounts.ts";

const line = (point: string, id = 36) =>
	`${id} 35 98:0 / ${point} rw,noatime master:1 - ext4 /dev/root rw`;

describe("mounts", () => {
	test.each([
		["nothing", [], false],
		["the directory itself", ["/srv/registry"], true],
		["a directory below it", ["/srv/registry/docker/a"], true],
		["one with a space in its name", ["/srv/registry/a\\040b"], true],
		["a neighbour whose name begins alike", ["/srv/registry-2"], false],
		["one above it", ["/srv"], false],
	] as const)(
		"are changed at or below a directory when %s was mounted or unmounted: %j, %s",
		(_what, points, isChanged) => {
			const before = [line("/"), line("/proc")].join("\n");
			const after = [before, ...points.map((point) => line(point))].join("\n");
			for (const path of ["/srv/registry", "/srv/registry/"]) {
				expect(areMountsChanged(before, after, [path])).toBe(isChanged);
				expect(areMountsChanged(after, before, ["/other", path])).toBe(
					isChanged,
				);
			}
		},
	);

	test("of a directory whose name has a space are told", () => {
		const after = line("/srv/a\\040b/m");
		expect(areMountsChanged("", after, ["/srv/a b"])).toBe(true);
	});

	test.runIf(process.platform === "linux")("are told by Linux", () => {
		expect(readMounts()).toContain(" / ");
	});
});
