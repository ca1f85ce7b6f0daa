import type { DriverSettings } from "../settings.ts";

/** A registry that is served for a rehearsal. Secrets inside (I7). */
export interface ServedConfiguration {
	readonly storage: DriverSettings;
	readonly isReadOnly: boolean;
	readonly redirectDisabled: boolean;
	/** It listens on loopback. */
	readonly port: number;
	/** What is in its header: another process that answers at this port does not know it. */
	readonly identity: string;
	/**
	 * The path below which it answers, which nobody can guess: it serves people's images to whoever knows it, and takes
	 * what they push, and other users of the machine reach its port, too. A secret.
	 */
	readonly path: string;
	/** Signs the state of uploads. */
	readonly secret: string;
	/** Whether it is GitLab's registry. */
	readonly isGitLab: boolean;
}

/** The header that says which registry answers. */
export const IDENTITY_HEADER = "x-regmigrate-rehearsal";

/**
 * The configuration that a rehearsal is made with: the storage as it is to be, and of everything else only what makes a
 * registry that nobody notices. Nobody is asked who he is, nobody notified, nothing fetched from elsewhere, no cache or
 * database shared with the registry in use, and nothing removed in the background. Deletes are allowed, for whether the
 * store takes them is to be known. JSON, which is YAML.
 */
export function servedConfiguration({
	storage: { driver, parameters },
	isReadOnly,
	redirectDisabled,
	port,
	identity,
	path,
	secret,
	isGitLab,
}: ServedConfiguration): string {
	return JSON.stringify({
		version: 0.1,
		log: {
			level: "error",
			formatter: "json",
			accesslog: { disabled: true },
		},
		storage: {
			[driver]: parameters,
			cache: { blobdescriptor: "inmemory" },
			delete: { enabled: true },
			redirect: { disable: redirectDisabled },
			maintenance: {
				uploadpurging: { enabled: false },
				readonly: { enabled: isReadOnly },
			},
		},
		http: {
			addr: `127.0.0.1:${port}`,
			prefix: `/${path}/`,
			secret,
			headers: { [IDENTITY_HEADER]: [identity] },
		},
		health: { storagedriver: { enabled: false } },
		// Only GitLab's knows of one, and prefers it where the storage is empty.
		...(isGitLab ? { database: { enabled: false } } : {}),
	});
}
