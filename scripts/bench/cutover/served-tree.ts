import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { requireTool } from "../../services/find-tool.ts";
import { freePort } from "../../services/free-port.ts";
import { runCommand } from "../../services/run-command.ts";

/** A registry on a directory, as an operator has one. Disposing ends it. */
export interface ServedTree extends Disposable {
	/** As `--registry-version` takes it. */
	readonly product: string;
	readonly configFile: string;
	/** The command that restarts it. It ends when the registry answers again. */
	readonly restart: string;
	/** How long each of its restarts took until now (ms). */
	readonly restarts: () => readonly number[];
}

/** Starts Distribution on a directory; its configuration and all that belongs to it goes to a folder. */
export async function serveTree(
	directory: string,
	folder: string,
): Promise<ServedTree> {
	const { path, version } = await requireTool("registry-3");
	const port = await freePort();
	const file = (name: string) => join(folder, name);
	writeFileSync(
		file("config.yml"),
		[
			"version: 0.1",
			"log: {level: error, accesslog: {disabled: true}}",
			"storage:",
			`  filesystem: {rootdirectory: ${directory}}`,
			"  delete: {enabled: true}",
			"http:",
			`  addr: 127.0.0.1:${port}`,
			"  secret: regmigrate-bench",
			"",
		].join("\n"),
	);
	writeFileSync(file("restart"), script(path, folder, port));
	chmodSync(file("restart"), 0o755);
	const pid = () =>
		existsSync(file("pid")) ? Number(readFileSync(file("pid"), "utf8")) : 0;
	const served: ServedTree = {
		product: `distribution ${version}`,
		configFile: file("config.yml"),
		restart: file("restart"),
		restarts: () =>
			readFileSync(file("times"), "utf8")
				.trim()
				.split("\n")
				// The first one started it.
				.slice(1)
				.map((line) => {
					const [began = 0, ended = 0] = line.split(" ").map(Number);
					return (ended - began) / 1e6;
				}),
		[Symbol.dispose]() {
			try {
				if (pid() > 0) process.kill(pid());
			} catch {
				// It has ended.
			}
		},
	};
	const { exitCode, stderr } = await runCommand(served.restart, []);
	if (exitCode === 0) return served;
	served[Symbol.dispose]();
	throw new Error(`The registry does not start: ${stderr}`);
}

/** Ends the registry, starts it, waits until it answers, and notes when it began and ended (ns). */
function script(program: string, folder: string, port: number): string {
	return `#!/bin/bash
cd '${folder}' || exit 1
began=$(date +%s%N)
if [ -e pid ]; then
	kill "$(cat pid)"
	while kill -0 "$(cat pid)" 2>/dev/null; do sleep 0.01; done
fi
OTEL_TRACES_EXPORTER=none setsid '${program}' serve config.yml >>log 2>&1 </dev/null &
echo $! >pid
for _ in $(seq 1000); do
	if (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null; then
		echo "$began $(date +%s%N)" >>times
		exit 0
	fi
	sleep 0.01
done
exit 1
`;
}
