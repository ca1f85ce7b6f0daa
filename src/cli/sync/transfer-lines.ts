import type { StoreError } from "../../store/errors.ts";
import type { ObjectStore } from "../../store/object-store.ts";

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
		return `${this.#mark}delete: ${this.#target.address(key)}`;
	}

	/** `upload failed: … to … REASON (at the target)` */
	failed(key: string, error: StoreError): string {
		return `${this.#verb} failed: ${this.#pair(key)} ${this.reason(error)}`;
	}

	/** `delete failed: s3://bucket/docker/… REASON (at the target)` */
	deleteFailed(key: string, error: StoreError): string {
		return `delete failed: ${this.#target.address(key)} ${this.reason(error)}`;
	}

	/** Why, and on which side. */
	reason({ reason, store }: StoreError): string {
		const isAtSource = store === this.#source.url;
		const isAtTarget = store === this.#target.url;
		if (isAtSource === isAtTarget) return reason;
		return `${reason} (${isAtSource ? "in the source" : "at the target"})`;
	}

	#pair(key: string): string {
		return `${this.#source.address(key)} to ${this.#target.address(key)}`;
	}
}

function isLocal(store: ObjectStore): boolean {
	return store.url.startsWith("file:");
}

function verb(isSourceLocal: boolean, isTargetLocal: boolean): string {
	if (isSourceLocal === isTargetLocal) return "copy";
	return isSourceLocal ? "upload" : "download";
}
