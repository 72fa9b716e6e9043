package cutfs

import (
	"errors"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fuse"
)

// A server answers the kernel from a volume. Nodes live as long as the volume,
// so it need not know what the kernel has forgotten.
type server struct {
	fuse.RawFileSystem
	*volume
}

// valid is how long the kernel may believe what it was told: nobody but the
// kernel changes anything.
const valid = time.Hour

// mostWrite is the longest write the kernel hands over at once; a longer one is
// several, which a cut may part.
const mostWrite = 1 << 17

// mount puts a volume at a directory.
func mount(v *volume, dir string) (*fuse.Server, error) {
	s, err := fuse.NewServer(&server{fuse.NewDefaultRawFileSystem(), v}, dir, &fuse.MountOptions{
		DirectMountStrict: true, FsName: "cutfs", Name: "cutfs", MaxWrite: mostWrite,
		ExplicitDataCacheControl: true, DisableXAttrs: true, DisableReadDirPlus: true,
	})
	if err != nil {
		return nil, err
	}
	go s.Serve()
	if err := s.WaitMount(); err != nil {
		return nil, errors.Join(err, s.Unmount())
	}
	return s, nil
}

// at runs f on a node under the lock.
func (s *server) at(id uint64, f func(n *node) error) fuse.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.nodes[id]
	if n == nil {
		return fuse.ENOENT
	}
	return fuse.ToStatus(f(n))
}

func (n *node) attr(a *fuse.Attr) {
	a.Ino, a.Mode, a.Nlink, a.Blksize = n.id, n.mode, 1, block
	a.Size, a.Blocks = uint64(n.now.size), uint64(len(n.now.blocks)*(block/512))
}

func (n *node) enter(out *fuse.EntryOut) {
	out.NodeId, out.Generation = n.id, 1
	n.attr(&out.Attr)
	out.SetEntryTimeout(valid)
	out.SetAttrTimeout(valid)
}

// Lookup finds a name.
func (s *server) Lookup(_ <-chan struct{}, h *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	return s.at(h.NodeId, func(dir *node) error {
		n := dir.entries[name]
		if n == nil {
			return syscall.ENOENT
		}
		n.enter(out)
		return nil
	})
}

// GetAttr tells of a node.
func (s *server) GetAttr(_ <-chan struct{}, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	return s.at(in.NodeId, func(n *node) error {
		n.attr(&out.Attr)
		out.SetTimeout(valid)
		return nil
	})
}

// SetAttr sets a file's length and a node's permissions. Owners and times are
// as they are.
func (s *server) SetAttr(_ <-chan struct{}, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	return s.at(in.NodeId, func(n *node) error {
		if size, ok := in.GetSize(); ok {
			if err := s.resize(n, int(size)); err != nil {
				return err
			}
		}
		if mode, ok := in.GetMode(); ok {
			n.mode = n.mode&syscall.S_IFMT | mode&0o7777
		}
		n.attr(&out.Attr)
		out.SetTimeout(valid)
		return nil
	})
}

// add makes a node with a name.
func (s *server) add(dir uint64, name string, mode uint32, out *fuse.EntryOut) fuse.Status {
	return s.at(dir, func(dir *node) error {
		if dir.entries[name] != nil {
			return syscall.EEXIST
		}
		n := s.node(mode)
		n.enter(out)
		return s.rename(place{dir: dir, name: name, to: n})
	})
}

// Mknod makes a file or a socket.
func (s *server) Mknod(_ <-chan struct{}, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	if t := in.Mode & syscall.S_IFMT; t != syscall.S_IFREG && t != syscall.S_IFSOCK {
		return fuse.ENOSYS
	}
	return s.add(in.NodeId, name, in.Mode, out)
}

// Mkdir makes a directory.
func (s *server) Mkdir(_ <-chan struct{}, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return s.add(in.NodeId, name, syscall.S_IFDIR|in.Mode&0o7777, out)
}

// Create makes a file and opens it.
func (s *server) Create(_ <-chan struct{}, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return s.add(in.NodeId, name, syscall.S_IFREG|in.Mode&0o7777, &out.EntryOut)
}

// Unlink removes a name that is no directory's.
func (s *server) Unlink(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	return s.remove(h.NodeId, name)
}

