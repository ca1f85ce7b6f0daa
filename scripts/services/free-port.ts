import { createServer } from "node:net";

/** Somebody else may take a port between its choice and the start. */
const ATTEMPTS = 3;

/** Starts a server that has to be told its port, on one that is free; on another when somebody was faster. */
export async function onFreePort<T>(
	start: (port: number) => Promise<T>,
	attempt = 1,
): Promise<T> {
	try {
		return await start(await freePort());
	} catch (error) {
		const isTaken =
			error instanceof Error &&
			/already in use|unable to bind/i.test(error.message);
		if (!isTaken || attempt === ATTEMPTS) throw error;
		return await onFreePort(start, attempt + 1);
	}
}

/**
 * Ports that no system gives to outgoing connections, and not what it would choose itself: several that ask at once
 * could be told the same one, before the first of them listens.
 */
const FIRST = 10_000;
const COUNT = 20_000;

export async function freePort(): Promise<number> {
	for (;;) {
		const port = FIRST + Math.floor(Math.random() * COUNT);
		if (await isFree(port)) return port;
	}
}

function isFree(port: number): Promise<boolean> {
	const server = createServer();
	return new Promise((resolve) => {
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
