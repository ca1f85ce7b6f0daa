import type { CutoverEvent } from "../../cutover/course/machine-event.ts";
import { COURSES, type CourseName } from "../../cutover/courses.ts";
import type { TagSummary } from "../../cutover/rollback/tag-summary.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import type { CourseOutput } from "./course-wishes.ts";
import { cutoverLine, type Expected } from "./cutover-lines.ts";
import type { KeptEvents } from "./kept-events.ts";

/** What is told of a course while it runs: to who looks on, and kept for who looks back. Knows what its end refers to. */
export class ToldCourse {
	readonly #name: CourseName;
	readonly #kept: KeptEvents;
	readonly #output: Pick<CourseOutput, "say" | "ignoreInterrupts">;
	readonly #isDryRun: boolean;
	/** What was said of the window before it was opened. */
	expected: Expected = {};
	/** What was done to tags since a cutover; `undefined`: nobody has looked. */
	tags: TagSummary | undefined;
	/** How pulls went; `undefined`: none were polled. */
	pulls: Extract<WorldEvent, { type: "pulls" }> | undefined;

	constructor(
		name: CourseName,
		kept: KeptEvents,
		output: Pick<CourseOutput, "say" | "ignoreInterrupts">,
		isDryRun: boolean,
	) {
		this.#name = name;
		this.#kept = kept;
		this.#output = output;
		this.#isDryRun = isDryRun;
	}

	observe(event: CutoverEvent | WorldEvent): void {
		// In a dry run there is nothing that Ctrl-C would have to leave alone.
		const why = this.#isDryRun ? undefined : this.#whyIgnored(event);
		if (why !== undefined) this.#output.ignoreInterrupts(why);
		switch (event.type) {
			case "predicted":
				this.expected = { ...this.expected, predicted: event };
				break;
			case "deletes-planned":
				this.expected = { ...this.expected, deletes: event };
				break;
			case "tags":
				this.tags = event.tags;
				break;
			case "pulls":
				this.pulls = event;
				break;
			default:
		}
		// How long nothing took is nothing to know.
		if (this.#isDryRun && event.type === "done") return;
		this.#tell(event, cutoverLine(event, COURSES[this.#name].course));
	}

	/** Why Ctrl-C does nothing from this event on, as a clause; `undefined`: it does what it did. */
	#whyIgnored(event: CutoverEvent | WorldEvent): string | undefined {
		const { course, steps } = COURSES[this.#name];
		if (event.type === "turning-back") return "it is going back already";
		if (event.type !== "began") return undefined;
		const step = steps.find(({ name }) => name === event.step);
		return step?.undo === "never"
			? `past the point of no return it ends on the ${course.to}`
			: undefined;
	}

	/** A line of a step's own: of a rehearsal, or of what turns nodes read-only and back. */
	detail(line: string): void {
		this.#tell({ type: "turn" }, line);
	}

	#tell(event: { readonly type: string }, line: string | undefined): void {
		this.#kept.keep(event, line);
		if (line !== undefined) this.#output.say(line);
	}
}
