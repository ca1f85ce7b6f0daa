import { expect, test } from "vitest";
import { hasTools, newBucket } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import {
	expectAsBefore,
	installed,
	push,
	rollbackWords,
	run,
} from "./installed-registry.ts";
import { killedIn } from "./killed-in.ts";
import { tagDigests } from "./registry-client.ts";

test.skipIf(!hasTools("registry-3", "minio"))(
	"a registry that was cut over, and whose cutover to a third storage comes to nothing, is rolled back to the first",
	async () => {
		const installation = await installed();
		const { registry, words, target, flags } = installation;
		await run(0, ...words);
		await push(registry, "team/new", "v1");
		const third = storeUrl(await newBucket(), "/third").href;
		const onward = [target, third, ...flags, "--yes"];
		await killedIn("switch", ["cutover", ...onward, "--no-rehearse"]);
		const undone = await run(0, "rollback", ...onward);
		expect(undone.stdout).toContain("The cutover was undone");
		expect((await tagDigests(registry.server())).has("team/new:v1")).toBe(true);
		await run(0, ...rollbackWords(installation));
		expect((await tagDigests(registry.server())).has("team/new:v1")).toBe(true);
		await expectAsBefore(installation);
	},
);
