#include <algorithm>
#include <utility>

#include "core/base/rng.hpp"
#include "harness/plan/plan.hpp"

namespace interleave {
namespace {

constexpr std::uint64_t kSeedBits = 53;  // exact in every JSON reader

// What trials of one repetition share: every model and load faces the same delays; calibration faces others.
std::uint64_t backend_seed(const Plan& plan, std::size_t workload, Purpose purpose, std::uint32_t repetition) {
  std::uint64_t seed = mix64(plan.seed);
  for (const std::uint64_t part :
       {std::uint64_t{workload}, static_cast<std::uint64_t>(purpose), std::uint64_t{repetition}}) {
    seed = mix64(seed ^ part);
  }
  return seed >> (64 - kSeedBits);
}

template <class T>
void shuffle(std::vector<T>& values, SplitMix64& random) {
  // Fisher-Yates; std::shuffle differs between standard libraries. The bias of % is below 2^-50 here.
  for (std::size_t i = values.size(); i > 1; --i) {
    std::swap(values[i - 1], values[static_cast<std::size_t>(random.next() % i)]);
  }
}

class Blocks {
 public:
  Blocks(const Plan& plan, std::span<const WorkloadModels> cells)
      : plan_(plan), cells_(cells), calibrate_first_(needs_capacity(plan, cells)) {
    const std::uint32_t measured = plan.repetitions * (plan.search ? plan.search->steps : 1);
    const std::uint32_t blocks = std::max(measured, calibrate_first_ ? 0U : plan.calibration.repetitions);
    blocks_.resize(blocks + (calibrate_first_ ? 1 : 0));
    for (std::uint32_t repetition = 1; repetition <= plan.repetitions; ++repetition) add_measurements(repetition);
    for (std::uint32_t repetition = 1; repetition <= plan.calibration.repetitions; ++repetition) {
      add_calibrations(repetition);
    }
  }

  [[nodiscard]] std::vector<TrialSpec> shuffled() {
    SplitMix64 random(mix64(plan_.seed ^ 0x5075FF1EULL));
    std::vector<TrialSpec> order;
    for (std::vector<TrialSpec>& block : blocks_) {
      shuffle(block, random);
      for (TrialSpec& spec : block) {
        spec.index = static_cast<std::uint32_t>(order.size() + 1);
        order.push_back(std::move(spec));
      }
    }
    return order;
  }

 private:
  [[nodiscard]] static bool needs_capacity(const Plan& plan, std::span<const WorkloadModels> cells) {
    return std::any_of(cells.begin(), cells.end(), [&](const WorkloadModels& cell) {
      const std::vector<CellLoad> loads = loads_of(plan, *cell.workload);
      return std::any_of(loads.begin(), loads.end(),
                         [](const CellLoad& load) { return load.rate && !load.rate->rps.has_value(); });
    });
  }

  void add(std::size_t block, std::size_t workload, const std::string& model, const CellLoad& load, Purpose purpose,
           std::uint32_t repetition) {
    TrialSpec spec;
    spec.model = model;
    spec.workload = cells_[workload].workload->name;
    spec.load = load;
    spec.repetition = repetition;
    spec.purpose = purpose;
    spec.seed = backend_seed(plan_, workload, purpose, repetition);
    spec.warmup = plan_.warmup;
    spec.duration = plan_.duration;
    if (purpose == Purpose::measure || purpose == Purpose::search) spec.stall = plan_.stall;
    blocks_[block].push_back(std::move(spec));
  }

  [[nodiscard]] std::size_t block_of(std::uint32_t repetition, const CellLoad& load) const {
    const std::size_t first = calibrate_first_ ? 1 : 0;
    if (!load.rate || !load.rate->search_step) return first + repetition - 1;
    return first + std::size_t{repetition - 1} * plan_.search->steps + *load.rate->search_step - 1;
  }

