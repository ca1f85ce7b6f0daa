import type { EventRecord, RunRecord } from "./event-record.ts";
import { lifecycleRules } from "./lifecycle-rules.ts";

/** Something that is left to people after a cutover. */
export interface Task {
	/** What there is to do, and why: a sentence. */
	readonly text: string;
	/** What can be copied for it, line by line. */
	readonly lines: readonly string[];
}

/** What is known of an installation. */
export interface DayAfter {
	/** Of the process that was at it last. */
	readonly run: RunRecord;
	/** Of the cutover. */
	readonly events: readonly EventRecord[];
	/** Whether the source was begun to be deleted since: then there is no way back. */
	readonly isRetired: boolean;
	/** A command line of ours with what was said for the cutover, as far as that command takes it; in lines for a shell. */
	readonly command: (
		name: "rollback" | "verify" | "retire" | "config render",
	) => readonly string[];
}

/** What is left to people when a registry is on its target: in the order in which it is due. */
export function dayAfter({
	run,
	events,
	isRetired,
	command,
}: DayAfter): readonly Task[] {
	const { kind, source, target, words } = run;
	const isGitLab = kind === "linux-package" || kind === "helm";
	const isBucket = !target.startsWith("file:");
	const didSay = (name: string) => words.some(([word]) => word === name);
	return [
		wayBack({ run, isRetired, command }),
		{
			text: `Where a configuration management (Puppet, Chef, Ansible, Git) keeps the registry's configuration, give it the new storage before it runs again: otherwise it brings the registry back to ${source}, without what was pushed since. The changes, with secrets masked, are in the report, and shown by:`,
			lines: command("config render"),
		},
		{
			text: "Tell people, and resume what was paused for the window: CI runners, deployments, alerts.",
			lines: [],
		},
		...(isGitLab ? gitlabTasks() : []),
		...schedules(run).map((file) => ({
			text: `${file} collects garbage by itself, on the target from now on. Take it out while the way back is to be kept open.`,
			lines: [],
		})),
		...(isBucket
			? [
					{
						text: `The storage is in no backup of the file system any more.${isGitLab ? " Leave the registry out of GitLab's (SKIP=registry), which would hold none of its images." : ""} Have ${target} keep former versions of its objects instead, and give it these rules, as lifecycle.json, that end uploads which were not completed, and keep former versions for 30 days (they take the place of the rules that it has):`,
						lines: lifecycleRules(namedTarget(run)),
					},
				]
			: [
					{
						text: `Put ${target} into the backup that ${source} is in.`,
						lines: [],
					},
				]),
		{
			text: `Watch for 24 hours: ${[
				"answers of the registry with status 5xx",
				'lines of its log with level=error, above all "unknown error" with err.code=unknown',
				"pushes that end with 404 BLOB_UPLOAD_UNKNOWN more than once",
				...(isBucket ? bucketMetrics(target) : ["free space at the target"]),
			].join("; ")}.`,
			lines: [],
		},
		...(isBucket
			? [
					{
						text: "Revoke the credentials that were used for the migration alone. Those that the registry itself is configured with have to stay.",
						lines: [],
					},
				]
			: []),
		...leftBehind(events),
		...(didSay("accept-damage")
			? [
					{
						text: "What was broken in the source is so at the target, as was accepted. verify names it; pushing those images again mends it.",
						lines: [],
					},
				]
			: []),
		...(isRetired ? [] : lastTasks(command)),
	];
}

/** What there is to say of the way back: its command, until the source was begun to be deleted. */
function wayBack({
	run: { source },
	isRetired,
	command,
}: Omit<DayAfter, "events">): Task {
	if (isRetired)
		return {
			text: `${source} was begun to be deleted by retire: there is no way back any more. Where something is left there, the same command goes on.`,
			lines: [],
		};
	return {
		text: `Until somebody retires ${source}, there is a way back, with all that is pushed from now on. Nobody may write there meanwhile:`,
		lines: command("rollback"),
	};
}

