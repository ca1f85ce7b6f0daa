import { tellParent } from "../child.ts";
import { startDelayingProxy } from "./delaying-proxy.ts";

// A process of its own, so that its work is counted as nobody's.
const [targetPort, roundTripMs] = process.argv.slice(2).map(Number);
const { port } = await startDelayingProxy(targetPort ?? 0, roundTripMs ?? 0);
tellParent(String(port));
