import { BlockList, isIP } from "node:net";

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");

/** Whether a host, as `hostOf` has it, is the machine of whoever connects to it. No name is looked up. */
export function isLoopback(host: string): boolean {
	return isIn(LOOPBACK, host) || /(^|\.)localhost$/i.test(host);
}

/** Whether a host is an address in one of these networks; a name never is. */
export function isIn(list: BlockList, host: string): boolean {
	const family = isIP(host);
	return family !== 0 && list.check(host, family === 6 ? "ipv6" : "ipv4");
}
