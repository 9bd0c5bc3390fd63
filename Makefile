# A thin face over the CMake presets; `make help` lists what there is. Needs Debian 12 (or apt's names for the same).
PRESET := release
BUILD := build/$(PRESET)
PLAN ?= quick
PYTHON := /usr/bin/python3

.PHONY: help deps build bench test report micro format lint clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

deps: ## install what is missing (apt)
	@scripts/install_deps.sh

build: deps ## build the suite (PRESET=release, dev, asan or tsan)
	@test -f $(BUILD)/build.ninja || cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET)

bench: build ## measure, draw results/latest/report.html (PLAN=NAME or FILE; or WAIT=20ms CPU=200us CONNECTIONS=256)
	@$(BUILD)/bin/interleave run --plan $(PLAN) $(if $(WAIT),--wait $(WAIT)) $(if $(CPU),--cpu $(CPU)) \
	  $(if $(CONNECTIONS),--connections $(CONNECTIONS))
	@$(MAKE) --no-print-directory report RUN=results/latest

report: ## draw the charts and the page of a run again (RUN=results/...)
	@$(PYTHON) scripts/charts/main.py $(RUN)
	@$(PYTHON) scripts/report/main.py $(RUN)

test: build ## every test, C++ and Python
	@ctest --preset $(PRESET) --parallel $$(nproc)

micro: build ## what a parse, a session step, a recorded value costs (Google Benchmark)
	@$(BUILD)/bin/interleave-micro

format: deps ## format the C++ sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

lint: deps ## format check, clang-tidy, shellcheck: findings are errors
	@scripts/lint.sh

clean: ## delete the builds; results stay
	@rm -rf build
