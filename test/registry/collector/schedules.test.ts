import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import {
	findSchedules,
	scheduleNotes,
} from "../../../src/registry/collector/schedules.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("what starts a collection by itself is found in cron and systemd, but not what is commented out", async () => {
	const root = temporaryFolder();
	const write = (name: string, text: string) => {
		mkdirSync(join(root, dirname(name)), { recursive: true });
		writeFileSync(join(root, name), text);
		return join(root, name);
	};
	const files = [
		write(
			"etc/cron.d/registry-garbage-collect",
			"SHELL=/bin/sh\n5 4 * * 0 root gitlab-ctl registry-garbage-collect\n",
		),
		write(
			"var/spool/cron/crontabs/root",
			"0 1 * * * docker exec registry registry garbage-collect /config.yml\n",
		),
		write(
			"etc/systemd/system/registry-gc.service",
			"[Service]\nExecStart=/usr/bin/docker-registry garbage-collect /etc/config.yml\n",
		),
	];
	write("etc/cron.d/old", "# 5 4 * * 0 root registry garbage-collect\n");
	write("etc/cron.d/backup", "5 4 * * 0 root backup\n");
	const found = await findSchedules(localHost, {}, root);
	expect(found.files.toSorted()).toEqual(files.toSorted());
	expect(found.hidden).toEqual([]);
	const notes = scheduleNotes("registry-1", found);
	expect(notes).toHaveLength(3);
	expect(notes[0]).toContain("on registry-1 starts a collection by itself");
});

test("a folder that may not be looked into is told", () => {
	const notes = scheduleNotes("registry-1", {
		files: [],
		hidden: ["/var/spool/cron/crontabs"],
	});
	expect(notes.join()).toContain("it is not known whether");
});
