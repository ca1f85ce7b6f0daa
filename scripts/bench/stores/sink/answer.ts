/** A request that a sink answers; of its body nothing is looked at. */
export interface SinkRequest {
	readonly method: string;
	/** Decoded. */
	readonly path: string;
	readonly query: URLSearchParams;
	readonly headers: Readonly<Record<string, string | undefined>>;
}

/** What a sink answers. */
export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string | Buffer;
}

/** Answers the requests of one provider's clients as the provider would; a listing has so many pages. */
export type Sink = (request: SinkRequest, pages: number) => Answer;

/** The page that a listing's token stands for; a listing without one begins. */
export function pageOf(token: string | null): number {
	return token === null ? 0 : Number(token);
}

/** The token of the page after this one; `undefined` on the last. */
export function tokenAfter(page: number, pages: number): string | undefined {
	return page + 1 < pages ? String(page + 1) : undefined;
}

/** When all objects were written. */
export const MODIFIED = new Date("2026-02-03T12:00:00Z");
