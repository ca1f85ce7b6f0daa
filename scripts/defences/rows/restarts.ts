import type { Defence } from "../defence.ts";

const LIES = "a restart command that exits 0 and does nothing";
const ELSEWHERE = "a node that stays on the file system";
const AWAY = "a registry that does not come up on the target";
const RESTARTS = "test/e2e/cutover-restarts.test.ts";

/** What a node, or the command that restarts it, may do. */
export const RESTART_DEFENCES: readonly Defence[] = [
	{
		name: "restart-is-proven-by-an-end",
		against: LIES,
		removed: [
			{
				file: "src/registry/read-only/await-end.ts",
				code: "if (remaining.length === 0) {",
				instead: "if (remaining.length >= 0) {",
			},
		],
		test: {
			file: RESTARTS,
			name: "lies when the node is switched, and then works again: all is as it was",
		},
	},
	{
		// That who served before has not ended is found out as well: later, and it says less.
		name: "restart-is-proven-by-an-answer",
		against: LIES,
		removed: [
			{
				file: "src/registry/read-only/change-node.ts",
				code: 'if (state !== "read-only") {',
				instead: 'if (state === "unknown") {',
			},
		],
		test: {
			file: RESTARTS,
			name: "lies when the node is to become read-only: all is as it was",
		},
	},
	{
		name: "opening-is-proven-by-an-answer",
		against: LIES,
		removed: [
			{
				file: "src/cutover/switch-nodes.ts",
				code: 'if (state !== "writable")\n\t\tthrow',
				instead: 'if (state === "unknown")\n\t\tthrow',
			},
		],
		test: {
			file: RESTARTS,
			name: "lies when the node is to take writes on the target: there is no way back, and the same command goes on",
		},
	},
	{
		name: "restart-that-fails-is-believed",
		against: "a restart command that fails",
		removed: [
			{
				file: "src/registry/distribution/restart.ts",
				code: "if (code === 0) return;",
				instead: "if (code !== null) return;",
			},
			// Who served before has not ended then.
			{
				file: "src/registry/read-only/await-end.ts",
				code: "if (remaining.length === 0) {",
				instead: "if (remaining.length >= 0) {",
			},
		],
		test: {
			file: RESTARTS,
			name: "fails when the node is switched, and then works again: all is as it was",
		},
	},
	{
		name: "way-back-is-proven-by-an-answer",
		against: AWAY,
		removed: [
			{
				file: "src/registry/read-only/put-back.ts",
				code: "if (probed.state === found) {",
				instead: 'if (probed.state === found || found === "writable") {',
			},
		],
		test: {
			file: RESTARTS,
			name: "stops from the switch on: somebody has to mend it, and the same command goes back",
		},
	},
	{
		name: "switch-is-proven-by-an-answer",
		against: AWAY,
		removed: [
			{
				file: "src/registry/read-only/change-node.ts",
				code: 'if (state !== "read-only") {',
				instead: 'if (state !== "read-only" && options.timeoutMs < 0) {',
			},
			{
				file: "src/registry/read-only/change-node.ts",
				code: 'observe({ type: "answered", node: node.name, state });',
				instead:
					'observe({ type: "answered", node: node.name, state: "read-only" });',
			},
			// All nodes are looked at once more, at one time.
			{
				file: "src/registry/read-only/look-again.ts",
				code: 'if (probed.state !== "read-only")',
				instead: 'if (probed.state === "writable")',
			},
		],
		test: {
			file: RESTARTS,
			name: "stops when the node is switched, and then works again: all is as it was",
		},
	},
	{
		name: "canary",
		against: ELSEWHERE,
		removed: [
			{
				file: "src/cutover/canary.ts",
				code: "for (const { node, client } of nodes) {",
				instead: "for (const { node, client } of nodes.slice(nodes.length)) {",
			},
		],
		test: {
			file: "test/e2e/cutover.test.ts",
			name: "a node that stays on the file system is found out by the canary, and all is as it was",
		},
	},
	{
		name: "canary-of-every-node",
		against: ELSEWHERE,
		removed: [
			{
				file: "src/cutover/canary.ts",
				code: "for (const { node, client } of nodes) {",
				instead: "for (const { node, client } of nodes.slice(0, 1)) {",
			},
		],
		test: {
			file: "test/e2e/cutover-nodes.test.ts",
			name: "one stays on the file system: the canary finds it out, and all are as they were",
		},
	},
	{
		name: "canary-back",
		against: ELSEWHERE,
		removed: [
			{
				file: "src/cutover/canary.ts",
				code: "for (const { node, client } of nodes) {",
				instead: "for (const { node, client } of nodes.slice(nodes.length)) {",
			},
		],
		test: {
			file: "test/e2e/rollback-linux-package.test.ts",
			name: "is given up where the node does not serve from the source: it is on the target, and takes writes",
		},
	},
];
