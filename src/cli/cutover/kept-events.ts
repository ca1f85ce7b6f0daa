import { hostname } from "node:os";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import { EventFile } from "../../cutover/told/event-file.ts";
import type { ToldEvent } from "../../cutover/told/event-record.ts";
import { findSchedules } from "../../registry/collector/schedules.ts";
import type { RegistryNode } from "../../registry/node.ts";
import { thisWriter, writerText } from "../../state/writer.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { messageOf, suggestionsOf } from "../../store/thrown.ts";
import { printable } from "../format.ts";
import { PACKAGE } from "../package-metadata.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import type { Said } from "../said.ts";
import type { MigrationPaths } from "./migration-files.ts";

/** What is told of a course, for who looks on from elsewhere, or looks back. */
export interface KeptEvents extends Disposable {
	/** `line`: what people are told of it. */
	keep(event: { readonly type: string }, line?: string | undefined): void;
	/** The process is about to end: with all done, or because of this. */
	keepEnd(error?: unknown): void;
}

export interface KeepOptions {
	readonly course: "cutover" | "rollback";
	readonly begun: BegunRecord;
	readonly operator: string;
	readonly said: Said;
	readonly session: RegistrySession;
	readonly source: Pick<ObjectStore, "url">;
	readonly target: Pick<ObjectStore, "url">;
	readonly say: (line: string) => void;
	readonly signal: AbortSignal;
}

/** Keeps events beside the journal, from this process's beginning on; a dry run keeps none. */
export async function keepEvents(
	{ events: path }: Pick<MigrationPaths, "events">,
	isDryRun: boolean,
	options: KeepOptions,
): Promise<KeptEvents> {
	if (isDryRun) return { keep() {}, keepEnd() {}, [Symbol.dispose]() {} };
	const { begun, course, say } = options;
	const run = await runEvent(options);
	const file = new EventFile(path, {
		id: begun.id,
		isFirst: course === "cutover",
		note: (text) => say(`   Note: ${printable(text)}`),
	});
	file.append(run);
	return {
		keep: (event, line) => file.append(event, line),
		keepEnd: (error) => file.append({ type: "stopped", ...failure(error) }),
		[Symbol.dispose]: () => file[Symbol.dispose](),
	};
}

async function runEvent(options: KeepOptions): Promise<ToldEvent> {
	const { course, operator, said, session, source, target } = options;
	const { signal } = options;
	const { description } = session.described;
	const nodes = await Promise.all(
		session.nodes.map(async (node) => ({
			name: node.name,
			url: node.url.origin,
			host: node.host.isLocal ? hostname() : node.host.name,
			// Who does not answer is found out by the steps.
			version: await session.askVersion(node, { signal }).then(
				({ gitlabVersion }) => gitlabVersion,
				() => undefined,
			),
			schedules: await schedulesOn(node, options),
		})),
	);
	return {
		type: "run",
		...{ course, operator, nodes, kind: description.kind },
		version: PACKAGE.version,
		process: writerText(thisWriter()),
		directory: process.cwd(),
		words: said.map(([name, value]) => [name, value]),
		source: source.url,
		target: target.url,
	};
}

/** A release's pods start nothing by themselves. */
async function schedulesOn(
	{ host }: RegistryNode,
	{ session, signal }: KeepOptions,
): Promise<string[]> {
	if (session.described.description.kind === "helm") return [];
	return await findSchedules(host, { signal }).then(
		({ files }) => [...files],
		() => [],
	);
}

function failure(error: unknown) {
	if (error === undefined) return {};
	const name = error instanceof Error ? error.name : "failed";
	return {
		code: error instanceof Error && "code" in error ? String(error.code) : name,
		message: messageOf(error),
		suggestions: suggestionsOf(error),
	};
}
