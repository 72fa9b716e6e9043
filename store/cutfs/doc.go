// Package cutfs is a disk for tests whose power can be cut: a FUSE file system
// in the memory of a process of its own, which a program writes to as to any
// other and which then holds what a real disk might hold after the cut.
//
// # What it promises
//
// Every file is there twice: as its writers see it, and as it is on the disk.
// Between the two stands the list of changes since.
//
//   - fsync and fdatasync of a file bring its octets and its length to the disk.
//   - fsync of a directory brings the names in it to the disk: what was created,
//     renamed and removed there.
//   - Nothing else brings anything to the disk. In particular, fsync of a new
//     file does not bring its name: fsync(2) says that this takes an fsync of the
//     directory. ext4 does more, as it commits the transaction that made the name
//     (Documentation/filesystems/ext4/journal.rst), so whoever survives here
//     survives there.
//
// At the cut, chance decides about every change that is not on the disk: a write
// is there, or is not, or some sectors of 512 octets of it are, whatever was
// written before or after it; the length is the one after any of the changes of
// length; a name has been created, renamed or removed, or not. A rename has
// happened whole or not at all, and only after what it builds on. Sectors do not
// tear. Nothing outside the changes since the last sync is touched: a card that
// loses what it has confirmed is another fault, which no program survives.
//
// Two writes of one sector with no sync between leave the later one, the earlier
// one, or what was there before, as the order in which a disk takes them has it.
//
// From the cut on, whatever would change or sync something fails with EIO. What
// was written stays readable, as it does from a kernel's cache, so that a program
// which maps a file ends as it decides to and not by SIGBUS.
//
// # Faults
//
// The disk fills up from a number of octets on (ENOSPC; blocks of 4096), the
// n-th write or sync fails once with EIO, and syncs take time, in which
// the power may go too.
//
// After a sync that failed, chance has decided about each write it was to bring
// to the disk, as at a cut; a later sync does not bring it again and succeeds.
// What the program reads meanwhile is still what it wrote, until the kernel drops
// its cache. ext4 and XFS are so: Rebello et al., "Can Applications Recover from
// fsync Failures?", USENIX ATC 2020.
//
// # How it runs
//
// Start runs this same binary again, as the server of the mount. It must be
// another process: a page fault on a mapped file waits for the server without Go
// knowing that a goroutine waits, and in one process the collector would stop
// both for ever. So the main function of whoever uses it begins with
//
//	if cutfs.Serve() {
//		return
//	}
//
// which is TestMain's in a test. It needs /dev/fuse and the right to mount:
// Missing says what is wanting. There is no writeback cache and no direct I/O, so
// that mmap and pwrite agree; locks are the kernel's; a socket may stand in it.
// Modes, owners and times are not part of what a cut may lose, and there are no
// hard or symbolic links.
//
// Equal seeds and equal changes in an equal order leave equal disks. A program
// with several threads makes its changes in another order each time.
package cutfs
