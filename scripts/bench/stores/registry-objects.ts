import { hash } from "node:crypto";

/** Objects on a page of a listing. */
export const PAGE_OBJECTS = 1000;

/** What every put writes: the content of a link, which is what most of a registry's objects are. */
export const LINK = Buffer.from(`sha256:${hash("sha256", "a layer")}`);

const ROOT = "docker/registry/v2";

/** The key of one link of very many. */
export function linkKey(index: number): string {
	return `${ROOT}/repositories/team-${padded(index % 40)}/service-api/_layers/sha256/${hash("sha256", String(index))}/link`;
}

/** The keys of a page, ascending, as those of all pages are: blobs on the first half of them, then a repository's links on each. */
export function pageKeys(page: number, pages: number): readonly string[] {
	const keys: string[] = [];
	for (let index = 0; index < PAGE_OBJECTS; index += 1) {
		const hex = hash("sha256", `${page}/${index}`);
		keys.push(page < pages / 2 ? blobKey(page, hex) : linkOf(page, index, hex));
	}
	return keys.sort();
}

/** Blobs of one page begin with the same four digits. */
function blobKey(page: number, hex: string): string {
	const digest = page.toString(16).padStart(4, "0") + hex.slice(4);
	return `${ROOT}/blobs/sha256/${digest.slice(0, 2)}/${digest}/data`;
}

function linkOf(page: number, index: number, hex: string): string {
	const repository = `${ROOT}/repositories/team-${padded(page)}/service-api`;
	switch (index % 4) {
		case 0:
			return `${repository}/_manifests/revisions/sha256/${hex}/link`;
		case 1:
			return `${repository}/_manifests/tags/v1.${index}/index/sha256/${hex}/link`;
		default:
			return `${repository}/_layers/sha256/${hex}/link`;
	}
}

function padded(number: number): string {
	return String(number).padStart(4, "0");
}
