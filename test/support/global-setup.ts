import type { TestProject } from "vitest/node";
import {
	type MissingTool,
	provideTools,
} from "../../scripts/services/provide-tools.ts";
import { areServicesRequired } from "../../scripts/services/required.ts";
import { startS3 } from "../../scripts/services/s3.ts";
import "./services.ts";

/** Finds or builds the programs, starts the run's S3 server, and tells the tests; ends the server after the run. */
export default async function setup(
	project: TestProject,
): Promise<() => Promise<void>> {
	const isRequired = areServicesRequired();
	const { found, missing } = await provideTools({
		mayChangeSystem: isRequired,
		announce: (sentence) => process.stdout.write(`${sentence}\n`),
	});
	if (isRequired && missing.length > 0)
		throw new Error(missing.map(requirement).join("\n"));
	const { stop, ...server } = await startS3();
	const {
		product,
		version,
		verifies,
		endpoint,
		region,
		accessKeyId,
		secretAccessKey,
	} = server;
	const s3 = {
		product,
		version,
		verifies,
		endpoint,
		region,
		accessKeyId,
		secretAccessKey,
	};
	project.provide("services", { s3, found, missing });
	return stop;
}

function requirement({ product, reason }: MissingTool): string {
	return `${product} is required and missing: ${reason}.`;
}
