import type { ObjectStore } from "../../store/object-store.ts";
import type { BaseFile } from "../../sync/base-file.ts";
import type { Call } from "../course/step.ts";
import type { World } from "../world.ts";

/**
 * What a rollback is made of: the way of a cutover, the other way round. Its source is what the registry serves, which was
 * the cutover's target; its target is the cutover's source, of which every link is noted before it is written.
 */
export interface RollbackWorld extends World {
	/** Its target without the notes, for who only looks. */
	readonly oldSource: ObjectStore;
	readonly base: BaseFile;
	/** Under which the configurations of before were put aside. */
	readonly cutoverId: string;
	/** Where the cutover has kept what the source was before it was fenced, if it was. */
	readonly unfencePath: string;
	/** Whether the images are there still that the cutover has pushed to prove storages: it was left before it removed them. */
	readonly hasWitnesses: boolean;
	/** Makes the index of its passes anew, from the base. */
	readonly renewIndex: () => void;
	/** Puts away, where the cutover was left half-way, what it would have: by what leads back then, a rollback goes. */
	readonly takeOver: (call: Call) => Promise<void>;
	/** Notes that the cutover has ended, where it was left half-way. */
	readonly endCutover: () => void;
}
