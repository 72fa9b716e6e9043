module github.com/pigeon-sms/pigeon/bench/smpp

go 1.26.0

require (
	github.com/fiorix/go-smpp v0.0.0-20210403173735-2894b96e70ba
	github.com/linxGnu/gosmpp v0.3.0
	github.com/pigeon-sms/pigeon v0.0.0
)

require golang.org/x/text v0.16.0 // indirect

replace github.com/pigeon-sms/pigeon => ../..
