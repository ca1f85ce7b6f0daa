import { execFileSync } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { hasTools, services } from "../support/services.ts";
import { beginPush } from "./draining-registry.ts";
import { Gate, type HeldRequest } from "./gate.ts";
import {
	addTag,
	expectAsBefore,
	expectOnTarget,
	type InstalledRegistry,
	installed,
	push,
	restart,
	run,
	stateOf,
} from "./installed-registry.ts";
import { startProgram } from "./program.ts";
import { tagDigests } from "./registry-client.ts";
import { Told } from "./told.ts";

/** A registry whose target is reached by a gate, at which the cutover can be held. */
async function gated() {
	const gate = await Gate.open(services().s3.endpoint);
	onTestFinished(() => gate[Symbol.asyncDispose]());
	return { gate, at: await installed("3", { endpoint: gate.endpoint }) };
}

/** Where it is held: requests that are made in one step alone. */
const HELD: Readonly<Record<string, HeldRequest>> = {
	"final pass": request("GET", /regmigrate\.json/),
	"verify the delta": request("HEAD", /tags\/late\/current\/link/),
	canary: request("PUT", /repositories\/regmigrate\/canary/),
};

function request(method: string, path: RegExp): HeldRequest {
	return { method, path, number: 1, isPassedOn: false };
}

/** Cuts it over, and holds it in a step. There is something for the last pass to copy: the tag `late`. */
async function heldIn(
	step: keyof typeof HELD,
	{ gate, at }: { readonly gate: Gate; readonly at: InstalledRegistry },
): Promise<Told> {
	const told = new Told(await startProgram(at.words));
	await told.said("== read-only:");
	addTag(at.registry, "team/app", "late", "v1");
	const held = HELD[step];
	if (held === undefined) throw new Error(`It cannot be held in ${step}`);
	await gate.hold(held);
	expect(told.text).toContain(`== ${step}:`);
	return told;
}

/** Waits for the end, which has to be this. */
async function endOf(told: Told, exitCode: number): Promise<string> {
	const ended = await told.program.ended;
	expect(ended.exitCode, told.text + ended.stderr).toBe(exitCode);
	return ended.stderr;
}

/** Configures it to something, past the program, and restarts it. */
async function reconfigure(
	{ registry }: InstalledRegistry,
	text: string | Buffer,
): Promise<void> {
	writeFileSync(registry.configFile, text);
	await restart(registry);
	expect(await stateOf(registry)).toBe("writable");
}

const AS_IT_WAS =
	"All is as it was: the registry is on the source, and takes writes";

