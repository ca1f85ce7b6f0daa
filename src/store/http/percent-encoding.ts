const PLAIN_PATH = /^[A-Za-z0-9._~/-]*$/;
const PLAIN_COMPONENT = /^[A-Za-z0-9._~-]*$/;

/** Percent-encodes a path: every byte but unreserved ones and "/", once. Registry keys pass unchanged. */
export function encodePath(path: string): string {
	return PLAIN_PATH.test(path)
		? path
		: path.split("/").map(encodeComponent).join("/");
}

/** Percent-encodes a query name or value as RFC 3986 has it, which is stricter than `encodeURIComponent`. */
export function encodeComponent(text: string): string {
	if (PLAIN_COMPONENT.test(text)) return text;
	return encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
}

/** A query string, its encoded names sorted, as signatures want them. */
export function encodeQuery(
	parameters: Readonly<Record<string, string | undefined>>,
): string {
	const encoded = new Map<string, string>();
	for (const [name, value] of Object.entries(parameters)) {
		if (value !== undefined)
			encoded.set(encodeComponent(name), encodeComponent(value));
	}
	return [...encoded.keys()]
		.sort()
		.map((name) => `${name}=${encoded.get(name)}`)
		.join("&");
}
