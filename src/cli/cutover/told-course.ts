import type { CutoverEvent } from "../../cutover/course/machine-event.ts";
import type { Course } from "../../cutover/course/step.ts";
import type { TagSummary } from "../../cutover/rollback/tag-summary.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import { cutoverLine, type Expected } from "./cutover-lines.ts";
import type { KeptEvents } from "./kept-events.ts";

/** What is told of a course while it runs: to who looks on, and kept for who looks back. Knows what its end refers to. */
export class ToldCourse {
	readonly #course: Course;
	readonly #kept: KeptEvents;
	readonly #say: (line: string) => void;
	/** What was said of the window before it was opened. */
	expected: Expected = {};
	/** What was done to tags since a cutover; `undefined`: nobody has looked. */
	tags: TagSummary | undefined;
	/** How pulls went; `undefined`: none were polled. */
	pulls: Extract<WorldEvent, { type: "pulls" }> | undefined;

	constructor(course: Course, kept: KeptEvents, say: (line: string) => void) {
		this.#course = course;
		this.#kept = kept;
		this.#say = say;
	}

	observe(event: CutoverEvent | WorldEvent): void {
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
		this.#tell(event, cutoverLine(event, this.#course));
	}

	/** A line of what turns nodes read-only and back. */
	turn(line: string): void {
		this.#tell({ type: "turn" }, line);
	}

	#tell(event: { readonly type: string }, line: string | undefined): void {
		this.#kept.keep(event, line);
		if (line !== undefined) this.#say(line);
	}
}
