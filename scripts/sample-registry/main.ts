import { mkdirSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import {
	SAMPLE_EXTRAS,
	type SampleExtra,
	type SampleOptions,
} from "./options.ts";
import { writeSampleRegistry } from "./sample-registry.ts";

const USAGE = `Writes the storage of a sample registry: the same options give the same tree.

  node scripts/sample-registry/main.ts DIRECTORY [OPTIONS]

  --repositories N              default 400
  --tags-per-repository N       default 8
  --layers-per-tag N            default 4
  --shared-layers-per-tag N     of these, shared between repositories; default 2
  --layer-bytes N               default 512
  --multi-platform-every N      every Nth repository has a multi-platform image; 0: none; default 2
  --seed N                      default 1
  --extra NAME                  may be repeated: ${SAMPLE_EXTRAS.join(", ")}
`;

function main(): number {
	const { values, positionals } = parseArgs({
		allowPositionals: true,
		options: {
			repositories: { type: "string" },
			"tags-per-repository": { type: "string" },
			"layers-per-tag": { type: "string" },
			"shared-layers-per-tag": { type: "string" },
			"layer-bytes": { type: "string" },
			"multi-platform-every": { type: "string" },
			seed: { type: "string" },
			extra: { type: "string", multiple: true },
			help: { type: "boolean" },
		},
	});
	if (values.help) {
		process.stdout.write(USAGE);
		return 0;
	}
	const [directory, ...rest] = positionals;
	if (directory === undefined || rest.length > 0)
		throw new Error("name one directory");
	const options: SampleOptions = {
		repositories: wholeNumber(values.repositories),
		tagsPerRepository: wholeNumber(values["tags-per-repository"]),
		layersPerTag: wholeNumber(values["layers-per-tag"]),
		sharedLayersPerTag: wholeNumber(values["shared-layers-per-tag"]),
		layerBytes: wholeNumber(values["layer-bytes"]),
		multiPlatformEvery: wholeNumber(values["multi-platform-every"]),
		seed: wholeNumber(values.seed),
		extras: (values.extra ?? []).map(sampleExtra),
	};
	mkdirSync(directory, { recursive: true });
	if (readdirSync(directory).length > 0)
		throw new Error(`${directory} is not empty`);
	const summary = writeSampleRegistry(directory, options);
	process.stdout.write(`${JSON.stringify(summary, undefined, 2)}\n`);
	return 0;
}

function wholeNumber(text: string | undefined): number | undefined {
	if (text === undefined) return undefined;
	if (!/^\d+$/.test(text)) throw new Error(`${text} is no whole number`);
	return Number(text);
}

function sampleExtra(name: string): SampleExtra {
	const extra = SAMPLE_EXTRAS.find((known) => known === name);
	if (extra === undefined)
		throw new Error(
			`there is no extra ${name}; there are ${SAMPLE_EXTRAS.join(", ")}`,
		);
	return extra;
}

try {
	process.exitCode = main();
} catch (error) {
	const reason = error instanceof Error ? error.message : String(error);
	process.stderr.write(`${reason}\n\n${USAGE}`);
	process.exitCode = 2;
}