describe.skipIf(!hasTools("registry-3", "minio"))("cutover › when", () => {
	test("configuration management makes a node writable again before the switch, all is done again, with what was pushed meanwhile", async () => {
		const both = await gated();
		const { at } = both;
		const told = await heldIn("final pass", both);
		await reconfigure(at, at.before);
		await push(at.registry, "team/app", "meanwhile");
		await endOf(told, 0);
		expect(told.text).toContain("takes writes again in the middle of the");
		expect(told.text).toContain('All is done again from "read-only" on');
		await expectOnTarget(at);
		const tags = await tagDigests(at.registry.server());
		for (const tag of ["v1", "v2", "late", "meanwhile"])
			expect(tags.get(`team/app:${tag}`), tag).toMatch(/^sha256:/);
	});

	test("it does so after the switch, it goes back: what was pushed meanwhile is at the source", async () => {
		const both = await gated();
		const { at } = both;
		const told = await heldIn("canary", both);
		await reconfigure(at, at.before);
		await push(at.registry, "team/app", "meanwhile");
		const stderr = await endOf(told, 5);
		expect(stderr).toContain("takes writes again in the middle of the");
		expect(stderr).toContain("Keep configuration management");
		expect(stderr).toContain(AS_IT_WAS);
		await expectAsBefore(at);
		const tags = await tagDigests(at.registry.server());
		expect(tags.get("team/app:meanwhile")).toMatch(/^sha256:/);
	});

	test("somebody lets it take writes on the target, it does not go back, which would lose them, and says so", async () => {
		const both = await gated();
		const { at } = both;
		const told = await heldIn("canary", both);
		const text = readFileSync(at.registry.configFile, "utf8");
		expect(text).toMatch(/enabled: true\n/);
		await reconfigure(
			at,
			text.replace(/(readonly:\s+enabled: )true/, "$1false"),
		);
		await push(at.registry, "team/app", "meanwhile");
		const stderr = await endOf(told, 6);
		expect(stderr).toContain("takes writes on the target: somebody has made");
		const tags = await tagDigests(at.registry.server());
		expect(tags.get("team/app:meanwhile")).toMatch(/^sha256:/);
	});

	test("somebody adds something to the configuration, it goes back by its own keys, and keeps that", async () => {
		const both = await gated();
		const { at, gate } = both;
		const told = await heldIn("canary", both);
		appendFileSync(at.registry.configFile, "# added by somebody\n");
		addTag(at.registry, "team/app", "past", "v2");
		gate.release();
		expect(await endOf(told, 5)).toContain(AS_IT_WAS);
		const before = Buffer.from(`${at.before}# added by somebody\n`);
		await expectAsBefore({ ...at, before });
	});

	test.each(["verify the delta", "canary"])(
		"something is written to the source past the registry in %s, all is as it was",
		async (step) => {
			const both = await gated();
			const { at, gate } = both;
			const told = await heldIn(step, both);
			addTag(at.registry, "team/app", "past", "v2");
			gate.release();
			const stderr = await endOf(told, 5);
			expect(stderr).toContain("the source has moved since the last pass");
			expect(stderr).toContain("garbage collection (cron)");
			expect(stderr).toContain(AS_IT_WAS);
			await expectAsBefore(at);
		},
	);

	test("garbage is collected at the source, all is as it was, and nothing that is needed is lost on either side", async () => {
		const both = await gated();
		const { at, gate } = both;
		const url = `${at.registry.url}/v2/team/app/manifests`;
		const before = await tagDigests(at.registry.server());
		const digest = before.get("team/app:v2");
		await fetch(`${url}/${digest}`, { method: "DELETE" });
		const told = await heldIn("verify the delta", both);
		const { path } = await requireTool("registry-3");
		const said = execFileSync(
			path,
			["garbage-collect", "--delete-untagged", at.registry.configFile],
			{ encoding: "utf8", stdio: "pipe" },
		);
		expect(said).toContain("3 blobs and 0 manifests eligible for deletion");
		gate.release();
		const stderr = await endOf(told, 5);
		expect(stderr).toMatch(/the source has moved.* [1-9]\d* to delete/);
		expect(stderr).toContain(AS_IT_WAS);
		await expectAsBefore(at);
		const kept = [...before].filter(([name]) => name !== "team/app:v2");
		const servesKept = async () => {
			const tags = await tagDigests(at.registry.server());
			for (const [name, digest] of kept) expect(tags.get(name)).toBe(digest);
		};
		await servesKept();
		await run(0, ...at.words);
		await servesKept();
	});
});

test.skipIf(!hasTools("registry-3", "minio"))(
	"cutover › a push that is under way when read-only comes is waited for, and is at the target",
	async () => {
		const at = await installed("3", { drainTimeout: "60s" });
		const late = await beginPush(at.registry.server(), "team/app", "late");
		const told = new Told(await startProgram(at.words));
		await told.said("of before to end");
		expect(told.text).not.toContain("== final pass");
		expect(await late.finish()).toBe(201);
		await endOf(told, 0);
		await expectOnTarget(at);
		const tags = await tagDigests(at.registry.server());
		expect(tags.get("team/app:late")).toMatch(/^sha256:/);
	},
);
