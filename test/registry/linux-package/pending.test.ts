import { describe, expect, test } from "vitest";
import {
	differences,
	type Evidence,
	pendingChanges,
} from "../../../src/registry/linux-package/pending.ts";

const IN_FORCE = {
	tags: [],
	gitlab: { gitlab_rails: { time_zone: "UTC", registry_key_path: "/x" } },
	nginx: { enable: true },
	registry: { storage: { filesystem: { rootdirectory: "/srv" } } },
};

const CONFIGURATION = {
	gitlab: { gitlab_rails: { time_zone: "UTC" } },
	registry: { storage: { filesystem: { rootdirectory: "/srv" } } },
};

/** A file that was changed after the last reconfigure. */
const EVIDENCE: Evidence = {
	configuration: CONFIGURATION,
	inForce: IN_FORCE,
	changedAt: 2000,
	reconfiguredAt: 1000,
	ours: [],
};

describe("pendingChanges", () => {
	test("names what is new or changed since the last reconfigure, whenever the file was changed", () => {
		const configuration = {
			gitlab: { gitlab_rails: { time_zone: "Berlin", smtp: { port: 25 } } },
			registry: CONFIGURATION.registry,
		};
		const names = [
			"gitlab.gitlab_rails.time_zone",
			"gitlab.gitlab_rails.smtp.port",
		];
		expect(pendingChanges({ ...EVIDENCE, configuration })).toEqual(names);
		expect(
			pendingChanges({ ...EVIDENCE, configuration, changedAt: 500 }),
		).toEqual(names);
	});

	test("names what is gone when the file was changed since, but for what recipes set", () => {
		const configuration = { registry: CONFIGURATION.registry };
		expect(pendingChanges({ ...EVIDENCE, configuration })).toEqual([
			"gitlab.gitlab_rails.time_zone",
		]);
	});

	test("takes what is gone for set by recipes when the file was not changed since", () => {
		const configuration = { registry: CONFIGURATION.registry };
		expect(
			pendingChanges({ ...EVIDENCE, configuration, changedAt: 500 }),
		).toEqual([]);
	});

	test("finds nothing in a file of which only comments were changed", () => {
		expect(pendingChanges(EVIDENCE)).toEqual([]);
	});

	test("finds nothing where the last reconfigure is not known and the file is older, or as we wrote it", () => {
		const unknown = { ...EVIDENCE, inForce: undefined };
		expect(pendingChanges({ ...unknown, changedAt: 500 })).toEqual([]);
		expect(pendingChanges({ ...unknown, changedAt: undefined })).toEqual([]);
	});

	test("says that there is something where the last reconfigure is not known and the file is newer, or none ever succeeded", () => {
		const unknown = { ...EVIDENCE, inForce: undefined };
		expect(pendingChanges(unknown)).toBe("unknown");
		expect(pendingChanges({ ...unknown, reconfiguredAt: undefined })).toBe(
			"unknown",
		);
	});

	test("leaves out what is ours", () => {
		const configuration = {
			...CONFIGURATION,
			registry: { storage: { s3: { bucket: "b" } }, log_level: "debug" },
		};
		const ours = ["registry.storage"];
		expect(pendingChanges({ ...EVIDENCE, configuration, ours })).toEqual([
			"registry.log_level",
		]);
	});
});

describe("differences", () => {
	test("compares lists as a whole, and takes null for nothing", () => {
		expect(
			differences(
				{ a: [1], b: null, c: { d: 1 }, e: { f: 1 } },
				{ a: [2], c: null, e: { f: 1 }, g: null },
			),
		).toEqual({ changed: ["a"], gone: ["c.d"] });
	});
});
