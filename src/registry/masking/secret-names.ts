/**
 * What the names of secrets end with, in the configurations of registries, in gitlab.rb, in values of charts and in
 * variables. An access key's id is no secret, but nobody needs to see it.
 */
const ENDINGS = [
	...["password", "passwd", "passphrase", "htpasswd"],
	...["secret", "token", "credentials?", "authorization", "cookie"],
	...["secret[-_]?(access[-_]?)?key", "access[-_]?key([-_]?(id|secret))?"],
	...["(account|api|license|private|internal|encryption)[-_]?key"],
	...["private[-_]?key[-_]?id", "key[-_]base", "json[-_]key[-_]string"],
	...["connection[-_]?string", "sas", "signature", "dsn"],
];

/** The same as a part of a regular expression, which needs the flag `i`. */
export const SECRET_NAME = `[\\w.-]*(?:${ENDINGS.join("|")})`;

const WHOLE = new RegExp(`^${SECRET_NAME}$`, "i");

/** Whether a name is one under which secrets are kept. A chart's `existingSecret` is the name of an object of the cluster. */
export function isSecretName(name: string): boolean {
	return WHOLE.test(name) && !isObjectName(name);
}

/** Whether a name says where a secret is, and is none itself. */
export function isObjectName(name: string): boolean {
	return /^existing/i.test(name);
}
