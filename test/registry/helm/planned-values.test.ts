import { expect, test } from "vitest";
import {
	type Configured,
	type KeyFile,
	planValues,
} from "../../../src/registry/helm/planned-values.ts";
import { registryConfiguration } from "../../../src/registry/helm/registry-configuration.ts";
import type { StorageSecret } from "../../../src/registry/helm/registry-workload.ts";
import type { Settings } from "../../../src/registry/settings.ts";

const TARGET = {
	driver: "s3_v2",
	parameters: { bucket: "reg", region: "eu-1", secretkey: "test-secret" },
};
const CONTENT = `# ours
filesystem:
  rootdirectory: /var/registry # a volume
delete:
  enabled: true
`;
const OURS = expect.stringMatching(/^storage-regmigrate-[0-9a-f]{8}$/);

test.each<[string, Settings, Partial<StorageSecret> | undefined, object]>([
	[
		"is configured as asked",
		{ readOnly: false, redirectDisabled: false },
		{},
		{},
	],
	[
		"is to be read-only",
		{ readOnly: true },
		{},
		{ "maintenance.readonly.enabled": true },
	],
	[
		"is to have no database",
		{ database: false },
		{},
		{ "database.enabled": false },
	],
	[
		"is to leave garbage for now",
		{ onlineGarbageCollection: false },
		{},
		{ "gc.disabled": true },
	],
	["collects garbage as asked", { onlineGarbageCollection: true }, {}, {}],
	[
		"is to send nobody to the bucket",
		{ redirectDisabled: true },
		{},
		{ "storage.redirect.disable": true },
	],
	[
		"says in its Secret that it sends people there",
		{ redirectDisabled: true },
		{ text: `${CONTENT}redirect:\n  disable: false\n` },
		{ "storage.secret": OURS },
	],
	[
		"is to use another storage",
		{ storage: TARGET },
		{},
		{ "storage.secret": OURS },
	],
	[
		"has a key file beside its old storage",
		{ storage: TARGET },
		{ extraKeys: ["gcs.json"] },
		{ "storage.secret": OURS, "storage.extraKey": "" },
	],
	[
		"uses the chart's own MinIO",
		{ storage: TARGET, redirectDisabled: true },
		undefined,
		{
			"storage.redirect.disable": true,
			"storage.secret": expect.stringMatching(
				/^git-registry-storage-regmigrate-/,
			),
			"storage.key": "config",
		},
	],
])(
	"sets what is needed for a registry that %s",
	(_, asked, secret, expected) => {
		const { leaves } = planValues(asked, now(secret));
		expect(
			Object.fromEntries(
				leaves.map(({ path, value }) => [path.join("."), value]),
			),
		).toEqual(expected);
	},
);

test("refuses to change redirects alone where the chart's own MinIO is used, which would go with it", () => {
	expect(() => planValues({ redirectDisabled: true }, now(undefined))).toThrow(
		/the chart's own MinIO/,
	);
});

test("refuses to make read-only what the Secret says otherwise, without its secrets", () => {
	const text = `${CONTENT}maintenance: { readonly: { enabled: false } } # test-secret\n`;
	expect(() => planValues({ readOnly: true }, now({ text }))).toThrow(
		/^Cannot use the registry configuration "Secret storage, config": it has a section maintenance, and the chart writes another one beside it$/,
	);
});

test("writes the new storage with all the rest of the Secret as it was, in a Secret that is named by its content", () => {
	const { secret } = planValues({ storage: TARGET }, now({}));
	expect(secret?.content).toEqual({
		config: `# ours
s3_v2:
  bucket: reg
  region: eu-1
  secretkey: test-secret
delete:
  enabled: true
`,
	});
	const again = planValues(
		{
			storage: { ...TARGET, parameters: { ...TARGET.parameters, bucket: "b" } },
		},
		now({ name: secret?.name ?? "" }),
	);
	expect(again.secret?.name).not.toBe(secret?.name);
	expect(again.secret?.name).toEqual(OURS);
});

test("takes a key file into the Secret, where the chart mounts it", () => {
	const keyFile: KeyFile = { key: "gcs.json", text: "{}" };
	const storage = {
		driver: "gcs",
		parameters: {
			bucket: "b",
			keyfile: "/etc/docker/registry/storage/gcs.json",
		},
	};
	const { leaves, secret } = planValues({ storage }, now({}), keyFile);
	expect(secret?.content["gcs.json"]).toBe("{}");
	expect(leaves).toContainEqual({
		path: ["storage", "extraKey"],
		value: "gcs.json",
	});
});

test("puts config.yml together as the chart's script does", () => {
	const template = `version: 0.1
storage:
  maintenance:
    readonly:
      enabled: true
database:
  {%- $psqlSubchart := "false" %}
  {%- if eq $psqlSubchart "true" %}
  enabled: "prefer"
  {%- else %}
  enabled: "false"
  {%- end %}
  password: "{% file.Read "/config/password" %}"
`;
	expect(
		registryConfiguration(
			template,
			"s3:\n  bucket: b\n\ncache:\n  blobdescriptor: inmemory",
		),
	).toBe(`version: 0.1
storage:
  s3:
    bucket: b

  cache:
    blobdescriptor: inmemory
  delete:
    enabled: true

  maintenance:
    readonly:
      enabled: true
database:
  enabled: "prefer"
  password: "from-a-file"
`);
	expect(
		registryConfiguration(template, "s3: {}\ndelete:\n  enabled: false\n"),
	).toContain("  delete:\n    enabled: false\n");
	expect(
		registryConfiguration(template, "s3: {}\ndelete:\n  enabled: false\n"),
	).not.toContain("enabled: true\n\n");
});

function now(secret: Partial<StorageSecret> | undefined): Configured {
	return {
		release: "git",
		effective: {
			storage: {
				driver: "filesystem",
				parameters: { rootdirectory: "/var/registry" },
			},
			readOnly: false,
			redirectDisabled: false,
			onlineGarbageCollection: true,
			database: undefined,
			drainMs: 0,
			tree: {},
			overrides: [],
		},
		storage: secret && {
			name: "storage",
			key: "config",
			extraKeys: [],
			text: CONTENT,
			...secret,
		},
	};
}
