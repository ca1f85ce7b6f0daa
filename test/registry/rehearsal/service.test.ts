import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { servedEnvironment } from "../../../src/registry/rehearsal/served-environment.ts";
import { parseService } from "../../../src/registry/rehearsal/service.ts";

/** What the script prints of a process of user 998, with this environment. */
function printed(self: string, environment: string): string {
	const status = "Uid:\t998\t998\t998\t998\nGid:\t997\t997\t997\t997\n";
	return `${self}\n/opt/gitlab/embedded/bin/registry\n${status}Groups:\t4 27 \n\0${environment}`;
}

describe("a rehearsal runs as the process that serves", () => {
	const ENVIRONMENT = "PATH=/bin\0AWS_PROFILE=registry\0";
	const variables = new Map([
		["PATH", "/bin"],
		["AWS_PROFILE", "registry"],
	]);
	const program = "/opt/gitlab/embedded/bin/registry";

	test("when who looks is the same", () => {
		expect(parseService(printed("998", ENVIRONMENT), "process 7")).toEqual({
			program,
			user: undefined,
			environment: variables,
			notes: [],
		});
	});

	test("when root looks", () => {
		expect(parseService(printed("0", ENVIRONMENT), "process 7")).toEqual({
			program,
			user: { uid: "998", gid: "997", groups: "4,27" },
			environment: variables,
			notes: [],
		});
	});

	test("else as who looks, and that is said", () => {
		expect(parseService(printed("1000", ""), "process 7")).toEqual({
			program,
			user: undefined,
			environment: undefined,
			notes: [
				"The registry (process 7) runs as another user (998): this one runs as who runs regmigrate (1000), and without variables of its service. Run it as root to have it as it is.",
			],
		});
	});

	test("but not as what passes on to it", () => {
		const text = printed("0", ENVIRONMENT).replace(
			program,
			"/usr/bin/docker-proxy",
		);
		expect(parseService(text, "process 7")).toEqual({
			program: undefined,
			user: undefined,
			environment: undefined,
			notes: [
				"What answers for the registry (process 7) is /usr/bin/docker-proxy, and no registry: this one runs as who runs regmigrate, and without variables of its service.",
			],
		});
	});

	test("also when its program was replaced meanwhile, or nothing is to be seen", () => {
		expect(
			parseService("0\n/usr/bin/registry (deleted)\n\0", "process 7"),
		).toEqual({
			program: "/usr/bin/registry",
			user: undefined,
			environment: undefined,
			notes: [],
		});
		expect(parseService("0\n\n\0", "process 7").program).toBeUndefined();
	});
});

describe("the environment", () => {
	test("is what the process has, but for what overrides its configuration and names that no shell takes", () => {
		const hostile = `it's $(id) "x"\n\\`;
		const text = servedEnvironment(
			new Map([
				["PATH", "/usr/bin:/bin"],
				["AWS_PROFILE", hostile],
				["REGISTRY_STORAGE_S3_BUCKET", "in-use"],
				["BASH_FUNC_x%%", "() { :; }"],
				["OTEL_TRACES_EXPORTER", "otlp"],
			]),
		);
		const shown = execFileSync(
			"env",
			["-i", "sh", "-c", `${text}\nprintf '%s' "$AWS_PROFILE"; env`],
			{ encoding: "utf8" },
		);
		expect(shown.slice(0, hostile.length)).toBe(hostile);
		expect(shown).toContain("PATH=/usr/bin:/bin\n");
		expect(shown).toContain("OTEL_TRACES_EXPORTER=none\n");
		expect(shown).not.toMatch(/REGISTRY_|BASH_FUNC/);
	});

	test("is none of ours where that of the process is not known", () => {
		expect(servedEnvironment(undefined).match(/^export \w+/gm)).toEqual([
			"export PATH",
			"export HOME",
			"export OTEL_TRACES_EXPORTER",
		]);
	});
});
