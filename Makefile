# Thin on purpose: each target is one line of meaning, the work is in SwiftPM and .ci/.
.DEFAULT_GOAL := help
.PHONY: help demo test simulate coverage lint bench install clean toolchain
.DELETE_ON_ERROR:
SHELL := /bin/sh

# A crash report prints register memory, which may hold a secret.
export SWIFT_BACKTRACE := enable=no

SWIFT ?= swift
# Debian's python3-venv serves Debian's own interpreter, so that one goes first.
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
export PYTHON

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
bindir := $(PREFIX)/bin
sharedir := $(PREFIX)/share/baton
docdir := $(PREFIX)/share/doc/baton
unitdir := $(PREFIX)/lib/systemd/system

strict := --explicit-target-dependency-import-check error
requirements := Tests/Interop/requirements.txt
interop := Tests/Interop/run.py

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14

toolchain:
	@.ci/toolchain

demo: toolchain ## build the node and watch three sites hand over a case
	$(SWIFT) build --product baton
	"$$($(SWIFT) build --show-bin-path)/baton" demo

test: toolchain .venv/made ## every suite: Swift, then other people's implementations
	$(SWIFT) build --build-tests $(strict)
	BATON_PYTHON="$(abspath .venv/bin/python)" $(SWIFT) test --skip-build --disable-xctest --parallel
	.venv/bin/python $(interop) --baton "$$($(SWIFT) build --show-bin-path)/baton"

simulate: toolchain ## the simulator's smoke seeds, twice, in two processes
	@.ci/simulate

coverage: toolchain ## how much of the pure core the simulator alone plays
	@.ci/coverage

lint: toolchain ## format and syntax; silent when clean
	@.ci/lint

bench: toolchain ## build the benchmarks in release and run them
	@grep -q '"baton-bench"' Package.swift || { echo "bench: Package.swift declares no baton-bench." >&2; exit 2; }
	$(SWIFT) build -c release --product baton-bench
	"$$($(SWIFT) build -c release --show-bin-path)/baton-bench"

install: toolchain ## release build into PREFIX (/usr/local), under DESTDIR
	$(SWIFT) build -c release --product baton --static-swift-stdlib
	PREFIX="$(PREFIX)" SYSCONFDIR="$(SYSCONFDIR)" DESTDIR="$(DESTDIR)" .ci/install \
	    "$$($(SWIFT) build -c release --static-swift-stdlib --show-bin-path)/baton"

clean: ## remove what was built here
	rm -rf .build .venv

.venv/made: $(requirements) | toolchain
	rm -rf .venv
	"$(PYTHON)" -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement $(requirements)
	touch $@
