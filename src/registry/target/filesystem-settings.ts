import { fileURLToPath } from "node:url";
import type { MakeSettings } from "./target.ts";

/** A directory: the same in every registry. */
export const filesystemSettings: MakeSettings = ({ url }) => ({
	storage: {
		driver: "filesystem",
		parameters: { rootdirectory: fileURLToPath(url).replace(/(?<=.)\/+$/, "") },
	},
	notes: [
		"The directory must be mounted at this path wherever the registry runs, and belong to its user.",
	],
});
