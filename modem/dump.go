package modem

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	dumpMost = 8        // in Config.DumpDir: flash is small, and the last tell most
	dumpSize = 96 << 10 // octets of one: the record with its times written out
)

// dump writes what is remembered of a modem that is given up to a file,
// masked, and takes away the oldest of too many.
func (m *modem) dump(why string) {
	dir := m.pool.cfg.DumpDir
	if dir == "" {
		return
	}
	path, err := m.writeDump(dir, why)
	if err != nil {
		m.log.Error("trace not written", "err", err)
		return
	}
	m.log.Warn("trace written", "file", path)
}

func (m *modem) writeDump(dir, why string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	old, err := dumps(dir)
	if err != nil {
		return "", err
	}
	// Numbered, not dated: a clock may be wrong.
	n := 1
	if len(old) > 0 {
		n = dumpNumber(old[len(old)-1]) + 1
	}
	for len(old) >= dumpMost {
		if err := os.Remove(filepath.Join(dir, old[0])); err != nil {
			return "", err
		}
		old = old[1:]
	}
	path := filepath.Join(dir, fmt.Sprintf("trace-%06d-%s.txt", n, m.cfg.Name))
	part := path + ".part"
	if err := os.WriteFile(part, m.dumped(why), 0o600); err != nil {
		_ = os.Remove(part) // what is there of it; the error of the write is told
		return "", err
	}
	return path, os.Rename(part, path)
}

// dumps lists the files of dumps, the oldest first.
func dumps(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if dumpNumber(e.Name()) > 0 && strings.HasSuffix(e.Name(), ".txt") {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int { return dumpNumber(a) - dumpNumber(b) })
	return names, nil
}

// dumpNumber reads "trace-000012-north.txt"; 0 for another file.
func dumpNumber(name string) int {
	rest, ok := strings.CutPrefix(name, "trace-")
	number, _, found := strings.Cut(rest, "-")
	n, err := strconv.Atoi(number)
	if !ok || !found || err != nil || n < 0 {
		return 0
	}
	return n
}

// dumped is the text of a dump: who, why, what was tried, and the wire, of
// which the beginning goes first when there is too much.
func (m *modem) dumped(why string) []byte {
	m.mu.Lock()
	i := m.info
	m.mu.Unlock()
	var head strings.Builder
	fmt.Fprintf(&head, "# %s %s: %s\n# %s %s %s, profile %s, port %s\n", time.Now().UTC().Format(time.RFC3339), m.cfg.Name, why,
		i.Manufacturer, i.Model, i.Revision, i.Profile, i.Port)
	for _, s := range m.taken() {
		fmt.Fprintf(&head, "# %s %s\n", s.Time.UTC().Format(time.RFC3339), s)
	}
	var lines []string
	size := head.Len()
	all := show(m.record.lines(), &masker{})
	for _, l := range slices.Backward(all) {
		text := l.Time.UTC().Format("2006-01-02 ") + l.String() + "\n"
		if size += len(text); size > dumpSize {
			break
		}
		lines = append(lines, text)
	}
	slices.Reverse(lines)
	return []byte(head.String() + strings.Join(lines, ""))
}
