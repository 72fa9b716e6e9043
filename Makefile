# Pigeon. Every command a person or CI runs is a target here; "make" alone lists
# them. Needs GNU make and Go; what needs more says so and gets it from Debian.

GO       ?= go
FUZZTIME ?= 1m
BENCH    ?= .
# What "make chaos" draws its chances from, and how many messages it sends.
CHAOSSEED     ?= 1
CHAOSMESSAGES ?= 20000
# How many seeds "make sim" runs.
SEEDS ?= 10000
# Flags for "make run", beside --simulate.
RUNFLAGS ?=

export CGO_ENABLED ?= 0

# A tree without git still builds: it calls itself devel.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
COMMIT  := $(shell git rev-parse --quiet --verify HEAD 2>/dev/null)
DATE    := $(shell TZ=UTC0 git log -1 --format=%cd --date=format-local:%Y-%m-%dT%H:%M:%SZ 2>/dev/null)

# The same commit gives the same bytes: no paths, no build time.
BUILD := $(GO) build -trimpath -buildvcs=false \
	-ldflags "-s -w -X main.buildVersion=$(VERSION) -X main.buildCommit=$(COMMIT) -X main.buildDate=$(DATE)"

.DEFAULT_GOAL := help
.PHONY: help build cross run test race test32 testarm check fuzz chaos sim soak interop bench bench-peers bench-smpp ci clean \
	format vet staticcheck shellcheck armv6 armv7 arm64 amd64

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

build: ## the command for this machine, into build/
	$(BUILD) -o build/pigeon ./cmd/pigeon

cross: armv6 armv7 arm64 amd64 ## the command for every board, into dist/
	@ls -l dist | awk 'NR > 1 { printf "  %-24s %8d bytes\n", $$NF, $$5 }'

armv6: export GOARM = 6
armv7: export GOARM = 7
armv6 armv7: export GOARCH = arm
arm64: export GOARCH = arm64
amd64: export GOARCH = amd64
armv6 armv7 arm64 amd64:
	GOOS=linux CGO_ENABLED=0 $(BUILD) -o dist/pigeon-linux-$@ ./cmd/pigeon

run: build ## the daemon on this machine, with simulated modems where no real one is
	./build/pigeon run --simulate auto $(RUNFLAGS)

test: ## every test that needs only Go
	$(GO) test ./...

race: ## the same under the race detector
	@sh scripts/need-cc.sh
	CGO_ENABLED=1 $(GO) test -race ./...

# What this machine runs natively on 32 bits: 386 on a PC, arm on a board.
test32: export GOARCH = $(if $(filter arm%,$(shell $(GO) env GOHOSTARCH)),arm,386)
test32: ## the same on 32 bits, as on the smaller boards
	$(GO) test ./...

testarm: ## the same as an ARMv6 build, under user-mode emulation
	@GO="$(GO)" sh scripts/testarm.sh

check: format vet staticcheck race ## what must pass before a commit

format: ## say which files gofmt would change
	@sh scripts/format.sh

vet: ## go vet, with and without the interop tests
	$(GO) vet ./...
	$(GO) vet -tags interop ./...

staticcheck: ## staticcheck, at the version go.mod pins
	$(GO) tool staticcheck -tags interop ./...

fuzz: ## every fuzz target in turn, FUZZTIME=1m each
	@GO="$(GO)" FUZZTIME="$(FUZZTIME)" sh scripts/fuzz.sh

chaos: ## every fault of eight modems at random, in false time; CHAOSSEED=, CHAOSMESSAGES=
	CHAOSSEED=$(CHAOSSEED) CHAOSMESSAGES=$(CHAOSMESSAGES) $(GO) test -count=1 -timeout 20m -run 'TestChaos$$' -v ./cmd/pigeon

sim: export SEEDS := $(SEEDS)
sim: ## the core and the store through SEEDS=10000 random lives, in false time; SEED= repeats one
	$(GO) test -count=1 -timeout 60m -run 'TestSimulation$$' -v ./gateway

interop: ## real peers from Debian's packages against us
	@sh scripts/install-peers.sh
	@GO="$(GO)" sh scripts/interop.sh

soak: ## power cuts, kills and failing disks by the thousand; SEEDS=, CUTS=, STORECUTS=, KILLS=, SEED=
	@sh scripts/install-peers.sh
	@GO="$(GO)" sh scripts/soak.sh

# The store's benchmarks run so many times, not so long: on a fast disk a second
# of accepting fills the file.
bench: cross ## the figures of docs/performance.md; BENCH= chooses
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 100x ./store
	$(GO) test -run '^$$' -bench '$(BENCH)' $$($(GO) list ./... | grep -v '/store$$')
	$(MAKE) bench-smpp

# A module of its own, so that others' code stays out of go.mod.
bench-smpp: ## our SMPP codec beside that of others
	cd bench/smpp && $(GO) test -bench '$(BENCH)' .

# The peers are killed too, and wait for nobody meanwhile: some ten minutes.
bench-peers: ## the same texts through smstools, gammu-smsd and Pigeon, side by side
	@sh scripts/install-peers.sh
	PATH="$$PATH:/usr/sbin" $(GO) test -tags interop -run '^$$' -bench Peers -benchtime 1x -timeout 30m ./cmd/pigeon

ci: ## everything CI runs
	$(MAKE) format
	$(MAKE) vet
	$(MAKE) staticcheck
	$(MAKE) race
	$(MAKE) test32
	$(MAKE) sim
	$(MAKE) interop
	$(MAKE) cross

clean: ## remove build/ and dist/
	rm -rf build dist
