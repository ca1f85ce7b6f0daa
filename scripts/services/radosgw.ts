import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { onFreePort } from "./free-port.ts";
import { runCommand } from "./run-command.ts";
import { type S3Start, TEST_ACCESS } from "./s3-connection.ts";
import {
	answers,
	type Lifetime,
	type RunningProcess,
	startProcess,
} from "./server-process.ts";

/** A Ceph cluster of one monitor and one object store in memory, on loopback, without keys of its own. */
interface Cluster {
	readonly directory: string;
	readonly config: string;
	readonly id: string;
	/** Where its monitor listens. */
	readonly monitor: string;
	readonly lifetime: Lifetime | undefined;
}

/** Starts the smallest Ceph cluster that there can be, and its S3 gateway, all in this session: no service, no systemd. */
export const startRadosgw: S3Start = async (directory, lifetime) => {
	const { product, version } = await requireTool("radosgw");
	const running: RunningProcess[] = [];
	const stop = async () => {
		for (const one of running.toReversed()) await one.stop();
	};
	try {
		const cluster = await onFreePort(async (port) => {
			const made = await makeCluster(directory, port, lifetime);
			running.push(await startMonitor(made));
			return made;
		});
		running.push(await startStorage(cluster));
		const [gateway, port] = await startGateway(cluster);
		running.push(gateway);
		await ceph(cluster, "radosgw-admin", [
			"user",
			"create",
			"--uid=test",
			"--display-name=test",
			`--access-key=${TEST_ACCESS.accessKeyId}`,
			`--secret-key=${TEST_ACCESS.secretAccessKey}`,
		]);
		const endpoint = `http://127.0.0.1:${port}`;
		const logFile = join(directory, "radosgw.log");
		return {
			...TEST_ACCESS,
			product,
			version,
			verifies: true,
			endpoint,
			pid: gateway.pid,
			logFile,
			stop,
		};
	} catch (error) {
		await stop();
		throw error;
	}
};

async function makeCluster(
	directory: string,
	port: number,
	lifetime: Lifetime | undefined,
): Promise<Cluster> {
	const config = join(directory, "ceph.conf");
	const monitor = `v1:127.0.0.1:${port}`;
	const cluster = { directory, config, id: randomUUID(), monitor, lifetime };
	for (const name of ["mon", "osd", "rgw", "run"])
		await mkdir(join(directory, name), { recursive: true });
	await writeFile(config, configOf(cluster));
	return cluster;
}

/** Everything in our directory and on loopback, nothing kept twice, no waiting for others. */
function configOf({ directory, id, monitor }: Cluster): string {
	const at = (name: string) => join(directory, name);
	return `[global]
fsid = ${id}
mon host = ${monitor}
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
keyring = ${at("keyring")}
run dir = ${at("run")}
admin socket = ${at("run")}/$name.asok
log file =
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000
paxos propose interval = 0.02
paxos min wait = 0.01
mon osd crush smoke test = false
mon data avail warn = 1
mon data avail crit = 0
[mon.a]
host = localhost
mon data = ${at("mon")}
mon addr = ${monitor}
mon cluster log file = ${at("cluster.log")}
[osd]
osd data = ${at("osd")}
osd objectstore = memstore
memstore device bytes = 4294967296
osd class update on start = false
osd crush update on start = false
[client]
rgw data = ${at("rgw")}
rgw enable usage log = false
rgw run sync thread = false
rgw thread pool size = 64
`;
}

async function startMonitor(cluster: Cluster): Promise<RunningProcess> {
	const { directory, id, monitor } = cluster;
	const map = join(directory, "monmap");
	await run("monmaptool", [
		"--create",
		"--clobber",
		"--fsid",
		id,
		"--addv",
		"a",
		monitor,
		map,
	]);
	await ceph(cluster, "ceph-mon", ["-i", "a", "--mkfs", "--monmap", map]);
	// Another cluster's monitor may have been faster to take the port, and answers too.
	return await daemon(cluster, "ceph-mon", ["-i", "a"], async () => {
		const found = await query(cluster, ["--connect-timeout", "2", "fsid"]);
		return found.trim() === id;
	});
}

async function startStorage(cluster: Cluster): Promise<RunningProcess> {
	const id = randomUUID();
	await ceph(cluster, "ceph", ["osd", "new", id, "0"]);
	for (const place of [
		["add-bucket", "localhost", "host", "root=default"],
		["add", "osd.0", "1.0", "root=default", "host=localhost"],
	])
		await ceph(cluster, "ceph", ["osd", "crush", ...place]);
	await ceph(cluster, "ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", id]);
	return await daemon(cluster, "ceph-osd", ["-i", "0"], async () => {
		const found = await query(cluster, ["osd", "stat"]);
		return found.includes("1 up");
	});
}

function startGateway(
	cluster: Cluster,
): Promise<readonly [RunningProcess, number]> {
	return onFreePort(async (port) => {
		const gateway = await daemon(
			cluster,
			"radosgw",
			[
				"-n",
				"client.rgw",
				"--no-mon-config",
				`--rgw-frontends=beast endpoint=127.0.0.1:${port} tcp_nodelay=1`,
				// What it calls itself in its answers, by which it is told from another cluster's.
				`--rgw-service-provider-name=${cluster.id}`,
			],
			() =>
				answers(
					`http://127.0.0.1:${port}/`,
					({ headers }) => headers.get("server") === cluster.id,
				),
		);
		return [gateway, port];
	});
}

/** Starts one of the cluster's programs, as a child and not as the daemon that it would be by itself. */
function daemon(
	{ directory, config, lifetime }: Cluster,
	program: string,
	programArguments: readonly string[],
	isReady: () => Promise<boolean>,
): Promise<RunningProcess> {
	return startProcess(
		{
			product: program,
			command: program,
			arguments: ["-f", "-c", config, ...programArguments],
			logFile: join(directory, `${program}.log`),
			lifetime,
		},
		isReady,
	);
}

/** What the cluster says; "" when it does not answer. */
async function query(
	{ config }: Cluster,
	command: readonly string[],
): Promise<string> {
	const { stdout } = await runCommand("ceph", ["-c", config, ...command]);
	return stdout;
}

function ceph(
	{ config }: Cluster,
	program: string,
	programArguments: readonly string[],
): Promise<void> {
	return run(program, ["-c", config, ...programArguments]);
}

/** A client of Ceph 16 may ask before it knows the cluster's id, on a machine that is busy; it is then refused. */
const ATTEMPTS = 5;

async function run(
	program: string,
	programArguments: readonly string[],
	attempt = 1,
): Promise<void> {
	const { exitCode, stderr } = await runCommand(program, programArguments);
	if (exitCode === 0) return;
	if (stderr.includes("EPERM") && attempt < ATTEMPTS)
		await run(program, programArguments, attempt + 1);
	else
		throw new Error(
			`${program} ${programArguments.join(" ")} failed: ${stderr.trim()}`,
		);
}