  void add_measurements(std::uint32_t repetition) {
    for (std::size_t w = 0; w < cells_.size(); ++w) {
      const std::vector<CellLoad> loads = loads_of(plan_, *cells_[w].workload);
      for (const std::string& model : cells_[w].models) {
        for (const CellLoad& load : loads) {
          const Purpose purpose = load.rate && load.rate->search_step ? Purpose::search : Purpose::measure;
          add(block_of(repetition, load), w, model, load, purpose, repetition);
        }
      }
    }
  }

  void add_calibrations(std::uint32_t repetition) {
    const std::size_t block =
        calibrate_first_ ? 0 : (repetition - 1) * blocks_.size() / plan_.calibration.repetitions;
    for (std::size_t w = 0; w < cells_.size(); ++w) {
      for (const std::string& model : cells_[w].models) {
        CellLoad load{.driver = plan_.driver, .connections = 1, .rate = {}};
        add(block, w, model, load, Purpose::calibrate_d1, repetition);
        load.connections = plan_.calibration.cpu_connections;
        add(block, w, model, load, Purpose::calibrate_cpu, repetition);
      }
    }
  }

  const Plan& plan_;
  std::span<const WorkloadModels> cells_;
  bool calibrate_first_;  // rates are shares of a capacity that calibration trials give
  std::vector<std::vector<TrialSpec>> blocks_;
};

}  // namespace

std::vector<CellLoad> loads_of(const Plan& plan, const Workload& workload) {
  std::vector<CellLoad> loads;
  const auto add = [&](const std::string& driver, const std::vector<std::uint32_t>& connections,
                       const std::vector<OfferedRate>& rates) {
    for (const std::uint32_t count : plan.connections.empty() ? connections : plan.connections) {
      std::vector<std::optional<OfferedRate>> offered{std::nullopt};
      std::vector<OfferedRate> wanted = plan.rates.empty() ? rates : plan.rates;
      for (std::uint32_t step = 1; plan.search && step <= plan.search->steps; ++step) {
        wanted.push_back({.rps = {}, .percent = {}, .search_step = step});
      }
      if (!wanted.empty()) offered.assign(wanted.begin(), wanted.end());
      for (const std::optional<OfferedRate>& rate : offered) {
        CellLoad load{.driver = driver.empty() ? plan.driver : driver, .connections = count, .rate = rate};
        if (std::find(loads.begin(), loads.end(), load) == loads.end()) loads.push_back(std::move(load));
      }
    }
  };
  for (const PlanCells& cells : plan.cells) {
    if (std::find(cells.workloads.begin(), cells.workloads.end(), workload.name) == cells.workloads.end()) continue;
    add(cells.driver, cells.connections, cells.rates);
  }
  if (loads.empty()) add(plan.driver, workload.load.connections, {});
  return loads;
}

std::string_view to_string(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::measure:
      return "measure";
    case Purpose::calibrate_d1:
      return "calibrate_d1";
    case Purpose::calibrate_cpu:
      return "calibrate_cpu";
    case Purpose::search:
      break;
  }
  return "search";
}

std::string trial_id(const TrialSpec& spec) {
  std::string number = std::to_string(spec.index);
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  std::string load = "c" + std::to_string(spec.load.connections);
  if (spec.load.rate) load = "o" + to_string(*spec.load.rate);
  if (load.ends_with('%')) load.back() = 'p';
  if (spec.load.rate && spec.load.rate->search_step) load = "s" + std::to_string(*spec.load.rate->search_step);
  if (spec.purpose == Purpose::calibrate_d1) load += ".d1";
  if (spec.purpose == Purpose::calibrate_cpu) load += ".cpu";
  return number + "-" + spec.model + "-" + spec.workload + "-" + load + "-r" + std::to_string(spec.repetition);
}

std::vector<TrialSpec> expand(const Plan& plan, std::span<const WorkloadModels> cells) {
  return Blocks(plan, cells).shuffled();
}

std::chrono::nanoseconds estimate_time(std::span<const TrialSpec> trials, std::chrono::nanoseconds overhead) {
  std::chrono::nanoseconds sum{0};
  for (const TrialSpec& spec : trials) sum += spec.warmup + spec.duration + overhead;
  return sum;
}

}  // namespace interleave
