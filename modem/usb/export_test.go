package usb

import "time"

func init() { silence = time.Second }
