/** `npm run services -- start|status|stop|install`: servers to try and test against. */
import { canInstallPackages } from "./debian-install.ts";
import {
	runningServices,
	type ServicesStanding,
	startServices,
	stopServices,
} from "./lifecycle.ts";
import { type ProvidedTools, provideTools } from "./provide-tools.ts";
import { areServicesRequired } from "./required.ts";

const USAGE = `Usage: npm run services -- VERB

  start    start an S3 server and the registries that can be had, on free loopback ports
  status   print where they are
  stop     end them and remove what they kept
  install  build and install every program that is missing; as root it uses apt-get
`;

try {
	process.exitCode = await run(process.argv.slice(2));
} catch (error) {
	process.stderr.write(
		`${error instanceof Error ? error.message : String(error)}\n`,
	);
	process.exitCode = 1;
}

async function run([verb, ...rest]: readonly string[]): Promise<number> {
	if (rest.length > 0) return usage();
	switch (verb) {
		case "start":
			return start();
		case "status":
			return status();
		case "stop":
			say(`Servers ended: ${await stopServices()}`);
			return 0;
		case "install":
			return install();
		default:
			return usage();
	}
}

async function start(): Promise<number> {
	const running = await runningServices();
	if (running !== undefined) {
		say("Already running:");
		return report(running);
	}
	const tools = await provideTools({
		mayChangeSystem: areServicesRequired(),
		announce: say,
	});
	if (areServicesRequired() && tools.missing.length > 0) {
		printTools(tools);
		return 1;
	}
	printServers(await startServices(tools.found));
	printTools(tools);
	say("\nThey run until: npm run services -- stop");
	return 0;
}

async function status(): Promise<number> {
	const running = await runningServices();
	if (running !== undefined) return report(running);
	say("No servers run; npm run services -- start starts them");
	return 1;
}

/** Prints what runs; 1 when not all that was started still does. */
function report(standing: ServicesStanding): number {
	printServers(standing);
	if (standing.servers.every((server) => server.isRunning)) return 0;
	say("\nNot all run: npm run services -- stop, then start, for new ones");
	return 1;
}

async function install(): Promise<number> {
	const tools = await provideTools({ mayChangeSystem: true, announce: say });
	printTools(tools);
	if (tools.missing.length === 0) return 0;
	if (!(await canInstallPackages()))
		say("Debian packages can only be installed as root, with apt-get");
	return 1;
}

function printServers({ folder, servers }: ServicesStanding): void {
	for (const { title, lines, process: identity, isRunning } of servers) {
		say(
			`\n${title} (process ${identity.pid}${isRunning ? "" : ", has ended"})`,
		);
		for (const line of lines) say(`  ${line}`);
	}
	say(`\nEverything they keep is in ${folder}`);
}

function printTools({ found, missing }: ProvidedTools): void {
	say("\nPrograms");
	for (const { product, version, path } of found)
		say(`  ${product} ${version}: ${path}`);
	for (const { product, reason } of missing)
		say(`  ${product}: missing (${reason})`);
}

function usage(): number {
	process.stderr.write(USAGE);
	return 2;
}

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}
