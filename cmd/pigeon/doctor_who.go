package main

import (
	"bufio"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// An owned is whose a file is, and who may use it.
type owned struct {
	uid, gid int
	mode     uint32
}

// A person is a user as the kernel sees it.
type person struct {
	uid  int
	gids []int
	name string
}

// may reports whether a person may do with a file what the bits say: 4 read, 2
// write, 1 search. Access lists are not read.
func (p person) may(o owned, bits uint32) bool {
	granted := o.mode
	switch {
	case p.uid == 0:
		return true
	case p.uid == o.uid:
		granted = o.mode >> 6
	case slices.Contains(p.gids, o.gid):
		granted = o.mode >> 3
	}
	return granted&bits == bits
}

// group is the first of a person's groups, which is its own.
func (p person) group() int {
	if len(p.gids) == 0 {
		return 0
	}
	return p.gids[0]
}

func (x *exam) root() fs.FS { return os.DirFS(x.e.root) }

// me is who runs this process.
func (x *exam) me() person { return person{x.uid, x.gids, x.userName(x.uid)} }

// someone is a user by what the system's lists say.
func (x *exam) someone(uid int) person {
	p := person{uid: uid, name: x.userName(uid)}
	for _, f := range x.list("etc/passwd") {
		if len(f) > 3 && f[2] == strconv.Itoa(uid) {
			if gid, err := strconv.Atoi(f[3]); err == nil {
				p.gids = append(p.gids, gid)
			}
		}
	}
	for _, f := range x.list("etc/group") {
		if len(f) > 3 && slices.Contains(strings.Split(f[3], ","), p.name) {
			if gid, err := strconv.Atoi(f[2]); err == nil {
				p.gids = append(p.gids, gid)
			}
		}
	}
	return p
}

func (x *exam) userName(uid int) string  { return x.nameOf("etc/passwd", uid) }
func (x *exam) groupName(gid int) string { return x.nameOf("etc/group", gid) }

// nameOf finds the name of a number in a list of the system's.
func (x *exam) nameOf(file string, id int) string {
	for _, f := range x.list(file) {
		if len(f) > 2 && f[2] == strconv.Itoa(id) {
			return f[0]
		}
	}
	return strconv.Itoa(id)
}

// list reads a file of lines with colons between their fields.
func (x *exam) list(file string) [][]string {
	text, err := x.read(file)
	if err != nil {
		return nil
	}
	var all [][]string
	for line := range strings.Lines(text) {
		all = append(all, strings.Split(strings.TrimSpace(line), ":"))
	}
	return all
}

// whoRuns finds out as whom the daemon runs, or would run: the process that
// has the state directory, else its owner where root asks, else who asks.
func (x *exam) whoRuns() person {
	if x.health != nil || x.hidden {
		if p, err := x.process(x.daemonPID()); err == nil {
			return p
		}
	}
	if o, err := x.stat(x.dir); err == nil && o.uid != x.uid && (x.uid == 0 || x.hidden) {
		return x.someone(o.uid)
	}
	return x.me()
}

// daemonPID is the process that last had the state directory; 0 where nobody
// can tell.
func (x *exam) daemonPID() int {
	b, err := os.ReadFile(filepath.Join(x.dir, "pigeon.pid"))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b))) // 0 when it is no number
	return pid
}

// process reads as whom a process runs, proc_pid_status(5).
func (x *exam) process(pid int) (person, error) {
	text, err := x.read(path.Join("proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return person{}, err
	}
	p := person{uid: -1}
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		switch {
		case len(f) > 2 && f[0] == "Uid:":
			p.uid, err = strconv.Atoi(f[2])
			if err != nil {
				return p, err
			}
		case len(f) > 2 && f[0] == "Gid:", len(f) > 1 && f[0] == "Groups:":
			for _, s := range f[1:] {
				if gid, err := strconv.Atoi(s); err == nil {
					p.gids = append(p.gids, gid)
				}
			}
		}
	}
	if p.uid < 0 {
		return p, fs.ErrNotExist
	}
	p.name = x.userName(p.uid)
	return p, nil
}

// processes is what can be seen of all processes.
type processes struct {
	names   map[int]string
	holders map[string][]int // what is open, "/dev/ttyUSB0" or "socket:[4711]", to who has it
	unseen  int              // processes whose open files may not be seen
}

// everyone looks at all processes, once.
func (x *exam) everyone() *processes {
	if x.procs != nil {
		return x.procs
	}
	x.procs = &processes{names: map[int]string{}, holders: map[string][]int{}}
	for _, comm := range x.glob("proc/[1-9]*/comm") {
		pid, err := strconv.Atoi(path.Base(path.Dir(comm)))
		if err != nil {
			continue
		}
		name, err := x.read(comm)
		if err != nil {
			continue // it has ended
		}
		x.procs.names[pid] = name
		x.procs.look(filepath.Join(x.e.root, path.Dir(comm), "fd"), pid)
	}
	return x.procs
}

// look notes what one process has open.
func (p *processes) look(dir string, pid int) {
	entries, err := os.ReadDir(dir)
	if denied(err) {
		p.unseen++
	}
	for _, e := range entries {
		to, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err == nil && (strings.HasPrefix(to, "/dev/") || strings.HasPrefix(to, "socket:")) && !slices.Contains(p.holders[to], pid) {
			p.holders[to] = append(p.holders[to], pid)
		}
	}
}

// called lists the processes of a name.
func (p *processes) called(name string) []int {
	var all []int
	for pid, n := range p.names {
		if n == name {
			all = append(all, pid)
		}
	}
	slices.Sort(all)
	return all
}

// listener finds who listens on a TCP port, proc_net_tcp(5): the inode of the
// socket, or false where nobody does on an address that is in the way of host.
func (x *exam) listener(host, port string) (inode string, ok bool) {
	for _, file := range []string{"proc/net/tcp", "proc/net/tcp6"} {
		f, err := x.root().Open(file)
		if err != nil {
			continue
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			w := strings.Fields(lines.Text())
			if len(w) > 9 && w[3] == "0A" && inTheWay(w[1], host, port) { // LISTEN
				return w[9], true
			}
		}
	}
	return "", false
}
