import type { Standing } from "./standing.ts";

/** What has happened on the way. `step` is a step's name. */
export type CutoverEvent =
	| { readonly type: "began"; readonly step: string; readonly about: string }
	| { readonly type: "done"; readonly step: string; readonly ms: number }
	/** Another process had begun it; it goes on from here. */
	| { readonly type: "resumed"; readonly standing: Standing }
	/** From this step on all is applied again. The reason is a clause. */
	| {
			readonly type: "repeating";
			readonly step: string;
			readonly reason: string;
	  }
	/** The reason is a clause. */
	| { readonly type: "turning-back"; readonly reason: string }
	| { readonly type: "undoing"; readonly step: string }
	| { readonly type: "undone"; readonly step: string; readonly ms: number };
