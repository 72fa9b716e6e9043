package pdu

// The fields that several PDUs share, with what a specification forbids.

// flags is an Integer of one octet that is told in hexadecimal.
func (c *codec) flags(field string, v *uint8) {
	if c.mode == telling {
		c.tellHex(field, *v)
		return
	}
	c.u8(field, v)
}

func (c *codec) esmClass(v *ESMClass) {
	const field = "esm_class"
	if c.mode == writing && !v.known() {
		c.fail(field, "a reserved message type", StatusInvEsmClass)
	}
	c.flags(field, (*uint8)(v))
}

func (c *codec) priority(v *uint8) {
	highest := uint8(3)
	switch {
	case c.id == IDBroadcastSM:
		highest = 4
	case c.d.Version.Known() == V33:
		highest = 1
	}
	c.most("priority_flag", v, highest, StatusInvPrtFlg)
}

func (c *codec) registeredDelivery(v *RegisteredDelivery) {
	const field = "registered_delivery"
	if c.mode == writing {
		switch version := c.d.Version.Known(); {
		case version == V33 && *v > 1, *v&^0x1F != 0:
			c.fail(field, "a reserved value", StatusInvRegDlvFlg)
		case version == V34 && v.Receipt() == ReceiptOnSuccess:
			c.fail(field, "3.4 has no receipt on success only", StatusInvRegDlvFlg)
		}
	}
	c.flags(field, (*uint8)(v))
}

func (c *codec) defaultMsgID(v *uint8) {
	c.most("sm_default_msg_id", v, c.octetMost(), StatusInvDftMsgID)
}

// octetMost is the highest value of the counts that 3.4 ends at 254.
func (c *codec) octetMost() uint8 {
	if c.d.Version.Known() == V50 {
		return 255
	}
	return 254
}

// shortMessage is sm_length and short_message. 3.3 has 140 octets for it, which
// are 160 where each septet has an octet to itself.
func (c *codec) shortMessage(v *[]byte) {
	const field = "short_message"
	n := uint8(min(len(*v), 255))
	if c.mode == writing {
		most := int(c.octetMost())
		if c.d.Version.Known() == V33 {
			most = 160
		}
		if len(*v) > most {
			c.fail(field, "longer than "+itoa(most)+" octets", StatusInvMsgLen)
		}
	}
	if c.mode != telling {
		c.u8("sm_length", &n)
	}
	c.octets(field, v, int(n))
}

// text compares the two places for a text, and the ways to say that it is one
// of several (3.4 §4.4.1, §5.2.12; 5.0 §4.2.1.1, §4.8.4.36).
func (c *codec) text(class ESMClass, coding DataCoding, short []byte, tlvs TLVs) {
	if c.mode != reading && c.mode != writing {
		return
	}
	payload, _ := tlvs.Get(TagMessagePayload)
	if c.mode == reading {
		if len(payload) > 0 {
			if len(short) > 0 {
				c.inexact.add(TwoTexts, "message_payload", c.i-len(tlvs), StatusOK)
			}
			short = payload
		}
		if len(even(class, coding, short)) != len(short) {
			c.inexact.add(UnevenUCS2, "short_message", c.i-len(tlvs), StatusOK)
		}
		return
	}
	if len(tlvs) == 0 {
		return
	}
	if len(short) > 0 && tlvs.Has(TagMessagePayload) {
		c.fail("message_payload", "short_message is there too", StatusInvTLVVal)
	}
	var sar int
	for _, tag := range [...]Tag{TagSARMsgRefNum, TagSARTotalSegments, TagSARSegmentSeqnum} {
		if tlvs.Has(tag) {
			sar++
		}
	}
	switch {
	case sar != 0 && sar != 3:
		c.fail("sar_msg_ref_num", "of the three sar_* TLVs one is missing", StatusMissingTLV)
	case class.UDHI() && sar != 0:
		c.fail("sar_msg_ref_num", "there is a user data header", StatusTLVNotAllwd)
	case class.UDHI() && (tlvs.Has(TagSourcePort) || tlvs.Has(TagDestinationPort)):
		c.fail("destination_port", "there is a user data header", StatusTLVNotAllwd)
	}
}
