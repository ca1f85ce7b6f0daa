import { MARKER_KEY } from "../../src/layout/marker.ts";
import { readProven } from "../../src/store/body.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** A target that proves what it is given, counts it but for its marker, and keeps nothing. */
export class CountingStore {
	objects = 0;
	readonly store: ObjectStore = {
		...faulty(new MemoryStore("counting"), {}),
		put: async (key, body, options) => {
			const about = { store: "memory://counting", operation: "put", key };
			const { length } = await readProven(body, options?.digest, about);
			if (key !== MARKER_KEY) this.objects++;
			return {
				key,
				size: length,
				version: "",
				lastModified: 0,
				md5: undefined,
			};
		},
	};
}
