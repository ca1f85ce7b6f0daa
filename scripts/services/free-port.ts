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
			error instanceof Error && /already in use/i.test(error.message);
		if (!isTaken || attempt === ATTEMPTS) throw error;
		return await onFreePort(start, attempt + 1);
	}
}

function freePort(): Promise<number> {
	const server = createServer();
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", () => {
			const address = server.address();
			server.close(() =>
				typeof address === "object" && address !== null
					? resolve(address.port)
					: reject(new Error("there is no free port")),
			);
		});
	});
}
