import { describe, expect, test } from "vitest";
import { runSteps } from "../../../src/cutover/course/machine.ts";
import {
	ROLLBACK,
	ROLLBACK_STEPS,
	type RollbackActuators,
} from "../../../src/cutover/rollback/rollback-steps.ts";
import { ModelJournal } from "../course/model-journal.ts";
import { ModelWorld } from "../course/model-world.ts";

/** A registry on a target, and its old source, which may be fenced. The model's source is where a course begins. */
class ModelRollback {
	readonly world = new ModelWorld(["a", "b"]);
	readonly journal = new ModelJournal(this.world);
	readonly wasFenced: boolean;
	isFenced: boolean;
	/** Whether it is kept that it was. */
	isLifted = false;

	constructor({ wasFenced = true, hasDatabase = true } = {}) {
		this.world.hasDatabase = hasDatabase;
		this.wasFenced = wasFenced;
		this.isFenced = wasFenced;
	}

	get actuators(): RollbackActuators {
		const { world } = this;
		const { actuators } = world;
		const forget = () => {
			this.isLifted = false;
		};
		const unfenced =
			(act: (call: object) => Promise<void>) => async (call: object) => {
				if (this.isFenced) throw new Error("the old source is fenced");
				await act(call);
			};
		const fencing = (isFenced: boolean) => async () => {
			world.point();
			this.isFenced = isFenced;
			this.isLifted = !isFenced;
			world.point();
		};
		return {
			...actuators,
			isFenced: () => this.isFenced || this.isLifted,
			async openTarget(call) {
				forget();
				await actuators.openTarget(call);
			},
			unfence: fencing(false),
			fence: fencing(true),
			catchUp: unfenced(actuators.catchUp),
			finalPass: unfenced(actuators.finalPass),
		};
	}

	/** A process: it goes on with the journal, until it ends or is killed. Resolves with why it failed. */
	async process(turnBack?: string): Promise<unknown> {
		try {
			await runSteps(ROLLBACK_STEPS, this.actuators, this.journal, {
				course: ROLLBACK,
				observe: () => {},
				turnBack,
			});
			return undefined;
		} catch (error) {
			return error;
		}
	}

	get hasEnded(): boolean {
		return this.journal.records.at(-1)?.type === "ended";
	}

	/** It is in one of two states, and nothing that was acknowledged is lost. */
	expectSound(): void {
		const { world, journal } = this;
		expect(["source", "target"]).toContain(world.state);
		expect(world.lost).toEqual([]);
		expect(world.isAnnounced).toBe(false);
		expect(world.hasWitnesses).toBe(false);
		const isBack = world.state === "target";
		expect(journal.records.at(-1)).toMatchObject({
			type: "ended",
			outcome: isBack ? "done" : "undone",
		});
		expect(this.isFenced).toBe(this.wasFenced && !isBack);
		expect(this.isLifted).toBe(false);
		expect(world.stores.target.has("canary")).toBe(false);
	}
}

/** Of one with a metadata database, whose old source is fenced; of others there are fewer. */
async function pointsOf(failing: string | undefined): Promise<number> {
	const course = new ModelRollback();
	course.world.failing = failing;
	await course.process();
	return course.world.points;
}

const REGISTRIES = [
	{ wasFenced: true, hasDatabase: true },
	{ wasFenced: true, hasDatabase: false },
	{ wasFenced: false, hasDatabase: true },
];

test.each(REGISTRIES)(
	"a rollback that nothing disturbs ends on the source: %j",
	async (registry) => {
		const course = new ModelRollback(registry);
		expect(await course.process()).toBeUndefined();
		course.expectSound();
		expect(course.world.state).toBe("target");
	},
);

/** What is done only with a metadata database, by the names of actuators. */
const OF_DATABASE = ["pushWitnesses", "pauseCollection"];

function isApplied(
	act: string | undefined,
	{ hasDatabase }: { readonly hasDatabase: boolean },
): boolean {
	return act !== undefined && (hasDatabase || !OF_DATABASE.includes(act));
}

describe.each([
	undefined,
	...["preflight", "catchUp", "makeReadOnly", "finalPass", "verifyDelta"],
	...OF_DATABASE,
	...["requireStill", "switchNodes", "tryCanary"],
])("a rollback in which %s fails", (failing) => {
	test("killed at every point, and resumed or not wanted any more, it ends in one of two states", async () => {
		const points = await pointsOf(failing);
		expect(points).toBeGreaterThan(5);
		const wishes = [undefined, "it is not wanted any more"];
		for (const registry of REGISTRIES)
			for (const turnBack of wishes)
				for (let killAt = 0; killAt < points; killAt++) {
					const course = new ModelRollback(registry);
					const { world } = course;
					world.failing = failing;
					world.killAt = killAt;
					await course.process();
					if (!course.hasEnded) {
						world.revive();
						const failure = await course.process(turnBack);
						// Past the point of no return it goes on, when asked to.
						if (!course.hasEnded) {
							expect(failure).toMatchObject({ code: "needs-operator" });
							await course.process();
						}
					}
					course.expectSound();
					if (isApplied(failing, registry)) expect(world.state).toBe("source");
				}
	});
});

test("the table reads as the cutover's, the other way round", () => {
	expect(ROLLBACK_STEPS.map(({ name }) => name)).toEqual([
		...["preflight", "witness", "pause collection", "unfence the source"],
		...["catch up", "announce"],
		...[
			"read-only",
			"final merge",
			"verify the merge",
			"still",
			"switch back",
			"canary",
		],
		...["still, once more", "read-write", "announce the end", "confirm"],
		"resume collection",
	]);
	const final = ROLLBACK_STEPS.findIndex(({ undo }) => undo === "never");
	expect(ROLLBACK_STEPS[final]?.name).toBe("read-write");
});
