import { once } from "node:events";
import {
	Agent,
	createServer,
	type IncomingMessage,
	type ServerResponse,
	request as sendRequest,
} from "node:http";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

/** Which request a gate holds. */
export interface HeldRequest {
	readonly method: string;
	/** Matched against path and query, decoded. */
	readonly path: RegExp;
	/** Counted from 1, from now on. */
	readonly number: number;
	/** Whether the server gets it, and only the answer is held; otherwise the server never learns of it. */
	readonly isPassedOn: boolean;
}

/**
 * A gate between the program and the run's S3 server: everything passes, until the request that a test waits for is
 * held, and the program with it. So it can be ended in the midst of its work at a moment that does not depend on the
 * machine's speed.
 */
export class Gate implements AsyncDisposable {
	readonly #server = createServer((request, response) =>
		this.#take(request, response),
	);
	readonly #agent = new Agent({ keepAlive: true });
	readonly #upstream: URL;
	readonly #underWay = new Set<Promise<unknown>>();
	#waiting: (() => void) | undefined;
	#held: (HeldRequest & { readonly resolve: () => void }) | undefined;
	#seen = 0;
	/** What has come so far, as `METHOD PATH?QUERY`, decoded. */
	readonly requests: string[] = [];

	private constructor(upstream: string) {
		this.#upstream = new URL(upstream);
	}

	static async open(upstream: string): Promise<Gate> {
		const gate = new Gate(upstream);
		gate.#server.listen(0, "127.0.0.1");
		await once(gate.#server, "listening");
		return gate;
	}

	/** What the program is told to be the server. */
	get endpoint(): string {
		const address = this.#server.address();
		if (address === null || typeof address === "string")
			throw new Error("the gate is closed");
		return `http://127.0.0.1:${address.port}`;
	}

	/** Resolves when the request has come, and is held until its client goes away, or it is let go. */
	hold(request: HeldRequest): Promise<void> {
		this.#seen = 0;
		return new Promise((resolve) => {
			this.#held = { ...request, resolve };
		});
	}

	/** Lets a request go on that the server has not got. */
	release(): void {
		this.#held = undefined;
		this.#waiting?.();
		this.#waiting = undefined;
	}

	/** Waits until the server has dealt with everything that came through: a client that is gone may have left some. */
	async quiet(): Promise<void> {
		this.#held = undefined;
		while (this.#underWay.size > 0) await Promise.all(this.#underWay);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await this.quiet();
		this.#agent.destroy();
	}

	#take(request: IncomingMessage, response: ServerResponse): void {
		const { method, url = "" } = request;
		this.requests.push(`${method} ${decodeURIComponent(url)}`);
		const held = this.#isHeld(request) ? this.#held : undefined;
		if (held !== undefined && !held.isPassedOn) {
			this.#waiting = () => this.#go(request, response);
			held.resolve();
			return;
		}
		const passed = this.#go(request, held ? undefined : response);
		if (held !== undefined) void passed.then(held.resolve);
	}

	#go(
		request: IncomingMessage,
		response: ServerResponse | undefined,
	): Promise<void> {
		const passed = this.#pass(request, response);
		this.#underWay.add(passed);
		void passed.finally(() => this.#underWay.delete(passed));
		return passed;
	}

	#isHeld({ method, url = "" }: IncomingMessage): boolean {
		const held = this.#held;
		if (held === undefined || method !== held.method) return false;
		if (!held.path.test(decodeURIComponent(url))) return false;
		this.#seen += 1;
		return this.#seen === held.number;
	}

	/** Sends the request on, and the answer back to whoever waits for it. Never rejects. */
	async #pass(
		request: IncomingMessage,
		response: ServerResponse | undefined,
	): Promise<void> {
		const upstream = sendRequest(new URL(request.url ?? "/", this.#upstream), {
			agent: this.#agent,
			method: request.method,
			// Its Host too, which is part of what was signed.
			headers: request.headers,
		});
		const answered = once(upstream, "response");
		try {
			await Promise.all([pipeline(request, upstream), answered]);
			const [answer]: IncomingMessage[] = await answered;
			if (answer === undefined) return;
			if (response === undefined) {
				await buffer(answer);
				return;
			}
			response.writeHead(answer.statusCode ?? 502, answer.headers);
			await pipeline(answer, response);
		} catch {
			// The client was killed, or the server closed the connection: either way nobody waits for an answer.
			response?.destroy();
		}
	}
}
