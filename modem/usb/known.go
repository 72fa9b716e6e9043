package usb

// An identity is vendor<<16 | product.
type identity uint32

// ignored are devices that have a tty and are known not to be modems.
var ignored = map[identity]bool{
	0x1546_01a5: true, // u-blox GNSS receivers
	0x1546_01a6: true,
	0x1546_01a7: true,
	0x1546_01a8: true,
	0x1546_01a9: true,
	0x19d2_1402: true, // ZTE, network card
}

const (
	storage  = "the stick is in storage (CD) mode: install usb-modeswitch, then plug it in again"
	hilink   = "the stick is a network card only (HiLink) and has no port for text messages: use one with stick firmware"
	router   = "the stick shows only its network card and no port for text messages: switch it to modem mode, or use another"
	download = "the module failed to boot and waits in download mode: cut its power and give it back"
	blank    = "the modem has no firmware loaded: install the mts_*.fw files for the driver ti_usb_3410_5052, then plug it in again"

	// storage1f01 has a cure of its own: the usual switch makes a network card
	// of these sticks, and a network card no longer takes the other message.
	storage1f01 = "the stick is in storage (CD) mode and would become a network card (HiLink): an E3531 can be made a modem, " +
		"let usb_modeswitch send it 55534243123456780000000000000011062000000100000000000000000000"
	hilinkSwitched = "the stick is a network card only (HiLink): an E3531 can be made a modem, let usb_modeswitch send 12d1:1f01 " +
		"its serial-mode message and plug the stick in again, for any other use one with stick firmware"
)

// notes are devices that cannot send as they are.
var notes = map[identity]string{
	// Huawei
	0x12d1_1446: storage, 0x12d1_14fe: storage, 0x12d1_1505: storage, 0x12d1_1520: storage, 0x12d1_156a: storage,
	0x12d1_157d: storage, 0x12d1_15ca: storage, 0x12d1_15cd: storage, 0x12d1_1c0b: storage,
	0x12d1_1f01: storage1f01, 0x12d1_14db: hilink, 0x12d1_14dc: hilinkSwitched,
	// ZTE
	0x19d2_0149: storage, 0x19d2_0154: storage, 0x19d2_0166: storage, 0x19d2_1030: storage, 0x19d2_1224: storage,
	0x19d2_1225: storage, 0x19d2_1232: storage, 0x19d2_1536: storage, 0x19d2_1542: storage, 0x19d2_2000: storage,
	// Sierra, SIMCom, Longcheer, Alcatel, D-Link
	0x1199_0fff: storage, 0x1e0e_f000: storage, 0x1c9e_f000: storage, 0x1bbb_f000: storage, 0x2001_a707: storage,
	// Qualcomm parts of any maker
	0x05c6_9008: download, 0x05c6_900e: download,
	// MultiTech
	0x06e0_f108: blank, 0x06e0_f109: blank,
}

// notesWithoutTTY are devices that keep their identity whether they can send or
// not. Only a tty tells.
var notesWithoutTTY = map[identity]string{
	0x12d1_1001: storage, 0x12d1_1003: storage,
	0x19d2_1031: router, 0x19d2_1032: router, 0x19d2_1405: router,
}

// note says what keeps a device from sending, and whether it is one of those
// that are reported even without a tty.
func note(id identity, tty bool) (string, bool) {
	if s, ok := notes[id]; ok {
		return s, true
	}
	if tty {
		return "", false
	}
	s, ok := notesWithoutTTY[id]
	return s, ok
}
