# A thin face over the CMake presets; `make help` lists what there is. Needs Debian 12 (or apt's names for the same).
PRESET := release
BUILD := build/$(PRESET)
PLAN ?= quick
HISTORY ?= $(wildcard results/history.ndjson)
PYTHON := /usr/bin/python3

.PHONY: help deps build bench test report floors accuracy agreement regress micro trace-cost lab format lint clean
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

deps: ## install what is missing (apt)
	@scripts/install_deps.sh

build: deps ## build the suite (PRESET=release, dev, asan or tsan)
	@test -f $(BUILD)/build.ninja || cmake --preset $(PRESET) > /dev/null
	@cmake --build --preset $(PRESET)

bench: build ## measure, draw results/latest/report.html (PLAN=NAME or FILE; or WAIT=20ms CPU=200us CONNECTIONS=256)
	@code=0; $(BUILD)/bin/interleave run --plan $(PLAN) $(if $(WAIT),--wait $(WAIT)) $(if $(CPU),--cpu $(CPU)) \
	  $(if $(CONNECTIONS),--connections $(CONNECTIONS)) || code=$$?; \
	  case $$code in 0|4) $(MAKE) --no-print-directory report RUN=results/latest;; esac; exit $$code

report: ## draw the charts and the page of a run again (RUN=results/..., HISTORY=FILE; ONLY=S8: that figure's files alone)
	@$(PYTHON) scripts/charts/main.py $(RUN) $(if $(HISTORY),--history $(HISTORY)) $(addprefix --only ,$(ONLY))
	@$(if $(ONLY),:,$(PYTHON) scripts/report/main.py $(RUN) $(if $(HISTORY),--history $(HISTORY)))

test: build ## every test, C++ and Python
	@ctest --preset $(PRESET) --parallel $$(nproc)
floors: build ## CPU time of a request against the ruler, which floors it meets; 13 min (RUN=results/... judges a run again)
	@$(PYTHON) scripts/floors/main.py $(if $(RUN),$(RUN),--measure $(BUILD)/bin/interleave)
accuracy: build ## how far interleave-load is from the truth, against a server that logs every service; 2 min (REPETITIONS=6)
	@$(PYTHON) scripts/accuracy/main.py $(if $(REPETITIONS),--repetitions $(REPETITIONS))
agreement: build ## wrk and interleave-load on the same waiting server, 20 pairs: within 3 %?; 2 min (RUN=results/... judges a run again)
	@$(PYTHON) scripts/accuracy/agreement.py $(if $(RUN),$(RUN),--measure $(BUILD)/bin/interleave)

regress: build ## is this tree slower than BASE (a git ref)? make exits 2 if so, scripts/regress.sh BASE 3 (OPTIONS="--models libuv_loop --smoke")
	@scripts/regress.sh "$(BASE)" $(OPTIONS)
micro: build ## what waiting costs here: threads, switches, wake-ups, parsing (RUN=results/...: does it explain that run?)
	@$(BUILD)/bin/interleave-micro --benchmark_min_time=0.2 --benchmark_out=results/micro.json --benchmark_out_format=json
	@$(PYTHON) scripts/waiting_costs.py results/micro.json $(if $(RUN),--run $(RUN))

trace-cost: build ## what tracing costs while off (20 pairs with a build without it) and per event; 3 min, quiet machine
	@test -f build/notrace/build.ninja || cmake --preset release -B build/notrace -DINTERLEAVE_TRACE=OFF > /dev/null
	@cmake --build build/notrace --target interleave-backend interleave-server-libuv_loop interleave-kernels
	@$(PYTHON) scripts/trace_cost.py $(OPTIONS)
lab: build ## predict, run, compare: exercises with the real servers (EXERCISE=weave, finish or pool; SERVER=my.toml: your own)
	@$(PYTHON) scripts/lab/main.py $(EXERCISE) $(if $(SERVER),--server $(SERVER)) $(OPTIONS)

format: deps ## format the C++ sources
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

lint: deps ## format check, clang-tidy, shellcheck: findings are errors
	@scripts/lint.sh

clean: ## delete the builds; results stay
	@rm -rf build
