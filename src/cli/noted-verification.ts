import type { ObjectStore } from "../store/object-store.ts";
import { messageOf } from "../store/thrown.ts";
import type { DigestResult } from "../verify/blob-digests.ts";
import {
	noteVerification,
	type VerificationNote,
} from "../verify/verification-notes.ts";
import type { VerifyResult } from "../verify/verify.ts";

/** A verification that has ended. */
export interface EndedVerification {
	/** What the target was compared with; `undefined`: nothing. */
	readonly source: Pick<ObjectStore, "identity"> | undefined;
	readonly target: Pick<ObjectStore, "identity">;
	/** Milliseconds since 1970. */
	readonly beganAt: number;
	readonly endedAt: number;
	readonly comparison?: VerifyResult | undefined;
	readonly digests?: DigestResult | undefined;
}

/**
 * Notes it for `retire` and `gc`. Numbers alone prove nothing that they go by, and are not noted. What cannot be noted is told,
 * and does not change how the verification came out.
 */
export function keepNote(
	stateDirectory: string,
	ended: EndedVerification,
	tell: (line: string) => void,
): void {
	const note = noteOf(ended);
	if (note === undefined) return;
	try {
		noteVerification(stateDirectory, note);
	} catch (error) {
		tell(
			`Note: this cannot be noted in ${stateDirectory} (${messageOf(error)}), so retire and gc will not know of it.`,
		);
	}
}

function noteOf(ended: EndedVerification): VerificationNote | undefined {
	const { source, target, beganAt, endedAt, comparison, digests } = ended;
	const isCompared = comparison !== undefined && comparison.level !== "counts";
	if (!isCompared && digests === undefined) return undefined;
	return {
		target: target.identity,
		beganAt: new Date(beganAt).toISOString(),
		endedAt: new Date(endedAt).toISOString(),
		...(isCompared && {
			source: source?.identity,
			isEqual: comparison.isEqual,
			lastPass: comparison.lastPass,
		}),
		digests: digests && {
			share: digests.share,
			read: digests.read.objects,
			findings: digests.corrupt.count + digests.unknown.count,
		},
	};
}
