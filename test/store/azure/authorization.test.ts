import { describe, expect, test } from "vitest";
import {
	type AccessToken,
	ByToken,
} from "../../../src/store/azure/authorization.ts";

const HOUR = 3_600_000;

/** Tokens "1", "2" … that each hold for an hour, on a clock that the test moves. */
function tokens(
	change: (token: AccessToken, count: number) => AccessToken = (token) => token,
) {
	const clock = { now: 1000 };
	let count = 0;
	const authorization = new ByToken(
		async () => {
			count++;
			const token = {
				token: String(count),
				expiresOnTimestamp: clock.now + HOUR,
			};
			return change(token, count);
		},
		() => clock.now,
	);
	return { authorization, clock, count: () => count };
}

describe("a token", () => {
	test("is asked for once, however many requests wait for it", async () => {
		const { authorization, count } = tokens();
		expect(authorization.header()).toBeUndefined();
		await Promise.all([authorization.prepare(), authorization.prepare()]);
		expect(authorization.prepare()).toBeUndefined();
		expect(authorization.header()).toBe("Bearer 1");
		expect(count()).toBe(1);
	});

	test.each([
		["five minutes before it expires", HOUR - 5 * 60_000, undefined],
		["when its issuer wishes so", HOUR / 2, HOUR / 2],
		["in time, whatever its issuer wishes", HOUR - 5 * 60_000, 2 * HOUR],
	])("is renewed %s", async (_when, after, wish) => {
		const { authorization, clock } = tokens((token) => ({
			...token,
			...(wish === undefined ? {} : { refreshAfterTimestamp: 1000 + wish }),
		}));
		await authorization.prepare();
		clock.now = 1000 + after - 1;
		expect(authorization.prepare()).toBeUndefined();
		clock.now = 1000 + after;
		await authorization.prepare();
		expect(authorization.header()).toBe("Bearer 2");
	});

	test("that cannot be renewed is used while it is good, and asked for again from time to time", async () => {
		const failure = new Error("no network");
		const { authorization, clock, count } = tokens((token, number) => {
			if (number > 1) throw failure;
			return token;
		});
		await authorization.prepare();
		clock.now = 1000 + HOUR - 5 * 60_000;
		await authorization.prepare();
		expect(authorization.header()).toBe("Bearer 1");
		expect(authorization.prepare()).toBeUndefined();
		clock.now += 30_000;
		await authorization.prepare();
		expect(count()).toBe(3);
		clock.now = 1000 + HOUR;
		await expect(authorization.prepare()).rejects.toBe(failure);
	});

	test("that was refused is asked for again by the next request", async () => {
		const failure = new Error("not yet");
		const { authorization } = tokens((token, number) => {
			if (number === 1) throw failure;
			return token;
		});
		await expect(authorization.prepare()).rejects.toBe(failure);
		await authorization.prepare();
		expect(authorization.header()).toBe("Bearer 2");
	});
});
