// Names around "/", as a walk of directories and a listing of keys sort them differently.
const ENDINGS = ["", "-web", ".old", "/cache"] as const;

const REPOSITORIES_PER_GROUP = 40;

/** The name of a repository by its number from 0; repositories lie beside, and inside, each other. */
export function sampleRepository(index: number): string {
	const group = Math.floor(index / REPOSITORIES_PER_GROUP);
	const service = Math.floor((index % REPOSITORIES_PER_GROUP) / ENDINGS.length);
	const ending = ENDINGS[index % ENDINGS.length] ?? "";
	return `group-${number(group)}/service-${number(service)}${ending}`;
}

/** The names of a repository's images, oldest first: `v1`, `v2` and so on; `latest` is the tag that is left. */
export function sampleVersions(tagsPerRepository: number): readonly string[] {
	const count = Math.max(1, tagsPerRepository - 1);
	return Array.from({ length: count }, (_, index) => `v${index + 1}`);
}

/** The tag that moves from image to image. */
export const MOVING_TAG = "latest";

function number(value: number): string {
	return String(value).padStart(2, "0");
}
