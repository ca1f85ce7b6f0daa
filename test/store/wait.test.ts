import { expect, test } from "vitest";
import { wait } from "../../src/store/wait.ts";

test("wait › a wait that is longer than timers know does not end at once", async () => {
	const controller = new AbortController();
	const waiting = wait(2 ** 40, controller.signal);
	setTimeout(() => controller.abort(new Error("it still waits")), 20);
	await expect(waiting).rejects.toThrow("it still waits");
});
