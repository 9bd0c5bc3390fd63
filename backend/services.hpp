// The simulated services: which there are, and what a call to one of them will take. Not thread-safe.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "backend/worker_queue.hpp"
#include "core/base/clock.hpp"
#include "core/workload/delay.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

// A call as accepted: to be answered `delay` after its service began with a string of `reply_bytes`, or to go wrong.
struct PlannedCall {
  std::size_t service = 0;  // index in Services::specs()
  Nanoseconds delay{0};
  std::uint32_t reply_bytes = 0;
  Fault fault = Fault::none;
};

class Services {
 public:
  Services(std::vector<ServiceSpec> specs, std::uint64_t seed);

  [[nodiscard]] const std::vector<ServiceSpec>& specs() const noexcept { return specs_; }
  [[nodiscard]] std::uint64_t seed() const noexcept { return seed_; }
  // nullopt: no such service.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const noexcept;

  // Counts the arrival. Without an id the call gets the number of calls this service had before it.
  // REQUIRES: service < specs().size().
  [[nodiscard]] PlannedCall plan(std::size_t service, std::optional<std::uint64_t> id, std::uint64_t index);

  // REQUIRES: service < specs().size().
  [[nodiscard]] WorkerQueue& workers(std::size_t service) noexcept { return workers_[service]; }
  [[nodiscard]] const WorkerQueue& workers(std::size_t service) const noexcept { return workers_[service]; }

 private:
  std::vector<ServiceSpec> specs_;
  std::vector<std::uint64_t> arrivals_;  // by service
  std::vector<WorkerQueue> workers_;     // by service
  std::uint64_t seed_;
};

}  // namespace interleave
