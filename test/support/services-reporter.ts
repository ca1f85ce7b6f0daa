import type {
	Reporter,
	SerializedError,
	TestModule,
	Vitest,
} from "vitest/node";
import {
	countLine,
	countRun,
	describeServices,
	describeSkipped,
	type RunCounts,
} from "./run-summary.ts";
import type { ProvidedServices } from "./services.ts";

/**
 * Ends a run's output with the servers it ran against, what it could therefore not cover, every skipped test,
 * and last, alone on a line, the counts.
 */
export class ServicesReporter implements Reporter {
	#vitest: Vitest | undefined;
	#lines: readonly string[] = [];
	#counts: RunCounts | undefined;

	onInit(vitest: Vitest): void {
		this.#vitest = vitest;
		// Vitest still reports failed set-ups and leaks after the run: only here nothing can follow.
		if (!vitest.config.watch)
			process.once("exit", (exitCode) => this.#print(exitCode));
	}

	onTestRunEnd(
		modules: readonly TestModule[],
		unhandledErrors: readonly SerializedError[],
	): void {
		const services = this.#providedServices();
		// With a name pattern everything else is skipped, as the user wished.
		const isFiltered = this.#vitest?.config.testNamePattern !== undefined;
		this.#lines = [
			...(services === undefined ? [] : describeServices(services)),
			...(isFiltered ? [] : describeSkipped(modules)),
		];
		this.#counts = countRun(modules, unhandledErrors.length);
		if (this.#vitest?.config.watch === true) this.#print(0);
	}

	#providedServices(): ProvidedServices | undefined {
		const contexts =
			this.#vitest?.projects.map((project) => project.getProvidedContext()) ??
			[];
		return contexts
			.map(({ services }) => services)
			.find((services) => services !== undefined);
	}

	#print(exitCode: number): void {
		if (this.#counts === undefined) return;
		const lines = this.#lines.length === 0 ? [] : [...this.#lines, ""];
		const count = countLine(this.#counts, exitCode);
		process.stdout.write(`\n${[...lines, count].join("\n")}\n`);
	}
}
