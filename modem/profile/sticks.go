package profile

import "time"

// generic asks for nothing that is not in the standards.
var generic = []Profile{{
	Name:         "generic",
	Storage:      []string{"SM", "ME", "MT"},
	StorageLimit: 30 * time.Second,
	Away:         away,
}}

// sticks are makers of one stick or two.
var sticks = []Profile{
	{
		// Longcheer, under many names: 4G Systems, Alcatel's X060 and X080.
		Name: "longcheer",
		Layouts: []Layout{
			{IDs: []string{"1c9e:9603"}, AT: []int{2, 0}},
			{IDs: []string{"1c9e:9605"}, AT: []int{3, 0}},
			{IDs: []string{"1c9e:9607"}, AT: []int{4, 0}},
		},
		Vendors: []string{"1c9e"},
		Brands:  []string{"longcheer", "4g systems"},
		ICCID:   []string{"+ICCID", "+CCID"},
		Away:    away,
	},
	{
		// Alcatel, as TCT: X200, X220.
		Name: "alcatel",
		Layouts: []Layout{
			{IDs: []string{"1bbb:0000"}, AT: []int{3, 0}},
			{IDs: []string{"1bbb:0017"}, AT: []int{5, 1}},
		},
		Vendors: []string{"1bbb"},
		Brands:  []string{"alcatel", "tct", "tcl"},
		ICCID:   []string{"+ICCID", "+CCID"},
		Away:    away,
	},
	{
		// DWM-156, DWM-157, DWM-222. A DWM-156 showed 7 of 100 used and listed
		// none: reports had been stored.
		Name: "d-link",
		Layouts: []Layout{
			{IDs: []string{"2001:7d02"}},
			{IDs: []string{"2001:7e35"}, AT: []int{1, 2}},
		},
		Vendors:  []string{"2001"},
		Brands:   []string{"d-link", "dlink"},
		Models:   []string{"dwm"},
		CNMI:     directCNMI,
		Unlisted: true,
		ICCID:    []string{"+ICCID", "+CCID"},
		Away:     away,
	},
}
