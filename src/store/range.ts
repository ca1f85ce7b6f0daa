import type { GetOptions } from "./object-store.ts";

/** Why a range of an object cannot be read, as far as it can be told; `undefined` when it can, or the whole is asked for. */
export function rangeProblem(
	{ start, end }: GetOptions,
	size?: number,
): string | undefined {
	if (start === undefined && end === undefined) return undefined;
	if (end !== undefined && end <= (start ?? 0))
		return "the range asked for is empty";
	if (size !== undefined && (start ?? 0) >= size)
		return "the range asked for begins after its end";
	return undefined;
}
