import { posix } from "node:path";

/** Where the original of a file is kept: in a folder of its own beside it, which only its owner may look into. */
export interface KeptPlace {
	readonly folder: string;
	/** As the file was before our first change: never changed again. With its owner and mode. */
	readonly original: string;
	/** As we wrote the file last. */
	readonly written: string;
	/** As we are about to write it, or have just done. */
	readonly next: string;
	/** There when somebody else had changed the file between two changes of ours: then the original lacks that. */
	readonly mixed: string;
	/** Puts the original back without regmigrate. */
	readonly restore: string;
}

/** Where the original of `target` (`HostFile.target`) is kept: `DIR/.regmigrate/NAME/`. */
export function keptPlace(target: string): KeptPlace {
	const { dir, base } = posix.parse(target);
	const folder = posix.join(dir, ".regmigrate", base);
	return {
		folder,
		original: `${folder}/original`,
		written: `${folder}/written`,
		next: `${folder}/next`,
		mixed: `${folder}/mixed`,
		restore: `${folder}/restore.sh`,
	};
}

/** Where it is put aside what a file led back to until it was accepted as it was then (`acceptFile`). */
export interface AcceptedPlace {
	readonly folder: string;
	/** As the file was before our first change. Absent where none was kept: then there is no way back. */
	readonly original: string;
	/** As it was when it was accepted last. */
	readonly accepted: string;
	/** There when somebody else had changed it in between: then the original lacks that. */
	readonly mixed: string;
}

/** Where what was accepted under a name is put aside: `DIR/.regmigrate/NAME.before-GIVEN/`. */
export function acceptedPlace(target: string, name: string): AcceptedPlace {
	const folder = `${keptPlace(target).folder}.before-${name}`;
	return {
		folder,
		original: `${folder}/original`,
		accepted: `${folder}/accepted`,
		mixed: `${folder}/mixed`,
	};
}
