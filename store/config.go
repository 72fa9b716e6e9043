package store

import (
	"errors"
	"fmt"
	"strconv"
)

// Config says where the store lies and how large it may grow.
type Config struct {
	// Dir is the state directory. It is made, for its owner only, when it is
	// not there.
	Dir string

	// MaxSize is the most the file may take, in bytes; 0 is 64 MiB. New
	// messages are refused when seven eighths are in use, received parts at
	// fifteen sixteenths, so that what is on its way can always be finished.
	MaxSize int64
}

const (
	defaultMaxSize = 64 << 20
	minMaxSize     = 4 << 20
	// maxSize32 leaves a 32-bit process address space: bbolt maps the file
	// whole, and rounds the mapping up to a power of two.
	maxSize32 = 256 << 20
	maxSize64 = 64 << 30
)

// Validate returns every fault of the configuration, joined.
func (c Config) Validate() error {
	var errs []error
	if c.Dir == "" {
		errs = append(errs, errors.New("store.dir: is empty"))
	}
	most := int64(maxSize64)
	if strconv.IntSize == 32 {
		most = maxSize32
	}
	if c.MaxSize != 0 && (c.MaxSize < minMaxSize || c.MaxSize > most) {
		errs = append(errs, fmt.Errorf("store.max_size: %d bytes is not between %d and %d", c.MaxSize, minMaxSize, most))
	}
	return errors.Join(errs...)
}

func (c Config) withDefaults() Config {
	if c.MaxSize == 0 {
		c.MaxSize = defaultMaxSize
	}
	return c
}
