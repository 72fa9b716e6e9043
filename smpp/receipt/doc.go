// Package receipt reads and writes the text of an SMPP delivery receipt, and
// compares message ids: 3.4 appendix B, and what message centres make of it.
//
// The text is nobody's standard. Parse takes it in any order, with any part
// missing, in any case, and with octets that are no text; it fails only where
// there is nothing of a receipt at all. What the TLVs of the PDU say comes before
// what the text says: that is for the caller, who has them.
//
// Match compares the id of a receipt with that of a submit_sm_resp across
// hexadecimal and decimal, case, hyphens and leading zeros.
package receipt
