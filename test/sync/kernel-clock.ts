import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { vi } from "vitest";

/** A year in milliseconds: stamps older than that were set by somebody, and are told as they are. */
const YEAR_MS = 365 * 86_400_000;

/**
 * A clock that stands still until it is told to move, for this process and for the time stamps of files: all that is
 * written between two moves has the very same stamps, as on a kernel whose clock moves in ticks. The real stamps cannot
 * be chosen; so what `stat` tells is changed.
 */
export class KernelClock implements Disposable {
	readonly #real = {
		statSync: fs.statSync,
		lstatSync: fs.lstatSync,
		fstatSync: fs.fstatSync,
	};
	/** From which real time on which time is told. */
	readonly #ticks: { readonly from: number; readonly told: number }[] = [];
	readonly #probe: string;
	#now: number;

	/** `directory` is on the file system whose files are told of. */
	constructor(directory: string) {
		this.#probe = join(directory, "clock");
		this.#now = Date.now();
		fs.writeFileSync(this.#probe, "");
		this.#tick();
		vi.useFakeTimers({ toFake: ["Date"], now: this.#now });
		for (const name of ["statSync", "lstatSync", "fstatSync"] as const)
			Reflect.set(fs, name, (...args: unknown[]) =>
				this.#told(Reflect.apply(this.#real[name], fs, args)),
			);
		syncBuiltinESMExports();
	}

	/** Lets so much time go by (ms): what is written from now on has other stamps, unless it is none. */
	advance(ms: number): void {
		if (ms === 0) return;
		this.#now += ms;
		this.#tick();
		vi.setSystemTime(this.#now);
	}

	[Symbol.dispose](): void {
		Object.assign(fs, this.#real);
		syncBuiltinESMExports();
		vi.useRealTimers();
		fs.rmSync(this.#probe, { force: true });
	}

	/** Waits until the kernel's own stamps have moved, so that what was written before can be told from what comes after. */
	#tick(): void {
		const before = this.#stamp();
		let from = before;
		while (from === before) from = this.#stamp();
		this.#ticks.push({ from, told: this.#now });
	}

	#stamp(): number {
		fs.utimesSync(this.#probe, 0, 0);
		return this.#real.statSync(this.#probe).ctimeMs;
	}

	#told(stats: unknown): unknown {
		if (stats instanceof fs.Stats)
			for (const name of ["ctimeMs", "mtimeMs"] as const)
				Reflect.set(stats, name, this.#time(stats[name]));
		return stats;
	}

	#time(real: number): number {
		const tick = this.#ticks.findLast(({ from }) => from <= real);
		if (tick !== undefined) return tick.told;
		const [first] = this.#ticks;
		const start = first?.told ?? 0;
		return real < start - YEAR_MS ? real : start - 60_000;
	}
}
