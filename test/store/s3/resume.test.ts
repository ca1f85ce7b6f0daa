import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import type { Body, PutOptions } from "../../../src/store/object-store.ts";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";
import { Plane } from "../../../src/store/s3/plane.ts";
import { S3Store } from "../../../src/store/s3/s3-store.ts";
import {
	MemoryUploads,
	type NotedUpload,
	type SettleUploads,
	type UploadPlan,
	type UploadRecord,
} from "../../../src/store/upload-log.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { expectCode, sha256Of } from "../../conformance/objects.ts";
import { serve } from "../http/http-server.ts";
import { MultipartModel, type Step, type Telling } from "./multipart-model.ts";
import { isAsSigned, refuse } from "./scripted-s3.ts";

const KEY = "a";
const FULL = `pre/${KEY}`;
const PART = 4;
const CONTENT = Buffer.from("one-two-thr-fou-fi");
const PARTS = [1, 2, 3, 4, 5];
const PUT: PutOptions = { digest: sha256Of(CONTENT) };

/** A record that a process writes to until it is killed: before or after its nth write, counted from 1. */
class MortalRecord implements UploadRecord {
	readonly #record: UploadRecord;
	readonly #die: () => void;
	readonly #fatal: number;
	readonly #when: "before" | "after";
	#writes = 0;

	constructor(
		record: UploadRecord,
		die: () => void,
		fatal = Number.POSITIVE_INFINITY,
		when: "before" | "after" = "before",
	) {
		this.#record = record;
		this.#die = die;
		this.#fatal = fatal;
		this.#when = when;
	}

	isKilled = () => false;

	pending(key?: string): readonly NotedUpload[] {
		return this.#record.pending(key);
	}

	intend(key: string, plan: UploadPlan): NotedUpload {
		return this.#write(() => this.#record.intend(key, plan));
	}

	begun(upload: NotedUpload, uploadId: string): NotedUpload {
		return this.#write(() => this.#record.begun(upload, uploadId));
	}

	ended(upload: NotedUpload): void {
		this.#write(() => this.#record.ended(upload));
	}

	[Symbol.dispose](): void {}

	#write<T>(write: () => T): T {
		const isFatal = ++this.#writes === this.#fatal;
		if (isFatal && this.#when === "before") this.#die();
		this.#alive();
		const written = write();
		if (isFatal) this.#die();
		this.#alive();
		return written;
	}

	#alive(): void {
		if (this.isKilled())
			throw new StoreError("permission-denied", "the process is dead", {
				store: "-",
				operation: "-",
			});
	}
}

/** Where a process is killed: at its nth request, or its nth write to the record. */
interface Kill {
	readonly at: "request" | "record";
	readonly number: number;
	readonly when: "before" | "after";
}

/** A server, and the record of whoever uploads to it. */
class World implements AsyncDisposable {
	readonly model: MultipartModel;
	readonly record = new MemoryUploads();
	readonly #server: Awaited<ReturnType<typeof serve>>;

	private constructor(
		model: MultipartModel,
		server: Awaited<ReturnType<typeof serve>>,
	) {
		this.model = model;
		this.#server = server;
	}

	static async open(telling?: Telling): Promise<World> {
		const model = new MultipartModel(telling);
		const server = await serve((arrived, response) =>
			isAsSigned(arrived)
				? model.handle(arrived, response)
				: refuse(response, 400, "XAmzContentSHA256Mismatch"),
		);
		return new World(model, server);
	}

