/**
 * The driver of a node that is configured to another kind of storage than the source is; `undefined`: it may be on the source.
 * Where in a directory or a bucket it is, is left to the tags that it serves: the same place has other names in containers.
 *
 * | the source is   | and the node's driver | then          |
 * | --------------- | --------------------- | ------------- |
 * | a directory     | filesystem            | may be        |
 * | a directory     | another               | is another    |
 * | an object store | filesystem            | is another    |
 * | an object store | another               | may be        |
 */
export function otherStorage(
	driver: string,
	sourceUrl: string,
): string | undefined {
	const isOnDirectory = driver === "filesystem";
	return isOnDirectory === sourceUrl.startsWith("file:") ? undefined : driver;
}
