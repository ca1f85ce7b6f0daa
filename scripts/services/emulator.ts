/** An S3 emulator in a process of its own; it keeps everything in memory. Started by `startS3`. */
import { buildApp } from "fauxqs";

// The package's own start function listens on every interface.
const address = await buildApp({ logger: false }).listen({
	host: "127.0.0.1",
	port: 0,
});
process.stdout.write(`listening on ${address}\n`);