	/** A process: what it does with the store, and then settles its uploads, until it is killed. */
	async process<T>(
		act: (store: S3Store, settle: SettleUploads) => Promise<T>,
		kill?: Kill,
		options = "",
	): Promise<T> {
		this.model.revive();
		let isKilled = false;
		const die = () => {
			isKilled = true;
			this.model.kill();
		};
		let requests = 0;
		this.model.interrupt = (_step: Step, when) => {
			if (when === "before") requests++;
			if (kill?.at !== "request" || kill.when !== when) return false;
			if (requests !== kill.number) return false;
			isKilled = true;
			return true;
		};
		const record = new MortalRecord(
			this.record,
			die,
			kill?.at === "record" ? kill.number : undefined,
			kill?.when,
		);
		record.isKilled = () => isKilled;
		const url = new URL(`s3://reg/pre?region=us-east-1&${options}`);
		url.searchParams.set("endpoint", this.#server.origin);
		const location = {
			...parseLocation(url),
			chunkBytes: PART,
			multipartThreshold: PART,
		};
		const control = await Control.open(location);
		const plane = new Plane(control.address, control.region, () =>
			control.credentials(),
		);
		let settle: SettleUploads | undefined;
		await using store = new S3Store(location, plane, control, {
			open(identity, settles) {
				expect(identity).toBe(`${plane.origin}/reg/pre/`);
				settle = settles;
				return record;
			},
		});
		return await act(store, async (call) => (await settle?.(call)) ?? []);
	}

	/** As a pass does it: puts what is not there, and settles. */
	async pass(kill?: Kill) {
		return await this.process(async (store, settle) => {
			if (!this.model.objects.has(FULL))
				await store.put(KEY, bodyOf([CONTENT]), PUT);
			return await settle({ isAllDone: true });
		}, kill);
	}

	/** The parts that the server has of uploads that are noted by their ids. */
	arrived(): readonly number[] {
		return this.record
			.pending()
			.flatMap(({ uploadId = "" }) => [
				...(this.model.uploads.get(uploadId)?.parts.keys() ?? []),
			]);
	}

	async [Symbol.asyncDispose](): Promise<void> {
		await this.#server[Symbol.asyncDispose]();
	}
}

/** A body whose reader is interrupted for good after so many bytes have been sent. */
async function partsOf(world: World, count: number): Promise<void> {
	// The upload is begun with the first write and the second, and then a request a part.
	const kill: Kill = { at: "request", number: 1 + count, when: "after" };
	await expect(world.pass(kill)).rejects.toThrow();
	expect(world.record.pending()).toHaveLength(1);
}

const kills = fc.record<Kill>({
	at: fc.constantFrom("request", "record"),
	number: fc.integer({ min: 1, max: 10 }),
	when: fc.constantFrom("before", "after"),
});

describe("an upload whose process is killed", () => {
	test("wherever that is, and however often, ends as the right object, without what had arrived being sent again", async () => {
		const telling = fc.constantFrom<Telling>("sha256", "md5");
		await fc.assert(
			fc.asyncProperty(
				telling,
				fc.array(kills, { minLength: 1, maxLength: 3 }),
				async (tells, deaths) => {
					await using world = await World.open(tells);
					const foreign = [world.model.begin(FULL), world.model.begin("other")];
					for (const kill of deaths) {
						const before = world.arrived();
						await world.pass(kill).catch(() => undefined);
						for (const number of before)
							expect(world.model.sent).not.toContain(number);
					}
					const before = world.arrived();
					const left = await world.pass();
					for (const number of before)
						expect(world.model.sent).not.toContain(number);
					expect(world.model.objects.get(FULL)).toEqual(CONTENT);
					for (const id of foreign)
						expect(world.model.uploads.has(id)).toBe(true);
					// All others are gone, or are told of.
					const others = world.model.uploads.size - foreign.length;
					expect(left.length).toBeGreaterThanOrEqual(others);
					expect(world.record.pending()).toHaveLength(left.length);
					for (const { address } of left)
						expect(address).toBe("s3://reg/pre/a");
				},
			),
			{ numRuns: 150 },
		);
	}, 120_000);

	test.each<Telling>(["sha256", "md5"])(
		"sends only what is missing, and is completed with all parts, where the server tells the %s of parts",
		async (telling) => {
			await using world = await World.open(telling);
			await partsOf(world, 3);
			const before = world.arrived();
			expect(before.length).toBeGreaterThanOrEqual(3);
			expect(await world.pass()).toEqual([]);
			const missing = PARTS.filter((number) => !before.includes(number));
			expect(world.model.sent.toSorted()).toEqual(missing);
			expect(world.model.objects.get(FULL)).toEqual(CONTENT);
			expect(world.model.uploads.size).toBe(0);
			expect(world.model.steps).not.toContain("create");
		},
	);

	test("sends all parts again where the server tells nothing of them that proves what they are (I4)", async () => {
		await using world = await World.open("neither");
		await partsOf(world, 3);
		await world.pass();
		expect(world.model.sent.toSorted()).toEqual(PARTS);
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
	});

	test("does not become an object with parts of what the source held before (I4)", async () => {
		await using world = await World.open();
		const older = Buffer.from(CONTENT.toString().replaceAll("o", "x"));
		await world
			.process((store) => store.put(KEY, bodyOf([older])), {
				at: "request",
				number: 5,
				when: "after",
			})
			.catch(() => undefined);
		const before = world.arrived();
		expect(before.length).toBeGreaterThan(2);
		await world.process((store) => store.put(KEY, bodyOf([CONTENT])));
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		// The part without an "o" was the same.
		expect(world.model.sent.length).toBeLessThan(PARTS.length);
		expect(world.model.sent).toEqual(expect.arrayContaining([1, 2, 4]));
	});

	test("is given up when what is read now is not what it should be (I4)", async () => {
		await using world = await World.open();
		await partsOf(world, 3);
		const other = bodyOf([Buffer.from("one-two-thr-fou-xx")]);
		await world.process((store) =>
			expectCode(store.put(KEY, other, PUT), "corrupt"),
		);
		expect(world.model.objects.size).toBe(0);
		expect(world.model.uploads.size).toBe(0);
		expect(world.record.pending()).toEqual([]);
	});

	test.each([
		["another size", bodyOf([Buffer.from("one-two-three")]), undefined, ""],
		["another digest", bodyOf([CONTENT]), undefined, ""],
		["other settings", bodyOf([CONTENT]), PUT, "sse=aes256"],
	] as const)(
		"is given up, and another begun, when what is put has %s",
		async (_what, body: Body, options, settings) => {
			await using world = await World.open();
			await partsOf(world, 3);
			const [noted] = world.record.pending();
			await world.process(
				async (store) => {
					const put = store.put(KEY, body, options);
					// The server does not encrypt; what counts is what it was asked.
					await (settings === "" ? put : put.catch(() => undefined));
				},
				undefined,
				settings,
			);
			expect(world.model.uploads.has(noted?.uploadId ?? "")).toBe(false);
			expect(world.model.steps).toContain("create");
			expect(world.record.pending()).toEqual([]);
		},
	);

	test("is begun anew when the server no longer knows it", async () => {
		await using world = await World.open();
		await partsOf(world, 3);
		world.model.uploads.clear();
		expect(await world.pass()).toEqual([]);
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		expect(world.record.pending()).toEqual([]);
	});

	test("is begun anew when the server forgets it while it is gone on with", async () => {
		await using world = await World.open();
		await partsOf(world, 2);
		await world.process(async (store) => {
			world.model.interrupt = (step, when) => {
				if (step === "parts" && when === "after") {
					// The next page, and the parts, find it gone.
					setImmediate(() => world.model.uploads.clear());
				}
				return false;
			};
			await store.put(KEY, bodyOf([CONTENT]), PUT);
		});
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		expect(world.record.pending()).toEqual([]);
	});
});

describe("settling uploads", () => {
	test("gives up what nobody goes on with, when all was put", async () => {
		await using world = await World.open();
		const foreign = world.model.begin(FULL);
		await partsOf(world, 3);
		const left = await world.process((_store, settle) =>
			settle({ isAllDone: true }),
		);
		expect(left).toEqual([]);
		expect([...world.model.uploads.keys()]).toEqual([foreign]);
		expect(world.record.pending()).toEqual([]);
	});

	test("leaves what the next run goes on with, and says so, when not all was put", async () => {
		await using world = await World.open();
		await partsOf(world, 3);
		const settle = () =>
			world.process((_store, settles) => settles({ isAllDone: false }));
		expect(await settle()).toMatchObject([
			{ address: "s3://reg/pre/a", reason: "the next run goes on with it" },
		]);
		world.model.objects.set(FULL, CONTENT);
		expect(await settle()).toEqual([]);
		expect(world.model.uploads.size).toBe(0);
	});

	test("never gives up an upload whose beginning was not answered, and tells of it until it is gone", async () => {
		await using world = await World.open();
		await world
			.pass({ at: "request", number: 1, when: "after" })
			.catch(() => undefined);
		expect(world.record.pending()).toMatchObject([{ uploadId: undefined }]);
		const [left] = await world.pass();
		expect(left?.reason).toMatch(/could be somebody else's$/);
		expect(world.model.uploads.size).toBe(1);
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		expect(await world.pass()).toHaveLength(1);
		world.model.uploads.clear();
		expect(await world.pass()).toEqual([]);
		expect(world.record.pending()).toEqual([]);
	});

	test("tells of an upload whose beginning was not answered, also when another one took its place", async () => {
		await using world = await World.open();
		world.model.loses = "create";
		const left = await world.pass();
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		expect(left).toMatchObject([{ address: "s3://reg/pre/a" }]);
		expect(world.model.uploads.size).toBe(1);
	});

	test("does not take an upload that is noted for one whose beginning was not answered", async () => {
		await using world = await World.open();
		// The request never reached the server.
		await world
			.pass({ at: "record", number: 1, when: "after" })
			.catch(() => undefined);
		await world
			.pass({ at: "request", number: 3, when: "after" })
			.catch(() => undefined);
		expect(world.record.pending()).toHaveLength(2);
		const left = await world.process((_store, settle) =>
			settle({ isAllDone: false }),
		);
		expect(left).toMatchObject([{ reason: "the next run goes on with it" }]);
		expect(world.record.pending()).toHaveLength(1);
	});

	test("tells what could not be given up, and why", async () => {
		await using world = await World.open();
		await partsOf(world, 3);
		const left = await world.process(async (_store, settle) => {
			world.model.interrupt = (step) => step === "abort";
			return await settle({ isAllDone: true });
		});
		expect(left).toMatchObject([
			{ reason: expect.stringMatching(/^it could not be given up: Access/) },
		]);
		expect(world.record.pending()).toHaveLength(1);
	});
});

describe("an upload whose source fails for a moment", () => {
	test("goes on with what has arrived, when the source is read again", async () => {
		await using world = await World.open();
		let opened = 0;
		const body: Body = {
			size: CONTENT.length,
			bytes: async () => CONTENT,
			async *open() {
				if (opened++ > 0) {
					yield CONTENT;
					return;
				}
				yield CONTENT.subarray(0, 3 * PART);
				while (world.model.sent.length < 3)
					await new Promise((resolve) => setTimeout(resolve, 1));
				const about = { store: "file:///source", operation: "get" };
				throw new StoreError("unavailable", "the connection was lost", about);
			},
		};
		await world.process((store) => store.put(KEY, body, PUT));
		expect(world.model.objects.get(FULL)).toEqual(CONTENT);
		expect(world.model.steps.filter((step) => step === "create")).toHaveLength(
			1,
		);
		expect(world.model.sent.length).toBeLessThan(3 + PARTS.length);
	});
});
