import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { s3Storage } from "../../scripts/services/registry.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { push, rollbackWords, run, stateOf } from "./installed-registry.ts";
import { startManaged } from "./managed-registry.ts";
import { tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A registry that only its operator's own commands change, and a bucket that it is to be moved to. */
async function hooked() {
	const folder = await temporaryFolder();
	vi.stubEnv("XDG_STATE_HOME", join(folder, "home"));
	const registry = await startManaged({
		version: "3",
		directory: join(folder, "registry"),
	});
	await push(registry, "team/app", "v1");
	const bucket = await newBucket();
	const target = storeUrl(bucket, "/pre/fix", services().s3).href;
	const atSource = readFileSync(registry.configFile, "utf8");
	const place = (text: string, mode: string) =>
		mode === "rw"
			? text
			: text.replace(
					"  delete:",
					"  maintenance: {readonly: {enabled: true}}\n  delete:",
				);
	const { s3 } = s3Storage(services().s3, bucket, "/pre/fix");
	const atTarget = atSource.replace(
		/^ {2}filesystem:.*$/m,
		`  s3: ${JSON.stringify(s3)}\n  redirect: {disable: true}`,
	);
	for (const mode of ["rw", "ro"]) {
		writeFileSync(join(folder, `source-${mode}`), place(atSource, mode));
		writeFileSync(join(folder, `target-${mode}`), place(atTarget, mode));
	}
	const script = join(folder, "registryctl");
	writeFileSync(
		script,
		`#!/bin/sh
set -e
cd '${folder}'
[ ! -e "lie-$1" ] || exit 0
[ -e storage ] || { echo source >storage; echo rw >mode; }
case $1 in
source | target) echo "$1" >storage ;;
ro | rw) echo "$1" >mode ;;
esac
echo "$1" >>log
cat "$(cat storage)-$(cat mode)" >'${registry.configFile}'
`,
	);
	chmodSync(script, 0o755);
	const file = join(folder, "regmigrate.yml");
	writeFileSync(
		file,
		`kind: hooks
url: ${registry.url}
readOnly: ${script} ro
readWrite: ${script} rw
switch: ${script} target
switchBack: ${script} source
restart: ${registry.restart}
showConfiguration: cat ${registry.configFile}
`,
	);
	const flags = [
		...["--registry-file", file],
		...["--state-directory", join(folder, "state")],
		...["--registry-version", "distribution 3.1.2", "--drain-timeout", "0s"],
		...["--disable-redirect", "--no-rehearse"],
	];
	const words = ["cutover", registry.storage, target, ...flags, "--yes"];
	/** From now on the command of that word does nothing, and ends well; "": none. */
	const lie = (word: string) => {
		for (const one of ["ro", "rw", "source", "target"])
			rmSync(join(folder, `lie-${one}`), { force: true });
		if (word !== "") writeFileSync(join(folder, `lie-${word}`), "");
	};
	return { folder, registry, words, atSource, atTarget, lie };
}

test.skipIf(!hasTools("registry-3", "minio"))(
	"a registry of hooks is switched by its operator's commands, there and back; those that do nothing and end well are found out, and all is as it was",
	async () => {
		const { folder, registry, words, atSource, atTarget, lie } = await hooked();
		const now = () => readFileSync(registry.configFile, "utf8");
		lie("target");
		const unmoved = await run(5, ...words);
		expect(unmoved.stderr).toContain("does not serve an image that is only at");
		expect(now()).toBe(atSource);
		expect(await stateOf(registry)).toBe("writable");
		expect(readFileSync(join(folder, "log"), "utf8")).toBe("ro\nsource\nrw\n");

		// They configure what the registry is not started with.
		lie("");
		registry.override = (text) =>
			text === atSource || !text.includes("s3:")
				? text
				: readFileSync(join(folder, "source-ro"), "utf8");
		const { stderr } = await run(5, ...words);
		expect(stderr).toContain("does not serve an image that is only at the");
		expect(now()).toBe(atSource);
		expect(await stateOf(registry)).toBe("writable");

		registry.override = (text) => text;
		await run(0, ...words);
		expect(now()).toBe(atTarget);
		await push(registry, "team/app", "v2");

		const back = rollbackWords({ words });
		lie("source");
		const stays = await run(5, ...back);
		expect(stays.stderr).toContain("does not serve an image that is only at");
		expect(now()).toBe(atTarget);
		expect(await stateOf(registry)).toBe("writable");
		await push(registry, "team/app", "v3");

		lie("");
		await run(0, ...back);
		expect(now()).toBe(atSource);
		expect(await stateOf(registry)).toBe("writable");
		expect([...(await tagDigests(registry.server())).keys()].sort()).toEqual(
			["v1", "v2", "v3"].map((tag) => `team/app:${tag}`),
		);
	},
);
