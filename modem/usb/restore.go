package usb

import (
	"fmt"
	"os"
	"strings"
)

// Restore gives back what Reauthorize or CyclePort took away at a path, "1-1.2",
// in a process that was killed before it could: the port its power, the device
// its drivers. It reports whether there was anything to give back. A device or a
// hub that is gone needs nothing, it comes back as it is when it is new.
//
// It takes a few seconds at worst, where a stuck modem refuses.
func Restore(root, path string) (restored bool, err error) {
	if _, err := parsePlace(path); err != nil {
		return false, fmt.Errorf("restore %s: %w", path, err)
	}
	var flips []flip
	// The power first: without it there is no device to have drivers.
	if files, err := portFiles(root, path); err == nil {
		flips = append(flips, flip{files: files, away: "1", back: "0", write: writeAttribute})
	}
	if file, err := authorizedFile(root, path); err == nil {
		flips = append(flips, flip{files: []string{file}, away: "0", back: "1", write: writeAttribute})
	}
	for _, f := range flips {
		for _, file := range f.files {
			b, err := os.ReadFile(file)
			if err != nil || strings.TrimSpace(string(b)) != f.away {
				continue // it is gone, or as it should be
			}
			if err := f.restore(file); err != nil {
				return restored, fmt.Errorf("restore %s: %w", path, explainWrite(err))
			}
			restored = true
		}
	}
	return restored, nil
}
