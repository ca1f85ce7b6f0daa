import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { OpenOptions } from "./environment.ts";
import type { ObjectStore } from "./object-store.ts";
import { refusing, withoutSecrets } from "./store-url.ts";

/** A kind of store. */
interface StoreKind {
	/** How its URLs are written. */
	readonly form: string;
	/** Loads its folder, and only when it is needed: no command should wait for another's client. */
	readonly load: () => Promise<StoreFolder>;
}

/** What `open.ts` in the folder of every kind of store exports. */
interface StoreFolder {
	/** Opens the store that a URL names, having made sure that it is there. The caller disposes of it. */
	open(url: URL, options: OpenOptions): ObjectStore | Promise<ObjectStore>;
}

/** Every kind of store, by the scheme of its URLs. */
const KINDS = {
	file: { form: "file:///PATH", load: () => import("./filesystem/open.ts") },
	s3: { form: "s3://BUCKET/PREFIX", load: () => import("./s3/open.ts") },
	gs: { form: "gs://BUCKET/PREFIX", load: () => import("./gcs/open.ts") },
	az: {
		form: "az://ACCOUNT/CONTAINER/PREFIX",
		load: () => import("./azure/open.ts"),
	},
};

const STORES = new Map(Object.entries<StoreKind>(KINDS));

/** How the URLs of every kind of store are written. */
export const STORE_FORMS: readonly string[] = Object.values(KINDS).map(
	({ form }) => form,
);

/** Something with a scheme, as RFC 3986 spells it; anything else is a path. */
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//;

/** The URL that a user's text means; a path becomes a `file:` URL. Throws `unsupported` for anything else. */
export function parseStoreUrl(text: string): URL {
	const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
	const refuse = (reason: string) => {
		const forms = ["a path", ...STORE_FORMS];
		const or = new Intl.ListFormat("en-GB", { type: "disjunction" });
		const suggestion = `Write ${or.format(forms)}.`;
		return refusing(withoutSecrets(text))(reason, suggestion);
	};
	if (text === "") throw refuse("the name of the store is empty");
	if (scheme === undefined) return pathToFileURL(resolve(text));
	if (!STORES.has(scheme)) throw refuse(`the scheme "${scheme}" is not known`);
	const url = URL.parse(text);
	if (url === null) throw refuse("it is not a URL");
	return url;
}

/** Opens the store that a URL of `parseStoreUrl` names, having made sure that it is there. The caller disposes of it. */
export async function openStore(
	url: URL,
	options: OpenOptions = {},
): Promise<ObjectStore> {
	const kind = STORES.get(url.protocol.slice(0, -1));
	if (kind === undefined)
		throw refusing(withoutSecrets(url.href))("its scheme is not known");
	return await (await kind.load()).open(url, options);
}
