import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { builtToolFolder } from "../../scripts/services/find-tool.ts";
import { goInstall } from "../../scripts/services/go-install.ts";
import { toolNamed } from "../../scripts/services/tools.ts";

const tool = toolNamed("registry-3");
let root = "";

beforeEach(() => {
	root = mkdtempSync(join(tmpdir(), "regmigrate-go-"));
	vi.stubEnv("PATH", `${join(root, "bin")}:/usr/bin:/bin`);
	vi.stubEnv("REGMIGRATE_SERVICES_CACHE", join(root, "cache"));
	onTestFinished(() => {
		vi.unstubAllEnvs();
		rmSync(root, { recursive: true });
	});
});

/** A `go` that does this; it stands for the real one, which takes minutes. */
function go(script: string): void {
	mkdirSync(join(root, "bin"));
	const path = join(root, "bin", "go");
	writeFileSync(path, `#!/bin/sh\n${script}\n`);
	chmodSync(path, 0o755);
}

const BUILDS = `echo "$*" > "$GOBIN/registry"; sleep 0.1; chmod +x "$GOBIN/registry"`;

/** Everything below the cache, and the result where there is one. */
function cached() {
	const cache = join(root, "cache");
	const path = join(builtToolFolder(tool) ?? "", tool.binary);
	const names = readdirSync(cache, { recursive: true, encoding: "utf8" });
	const files = names.filter((name) => name.includes("registry"));
	const others = names.filter((name) => !name.includes("registry"));
	const content = files.length > 0 ? readFileSync(path, "utf8") : undefined;
	return { others, content };
}

const PINNED =
	"install -trimpath -ldflags=-s -w github.com/distribution/distribution/v3/cmd/registry@v3.1.2\n";

test("goInstall › builds exactly the version that is asked for, and says so first", async () => {
	go(BUILDS);
	const said: string[] = [];
	expect(await goInstall(tool, (line) => said.push(line))).toBeUndefined();
	expect(cached()).toEqual({ others: [], content: PINNED });
	expect(said).toEqual([
		"Building Distribution v3.1.2, once; it takes about a minute and a half …",
	]);
});

test("goInstall › is not disturbed by another build of the same at the same time", async () => {
	go(BUILDS);
	const builds = [1, 2, 3].map(() => goInstall(tool, () => {}));
	expect(await Promise.all(builds)).toEqual([undefined, undefined, undefined]);
	expect(cached()).toEqual({ others: [], content: PINNED });
});

test("goInstall › replaces what is there and does not run", async () => {
	go(BUILDS);
	const folder = builtToolFolder(tool) ?? "";
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, tool.binary), "");
	expect(await goInstall(tool, () => {})).toBeUndefined();
	expect(cached()).toEqual({ others: [], content: PINNED });
});

test("goInstall › leaves nothing of a build that fails, and passes on what Go said last", async () => {
	go(`echo half > "$GOBIN/registry"; echo 'no space left' >&2; exit 1`);
	expect(await goInstall(tool, () => {})).toBe(
		"go install failed: no space left",
	);
	expect(cached()).toEqual({ others: [], content: undefined });
});

test("goInstall › says that there is no Go", async () => {
	vi.stubEnv("PATH", join(root, "bin"));
	expect(await goInstall(tool, () => {})).toBe("Go not found");
});
