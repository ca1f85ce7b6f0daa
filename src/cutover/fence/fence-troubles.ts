import { fromFilesystem } from "../../store/filesystem/errors.ts";

/** What could not be done to entries of a tree, by its cause: the first path of each, and how many there are. */
export class FenceTroubles {
	readonly #causes = new Map<string, { first: string; count: number }>();

	/** Whether there was any. */
	get any(): boolean {
		return this.#causes.size > 0;
	}

	readonly add = (path: string, error: unknown): void => {
		const { reason } = fromFilesystem(error, {
			store: path,
			operation: "fence",
		});
		const known = this.#causes.get(reason);
		if (known !== undefined) known.count++;
		else this.#causes.set(reason, { first: path, count: 1 });
	};

	/** Completes "… could not be …": one clause for each cause. */
	get clauses(): readonly string[] {
		return [...this.#causes].map(
			([reason, { first, count }]) =>
				`${first}${count === 1 ? "" : ` and ${count - 1} others`} (${reason})`,
		);
	}
}
