import type {
	ReadOnlyRecord,
	RecordKeeper,
} from "../../registry/read-only/record.ts";

/** For a dry run: what an earlier run has kept is seen, and nothing is kept. */
export function seenKeeper(record: ReadOnlyRecord | undefined): RecordKeeper {
	const nothing = () => {
		throw new Error("A dry run keeps nothing");
	};
	return {
		read: () => record,
		write: nothing,
		remove: nothing,
		[Symbol.dispose]() {},
	};
}
