# simmer: everything that is done with this checkout. It needs Go 1.26, a C compiler for the race detector, and make.

MODULES := . bench cmd tools

# What the library is built for besides the machine at hand. The first three cover both word sizes and both memory models.
TARGETS := linux/amd64 linux/arm64 linux/386 darwin/arm64 freebsd/amd64 netbsd/amd64 openbsd/amd64 dragonfly/amd64 windows/amd64

BENCH       ?= ^core$$
BENCHROUNDS ?= 10
BENCHPEERS  ?=
AGREEMENT   ?=
AGREEFLAGS  ?=
AGREEROUNDS ?= 3
TOKIOWORKERS ?= 0
CRITERION   ?=
FUZZTIME    ?= 10s
GUARD       ?= .
RUN         ?= fetch

# The build needs no version control, and must not fail where git mistrusts the folder.
export GOFLAGS := $(strip $(shell go env GOFLAGS) -buildvcs=false)
# What measures notes the commit that it was built from, for the report, where git tells it.
VCS = -buildvcs=$(if $(shell git rev-parse HEAD 2>/dev/null),true,false)

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

.PHONY: help run test test-race test-plain test-tokio stress check fmt vet simmer-vet staticcheck vuln arrows pages conforms conformance tidy alone cross guard guard-write bench agreement fuzz clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: ## download three configuration files at the same time (RUN="fetch URL..." for your own)
	go run ./cmd/simmer $(RUN)

test: test-race test-plain ## every test of every module

# The race detector's build checks invariants and swaps plain accesses for atomic ones.
test-race: ## every module, with the race detector
	@$(call each_module,go test -race ./...)

stress: ## the scheduler's stress tests at full size, with the race detector: takes minutes
	go test -race -count=1 -timeout 30m -run 'Million|Wakes|AbortRaces|Storm|Migrate|ShutdownUnderLoad' ./scheduler -args -full

# What users run: plain pointers, raw system calls, no invariant checks, exact allocation counts.
test-plain: ## the library as it is built for users; stress tests are short
	go test -short ./...

# The flag is for the one test that asks cargo. -v: a skipped test says why.
test-tokio: ## the Tokio peer's own tests, two minutes; skipped where cargo or the crates are missing
	cd bench && go test -v -count=1 -timeout 20m -run '^TestTheCratesOwnTestsPass$$' ./peers -args -crate

check: fmt vet simmer-vet staticcheck arrows pages conforms tidy alone cross guard vuln ## everything that a program can say about the code

fmt: ## gofmt
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not gofmt-clean:"; echo "$$files"; exit 1; fi

vet: ## go vet in each module
	@$(call each_module,go vet ./...)

simmer-vet: bin/simmer ## our own analyzers in each module
	@$(call each_module,$(CURDIR)/bin/simmer vet ./...)

staticcheck: bin/staticcheck ## staticcheck in each module
	@$(call each_module,$(CURDIR)/bin/staticcheck ./...)

vuln: bin/govulncheck bin/vulncheck ## known vulnerabilities in each module; skipped if the database cannot be reached
	bin/vulncheck -tool bin/govulncheck $(MODULES)

arrows: bin/arrows ## who may import whom, and the rules of docs/style.md
	bin/arrows

pages: bin/pages ## the Go code and the links in the Markdown pages
	bin/pages

conforms: bin/conformance ## docs/conformance.md is what the tests say
	bin/conformance

conformance: bin/conformance ## write docs/conformance.md anew
	bin/conformance -write

tidy: ## each go.mod lists what its module uses, no more
	@$(call each_module,go mod tidy -diff)

alone: ## the library builds with the versions of its own go.mod, as embedders build it
	GOWORK=off go vet ./...

cross: $(addprefix cross/,$(TARGETS)) ## build and vet the library for every system

cross/%:
	GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) CGO_ENABLED=0 go vet ./...
	GOOS=$(word 1,$(subst /, ,$*)) GOARCH=$(word 2,$(subst /, ,$*)) CGO_ENABLED=0 go build ./...

guard: ## no hot path has more instructions than are kept for this version of Go (GUARD=regexp of paths)
	go run ./bench/cmd/guard -filter '$(GUARD)'

guard-write: ## keep the hot paths' instructions as they are
	go run ./bench/cmd/guard -filter '$(GUARD)' -write

bench: ## the core table, with goroutines and Tokio beside each row (BENCH=regexp of rows or groups, BENCHROUNDS=10, BENCHPEERS=simmer,go)
	go run $(VCS) ./cmd/simmer bench --filter '$(BENCH)' --rounds $(BENCHROUNDS) $(if $(BENCHPEERS),--peers $(BENCHPEERS))

agreement: ## the runner's minima beside those of the testing package, and of tokio's own benches (CRITERION=target folder of tokio's benches, AGREEMENT=regexp of bench/impl, AGREEROUNDS=3 or more until minima are settled, TOKIOWORKERS=what they were built with, AGREEFLAGS=other flags)
	go run $(VCS) ./bench/cmd/agreement -rounds $(AGREEROUNDS) -tokio-workers $(TOKIOWORKERS) $(if $(AGREEMENT),-filter '$(AGREEMENT)') $(if $(CRITERION),-criterion '$(CRITERION)') $(AGREEFLAGS)

fuzz: ## each fuzz test of the library for a short while (FUZZTIME=10s)
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ { name[++n] = $$1 } /^ok/ { for (i = 1; i <= n; i++) print $$2, name[i]; n = 0 }' | \
	while read -r package name; do \
		echo "$$package $$name"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null; \
	done

clean: ## remove what was built, and what `make run` has downloaded
	rm -rf bin downloads

# The versions of the tools are those of tools/go.mod alone; the workspace does not raise them.
bin/staticcheck: tools/go.mod tools/go.sum
	cd tools && GOWORK=off go build -o ../bin/ honnef.co/go/tools/cmd/staticcheck

bin/govulncheck: tools/go.mod tools/go.sum
	cd tools && GOWORK=off go build -o ../bin/ golang.org/x/vuln/cmd/govulncheck

bin/arrows bin/pages bin/vulncheck bin/conformance: bin/%: $(wildcard tools/*/*.go tools/conformance/rows.tsv) tools/go.mod
	cd tools && GOWORK=off go build -o ../bin/ ./$*

# The analyzers run on the library, which they are built with: built anew each time, from the build cache.
.PHONY: bin/simmer
bin/simmer:
	cd cmd && go build -o ../bin/ ./simmer

# each_module runs a command in every module and fails after the last one if one has failed, so that one run shows all. A
# module without packages is an error: nothing would have been checked.
define each_module
failed=; \
for module in $(MODULES); do \
	echo "$$module: $(1)"; \
	(cd $$module && [ -n "$$(go list ./...)" ] && $(1)) || failed="$$failed $$module"; \
done; \
if [ -n "$$failed" ]; then echo "failed in:$$failed"; exit 1; fi
endef
