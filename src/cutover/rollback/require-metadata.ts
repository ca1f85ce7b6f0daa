import { PAUSED } from "../../registry/meanwhile.ts";
import { metadataMode } from "../../registry/metadata-mode.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import { metadataPlace } from "../database/metadata-place.ts";
import { type LookedAt, witnessOf } from "../database/preflight.ts";
import { TEST_REPOSITORY } from "../database/witness.ts";
import { lockNames } from "../lock-files.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/**
 * Rejects with a `CutoverError` (`refused`) unless the registry's metadata are where they were when it was cut over, and what
 * is needed to prove which storage its nodes use is there. A database stays as it is.
 *
 * | at the cutover | now                  | a repository to push to | then   |
 * | -------------- | -------------------- | ----------------------- | ------ |
 * | in the storage | in the storage       | -                       | go on  |
 * | in the storage | a node has a database | -                      | refuse: the configuration of before has none |
 * | in a database  | in a database        | named                   | go on  |
 * | in a database  | in a database        | none                    | refuse |
 * | in a database  | elsewhere, or unclear | -                      | refuse |
 */
export async function requireMetadata(
	found: readonly LookedAt[],
	world: Pick<
		RollbackWorld,
		"source" | "database" | "testRepository" | "observe"
	>,
	call: Call,
): Promise<void> {
	const { source, database, testRepository, observe } = world;
	if (database.read() === undefined) {
		for (const { node, settings, header } of found)
			if (
				metadataMode({ configured: settings.database, header, locks: [] })
					.mode === "database"
			)
				throw refusal(
					`the metadata of ${node.name} are in a database by now, which its configuration of before does not know`,
					"Nothing leads back from the database: the links in the storage do not say what was pushed since.",
				);
		return;
	}
	const metadata = metadataPlace(
		found.map(witnessOf),
		await lockNames(source, call),
	);
	if (metadata.place === "unclear")
		throw refusal(metadata.because, ...metadata.suggestions);
	if (metadata.place === "storage")
		throw refusal(
			"its metadata were in a database when it was cut over, and are so no more",
			"Configure the database again that it had.",
		);
	if (testRepository === undefined)
		throw refusal(
			"its metadata are in a database, so that only a push proves which storage a node uses",
			TEST_REPOSITORY,
		);
	for (const { node } of found)
		for (const note of (await node.change(PAUSED, call)).notes)
			observe({ type: "note", text: `${node.name}: ${note}` });
	observe({
		type: "note",
		text: "The metadata are in a database, which stays as it is: only blobs are copied back.",
	});
}

function refusal(
	reason: string,
	...suggestions: readonly string[]
): CutoverError {
	return new CutoverError(
		"refused",
		`The registry cannot be rolled back: ${reason}. Nothing was changed`,
		{ suggestions },
	);
}
