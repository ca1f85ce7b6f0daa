import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import {
	at,
	type Json,
	type KubernetesObject,
	mapOf,
} from "./kubernetes-object.ts";
import { isProtobuf, parseSecret } from "./protobuf-secret.ts";
import { strategicMerge } from "./strategic-merge.ts";

/** A resource of the API: group and version, name in paths, kind. */
const RESOURCES = [
	["v1", "configmaps", "ConfigMap"],
	["v1", "secrets", "Secret"],
	["v1", "services", "Service"],
	["v1", "pods", "Pod"],
	["apps/v1", "deployments", "Deployment"],
	["autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler"],
	["batch/v1", "jobs", "Job"],
] as const;

const GROUPS = ["apps/v1", "autoscaling/v2", "batch/v1"];

/** A stand-in for the Kubernetes API server, on loopback: as much of it as helm and kubectl need here. */
export interface KubernetesApi {
	readonly url: string;
	/** All that is there of a resource. */
	list(plural: string): readonly KubernetesObject[];
	get(plural: string, name: string): KubernetesObject | undefined;
	put(plural: string, object: KubernetesObject): void;
	remove(plural: string, name: string): void;
	/** What is called with each Deployment that was made or changed. */
	onDeployment(listener: (deployment: KubernetesObject) => void): void;
	/** Answers requests of a method for a resource with 403 from now on; `undefined`: no longer. */
	forbid(what: { method: string; plural: string } | undefined): void;
	/** Answers requests of a method for a resource only when what this answers is called. */
	hold(what: { method: string; plural: string }): () => void;
	/** How many requests there were. */
	requests(): number;
	close(): Promise<void>;
}