// Rmdir removes an empty directory.
func (s *server) Rmdir(_ <-chan struct{}, h *fuse.InHeader, name string) fuse.Status {
	return s.remove(h.NodeId, name)
}

func (s *server) remove(dir uint64, name string) fuse.Status {
	return s.at(dir, func(dir *node) error {
		n := dir.entries[name]
		switch {
		case n == nil:
			return syscall.ENOENT
		case len(n.entries) > 0:
			return syscall.ENOTEMPTY
		}
		err := s.rename(place{dir: dir, name: name})
		if err == nil {
			s.give(len(n.now.blocks))
		}
		return err
	})
}

// Rename moves a name, over another one if need be.
func (s *server) Rename(_ <-chan struct{}, in *fuse.RenameIn, from, to string) fuse.Status {
	if in.Flags != 0 {
		return fuse.EINVAL
	}
	return s.at(in.NodeId, func(dir *node) error {
		n, other := dir.entries[from], s.nodes[in.Newdir]
		if n == nil || other == nil {
			return syscall.ENOENT
		}
		over := other.entries[to]
		if over != nil && len(over.entries) > 0 {
			return syscall.ENOTEMPTY
		}
		err := s.rename(place{dir: dir, name: from}, place{dir: other, name: to, to: n})
		if err == nil && over != nil {
			s.give(len(over.now.blocks))
		}
		return err
	})
}

// Open opens a file. What the kernel has of it in its cache stays there, as it
// would for a file on a disk.
func (s *server) Open(_ <-chan struct{}, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	out.OpenFlags = fuse.FOPEN_KEEP_CACHE
	return fuse.OK
}

// OpenDir opens a directory.
func (s *server) OpenDir(_ <-chan struct{}, in *fuse.OpenIn, _ *fuse.OpenOut) fuse.Status {
	return fuse.OK
}

// ReadDir lists names.
func (s *server) ReadDir(_ <-chan struct{}, in *fuse.ReadIn, l *fuse.DirEntryList) fuse.Status {
	return s.at(in.NodeId, func(dir *node) error {
		for i, name := range sortedNames(dir.entries) {
			if uint64(i) < in.Offset {
				continue
			}
			n := dir.entries[name]
			if !l.AddDirEntry(fuse.DirEntry{Name: name, Mode: n.mode, Ino: n.id, Off: uint64(i) + 1}) {
				break
			}
		}
		return nil
	})
}

// Read reads what the writers believe is there.
func (s *server) Read(_ <-chan struct{}, in *fuse.ReadIn, buf []byte) (fuse.ReadResult, fuse.Status) {
	read := 0
	status := s.at(in.NodeId, func(n *node) error {
		read = n.now.read(buf, int(in.Offset))
		return nil
	})
	return fuse.ReadResultData(buf[:read]), status
}

// Write writes.
func (s *server) Write(_ <-chan struct{}, in *fuse.WriteIn, p []byte) (uint32, fuse.Status) {
	status := s.at(in.NodeId, func(n *node) error { return s.write(n, int(in.Offset), p) })
	return uint32(len(p)), status
}

// Fsync brings a file to the disk.
func (s *server) Fsync(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return s.synced(in.NodeId)
}

// FsyncDir brings the names in a directory to the disk.
func (s *server) FsyncDir(_ <-chan struct{}, in *fuse.FsyncIn) fuse.Status {
	return s.synced(in.NodeId)
}

func (s *server) synced(id uint64) fuse.Status {
	var found *node
	if status := s.at(id, func(n *node) error { found = n; return nil }); status != fuse.OK {
		return status
	}
	return fuse.ToStatus(s.sync(found))
}

// StatFs tells the room there is.
func (s *server) StatFs(_ <-chan struct{}, _ *fuse.InHeader, out *fuse.StatfsOut) fuse.Status {
	const most = 1 << 20 // 4 GiB
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Bsize, out.Frsize, out.NameLen, out.Blocks = block, block, 255, most
	out.Bfree = most
	if s.room >= 0 {
		out.Bfree = uint64(s.room)
	}
	out.Bavail = out.Bfree
	return fuse.OK
}
