// Package tpdu turns segments into the PDUs a modem sends and the PDUs a modem
// received into parts and reports: SMS-SUBMIT one way, SMS-DELIVER and
// SMS-STATUS-REPORT the other (3GPP TS 23.040 §9.2, 23.038, and 27.005 for the
// service centre's address that modems put before them).
//
// Writing is exact. Reading forgives: networks and modems send timestamps that
// are no dates, lengths that do not fit and reserved codings, and a message
// inside such a PDU is still somebody's message. Every PDU that is hexadecimal
// at all comes back as something, and PDU.Inexact tells what was forgiven.
//
// The package runs no goroutine and keeps no state. Alphabets, semi-octets,
// timestamps and the SUBMIT are warthog618/sms's. Its strict decoder of what
// comes from the network gives up the whole message with the first odd field;
// here it is only a second opinion, in the tests.
package tpdu
