#include "harness/load/generator/search_rate.hpp"

#include <stdexcept>

#include <fmt/format.h>

#include "core/base/units.hpp"
#include "harness/load/generator/population.hpp"

namespace interleave {
namespace {

void set_rate(Arrivals& arrivals, double rate) {
  if (auto* poisson = std::get_if<PoissonArrivals>(&arrivals)) {
    poisson->rate = rate;
  } else {
    std::get<ConstantArrivals>(arrivals).rate = rate;
  }
}

SearchStep step_of(const Promise& promise, double rate, const LoadResult& result) {
  SearchStep step;
  step.rate = rate;
  step.value_ns = Population(result.tally).quantile(promise.percentile).value;
  step.validity = result.verdict.validity;
  const bool in_time = step.value_ns && *step.value_ns <= static_cast<std::uint64_t>(promise.limit.count());
  step.kept = in_time && result.evidence.taken_up >= kLeastTakenUp;
  const double seconds = std::chrono::duration<double>(result.duration).count();
  if (seconds > 0) step.throughput_rps = static_cast<double>(result.tally.replies_in_window) / seconds;
  return step;
}

// No rate has kept the promise so far: all there is.
LoadResult interrupted_search(LoadResult result, std::vector<SearchStep> steps) {
  result.search = std::move(steps);
  return result;
}

}  // namespace

LoadResult search_rate(LoadPlan& plan, const Interrupt& interrupt, LoadProgress& progress) {
  RateSearch search(mean_rate(plan.schedule.arrivals, plan.schedule.duration));
  std::vector<SearchStep> steps;
  std::optional<LoadResult> best;
  while (const auto rate = search.next()) {
    set_rate(plan.schedule.arrivals, *rate);
    LoadResult result = run_load(plan, interrupt, progress);
    if (interrupt.signal() != 0) {  // what it measured is cut short
      if (!best) return interrupted_search(std::move(result), std::move(steps));
      break;
    }
    steps.push_back(step_of(*plan.search, *rate, result));
    search.answer(steps.back().kept);
    if (steps.back().kept) best = std::move(result);
  }
  if (!best) {
    throw std::runtime_error(fmt::format(
        "no rate kept p{:g}<{} (lowest tried: {:.3g} req/s): allow more, or begin lower", plan.search->percentile,
        format_duration(plan.search->limit), steps.empty() ? 0.0 : steps.back().rate));
  }
  set_rate(plan.schedule.arrivals, *search.best());
  best->search = std::move(steps);
  best->interrupted_by = interrupt.signal();
  return std::move(*best);
}

}  // namespace interleave
