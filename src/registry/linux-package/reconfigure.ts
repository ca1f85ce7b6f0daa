import { wait } from "../../store/wait.ts";
import { endingOf } from "../host/ending.ts";
import type { HostProcess } from "../host/processes.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Configured } from "./gitlab-rb.ts";
import { readService } from "./installation.ts";
import type { PackageNode } from "./package-node.ts";
import { readGenerated } from "./read-generated.ts";
import { judge, type Verdict } from "./reconfigured.ts";
import { reverted } from "./reverted.ts";
import { serviceProcess } from "./service-process.ts";

/**
 * Runs a reconfigure, and looks at what it did: whether the registry that runs has read what `expected` says (`judge`).
 * `text` is what `gitlab.rb` is. Rejects with a `RegistryError`: `failed`, `timed-out`, `changed`.
 */
export async function reconfigure(
	node: PackageNode,
	text: string,
	expected: Configured,
	call?: Call,
): Promise<void> {
	const { host, paths, gitlabCtl, reconfigureTimeoutMs } = node;
	const before = await serviceProcess(host, paths, call);
	const old = await readGenerated(
		host,
		await readService(host, paths, call),
		{},
		call,
	);
	// What it prints is long, and in its log as well.
	const command = `${gitlabCtl} reconfigure >/dev/null`;
	const { code } = await withinTime(node, () =>
		host.run(["sh", "-c", command], {
			signal: call?.signal,
			timeoutMs: reconfigureTimeoutMs,
		}),
	);
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`${gitlabCtl} reconfigure on ${host.name} ${endingOf(code)}; the registry runs with ${node.file} as it is, in part or not at all`,
			{
				suggestions: [
					"Look at the newest file in /var/log/gitlab/reconfigure there, or undo the change.",
				],
			},
		);
	// What else was pending may have moved it.
	const service = await readService(host, paths, call);
	const generated = await readGenerated(host, service, {}, call);
	const { text: found } = await readHostFile(host, node.file, call);
	const after = await startedProcess(node, call);
	const verdict = judge({
		expected,
		configured: generated.effective,
		isFileKept: found === text,
		isRewritten: generated.sha256 !== old.sha256,
		writtenAt: generated.writtenAt,
		before,
		after,
	});
	if (verdict !== "in-force")
		throw failure(node, verdict, {
			configuration: service.configuration,
			writtenAt: generated.writtenAt,
			process: after?.name,
		});
}

/** How long runit may take to start what it has ended, once the reconfigure is through (ms). */
const START_MS = 15_000;

/** The process that serves after a restart; `undefined`: none was started in time. */
async function startedProcess(
	{ host, paths }: PackageNode,
	call: Call | undefined,
): Promise<HostProcess | undefined> {
	const deadline = performance.now() + START_MS;
	for (;;) {
		const found = await serviceProcess(host, paths, call);
		if (found !== undefined || performance.now() > deadline) return found;
		await wait(250, call?.signal);
	}
}

/** Says of a reconfigure that took too long in which state that leaves the registry. */
async function withinTime<T>(
	{ host, gitlabCtl, reconfigureTimeoutMs }: PackageNode,
	run: () => Promise<T>,
): Promise<T> {
	try {
		return await run();
	} catch (error) {
		if (!(error instanceof RegistryError && error.code === "timed-out"))
			throw error;
		throw new RegistryError(
			"timed-out",
			`${gitlabCtl} reconfigure on ${host.name} took longer than ${reconfigureTimeoutMs / 1000} s and was ended; the registry runs as before, as asked for, or not at all`,
			{
				suggestions: [
					"Look at the newest file in /var/log/gitlab/reconfigure there for what it waited for, then run this again or undo the change.",
				],
				cause: error,
			},
		);
	}
}

function failure(
	node: PackageNode,
	verdict: Exclude<Verdict, "in-force">,
	{
		configuration,
		writtenAt,
		process = "",
	}: {
		readonly configuration: string;
		readonly writtenAt: number;
		readonly process?: string | undefined;
	},
): RegistryError {
	const { host, file, gitlabCtl } = node;
	const wrote = new Date(writtenAt).toISOString();
	const log = "Look at the newest file in /var/log/gitlab/reconfigure there.";
	switch (verdict) {
		case "reverted":
			return reverted(node, "what the registry runs with now is not known");
		case "not-generated":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded, but ${configuration} (of ${wrote}) does not say what ${file} does; the registry runs as before`,
				{
					suggestions: [
						log,
						"Is it that file which GitLab there is configured by?",
					],
				},
			);
		case "not-running":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded and ${configuration} is as asked for, but no registry runs`,
				{
					suggestions: [
						`Look at /var/log/gitlab/registry/current there; ${gitlabCtl} start registry starts it.`,
					],
				},
			);
		case "not-restarted":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded and ${configuration} is as asked for, but the registry (${process}) runs since before that and has not read it`,
				{ suggestions: [`Run ${gitlabCtl} restart registry there.`, log] },
			);
		default:
			return verdict satisfies never;
	}
}
