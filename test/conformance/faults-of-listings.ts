import { expect, test } from "vitest";
import type { Answer, Fault, SeenRequest } from "../support/faulty-server.ts";
import type { FaultSuite } from "./faults.ts";
import { expectCode, keysOf, putAll } from "./objects.ts";

const KEYS = ["a/1", "a/2", "b", "c/1", "d"];

/** A page that is changed on its way. */
function changed(change: (page: string) => string): Fault {
	return {
		answer: (answer: Answer) => ({
			...answer,
			body: Buffer.from(change(answer.body.toString())),
		}),
	};
}

/** Pages that are no pages, or not the right ones. */
export function describeFaultsOfListings(suite: FaultSuite): void {
	const { harness } = suite;
	const { listing } = harness;
	const isPage = (request: SeenRequest) => listing.isPage(request);
	const pages = () => suite.faults().requests.filter(isPage);

	/** Opens a bucket of five objects, whose pages meet a fault. The number is that of the page, from 0. */
	const openFaulty = async (
		script: (request: SeenRequest, page: number) => Fault | undefined,
	) => {
		const { store, direct } = await suite.open();
		await putAll(direct, KEYS);
		suite
			.faults()
			.follow((request) =>
				isPage(request) ? script(request, pages().length - 1) : undefined,
			);
		return store;
	};

	const unreadable: readonly [string, Fault][] = [
		[
			"is cut off in the middle, though it says that it is whole",
			changed((page) => page.slice(0, page.length / 2)),
		],
		["ends before its end", changed((page) => page.trimEnd().slice(0, -5))],
		["is empty", changed(() => "")],
		[
			"is an error, with the status of success",
			{ answers: { ...harness.internalError, status: 200 } },
		],
	];

	test.each(unreadable)(
		"a page that %s is asked for again",
		async (_n, fault) => {
			const store = await openFaulty((_request, page) =>
				page === 0 ? fault : undefined,
			);
			expect(await keysOf(store, { prefix: "" })).toEqual(KEYS);
			expect(pages()).toHaveLength(2);
		},
	);

	test.each(unreadable)(
		"a page that always %s is no listing (I2)",
		async (_name, fault) => {
			const store = await openFaulty(() => fault);
			await expectCode(keysOf(store, { prefix: "" }), "unavailable");
			expect(pages()).toHaveLength(9);
		},
	);

	test("a server that lists out of order is refused", async () => {
		const store = await openFaulty(() => changed(listing.reversed));
		await expectCode(keysOf(store, { prefix: "" }), "unsupported");
		expect(pages()).toHaveLength(1);
	});

	/** Opens it such that the one page says that another follows, and that is made from the one, as often as it is asked for. */
	const openContinued = async (
		following: (page: string, number: number) => string,
	) => {
		let first: Answer | undefined;
		return await openFaulty((request, number) => {
			if (first === undefined || listing.tokenOf(request) === undefined)
				return {
					answer(answer) {
						first = answer;
						const page = answer.body.toString();
						const body = Buffer.from(listing.continued(page, "token-0"));
						return { ...answer, body };
					},
				};
			const page = following(first.body.toString(), number);
			return { answers: { ...first, body: Buffer.from(page) } };
		});
	};

	test("a page that comes twice is asked for again, and given once", async () => {
		const store = await openContinued((page, number) =>
			number === 1 ? listing.continued(page, "token-0") : listing.emptied(page),
		);
		expect(await keysOf(store, { prefix: "" })).toEqual(KEYS);
		expect(pages()).toHaveLength(3);
	});

	test.each([
		["with", (page: string) => page],
		["without", listing.emptied],
	])(
		"a listing that does not get on, %s objects, ends",
		async (_objects, change) => {
			const store = await openContinued((page) =>
				listing.continued(change(page), "token-0"),
			);
			await expectCode(keysOf(store, { prefix: "" }), "unavailable");
			expect(pages()).toHaveLength(10);
		},
	);

	test("a page that comes again as the next one is out of order", async () => {
		const store = await openContinued((page, number) =>
			listing.continued(page, `token-${number}`),
		);
		await expectCode(keysOf(store, { prefix: "" }), "unsupported");
		expect(pages()).toHaveLength(2);
	});
}
