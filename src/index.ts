/** The library: what the commands are made of, for programs that migrate a registry themselves. */
export { StoreError, type StoreErrorCode } from "./store/errors.ts";
export {
	type Faults,
	faults,
	faulty,
	type ScriptedFault,
} from "./store/faults.ts";
export { type LimitOptions, limit } from "./store/limit.ts";
export type * from "./store/object-store.ts";
export { openStore, parseStoreUrl } from "./store/open.ts";
export { prefix } from "./store/prefix.ts";
export { readOnly } from "./store/read-only.ts";
export { record } from "./store/record.ts";
export { type RetryOptions, retry } from "./store/retry.ts";
export type { LeftUpload, SettleOptions } from "./store/upload-log.ts";
export type { Damage, SyncEvent, SyncResult, Tally } from "./sync/events.ts";
export { IndexError } from "./sync/index-error.ts";
export { type SyncOptions, sync } from "./sync/pass.ts";
export { type RefusalCode, SyncRefusal } from "./sync/refusal.ts";
export type { LeftOut, SelectionOptions } from "./sync/selection.ts";
export { patternProblem } from "./sync/selection-patterns.ts";
export { UploadFiles } from "./sync/upload-file.ts";
export type { VerifyEvent } from "./verify/event.ts";
export type {
	Finding,
	FindingKind,
	FindingSummary,
} from "./verify/finding.ts";
export {
	type VerifyLevel,
	type VerifyOptions,
	type VerifyResult,
	verify,
} from "./verify/verify.ts";
