/** What is measured of a store, or of what it is compared with. */
export interface Measured {
	put(key: string, body: Uint8Array): Promise<unknown>;
	/** Lists all there is, from the beginning; yields once a page. */
	list(): AsyncIterable<unknown>;
}
