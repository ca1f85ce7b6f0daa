import type { Finding, Side } from "./finding.ts";

/** What a verification reports while it works. */
export type VerifyEvent =
	/** A page of a side's listing came in; what is never copied is among it. Half-finished pushes are not. */
	| {
			readonly type: "listed";
			readonly side: Side;
			readonly objects: number;
	  }
	/** So many keys more were compared, whatever came out. */
	| { readonly type: "compared"; readonly objects: number }
	/** Also those of which the result keeps no example. */
	| { readonly type: "finding"; readonly finding: Finding };
