import type { TestCase, TestModule } from "vitest/node";
import type { ProvidedServices } from "./services.ts";

/** How many tests of a run came out how. */
export interface RunCounts {
	readonly passed: number;
	/** Tests, and files and suites whose own set-up failed. */
	readonly failed: number;
	readonly skipped: number;
}

/** Counts what a run did. A file that cannot be loaded has no tests to count, and still is a failure. */
export function countRun(
	modules: readonly TestModule[],
	unhandledErrors: number,
): RunCounts {
	const tests = modules.flatMap((module) => [...module.children.allTests()]);
	const groups = modules.flatMap((module) => [
		module,
		...module.children.allSuites(),
	]);
	const inState = (state: string) =>
		tests.filter((test) => test.result().state === state).length;
	const failedGroups = groups.filter(
		(group) => group.errors().length > 0,
	).length;
	return {
		passed: inState("passed"),
		failed: inState("failed") + failedGroups + unhandledErrors,
		skipped: tests.length - inState("passed") - inState("failed"),
	};
}

/** The line that continuous integration reads. A run that failed never says that nothing did. */
export function countLine(counts: RunCounts, exitCode: number): string {
	const failed = exitCode === 0 ? counts.failed : Math.max(counts.failed, 1);
	const line = `${counts.passed} passed, ${failed} failed`;
	return counts.skipped === 0 ? line : `${line}, ${counts.skipped} skipped`;
}

/** Which servers and clients a run had, and one line for each thing that it could not cover without the others. */
export function describeServices({
	s3,
	found,
	missing,
}: ProvidedServices): string[] {
	const emulator = s3.verifies ? [] : [s3];
	const products = [...emulator, ...found].map(
		({ product, version }) => `${product} ${version}`,
	);
	return [
		`ran against: ${products.join(", ")}`,
		...missing.map(
			({ covers, product, reason }) =>
				`not covered: ${covers} (no ${product}: ${reason})`,
		),
	];
}

/** One line for each test that was skipped, with the reason that it gave. */
export function describeSkipped(modules: readonly TestModule[]): string[] {
	const tests = modules.flatMap((module) => [
		...module.children.allTests("skipped"),
	]);
	return tests.map(
		(test) =>
			`skipped: ${test.module.relativeModuleId} > ${test.fullName}${skipNote(test)}`,
	);
}

function skipNote(test: TestCase): string {
	const result = test.result();
	const note = result.state === "skipped" ? result.note : undefined;
	return note === undefined || note === "" ? "" : ` (${note})`;
}
