import { statfsSync } from "node:fs";

/**
 * File systems of which this machine keeps the attributes itself. Network file systems, and what is between (FUSE, 9p,
 * cluster file systems), answer from attributes that can be old: on NFS up to a minute. What is not known to be local
 * is not. Source: Linux include/uapi/linux/magic.h, statfs(2).
 */
const LOCAL: ReadonlySet<number> = new Set([
	0xef53, // ext2, ext3, ext4
	0x58465342, // xfs
	0x9123683e, // btrfs
	0x01021994, // tmpfs
	0x858458f6, // ramfs
	0x2fc12fc1, // zfs
	0xca451a4e, // bcachefs
	0xf2f52010, // f2fs
	0x3153464a, // jfs
	0x52654973, // reiserfs
	0x794c7630, // overlayfs, whose upper layer must be local
	0x73717368, // squashfs
	0x9660, // iso9660
]);

/** Whether what lies at a path is on a file system of this machine's own. */
export function isLocal(path: string): boolean {
	try {
		return LOCAL.has(statfsSync(path).type);
	} catch {
		// It cannot be told, and to look more closely costs little.
		return false;
	}
}