/** Starts one; it keeps its objects in memory, those of all namespaces together. */
export async function startKubernetesApi(): Promise<KubernetesApi> {
	const objects = new Map<string, KubernetesObject>();
	let version = 1;
	let forbidden: { method: string; plural: string } | undefined;
	let held: { method: string; plural: string } | undefined;
	let release = Promise.withResolvers<void>();
	let requests = 0;
	let onDeployment = (_: KubernetesObject) => {};

	const put = (plural: string, object: KubernetesObject) => {
		const key = `${plural}/${object.metadata.name}`;
		const before = objects.get(key);
		const isSpecChanged =
			JSON.stringify(before?.spec) !== JSON.stringify(object.spec);
		const generation = Number(before?.metadata.generation ?? 0);
		const stored: KubernetesObject = {
			...withBinaryData(object),
			metadata: {
				...object.metadata,
				uid: before?.metadata.uid ?? randomUUID(),
				resourceVersion: String(version++),
				generation: isSpecChanged ? generation + 1 : generation,
			},
		};
		objects.set(key, stored);
		return { stored, isSpecChanged };
	};
	const list = (plural: string) =>
		[...objects.entries()]
			.filter(([key]) => key.startsWith(`${plural}/`))
			.map(([, object]) => object);

	const answer = async (request: IncomingMessage): Promise<Answer> => {
		const { pathname, searchParams } = new URL(request.url ?? "/", "http://a");
		const fixed = discovery(pathname);
		if (fixed !== undefined) return { status: 200, body: fixed };
		const match =
			/^\/(?:api|apis)\/((?:[^/]+\/)?v\d)\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(
				pathname,
			);
		const [, groupVersion = "", namespace = "", plural = "", name] =
			match ?? [];
		const resource = RESOURCES.find(
			([group, one]) => group === groupVersion && one === plural,
		);
		if (resource === undefined)
			return failure(404, "NotFound", `no resource at ${pathname}`);
		const { method = "GET" } = request;
		if (forbidden?.method === method && forbidden.plural === plural)
			return failure(403, "Forbidden", `${plural} is forbidden`);
		if (held?.method === method && held.plural === plural)
			await release.promise;
		const [, , kind] = resource;
		const existing =
			name === undefined ? undefined : objects.get(`${plural}/${name}`);
		const missing = failure(404, "NotFound", `${plural} "${name}" not found`);
		const isDryRun = searchParams.has("dryRun");
		const store = (object: KubernetesObject, status: number): Answer => {
			if (isDryRun) return { status, body: object };
			const { stored, isSpecChanged } = put(plural, object);
			if (plural === "deployments" && isSpecChanged) onDeployment(stored);
			return { status, body: stored };
		};
		switch (method) {
			case "GET":
				if (name !== undefined)
					return existing === undefined
						? missing
						: { status: 200, body: existing };
				return {
					status: 200,
					body: {
						kind: `${kind}List`,
						apiVersion: groupVersion,
						metadata: { resourceVersion: String(version) },
						items: list(plural).filter((one) =>
							isSelected(one, searchParams.get("labelSelector")),
						),
					},
				};
			case "POST": {
				const object = objectOf(await bodyOf(request), namespace);
				return objects.has(`${plural}/${object.metadata.name}`)
					? failure(409, "AlreadyExists", `${plural} already exists`)
					: store(object, 201);
			}
			case "PUT": {
				const object = objectOf(await bodyOf(request), namespace);
				if (existing === undefined) return missing;
				const { resourceVersion } = object.metadata;
				return resourceVersion === undefined ||
					resourceVersion === existing.metadata.resourceVersion
					? store(object, 200)
					: failure(409, "Conflict", `${plural} "${name}" has been modified`);
			}
			case "PATCH":
				return existing === undefined
					? missing
					: store(
							objectOf(
								strategicMerge(existing, await bodyOf(request)),
								namespace,
							),
							200,
						);
			case "DELETE":
				objects.delete(`${plural}/${name}`);
				return existing === undefined
					? missing
					: { status: 200, body: { kind: "Status", status: "Success" } };
			default:
				return failure(405, "MethodNotAllowed", method);
		}
	};

	const server = createServer((request, response) => {
		requests++;
		void answer(request)
			.catch((error) => failure(500, "InternalError", String(error)))
			.then(({ status, body }) => {
				response.writeHead(status, { "content-type": "application/json" });
				response.end(JSON.stringify(body));
			});
	});
	return {
		url: await listening(server),
		list,
		get: (plural, name) => objects.get(`${plural}/${name}`),
		put: (plural, object) => void put(plural, object),
		remove: (plural, name) => void objects.delete(`${plural}/${name}`),
		onDeployment: (listener) => {
			onDeployment = listener;
		},
		forbid: (what) => {
			forbidden = what;
		},
		hold: (what) => {
			held = what;
			release = Promise.withResolvers<void>();
			return () => {
				held = undefined;
				release.resolve();
			};
		},
		requests: () => requests,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}

interface Answer {
	readonly status: number;
	readonly body: Json;
}

function failure(code: number, reason: string, message: string): Answer {
	const kind = { kind: "Status", apiVersion: "v1", status: "Failure" };
	return { status: code, body: { ...kind, code, reason, message } };
}

async function listening(server: Server): Promise<string> {
	await new Promise<void>((resolve) =>
		server.listen(0, "127.0.0.1", () => resolve()),
	);
	const address = server.address();
	if (typeof address !== "object" || address === null)
		throw new Error("The server has no port");
	return `http://127.0.0.1:${address.port}`;
}

/** What the API says of itself. */
function discovery(path: string): Json | undefined {
	const groupVersion = path.replace(/^\/(api|apis|openapi\/v3)\//, "");
	if (path === "/version")
		return { major: "1", minor: "31", gitVersion: "v1.31.0" };
	if (path === "/api") return { kind: "APIVersions", versions: ["v1"] };
	if (path === "/apis")
		return {
			kind: "APIGroupList",
			apiVersion: "v1",
			groups: GROUPS.map((one) => ({
				name: one.split("/")[0],
				versions: [{ groupVersion: one, version: one.split("/")[1] }],
				preferredVersion: { groupVersion: one, version: one.split("/")[1] },
			})),
		};
	if (path === "/openapi/v3")
		return {
			paths: Object.fromEntries(
				["v1", ...GROUPS].map((one) => {
					const name = one === "v1" ? "api/v1" : `apis/${one}`;
					return [name, { serverRelativeURL: `/openapi/v3/${name}` }];
				}),
			),
		};
	if (path.startsWith("/openapi/v3/"))
		return fieldValidation(groupVersion.replace(/^(api|apis)\//, ""));
	const resources = RESOURCES.filter(([group]) => group === groupVersion);
	return resources.length === 0 || !/^\/(api|apis)\//.test(path)
		? undefined
		: {
				kind: "APIResourceList",
				apiVersion: "v1",
				groupVersion,
				resources: resources.map(([, name, kind]) => ({
					name,
					kind,
					singularName: kind.toLowerCase(),
					namespaced: true,
					verbs: ["create", "delete", "get", "list", "patch", "update"],
				})),
			};
}

/** Says that the server checks fields itself, so that no client asks for all schemas. */
function fieldValidation(groupVersion: string): Json {
	const [version = "", group = ""] = groupVersion.split("/").reverse();
	const parameters = [
		{ in: "query", name: "fieldValidation", schema: { type: "string" } },
	];
	const paths = RESOURCES.filter(([one]) => one === groupVersion).map(
		([, plural, kind]) => [
			`/${plural}`,
			{
				patch: {
					parameters,
					"x-kubernetes-group-version-kind": { group, version, kind },
				},
			},
		],
	);
	return { openapi: "3.0.0", info: {}, paths: Object.fromEntries(paths) };
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
	const body = await buffer(request);
	const value: unknown = isProtobuf(body)
		? parseSecret(body)
		: JSON.parse(body.toString());
	return value;
}

/** An object of a request. */
function objectOf(value: unknown, namespace: string): KubernetesObject {
	const { apiVersion, kind, ...rest } = mapOf(value);
	const metadata = mapOf(rest.metadata);
	return {
		...rest,
		apiVersion: String(apiVersion),
		kind: String(kind),
		metadata: { ...metadata, name: String(metadata.name), namespace },
	};
}

/** As the API keeps a Secret that was written as text. */
function withBinaryData(object: KubernetesObject): KubernetesObject {
	const { stringData, ...rest } = object;
	if (stringData === undefined) return object;
	const data = Object.entries(mapOf(stringData)).map(([name, text]) => [
		name,
		Buffer.from(String(text)).toString("base64"),
	]);
	return {
		...rest,
		data: { ...mapOf(rest.data), ...Object.fromEntries(data) },
	};
}

function isSelected(
	object: KubernetesObject,
	selector: string | null,
): boolean {
	return (selector ?? "")
		.split(",")
		.filter((term) => term !== "")
		.every((term) => {
			const [name = "", value] = term.split(/==?/);
			return at(object, "metadata", "labels", name) === value;
		});
}
