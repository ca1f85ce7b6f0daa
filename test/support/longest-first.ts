import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes, the longest first: they cut registries over, or roll them back, many times. Where there was no
 * run before, vitest knows only how large files are, and would begin with some of these when all others are done.
 */
const LONG = [
	/\/e2e\/(?:cutover|rollback)-killed[^/]*\.test\.ts$/,
	/\/e2e\/(?:cutover|rollback)[^/]*\.test\.ts$/,
];

/** Begins with what takes longest, so that nothing of it is left to be waited for alone. */
export class LongestFirst extends BaseSequencer {
	override async sort(
		files: TestSpecification[],
	): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const groupOf = ({ project }: TestSpecification) =>
			project.config.sequence.groupOrder;
		const rankOf = ({ moduleId }: TestSpecification) => {
			const rank = LONG.findIndex((pattern) => pattern.test(moduleId));
			return rank === -1 ? LONG.length : rank;
		};
		return sorted.toSorted(
			(one, other) =>
				groupOf(one) - groupOf(other) || rankOf(one) - rankOf(other),
		);
	}
}
