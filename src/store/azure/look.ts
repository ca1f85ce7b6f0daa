import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { retrying } from "../retry.ts";
import { HIERARCHICAL_ADVICE } from "./container-listing.ts";
import { fromResponse, serviceCode } from "./errors.ts";
import { parseListing } from "./list-parser.ts";
import type { AzureLocation } from "./location.ts";
import { type NameRules, nameRulesOf } from "./names.ts";
import type { AzureRequest, Plane } from "./plane.ts";

/**
 * Lists one name, to meet at once whatever is wrong with endpoint, container or credentials. Refuses an account that
 * cannot be used, and resolves to the names that the server can hold.
 */
export async function look(
	plane: Plane,
	{ url, root }: AzureLocation,
	signal: AbortSignal | undefined,
): Promise<NameRules> {
	const about = { store: url, operation: "open" };
	const { status, headers, body } = await patiently(
		plane,
		{
			method: "GET",
			name: "",
			query: {
				restype: "container",
				comp: "list",
				maxresults: "1",
				prefix: root || undefined,
			},
			signal,
		},
		about,
		[404],
	);
	const text = body.toString();
	if (serviceCode(headers, text) === "ContainerNotFound") {
		const { reason, suggestions } = fromResponse(status, headers, text, about);
		throw new StoreError("not-found", reason, { ...about, suggestions });
	}
	try {
		parseListing(text, "");
	} catch (error) {
		const reason = "what answers there is not Azure Blob Storage";
		throw new StoreError("unsupported", reason, {
			...about,
			cause: error,
			suggestions: ["Check the endpoint."],
		});
	}
	await refuseHierarchical(plane, about, signal);
	return nameRulesOf(headers.server);
}

/** Source: Azure Storage REST API reference, "Get Account Information", since version 2019-07-07. */
async function refuseHierarchical(
	plane: Plane,
	about: StoreErrorOptions,
	signal: AbortSignal | undefined,
): Promise<void> {
	// Not everybody may ask, and not every server knows the answer; the listing tells as well, if later.
	const { headers } = await patiently(
		plane,
		{
			method: "GET",
			name: "",
			query: { restype: "account", comp: "properties" },
			signal,
		},
		about,
		[400, 401, 403, 404, 405, 409, 501],
	);
	if (headers["x-ms-is-hns-enabled"] !== "true") return;
	const reason =
		"the account has a hierarchical namespace, which does not list names in the order of their bytes";
	throw new StoreError("unsupported", reason, {
		...about,
		suggestions: [HIERARCHICAL_ADVICE],
	});
}

function patiently(
	plane: Plane,
	request: AzureRequest,
	about: StoreErrorOptions,
	accepted: readonly number[],
) {
	return retrying(
		() => plane.request(request, about, accepted),
		request.signal,
		{ retries: 2 },
	);
}
