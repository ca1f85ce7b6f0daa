import type { ObjectStore } from "../store/object-store.ts";
import { printable } from "./format.ts";

/** Spells what happens to objects as `aws s3 sync` prints it, since that is what people read and grep for today. */
export class TransferLines {
	readonly #source: ObjectStore;
	readonly #target: ObjectStore;
	readonly #verb: string;
	readonly #mark: string;

	constructor(source: ObjectStore, target: ObjectStore, isDryRun: boolean) {
		this.#source = source;
		this.#target = target;
		this.#verb = verb(isLocal(source), isLocal(target));
		this.#mark = isDryRun ? "(dryrun) " : "";
	}

	/** `upload: /registry/docker/… to s3://bucket/docker/…` */
	copied(key: string): string {
		return `${this.#mark}${this.#verb}: ${this.#pair(key)}`;
	}

	/** `delete: s3://bucket/docker/…` */
	deleted(key: string): string {
		return `${this.#mark}delete: ${printable(this.#target.address(key))}`;
	}

	/** `upload failed: … to … REASON` */
	failed(key: string, reason: string): string {
		return `${this.#verb} failed: ${this.#pair(key)} ${reason}`;
	}

	#pair(key: string): string {
		return `${printable(this.#source.address(key))} to ${printable(this.#target.address(key))}`;
	}
}

function isLocal(store: ObjectStore): boolean {
	return store.url.startsWith("file:");
}

function verb(isSourceLocal: boolean, isTargetLocal: boolean): string {
	if (isSourceLocal === isTargetLocal) return "copy";
	return isSourceLocal ? "upload" : "download";
}
