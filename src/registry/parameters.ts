import type { Refuse } from "./configuration-error.ts";

/** What `strconv.ParseBool` takes, and the words of YAML 1.1, which Go's parser reads as booleans. */
export const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
	...["1", "t", "true", "y", "yes", "on"].map((text) => [text, true] as const),
	...["0", "f", "false", "n", "no", "off"].map(
		(text) => [text, false] as const,
	),
]);

/** Whether a value of a configuration, as it is written or as YAML has it, says yes. */
export function isTrue(value: unknown): boolean {
	return BOOLEANS.get(String(value).toLowerCase()) ?? false;
}

/**
 * The parameters of a storage driver, read as the drivers read them: what is empty is not set, booleans and numbers may
 * be strings. What cannot be read is refused by the parameter's name; its value is not shown, for it may be a secret
 * (I7).
 */
export class Parameters {
	/** The driver's name, for messages. */
	readonly driver: string;
	readonly refuse: Refuse;
	readonly #values: Readonly<Record<string, unknown>>;

	constructor(
		driver: string,
		values: Readonly<Record<string, unknown>>,
		refuse: Refuse,
	) {
		this.driver = driver;
		this.refuse = refuse;
		this.#values = values;
	}

	get names(): readonly string[] {
		return Object.keys(this.#values);
	}

	/** Whether the parameter is there, be it empty. */
	has(name: string): boolean {
		return Object.hasOwn(this.#values, name);
	}

	text(name: string): string | undefined {
		const value = this.has(name) ? this.#values[name] : null;
		if (value === null || value === "") return undefined;
		if (typeof value === "string") return value;
		throw this.refuse(`${this.#shown(name)} is not a text`);
	}

	/** A text without which the driver does not start. */
	required(name: string): string {
		const text = this.text(name);
		if (text !== undefined) return text;
		throw this.refuse(`${this.#shown(name)} is missing`);
	}

	flag(name: string): boolean | undefined {
		const text = this.text(name);
		if (text === undefined) return undefined;
		const flag = BOOLEANS.get(text.toLowerCase());
		if (flag !== undefined) return flag;
		throw this.refuse(`${this.#shown(name)} is neither true nor false`);
	}

	/** A whole number from 0, in decimal digits. */
	integer(name: string): string | undefined {
		const text = this.text(name);
		if (text === undefined) return undefined;
		const digits = text.replaceAll("_", "");
		// What begins with 0 is octal in one version of YAML, and decimal in the next.
		if (/^(0|[1-9]\d*)$/.test(digits)) return digits;
		if (/^0x[\da-f]{1,12}$/i.test(digits)) return String(Number(digits));
		throw this.refuse(
			`${this.#shown(name)} is no whole number`,
			"Write it in decimal digits.",
		);
	}

	/** The parameters within another; `undefined` when there are none. */
	within(name: string): Parameters | undefined {
		const value = this.has(name) ? this.#values[name] : null;
		if (value === null) return undefined;
		if (typeof value === "object" && !Array.isArray(value))
			return new Parameters(
				`${this.driver}.${name}`,
				{ ...value },
				this.refuse,
			);
		throw this.refuse(`${this.#shown(name)} is not a map of names and values`);
	}

	/** An absolute path. The registry finds others from wherever it was started, which nobody else knows. */
	path(name: string): string | undefined {
		const path = this.text(name);
		if (path === undefined || path.startsWith("/")) return path;
		throw this.refuse(
			`${this.#shown(name)} is no absolute path`,
			"Write it in full, beginning with a slash.",
		);
	}

	#shown(name: string): string {
		return `${this.driver}.${name}`;
	}
}
