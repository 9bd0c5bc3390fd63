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
      : plan_(plan), cells_(cells), blocks_(std::max(plan.repetitions, plan.calibration.repetitions)) {
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
  void add(std::size_t block, std::size_t workload, const std::string& model, std::uint32_t connections,
           Purpose purpose, std::uint32_t repetition) {
    TrialSpec spec;
    spec.model = model;
    spec.workload = cells_[workload].workload->name;
    spec.driver = plan_.driver;
    spec.connections = connections;
    spec.repetition = repetition;
    spec.purpose = purpose;
    spec.seed = backend_seed(plan_, workload, purpose, repetition);
    spec.warmup = plan_.warmup;
    spec.duration = plan_.duration;
    blocks_[block].push_back(std::move(spec));
  }

  void add_measurements(std::uint32_t repetition) {
    for (std::size_t w = 0; w < cells_.size(); ++w) {
      const std::vector<std::uint32_t> loads = loads_of(plan_, *cells_[w].workload);
      for (const std::string& model : cells_[w].models) {
        for (const std::uint32_t connections : loads) {
          add(repetition - 1, w, model, connections, Purpose::measure, repetition);
        }
      }
    }
  }

  void add_calibrations(std::uint32_t repetition) {
    const std::size_t block = (repetition - 1) * blocks_.size() / plan_.calibration.repetitions;
    for (std::size_t w = 0; w < cells_.size(); ++w) {
      for (const std::string& model : cells_[w].models) {
        add(block, w, model, 1, Purpose::calibrate_d1, repetition);
        add(block, w, model, plan_.calibration.cpu_connections, Purpose::calibrate_cpu, repetition);
      }
    }
  }

  const Plan& plan_;
  std::span<const WorkloadModels> cells_;
  std::vector<std::vector<TrialSpec>> blocks_;
};

}  // namespace

std::vector<std::uint32_t> loads_of(const Plan& plan, const Workload& workload) {
  if (!plan.connections.empty()) return plan.connections;
  std::vector<std::uint32_t> loads;
  for (const PlanCells& cells : plan.cells) {
    if (std::find(cells.workloads.begin(), cells.workloads.end(), workload.name) == cells.workloads.end()) continue;
    for (const std::uint32_t connections : cells.connections) {
      if (std::find(loads.begin(), loads.end(), connections) == loads.end()) loads.push_back(connections);
    }
  }
  return loads.empty() ? workload.load.connections : loads;
}

std::string_view to_string(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::measure:
      return "measure";
    case Purpose::calibrate_d1:
      return "calibrate_d1";
    case Purpose::calibrate_cpu:
      break;
  }
  return "calibrate_cpu";
}

std::string_view to_string(LoadKind kind) noexcept {
  switch (kind) {
    case LoadKind::closed:
      break;
  }
  return "closed";
}

std::string trial_id(const TrialSpec& spec) {
  std::string number = std::to_string(spec.index);
  if (number.size() < 4) number.insert(0, 4 - number.size(), '0');
  std::string load = "c" + std::to_string(spec.connections);
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
