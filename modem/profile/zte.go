package profile

import "time"

// +ZOPRT=5 leaves the low-power mode some MF sticks wake up in; +ZCDRUN=8
// keeps the stick from turning into a disc again.
var zteInit = []string{"+ZOPRT=5", "+ZCDRUN=8"}

var (
	zteICCID = []string{"+ICCID", "+ZGETICCID", "+CCID"}
	zteTries = Tries{Cmd: "+ZPINPUK=?", Field: 0}
)

// A ZTE whose port nobody reads fills its buffers and crashes: the port stays
// open and is read for as long as the stick is in use.
var zte = []Profile{
	{
		// MF190 and most others.
		Name: "zte",
		Layouts: []Layout{
			{IDs: []string{"19d2:0017", "19d2:0117"}, AT: []int{2, 1}},
			{IDs: []string{"19d2:0124", "19d2:0128"}, AT: []int{4, 1}},
			{IDs: []string{
				"19d2:0063", "19d2:0104", "19d2:0108", "19d2:1008", "19d2:1254", "19d2:1268", "19d2:2002", "19d2:2003",
			}, AT: []int{3, 1}},
			{IDs: []string{"19d2:0016", "19d2:0018", "19d2:0019"}, AT: []int{2, 1}},
			{IDs: []string{"19d2:0064"}, AT: []int{2, 0}},
		},
		Vendors: []string{"19d2"},
		Brands:  []string{"zte"},
		Init:    zteInit,
		Settle:  time.Second,
		Tries:   zteTries,
		ICCID:   zteICCID,
		Away:    away,
	},
	{
		// MF622, MF626, MF628 (and Vodafone's K3565-Z, of their kind, which loses its
		// service centre after +CSMP).
		Name: "zte-mf6",
		Layouts: []Layout{
			{IDs: []string{"19d2:0001"}, AT: []int{0, 2}},
			{IDs: []string{"19d2:0031"}, AT: []int{3, 1}},
			{IDs: []string{"19d2:0015"}, AT: []int{1, 3}},
		},
		Brands: []string{"zte"},
		Models: []string{"mf6", "k3565-z"},
		Init:   zteInit,
		Settle: time.Second,
		Tries:  zteTries,
		ICCID:  zteICCID,
		Away:   away,
	},
	{
		// MF820, MF823, MF70, MF831: LTE, often with a network card only.
		Name:    "zte-lte",
		Layouts: []Layout{{IDs: []string{"19d2:0167", "19d2:1031", "19d2:1032", "19d2:1405"}}},
		Brands:  []string{"zte"},
		Models:  []string{"mf7", "mf8", "k5008"},
		Init:    zteInit,
		Settle:  time.Second,
		Tries:   zteTries,
		ICCID:   zteICCID,
		Away:    away,
	},
}
