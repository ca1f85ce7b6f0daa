import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * Files that take minutes: they cut registries over, or roll them back, many times. Where there was no run before, vitest
 * knows only how large files are, and would begin with some of these when all others are done.
 */
const LONG = /\/e2e\/(?:cutover|rollback)[^/]*\.test\.ts$/;

/** Begins with what takes longest, so that nothing of it is left to be waited for alone. */
export class LongestFirst extends BaseSequencer {
	override async sort(
		files: TestSpecification[],
	): Promise<TestSpecification[]> {
		const sorted = await super.sort(files);
		const groupOf = ({ project }: TestSpecification) =>
			project.config.sequence.groupOrder;
		const rankOf = ({ moduleId }: TestSpecification) =>
			LONG.test(moduleId) ? 0 : 1;
		return sorted.toSorted(
			(one, other) =>
				groupOf(one) - groupOf(other) || rankOf(one) - rankOf(other),
		);
	}
}
