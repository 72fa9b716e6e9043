package receipt

// AppendTo appends the receipt as appendix B has it: every key in its order, and
// text in lower case. Fields are written as they are; where sub, dlvrd or err
// are empty, as zeros. Text has 20 octets at most.
func (r *Receipt) AppendTo(b []byte) []byte {
	b = append(append(b, "id:"...), r.ID...)
	b = appendOr(append(b, " sub:"...), r.Sub, "000")
	b = appendOr(append(b, " dlvrd:"...), r.Dlvrd, "000")
	b = appendOr(append(b, " submit date:"...), r.SubmitDate, "0000000000")
	b = appendOr(append(b, " done date:"...), r.DoneDate, "0000000000")
	b = appendOr(append(b, " stat:"...), r.Stat, "UNKNOWN")
	b = appendOr(append(b, " err:"...), r.Err, "000")
	b = append(b, " text:"...)
	return append(b, r.Text[:min(len(r.Text), 20)]...)
}

func appendOr(b, v []byte, empty string) []byte {
	if len(v) == 0 {
		return append(b, empty...)
	}
	return append(b, v...)
}
