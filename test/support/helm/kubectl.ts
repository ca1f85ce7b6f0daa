/**
 * A stand-in for kubectl: the few commands that regmigrate runs, over the API that KUBECONFIG names. It prints and ends
 * as kubectl does where that is looked at.
 */
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { at, listOf, mapOf } from "./kubernetes-object.ts";

const PLURALS: Readonly<Record<string, string>> = {
	secret: "/api/v1/namespaces/%/secrets",
	configmap: "/api/v1/namespaces/%/configmaps",
	pods: "/api/v1/namespaces/%/pods",
	deployment: "/apis/apps/v1/namespaces/%/deployments",
};

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		namespace: { type: "string", default: "default" },
		output: { type: "string" },
		filename: { type: "string" },
		selector: { type: "string", default: "" },
		timeout: { type: "string", default: "0s" },
		"ignore-not-found": { type: "boolean", default: false },
	},
});
const [verb = "", ...words] = positionals;
const server =
	/server: (\S+)/.exec(
		readFileSync(process.env.KUBECONFIG ?? "", "utf8"),
	)?.[1] ?? "";

try {
	process.exitCode = await run();
} catch (error) {
	process.stderr.write(`Unable to connect to the server: ${error}\n`);
	process.exitCode = 1;
}

async function run(): Promise<number> {
	switch (verb) {
		case "get": {
			const [kind = "", name] = words;
			const path =
				name === undefined
					? `${pathOf(kind)}?labelSelector=${encodeURIComponent(values.selector)}`
					: `${pathOf(kind)}/${name}`;
			const response = await fetch(server + path);
			if (response.status === 404 && values["ignore-not-found"]) return 0;
			return await print(response);
		}
		case "create":
		case "replace": {
			const object = mapOf(JSON.parse(await text(process.stdin)));
			const path = pathOf(String(object.kind).toLowerCase());
			const name = at(object, "metadata", "name");
			return await print(
				await fetch(
					server + (verb === "create" ? path : `${path}/${String(name)}`),
					{
						method: verb === "create" ? "POST" : "PUT",
						body: JSON.stringify(object),
					},
				),
			);
		}
		case "delete": {
			const [kind = "", name = ""] = words;
			const path = `${pathOf(kind)}/${name}`;
			const response = await fetch(server + path, { method: "DELETE" });
			if (response.status === 404 && values["ignore-not-found"]) return 0;
			return await print(response);
		}
		case "rollout":
			return await rolloutStatus(words[1] ?? "");
		default:
			process.stderr.write(`error: unknown command "${verb}"\n`);
			return 1;
	}
}

function pathOf(kind: string): string {
	return (PLURALS[kind] ?? "/none").replace("%", values.namespace);
}

async function print(response: Response): Promise<number> {
	const body = await response.text();
	if (response.ok) {
		process.stdout.write(body);
		return 0;
	}
	const { reason, message } = mapOf(JSON.parse(body));
	process.stderr.write(`Error from server (${reason}): ${message}\n`);
	return 1;
}

async function rolloutStatus(resource: string): Promise<number> {
	const until = Date.now() + Number.parseFloat(values.timeout) * 1000;
	for (;;) {
		const path = `${pathOf("deployment")}/${resource.replace(/^.*\//, "")}`;
		const deployment: unknown = await (await fetch(server + path)).json();
		const generation = at(deployment, "metadata", "generation");
		const status = mapOf(at(deployment, "status"));
		if (
			status.observedGeneration === generation &&
			status.updatedReplicas === status.replicas &&
			Number(status.replicas) > 0
		) {
			process.stdout.write(`${resource} successfully rolled out\n`);
			return 0;
		}
		const conditions = listOf(status.conditions).map(mapOf);
		if (
			status.observedGeneration === generation &&
			conditions.some(({ reason }) => reason === "ProgressDeadlineExceeded")
		) {
			process.stderr.write(
				`error: deployment "${at(deployment, "metadata", "name")}" exceeded its progress deadline\n`,
			);
			return 1;
		}
		if (Date.now() > until) {
			process.stderr.write("error: timed out waiting for the condition\n");
			return 1;
		}
		await sleep(50);
	}
}
