import { expect, test } from "vitest";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { services } from "../../support/services.ts";
import { failureOf } from "../http/failures.ts";
import { describeS3 } from "./describe-s3.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

describeS3({ ...s3, connection: () => s3 });

test("an endpoint where nothing listens is refused soon", async () => {
	const url = new URL("s3://bucket?region=us-east-1");
	url.searchParams.set("endpoint", "http://127.0.0.1:9");
	const error = await failureOf(openS3(url));
	expect(error).toMatchObject({
		code: "unavailable",
		message: expect.stringContaining("127.0.0.1:9"),
	});
});
