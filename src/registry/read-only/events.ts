import type { Instance } from "../node.ts";
import type { WriteState } from "../probe/write-state.ts";
import type { FoundState } from "./record.ts";

/** What has happened while a registry was made read-only, or writable again. `node` is a node's name. */
export type ReadOnlyEvent =
	/** What was found, before anything was changed. */
	| {
			readonly type: "found";
			readonly node: string;
			readonly state: WriteState["state"];
			/** What the operator should know: sentences. */
			readonly notes: readonly string[];
	  }
	/** Its files were written. */
	| { readonly type: "written"; readonly node: string }
	/** The commands that make it effective have ended. */
	| { readonly type: "activated"; readonly node: string }
	/** It answers as it is to answer; what served it before may still go on. */
	| {
			readonly type: "answered";
			readonly node: string;
			readonly state: FoundState;
	  }
	/** Those that served before are still there. */
	| {
			readonly type: "waiting";
			readonly node: string;
			readonly instances: readonly Instance[];
	  }
	/** Those that served before have ended. */
	| {
			readonly type: "ended";
			readonly node: string;
			readonly instances: readonly Instance[];
	  }
	/** They could not be seen ending: they were given the time after which they have to have ended (ms). A weaker proof. */
	| {
			readonly type: "drained";
			readonly node: string;
			readonly ms: number;
	  }
	/** It failed: all that was begun is being put back. */
	| { readonly type: "putting-back"; readonly reason: string }
	/** It is as it was found. */
	| {
			readonly type: "put-back";
			readonly node: string;
			readonly state: FoundState;
	  }
	/** It could not be put back, or not be proven to be. */
	| {
			readonly type: "left";
			readonly node: string;
			readonly reason: string;
	  };

/** Is told of each as it happens; must not throw. */
export type Observe = (event: ReadOnlyEvent) => void;