function lastTasks(command: DayAfter["command"]): readonly Task[] {
	return [
		{
			text: "After a week, read a sample of the blobs back. How it comes out is noted, and retire asks for it:",
			lines: command("verify"),
		},
		{
			text: "After 14 days, and a clean one of these, when nobody wants to go back any more, delete the old storage:",
			lines: command("retire"),
		},
	];
}

/** The same when it has been brought back: from the target of the cutover, which is the source of that. */
export function dayAfterRollback({
	source,
	target,
}: RunRecord): readonly Task[] {
	return [
		{
			text: `Where a configuration management (Puppet, Chef, Ansible, Git) keeps the registry's configuration, give it the storage of before, ${target}: otherwise it brings the registry to ${source} again, without what is pushed from now on.`,
			lines: [],
		},
		{
			text: "Tell people, and resume what was paused for the window: CI runners, deployments, alerts.",
			lines: [],
		},
		{
			text: `Take back what was done because of the cutover: put ${target} into the backups again, without SKIP=registry, and bring back the cron of the garbage collection.`,
			lines: [],
		},
		{
			text: `${source} is what it was, and nobody writes there any more: keep it until you are sure. A new cutover needs an empty bucket or prefix, or this one after regmigrate sync --target-not-empty.`,
			lines: [],
		},
	];
}

/**
 * A repository that could not be deleted ten times is given up, which may have happened while the registry refused. Sources:
 * GitLab, app/models/container_repository.rb (statuses, `MAX_DELETION_FAILURES`), its columns of 17.5.
 */
function gitlabTasks(): readonly Task[] {
	return [
		{
			text: "Cleanup policies and deletions of images that ran into the window try again by themselves, but a repository that has failed ten times is given up (delete_failed). Look for such, and have them deleted again, in the Rails console (gitlab-rails console; from GitLab 17.5 on):",
			lines: [
				"ContainerRepository.delete_failed.count",
				"ContainerRepository.delete_failed.find_each { |repository| repository.update!(status: :delete_scheduled, failed_deletion_count: 0, next_delete_attempt_at: nil) }",
			],
		},
	];
}

/** As it was named for the cutover: with its endpoint, which the store does not show. */
function namedTarget({ target, words }: RunRecord): string {
	const named = words.find(([name]) => name === "target")?.[1];
	return typeof named === "string" && /^(s3|gs|az):/.test(named)
		? named
		: target;
}

function schedules({ nodes }: RunRecord): readonly string[] {
	return nodes.flatMap(({ name, schedules = [] }) =>
		schedules.map((file) => `${file} on ${name}`),
	);
}

/** What each provider counts. Sources: S3 request metrics (CloudWatch), Cloud Monitoring, Azure Monitor. */
function bucketMetrics(target: string): readonly string[] {
	switch (new URL(target).protocol) {
		case "s3:":
			return [
				"the bucket's request metrics 4xxErrors, 5xxErrors (503 SlowDown among them) and FirstByteLatency",
			];
		case "gs:":
			return [
				"storage.googleapis.com/api/request_count by response_code (429 and 5xx)",
			];
		case "az:":
			return [
				"the account's Transactions by ResponseType (ServerBusyError, ClientThrottlingError, AuthorizationError)",
			];
		default:
			return [];
	}
}

/** What we have put somewhere, and could not take away again. */
function leftBehind(events: readonly EventRecord[]): readonly Task[] {
	const notes = events.flatMap((event) =>
		event.type === "note" && /could not be removed| stays: /.test(event.text)
			? [event.text]
			: [],
	);
	return notes.length === 0
		? [
				{
					text: "What was put there to try it, the canary and test images, has been removed: there is nothing to clean up. Layers of test images, which no image names any more, go with the next garbage collection of the registry.",
					lines: [],
				},
			]
		: [{ text: "Remove what could not be removed:", lines: notes }];
}
