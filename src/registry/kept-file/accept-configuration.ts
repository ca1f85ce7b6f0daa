import type { DistributionDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { keptPlace } from "./kept-place.ts";
import { readHostFile } from "./read-host-file.ts";

/**
 * Puts the original away that is kept first, under the name that it is given; what is kept later is no original. With it
 * goes all by which a change could be undone, but no content that anybody may want to read.
 */
const PUT_AWAY = `
set -eu
kept=$1 away=$2
[ -d "$kept" ] || exit 0
if [ -e "$kept/original" ] && [ ! -e "$away" ]; then mv "$kept/original" "$away"; fi
rm -rf "$kept"
sync "$(dirname "$kept")" 2>/dev/null || sync
`;

/**
 * Makes the configuration of now what there is to go back to: nothing undoes what was changed before. The original stays
 * beside, for people, as `DIR/.regmigrate/NAME.NAME_GIVEN`. Safe to repeat. Rejects with a `RegistryError`.
 */
export async function acceptConfiguration(
	{ configuration }: Pick<DistributionDescription, "configuration">,
	host: Host,
	name: string,
	call: Call = {},
): Promise<void> {
	const { target } = await readHostFile(host, configuration, call);
	const { folder } = keptPlace(target);
	const words = [folder, `${folder}.${name}`];
	const { code, stderr } = await host.run(
		["sh", "-c", PUT_AWAY, "sh", ...words],
		call,
	);
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`Cannot put the original of ${configuration} on ${host.name} away: ${stderr.trim()}`,
		);
}
