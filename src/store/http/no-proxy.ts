import { BlockList, isIP } from "node:net";

/**
 * Whether NO_PROXY names the server of an origin. Entries stand between commas or blanks; their case does not matter,
 * and no name is looked up.
 *
 * | an entry                        | names                                            |
 * | ------------------------------- | ------------------------------------------------ |
 * | `*`                             | every server                                     |
 * | `example.com`                   | that host and all below it                       |
 * | `.example.com`, `*.example.com` | all below it, and not the host itself            |
 * | `10.0.0.1`, `fd00::1`           | that address                                     |
 * | `10.0.0.0/8`, `fd00::/8`        | the addresses in that network                    |
 * | any but `*` with `:PORT`        | the same, at that port only; IPv6 as `[fd00::1]` |
 *
 * That is how Go's clients read it, and so the registry itself. Source: golang.org/x/net/http/httpproxy, `Config`.
 */
export function isExempt(origin: URL, noProxy: string): boolean {
	const host = hostOf(origin);
	const port = origin.port || (origin.protocol === "https:" ? "443" : "80");
	return noProxy
		.toLowerCase()
		.split(/[\s,]+/)
		.some((entry) => entry !== "" && names(entry, host, port));
}

/** The host of a URL as it is compared: without the brackets of IPv6, or the last dot of a name. */
export function hostOf({ hostname }: URL): string {
	return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

function names(entry: string, host: string, port: string): boolean {
	if (entry === "*") return true;
	const [, name = entry, onlyPort = port] =
		/^(.+):(\d+)$/.exec(isIP(entry) === 6 ? "" : entry) ?? [];
	if (onlyPort !== port) return false;
	const bare = name.replace(/^\[|\]$/g, "").replace(/\.$/, "");
	const family = isIP(host);
	if (family !== 0) return holds(bare, host, family === 6 ? "ipv6" : "ipv4");
	if (/^\*?\./.test(bare)) return host.endsWith(bare.replace(/^\*/, ""));
	return host === bare || host.endsWith(`.${bare}`);
}

/** Whether an address, or a network in the notation with "/", holds an address. */
function holds(
	entry: string,
	address: string,
	family: "ipv4" | "ipv6",
): boolean {
	const [network = "", bits] = entry.split("/");
	const list = new BlockList();
	try {
		if (bits === undefined) list.addAddress(network, family);
		else if (/^\d+$/.test(bits)) list.addSubnet(network, Number(bits), family);
	} catch {
		// A name, or of the other family: it holds no such address.
		return false;
	}
	return list.check(address, family);
}
