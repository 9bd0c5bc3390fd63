#include "backend/statistics.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace interleave {
namespace {

using Json = nlohmann::ordered_json;

Json mean_or_null(Nanoseconds total, std::uint64_t count) {
  if (count == 0) return nullptr;
  return static_cast<double>(total.count()) / static_cast<double>(count);
}

Json percentile_or_null(const Histogram& histogram, double percentile) {
  const auto value = histogram.value_at_percentile(percentile);
  return value ? Json(*value) : Json(nullptr);
}

}  // namespace

void Statistics::call_received(const PlannedCall& call) noexcept {
  ++calls_;
  ServiceCounts& counts = by_service_[call.service];
  ++counts.calls;
  counts.failed += call.fault == Fault::fail ? 1 : 0;
  counts.reset += call.fault == Fault::reset ? 1 : 0;
  counts.hung += call.fault == Fault::hang ? 1 : 0;
  counts.slow += call.fault == Fault::slow ? 1 : 0;
  max_in_flight_ = std::max(max_in_flight_, ++in_flight_);
}

void Statistics::call_completed(Nanoseconds delay, Nanoseconds lateness) noexcept {
  ++completed_;
  --in_flight_;
  delay_total_ += delay;
  lateness_total_ += lateness;
  lateness_max_ = std::max(lateness_max_, lateness);
  lateness_.record(static_cast<std::uint64_t>(std::max(lateness.count(), Nanoseconds::rep{0})));
}

void Statistics::calls_abandoned(std::uint64_t count) noexcept {
  abandoned_ += count;
  in_flight_ -= count;
}

void Statistics::connection_opened() noexcept {
  ++connections_accepted_;
  ++connections_open_;
}

void Statistics::reset() noexcept {
  std::fill(by_service_.begin(), by_service_.end(), ServiceCounts{});
  calls_ = in_flight_;
  max_in_flight_ = in_flight_;
  connections_accepted_ = connections_open_;
  completed_ = abandoned_ = errors_ = 0;
  delay_total_ = lateness_total_ = lateness_max_ = Nanoseconds{0};
  lateness_.clear();
}

std::string Statistics::to_json(const Services& services, Nanoseconds cpu) const {
  Json calls_by_service = Json::object();
  Json by_service = Json::object();
  for (std::size_t i = 0; i < by_service_.size(); ++i) {
    const ServiceCounts& counts = by_service_[i];
    const WorkerQueue& workers = services.workers(i);
    const std::string& name = services.specs()[i].name;
    calls_by_service[name] = counts.calls;
    by_service[name] = {{"calls", counts.calls},
                        {"failed", counts.failed},
                        {"reset", counts.reset},
                        {"hung", counts.hung},
                        {"slow", counts.slow},
                        {"queued", workers.queued()},
                        {"in_service", workers.in_service()},
                        {"max_queued", workers.max_queued()}};
  }
  const Json lateness{{"count", completed_},
                      {"mean", mean_or_null(lateness_total_, completed_)},
                      {"p50", percentile_or_null(lateness_, 50)},
                      {"p99", percentile_or_null(lateness_, 99)},
                      {"max", completed_ == 0 ? Json(nullptr) : Json(lateness_max_.count())}};
  const Json stats{{"schema_version", 1},
                   {"seed", services.seed()},
                   {"calls", calls_},
                   {"completed", completed_},
                   {"abandoned", abandoned_},
                   {"in_flight", in_flight_},
                   {"max_in_flight", max_in_flight_},
                   {"calls_by_service", calls_by_service},
                   {"services", by_service},
                   {"errors", errors_},
                   {"connections", {{"open", connections_open_}, {"accepted", connections_accepted_}}},
                   {"mean_delay_ns", mean_or_null(delay_total_, completed_)},
                   {"lateness_ns", lateness},
                   {"cpu_ns", cpu.count()}};
  return stats.dump();
}

}  // namespace interleave
